"""Routing: candidates for a case, bodies outside the bureau."""

from __future__ import annotations

from contracts.fields import NoInput, page_of
from contracts.operation import Operation
from contracts.roles import DESK
from contracts.tasks.operations.cases import CASE_READERS
from contracts.tasks.schemas import routing

list_candidates = Operation(
    "tasks", "list_candidates", routing.ListCandidates, routing.Candidates, frozenset({DESK}), repeatable=True
)
list_outside_bodies = Operation(
    "tasks", "list_outside_bodies", NoInput, page_of(routing.OutsideBody), CASE_READERS, repeatable=True
)
