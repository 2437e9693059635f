"""Replicas of tasks work off a queue of `report_submitted`: a case for each, and the event that tells of it.

The replicas are ready and held (SIGSTOP) while the queue is filled, and let go together. The time runs until every case
is there and its event has left the outbox. Nobody else works meanwhile: reports, which would consume those events, is
stopped, and they are thrown away.
"""

import asyncio
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

import aiormq
import orjson
from kombu import Connection

from chassis import ids
from chassis.broker.topology import event_queue_name
from contracts.envelope import CONTENT_TYPE, seal
from contracts.reports.events import ReportSubmittedV1
from contracts.tasks.events import CaseProgressedV1
from tests.performance.figures import Run
from tests.performance.processes import measured
from tests.performance.stage import SETTLE_S, Stage
from tests.performance.throttle import throttled
from tests.support.system import RunningPart

PUBLISHED_AT_ONCE = 500
# Events of a replica before it is measured.
WARM_UP = 200
LOOK_EVERY_S = 0.02
DEADLINE_S = 180.0
PROGRESS = event_queue_name(CaseProgressedV1, "reports", "show_progress")


class Replicas:
    """The replicas of tasks on a stage that was started with all of them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._all: list[RunningPart] = stage.system.processes["tasks"]
        self._cases = stage.database("tasks")["cases"]
        self._opened = self._cases.estimated_document_count()

    def run(self, replicas: int, events: int, share: float | None) -> Run:
        """So many replicas work off so many events, each with this share of a core, or as fast as it can."""
        for part in self._all[replicas:]:
            part.stop()
        working = [part for part in self._all[:replicas] if part.start()]
        for part in working:
            part.wait_ready()
        asyncio.run(_publish(self._stage.system.amqp_uri, WARM_UP * replicas))
        self._wait_for(WARM_UP * replicas)
        with _shares(working, share):
            with _held(working):
                asyncio.run(_publish(self._stage.system.amqp_uri, events))
            run = self._work_off(working, events)
        with Connection(self._stage.system.amqp_uri) as connection:
            connection.default_channel.queue_purge(PROGRESS)
        return run

    def _work_off(self, working: Sequence[RunningPart], events: int) -> Run:
        programs = {part.name: part.pid for part in working} | dict(self._stage.servers)
        with measured(programs) as used:
            began = time.perf_counter()
            self._wait_for(events)
            wall = time.perf_counter() - began
            time.sleep(SETTLE_S)
        tasks = sum(used.seconds[part.name] for part in working)
        servers = {name: used.seconds[name] for name in self._stage.servers}
        return Run(events, {"tasks": tasks, **servers}, wall, [], used.strangers)

    def _wait_for(self, events: int) -> None:
        """Until all cases are there, of so many events more, and nothing is left in the outbox."""
        self._opened += events
        until = time.monotonic() + DEADLINE_S
        while self._cases.estimated_document_count() < self._opened or self._pending():
            assert time.monotonic() < until, "the events were not worked off"
            time.sleep(LOOK_EVERY_S)

    def _pending(self) -> bool:
        events = {"outbox.0.id": {"$exists": True, "$gt": ""}}
        return self._cases.find_one(events, {"_id": 1}, hint="pending_events") is not None


@contextmanager
def replicas_of_tasks(stage: Stage) -> Iterator[Replicas]:
    """The replicas, while reports is stopped. One replica runs afterwards, and reports again."""
    reports = stage.system.parts["reports"]
    reports.stop()
    replicas = Replicas(stage)
    try:
        yield replicas
    finally:
        for part in stage.system.processes["tasks"][1:]:
            part.kill()
    for part in (stage.system.parts["tasks"], reports):
        part.start()
        part.wait_ready()


@contextmanager
def _shares(parts: Sequence[RunningPart], share: float | None) -> Iterator[None]:
    with ExitStack() as stack:
        if share is not None:
            for part in parts:
                stack.enter_context(throttled(part.pid, share))
        yield


@contextmanager
def _held(parts: Sequence[RunningPart]) -> Iterator[None]:
    for part in parts:
        part.signal_group(signal.SIGSTOP)
    try:
        yield
    finally:
        for part in parts:
            part.signal_group(signal.SIGCONT)


async def _publish(uri: str, events: int) -> None:
    """Puts so many events on the exchange of reports, each confirmed."""
    connection = await aiormq.connect(uri)
    try:
        channel = await connection.channel(publisher_confirms=True)
        properties = aiormq.spec.Basic.Properties(delivery_mode=2, content_type=CONTENT_TYPE)
        exchange, key = ReportSubmittedV1.exchange(), ReportSubmittedV1.routing_key()
        for first in range(0, events, PUBLISHED_AT_ONCE):
            bodies = [orjson.dumps(_submitted()) for _ in range(min(PUBLISHED_AT_ONCE, events - first))]
            await asyncio.gather(
                *(
                    channel.basic_publish(
                        body, exchange=exchange, routing_key=key, properties=properties, mandatory=True
                    )
                    for body in bodies
                )
            )
    finally:
        await connection.close()


def _submitted() -> dict[str, Any]:
    now, report = datetime.now(UTC), ids.new_id()
    draft = ReportSubmittedV1.draft(
        report,
        report_id=report,
        kind="report",
        category="conduct.attitude",
        reporter_mode="anonymous",
        received_at=now.replace(minute=0, second=0, microsecond=0),
        subject_unit_ids=[],
    )
    return seal(draft, id=ids.new_id(), sequence=1, time=now, traceparent=None)
