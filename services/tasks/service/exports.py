"""Bundles of whole cases."""

from __future__ import annotations

from chassis import serve
from contracts.tasks import operations
from services.tasks.handlers import exports


class Exports:
    """Entrypoints of ``TasksService``."""

    @serve(operations.export_case)
    def export_case(self, request, call):
        return exports.export(self.store, request, call, self.settings.signer, self.settings.dispatch_prefix)
