"""Splitting 分案: some allegations of a case are handled in a case of their own, which it waits for."""

from __future__ import annotations

from dataclasses import replace

from services.tasks.model.case import Case, Entry
from services.tasks.model.ending import outcome
from services.tasks.model.related import Part
from services.tasks.model.transitions import ACCEPTED, FINAL, IN_HAND, NOTE_PART, OPEN_PART


def split_off(case: Case, split: Entry, case_id: str, number: str) -> Case:
    """The new case: these allegations, numbered anew, with the time limits that the whole has. It is accepted as the
    whole is; whoever worked on the whole is known, what they found stays there.
    """
    asked = [case.allegations[index - 1] for index in sorted(split.details["allegation_numbers"])]
    running = [clock for clock in case.clocks if clock.rule in IN_HAND and clock.ended_at is None]
    return Case(
        id=case_id,
        number=number,
        category=case.category,
        source_kind=case.source_kind,
        source_id=case.source_id,
        # To the hour, as reports come in: within it lists go by number.
        opened_at=split.at.replace(minute=0, second=0, microsecond=0),
        reporter_mode=case.reporter_mode,
        excluded_unit_ids=case.excluded_unit_ids,
        excluded_person_ids=case.excluded_person_ids,
        state=ACCEPTED,
        reporter_state="accepted",
        allegations=tuple(asked),
        clocks=tuple(replace(clock, round=1) for clock in running),
        investigators=case.investigators,
        deciders=case.deciders,
        predecessors=case.predecessors,
        route=case.route,
        split_from=case.id,
    )


def opening_entry(part: Case, split: Entry) -> Entry:
    """The first line of the history of a part, by the hand that split it off."""
    return replace(
        split, action=OPEN_PART.action, from_state=None, to_state=part.state, details={"split_from": part.split_from}
    )


def divided(split: Entry, part: Case) -> Entry:
    """The decided entry with the part that it makes."""
    details = {
        "allegation_numbers": sorted(split.details["allegation_numbers"]),
        "part": {"case_id": part.id, "number": part.number},
    }
    return replace(split, details=details)


def is_news(before: Case, after: Case) -> bool:
    """Whether the case that this one was split off must hear of what happened to it."""
    return after.split_from is not None and _as_part(before) != _as_part(after)


def note_part(whole: Case, part: Case, cause: Entry) -> Entry:
    """What became of a part, for the case that it was split off."""
    told = _as_part(part)
    return Entry(NOTE_PART.action, cause.at, None, None, whole.state, whole.state, details={"part": vars(told)})


def _as_part(case: Case) -> Part:
    return Part(case.id, case.number, case.state in FINAL, outcome(case))
