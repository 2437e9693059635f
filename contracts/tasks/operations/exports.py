"""Bundles of whole cases."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.tasks.operations.evidence import FILE_READERS
from contracts.tasks.schemas import exports

export_case = Operation("tasks", "export_case", exports.NewExport, exports.Export, FILE_READERS)
