"""Which clocks of a case an action starts, meets, stops and drops, by its row of the table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.tasks.model import clocks
from services.tasks.model.case import Case
from services.tasks.model.clocks import Clock
from services.tasks.model.transitions import Transition


def moved(case: Case, row: Transition, at: datetime, ref: str | None = None) -> tuple[Clock, ...]:
    """Its clocks after this row at ``at``; ``ref``: the one meant, where several of one rule may run."""
    kept = [clock for clock in case.clocks if clock.ended_at or not _is_about(clock, row.drops, ref)]
    after = [_move_clock(clock, row, at, ref) for clock in kept]
    number = case.round + 1 if row.new_round else case.round
    return (*_latest_runs_on(after, row), *_started(case, row.starts, at, number, ref))


def begun_anew(case: Case, code: str, at: datetime) -> tuple[Clock, ...]:
    """Its clocks with one of the rule ``code`` that begins at ``at``, in the place of one that still runs."""
    kept = [clock for clock in case.clocks if clock.ended_at or clock.rule != code]
    return (*kept, *_started(case, (code,), at, case.round, None))


def _started(case: Case, codes: tuple[str, ...], at: datetime, number: int, ref: str | None) -> Iterator[Clock]:
    source = "report" if case.reported else case.source_kind
    for code in codes:
        clock = clocks.start(code, at, source, case.named, number, case.route, ref)
        if clock is not None:
            yield clock


def _is_about(clock: Clock, codes: tuple[str, ...], ref: str | None) -> bool:
    return clock.rule in codes and (ref is None or clock.ref == ref)


def _move_clock(clock: Clock, row: Transition, at: datetime, ref: str | None) -> Clock:
    if _is_about(clock, row.meets, ref):
        return clocks.meet(clock, at)
    if row.pauses:
        return clocks.pause(clock, at)
    if row.resumes:
        return clocks.resume(clock, at)
    return clock


def _latest_runs_on(after: list[Clock], row: Transition) -> list[Clock]:
    latest = max((index for index, clock in enumerate(after) if clock.rule in row.runs_on), default=None)
    if latest is not None:
        after[latest] = clocks.run_on(after[latest])
    return after
