"""Resident memory idle, and while 100,000 events are consumed that touch every service (tests/performance/workday.py).

In five steps; at each mark nothing is under way any more, and a process's memory is the least of several looks. What a
step needed meanwhile is `peak_mb`. Memory that grows with what was handled would show between the mark at which all is
warm and the last. The gateway's figure is its worker's own; gunicorn's master stands beside it. MB are 10^6 bytes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from deploy.local import parts
from tests.performance import numbers
from tests.performance.machine import machine, origin
from tests.performance.processes import resident_mb_by_process
from tests.performance.stage import SETTLE_S, Stage, stage
from tests.performance.workday import Workday, workday
from tests.support.waiting import eventually

TITLE = "Memory"
EVENTS = 100_000
STEPS = 5
# After two steps caches, pools and arenas have their sizes.
WARM_STEP = 2
LOOKS, LOOK_EVERY_S = 8, 0.25
CALM_S = 3.0
DEADLINE_S = 300.0
# The worker of reports compares a new one with so many of before, each of which takes 1.3 KB: its index is full before
# all is warm, so that what grows besides shows.
SMALL_INDEX = {"REPORTS_TRIAGE_COMPARED": "2000"}
# Their memory is a cache of the data, sized by their own settings.
SERVERS = ("broker", "mongod")

Memory = dict[str, float]


def measure(events: int | None, tell: Callable[[str], None]) -> dict[str, Any]:
    """The sections `machine` and `memory`. `tell` is called after each of `STEPS` + 1 marks."""
    step = (events or EVENTS) // STEPS
    with stage(services=parts.SERVICES, environment=SMALL_INDEX) as running:
        time.sleep(CALM_S)
        marks = [_mark(running, 0, {}, 0.0)]
        tell("idle")
        with workday(running, step) as day:
            begun = day.consumed()
            for number in range(1, STEPS + 1):
                marks.append(_worked(running, day, begun, step * number))
                tell(f"{marks[-1]['events']} events")
        return {"machine": machine(running), "memory": section(marks) | origin()}


def section(marks: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of the marks: the first is idle, the one after `WARM_STEP` steps is warm, the last tells growth."""
    idle, warm, last = (marks[index]["rss_mb"] for index in (0, min(WARM_STEP, len(marks) - 1), -1))
    ours = [name for name in idle if name not in SERVERS]
    services = [name for name in ours if not name.startswith("gateway")]
    figures = {
        "idle_service_mb": max(idle[name] for name in services),
        "idle_worker_mb": idle["gateway"],
        "service_mb": max(last[name] for name in services),
        "worker_mb": last["gateway"],
        "growth_mb": {name: round(last[name] - warm[name], 1) for name in ours},
        "growth": round(max(numbers.growth(warm[name], last[name]) for name in ours), 3),
        "marks": marks,
    }
    return figures | {"numbers": numbers.verdicts("memory", figures)}


def _worked(stage: Stage, day: Workday, begun: int, events: int) -> dict[str, Any]:
    """The mark after so many events in all."""
    began = time.perf_counter()
    with _peak(stage) as peak:
        day.work()
        eventually(lambda: day.consumed() - begun >= events, DEADLINE_S, what=f"{events} events are consumed")
    seconds = time.perf_counter() - began
    time.sleep(CALM_S)
    return _mark(stage, day.consumed() - begun, peak, seconds)


def _mark(stage: Stage, events: int, peak: Memory, seconds: float) -> dict[str, Any]:
    looks = []
    for _ in range(LOOKS):
        looks.append(resident_mb_by_process(stage.programs))
        time.sleep(LOOK_EVERY_S)
    least = {name: round(min(look[name] for look in looks), 1) for name in looks[0]}
    return {
        "events": events,
        "seconds": round(seconds, 1),
        "rss_mb": least,
        "peak_mb": {name: round(value, 1) for name, value in peak.items()} or least,
    }


@contextmanager
def _peak(stage: Stage) -> Iterator[Memory]:
    """The most that each process held at any look while the block ran."""
    stopped, peak = Event(), Memory()

    def look() -> None:
        while not stopped.wait(SETTLE_S):
            for name, value in resident_mb_by_process(stage.programs).items():
                peak[name] = max(value, peak.get(name, 0.0))

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stopped.set()
        thread.join()
