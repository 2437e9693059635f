"""What the others, and through them the reporter, are told of a case: tasks.case_progressed.v1."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.event import Draft
from contracts.tasks.events import CaseProgressedV1
from services.tasks.holidays import CALENDAR
from services.tasks.model import clocks
from services.tasks.model.case import Case, Entry
from services.tasks.model.clocks import Clock
from services.tasks.model.ending import outcome
from services.tasks.model.moves import moves
from services.tasks.model.telling import said, told_clocks
from services.tasks.model.transitions import OPENING, text_code

Document = dict[str, Any]


def opened(case: Case, due: datetime | None) -> Draft:
    """A case was opened. Of its clocks only ``due_at`` is told: every report pays for what is said here."""
    return _draft(case, text_code(OPENING, case.route, {}), case.opened_at, due)


def progressed(case: Case, entry: Entry, due: datetime | None, now: datetime) -> Draft:
    """``entry`` made the case what it is; ``due``: the end of the nearest running clock."""
    told = {
        "reporter_clocks": [_told(clock, now) for clock in told_clocks(case)],
        "re_examination": case.re_examination,
        "results": case.results,
        "result_told": case.result_told,
        "outcome": outcome(case),
    }
    return _draft(case, said(case, entry), entry.at, due, **(told if _has_a_receipt(case) else {}))


def _has_a_receipt(case: Case) -> bool:
    """Whether a reporter follows this very case: of a part, only that which it was split off."""
    return case.source_kind == "report" and case.split_from is None


def _draft(case: Case, text: str | None, at: datetime, due: datetime | None, **told: Any) -> Draft:
    return CaseProgressedV1.draft(
        subject=case.id,
        case_id=case.id,
        number=case.number,
        report_id=case.source_id if _has_a_receipt(case) else None,
        state=case.state,
        reporter_state=case.reporter_state,
        text_code=text,
        handler_id=case.handler_id,
        unit_id=case.unit_id,
        excluded_unit_ids=list(case.excluded_unit_ids),
        at=at,
        due_at=due,
        **_of_some(case),
        **told,
    )


def _of_some(case: Case) -> Document:
    """What only some cases have: every report pays for what is told of all."""
    some: Document = {}
    if case.split_from is not None and case.source_kind == "report":
        some["part_of"] = case.split_from
    if case.joint_handler_ids:
        some["joint_handler_ids"] = list(case.joint_handler_ids)
    if case.excluded_person_ids:
        some["excluded_person_ids"] = list(case.excluded_person_ids)
    return some


def _told(clock: Clock, now: datetime) -> Document:
    state = clocks.state(clock, now, CALENDAR)
    return {
        "rule": clock.rule,
        "started_at": clock.started_at,
        "due_at": None if state == "paused" else clocks.due_at(clock, now, CALENDAR),
        "state": state,
        "met_at": clock.ended_at,
        "moved": [vars(move) for move in moves(clock, CALENDAR)],
    }
