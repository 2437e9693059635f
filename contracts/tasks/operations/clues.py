"""Clues: taken up by the desk."""

from __future__ import annotations

from contracts.operation import Operation
from contracts.roles import DESK
from contracts.tasks.schemas.cases import Case
from contracts.tasks.schemas.clues import OpenClue

open_clue = Operation("tasks", "open_clue", OpenClue, Case, frozenset({DESK}))
