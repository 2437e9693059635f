"""How a case begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.tasks.model import case_clocks
from services.tasks.model.case import Case, Entry
from services.tasks.model.rules import BUREAU
from services.tasks.model.transitions import OPENING


def opened(
    *,
    id: str,
    number: str,
    category: str,
    source_kind: str,
    source_id: str,
    at: datetime,
    reporter_mode: str | None = None,
    excluded_unit_ids: Iterable[str] = (),
    route: str = BUREAU,
) -> Case:
    """A new case with its first clocks running from ``at``; one allegation, named by the category, until
    accepted.
    """
    case = Case(
        id=id,
        number=number,
        category=category,
        source_kind=source_kind,
        source_id=source_id,
        opened_at=at,
        reporter_mode=reporter_mode,
        excluded_unit_ids=tuple(excluded_unit_ids),
        allegations=(category,),
        route=route,
    )
    return replace(case, clocks=case_clocks.moved(case, OPENING, at))


def opened_alike(case: Case, *, id: str, number: str, category: str, excluded_unit_ids: Iterable[str]) -> Case:
    """What ``opened`` gives for another source of the same kind at the same moment; its id is the source's."""
    return replace(
        case,
        id=id,
        number=number,
        category=category,
        source_id=id,
        excluded_unit_ids=tuple(excluded_unit_ids),
        allegations=(category,),
    )


def opening_entry(case: Case) -> Entry:
    """The first line of its history."""
    return Entry(OPENING.action, case.opened_at, None, None, None, case.state)
