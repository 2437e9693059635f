"""What an action that sends a case out, or records what came back, leaves on the case.

Each function takes the case after its row of the table, and the entry, as the effects of ``applying.apply`` do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from services.tasks.model import dispatch
from services.tasks.model.calendar import end_of
from services.tasks.model.transitions import BY_ACTION

if TYPE_CHECKING:
    from services.tasks.model.case import Case, Entry


def transfer(case: Case, entry: Entry) -> Case:
    """In other hands: nobody here waits for assistance any more."""
    requests = dispatch.ended(case.assistance, dispatch.WITHDRAWN)
    return replace(case, transfer=dispatch.sent(entry.details, entry.at), assistance=requests)


def acknowledge_transfer(case: Case, entry: Entry) -> Case:
    """The answer counts for the day on which it was given, not for the one on which it was put on record."""
    if case.transfer is None:
        return case
    known = dispatch.acknowledged(case.transfer, entry.details)
    given = end_of(known.answered_on) if known.answered_on else entry.at
    met = BY_ACTION[entry.action].meets
    ended = tuple(
        replace(clock, ended_at=min(entry.at, given)) if clock.rule in met and clock.ended_at == entry.at else clock
        for clock in case.clocks
    )
    return replace(case, transfer=known, clocks=ended)


def take_back(case: Case, _entry: Entry) -> Case:
    """The body has declined."""
    return replace(case, transfer=replace(case.transfer, state=dispatch.DECLINED) if case.transfer else None)


def request_assistance(case: Case, entry: Entry) -> Case:
    """One more request, open."""
    return replace(case, assistance=dispatch.requested(case.assistance, entry.details, entry.at))


def record_assistance(case: Case, entry: Entry) -> Case:
    """The request is answered; the evidence that came with the answer counts."""
    answered = dispatch.ended(case.assistance, dispatch.ANSWERED, entry.details["request"])
    evidence = case.evidence + len(entry.details.get("evidence") or ())
    return replace(case, assistance=answered, evidence=evidence)


def withdraw_assistance(case: Case, entry: Entry) -> Case:
    """The request needs no answer any more."""
    return replace(case, assistance=dispatch.ended(case.assistance, dispatch.WITHDRAWN, entry.details["request"]))
