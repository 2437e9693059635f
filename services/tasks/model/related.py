"""Cases that hang together: what merging, splitting, joint handling and conflicts of persons record on each of them.

Each function takes the case after its row of the table, and the entry, as the effects of ``applying.apply`` do. An
entry holds all that is needed, so that the history of one case replays without the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from services.tasks.model import clocks
from services.tasks.model.clocks import Clock
from services.tasks.model.supervision import Supervision
from services.tasks.model.transitions import FINAL, IN_HAND, RESULT

if TYPE_CHECKING:
    from services.tasks.model.case import Case, Entry

T = TypeVar("T")

# The field of an entry that holds clocks: of one case, as another one knows them.
TIME_LIMITS = "time_limits"


@dataclass(frozen=True)
class Follower:
    """A case that was merged into this one. ``allegations``: the numbers that its allegations have here."""

    case_id: str
    allegations: tuple[int, ...]
    reporter_mode: str | None = None


@dataclass(frozen=True)
class Part:
    """A case that was split off this one. ``over``: it is closed, refused or transferred, with this ``outcome``."""

    case_id: str
    number: str
    over: bool = False
    outcome: str | None = None


# -- merging


def absorb(case: Case, entry: Entry) -> Case:
    """The leading case takes over what the other one asks and found, those who worked on it, and those kept from it.

    Of a time limit that both have, the one that began earlier counts on: merging gives nobody more time.
    """
    details = entry.details
    return replace(
        _kept_from(case, details),
        followers=(*case.followers, *(_follower(one) for one in details["followers"])),
        allegations=(*case.allegations, *details["allegations"]),
        findings=_sorted((*case.findings, *_pairs(details["findings"]))),
        dispositions=_sorted((*case.dispositions, *_pairs(details["dispositions"]))),
        moved=(*case.moved, *details["moved"]),
        steps=case.steps + details["steps"],
        evidence=case.evidence + details["evidence"],
        investigators=case.investigators.union(details["investigators"]),
        deciders=case.deciders.union(details["deciders"]),
        reviewers=case.reviewers.union(details["reviewers"]),
        predecessors=case.predecessors.union(details["predecessors"]),
        clocks=_earliest(case.clocks, details[TIME_LIMITS]),
        supervisions=_with_orders(case.supervisions, details["orders"]),
    )


def merge(case: Case, entry: Entry) -> Case:
    """The case follows another: what is due is due there. Of its own clocks those stay that tell of its acceptance."""
    of_the_handling = {*IN_HAND, *RESULT}
    kept = [clock for clock in case.clocks if clock.round < case.round or clock.rule not in of_the_handling]
    if entry.details["accepted"]:
        kept = [clocks.meet(clock, entry.at) for clock in kept]
    ended = tuple(clock for clock in kept if clock.ended_at is not None)
    # What followed this case goes along to the leading one, and is asked there if this one is ever separated.
    moved = _with(case.moved, (number for one in case.followers for number in one.allegations))
    return _led(replace(case, clocks=ended, followers=(), moved=moved, objection=None), entry)


def follow(case: Case, entry: Entry) -> Case:
    """The leading case has moved: what its reporters may know of it is known here."""
    return _led(replace(case, results=case.results + entry.details["concluded"]), entry)


def separate(case: Case, entry: Entry) -> Case:
    """Taken out of the leading case, to be handled anew; whoever worked on it there is known."""
    return replace(
        case,
        merged_into=None,
        told_clocks=(),
        led_outcome=None,
        re_examination=False,
        investigators=case.investigators.union(entry.details["investigators"]),
        deciders=case.deciders.union(entry.details["deciders"]),
    )


def let_go(case: Case, entry: Entry) -> Case:
    """The leading case without one that followed it: its allegations are asked there."""
    followers = tuple(one for one in case.followers if one.case_id != entry.details["case_id"])
    return replace(case, followers=followers, moved=_with(case.moved, entry.details["allegations"]))


def named_anew(case: Case, given: Sequence[str]) -> tuple[str, ...]:
    """The allegations as they are named now. Where some are of other cases, no number changes its meaning: those of
    this case by itself are named anew in their order, further ones are added at the end.
    """
    if not case.followers and not case.moved:
        return tuple(given)
    anew = dict(zip(case.own, given, strict=False))
    kept = [anew.get(number, text) for number, text in enumerate(case.allegations, 1)]
    return (*kept, *given[len(case.own) :])


# -- splitting


def split(case: Case, entry: Entry) -> Case:
    """Some allegations are handled in a case of their own; their numbers stay, marked as moved."""
    part = Part(entry.details["part"]["case_id"], entry.details["part"]["number"])
    return replace(case, parts=(*case.parts, part), moved=_with(case.moved, entry.details["allegation_numbers"]))


def note_part(case: Case, entry: Entry) -> Case:
    """What became of a part."""
    told = Part(**entry.details["part"])
    return replace(case, parts=tuple(told if part.case_id == told.case_id else part for part in case.parts))


# -- people


def join(case: Case, entry: Entry) -> Case:
    """Another handler beside the first; from now on one of those who investigate."""
    joined = entry.details["handler_id"]
    return replace(
        case,
        joint_handler_ids=_with(case.joint_handler_ids, [joined]),
        investigators=case.investigators | {joined},
    )


def unjoin(case: Case, entry: Entry) -> Case:
    """A joint handler has no part in it any more."""
    released = {entry.details["handler_id"]}
    return replace(case, joint_handler_ids=tuple(one for one in case.joint_handler_ids if one not in released))


def exclude(case: Case, entry: Entry) -> Case:
    """People who never see the case again; what they confirmed does not count, unless the case was closed by it."""
    persons = entry.details["person_ids"]
    return replace(
        case,
        excluded_person_ids=_with(case.excluded_person_ids, persons),
        joint_handler_ids=tuple(one for one in case.joint_handler_ids if one not in persons),
        reviewer_id=None if case.reviewer_id in persons and case.state not in FINAL else case.reviewer_id,
    )


def keep_from(case: Case, entry: Entry) -> Case:
    """These units must never see it."""
    return replace(case, excluded_unit_ids=tuple(dict.fromkeys((*case.excluded_unit_ids, *entry.details["unit_ids"]))))


def _led(case: Case, entry: Entry) -> Case:
    """The case as the leading one has it, in all that a reporter or a reader of the report depends on."""
    details = entry.details
    return replace(
        _kept_from(case, details),
        merged_into=details["into"],
        reporter_state=details["reporter_state"],
        handler_id=details["handler_id"],
        unit_id=details["unit_id"],
        joint_handler_ids=tuple(details["joint_handler_ids"]),
        result_told=details["result_told"],
        re_examination=details["re_examination"],
        told_clocks=tuple(details[TIME_LIMITS]),
        led_outcome=details["outcome"],
    )


def _kept_from(case: Case, details: Mapping[str, Any]) -> Case:
    return replace(
        case,
        excluded_unit_ids=_with(case.excluded_unit_ids, details["excluded_unit_ids"]),
        excluded_person_ids=_with(case.excluded_person_ids, details["excluded_person_ids"]),
    )


def _earliest(own: Iterable[Clock], taken: Iterable[Clock]) -> tuple[Clock, ...]:
    running = list(own)
    for clock in taken:
        same = [index for index, mine in enumerate(running) if mine.ended_at is None and mine.rule == clock.rule]
        if not same:
            running.append(clock)
        elif clock.started_at < running[same[0]].started_at:
            # One extension, whichever of the two was extended.
            running[same[0]] = replace(clock, extension=clock.extension or running[same[0]].extension)
    return tuple(running)


def _with_orders(own: tuple[Supervision, ...], taken: Iterable[Mapping[str, Any]]) -> tuple[Supervision, ...]:
    for one in taken:
        due_on = date.fromisoformat(one["due_on"]) if one["due_on"] else None
        own = (*own, Supervision(len(own) + 1, datetime.fromisoformat(one["at"]), one["by_id"], due_on))
    return own


def _follower(details: Mapping[str, Any]) -> Follower:
    return Follower(details["case_id"], tuple(details["allegations"]), details["reporter_mode"])


def _pairs(found: Iterable[Iterable[Any]]) -> list[tuple[int, str]]:
    return [(number, value) for number, value in found]


def _sorted(pairs: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(pairs))


def _with(known: tuple[T, ...], more: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*known, *more)))
