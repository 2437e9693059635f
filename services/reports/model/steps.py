"""What is owed to the reporter by law, step by step: until when, how it stands, and why the day moved.

The clocks come with tasks.case_progressed.v1; what runs there may be late by the time somebody looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.reports.model.conflict import ABOVE

ACCEPTANCE = "acceptance"
RESULT = "result"
RE_EXAMINATION = "re_examination"
FEEDBACK = "feedback"
FORWARDING = "forwarding"

# Which step the clock of a rule (services/tasks/model/rules.py) belongs to.
#   acceptance: 《信访工作条例》第二十二、二十三条, for named reporters also 《纪检监察机关处理检举控告工作规则》;
#   result: 第三十四条; re_examination: 第三十五条; feedback: 《纪检监察机关处理检举控告工作规则》, for named reporters;
#   forwarding: 《纪检监察机关处理检举控告工作规则》, what is about the head of the bureau goes to the level above.
STEP_OF_RULE = {
    "register_and_route": ACCEPTANCE,
    "tell_acceptance": ACCEPTANCE,
    "tell_acceptance_named": ACCEPTANCE,
    "handle": RESULT,
    "re_examine": RE_EXAMINATION,
    "tell_result_named": FEEDBACK,
    "forward_above": FORWARDING,
}

FIRST_HANDLING = (ACCEPTANCE, RESULT, FEEDBACK)
HANDLING_AGAIN = (RE_EXAMINATION, FEEDBACK)
# The level above accepts, handles and tells; what the bureau owes is handing it on.
HANDED_ON = (FORWARDING,)

# States in which nothing that was not done will be done here any more.
GIVEN_AWAY = frozenset({"not_accepted", "transferred"})
# States before it is known whether the report is accepted.
UNDECIDED = frozenset({"received", "registered"})


@dataclass(frozen=True)
class Step:
    """One step. ``due_at`` None: no day is set, or none while it is paused. ``moved``: as the clock tells it."""

    step: str
    state: str
    due_at: datetime | None
    done_at: datetime | None = None
    moved: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def steps(report: Mapping[str, Any], now: datetime) -> list[Step]:
    """The steps of the present round of handling, in their order; none for a suggestion.

    ``report``: ``kind``, ``route``, ``state``, ``due_at``, and as the case told them ``reporter_clocks``,
    ``re_examination``, ``result_told``.
    """
    if report["kind"] != "report":
        return []
    clocks = report.get("reporter_clocks", ())
    way: tuple[str, ...] = HANDED_ON if report.get("route") == ABOVE else FIRST_HANDLING
    if report.get("re_examination"):
        way = HANDLING_AGAIN
    of_step = {name: [clock for clock in clocks if STEP_OF_RULE.get(clock["rule"]) == name] for name in way}
    return [_step(name, of_step[name], report, now) for name in way]


def _step(name: str, clocks: Sequence[Mapping[str, Any]], report: Mapping[str, Any], now: datetime) -> Step:
    return _timed(name, clocks, report["state"], now) if clocks else _untimed(name, report, now)


def _timed(name: str, clocks: Sequence[Mapping[str, Any]], state: str, now: datetime) -> Step:
    """A step with one clock, or with several of which the earliest counts."""
    first = min(clocks, key=lambda clock: clock["due_at"] or clock["started_at"])
    done_at = max(clock["met_at"] for clock in clocks) if all(clock["met_at"] for clock in clocks) else None
    if any(_late(clock, now) for clock in clocks):
        standing = "late"
    elif done_at:
        standing = "done"
    elif state in GIVEN_AWAY:
        standing = "not_needed"
    else:
        standing = "paused" if any(clock["state"] == "paused" for clock in clocks) else "waiting"
    return Step(name, standing, None if standing == "paused" else first["due_at"], done_at, first["moved"])


def _untimed(name: str, report: Mapping[str, Any], now: datetime) -> Step:
    """A step that has not begun, or for which the law sets no day: telling an anonymous reporter the result."""
    state = report["state"]
    if name in (ACCEPTANCE, FORWARDING) and state in UNDECIDED:
        # Of a new case only the nearest day is told.
        due_at: datetime | None = report.get("due_at")
        return Step(name, "late" if due_at and due_at < now else "waiting", due_at)
    if name == FEEDBACK and report.get("result_told"):
        return Step(name, "done", None)
    return Step(name, "not_needed" if state in GIVEN_AWAY else "waiting", None)


def _late(clock: Mapping[str, Any], now: datetime) -> bool:
    due_at: datetime | None = clock["due_at"]
    return clock["state"] == "missed" or (clock["state"] == "running" and due_at is not None and due_at < now)
