"""The checker finds what is lost without the outbox or the late acknowledgement, and doubled without the inbox."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern

from deploy.local.broker import Broker
from deploy.local.database import Database
from tests.chaos.checks.finding import Finding
from tests.chaos.people import Person, Surroundings
from tests.chaos.publishing import Partners
from tests.chaos.reporting import Reporter
from tests.chaos.stage import Stage
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(600)

# One process each: the one that is killed is the one that has everything in hand.
# Messages of a report without a case are told to a case that never comes.
OF_A_MISSING_CASE = ("tasks.note_messages", "CaseNotOpened")
REPLICAS = {"reports": 1, "reports-worker": 1, "tasks": 1}
REPORTERS = 8
# What waits for a case that never comes is given up soon, and the system comes to rest.
SOON = {"RETRY_WAITS": "0.5,1,2", "MAX_ATTEMPTS": "4"}
# Kills until something was lost or doubled; mostly the first does it.
MOST_KILLS = 10
# What a consumer logs that has taken events and cannot write.
WAITS = "database away, waiting"


StageWithout = Callable[[str, str], AbstractContextManager[Stage]]


class Eager(Reporter):
    """Sends one report after another."""

    think_s = 0.0


def reporters(shared: Surroundings, partners: Partners) -> list[Person]:
    return [Eager(f"reporter{number}", shared) for number in range(REPORTERS)]


@pytest.fixture
def stage_without(broker: Broker, mongo: Database, tmp_path: Path) -> StageWithout:
    """``with stage_without("inbox", "tasks") as stage``: everybody at work, that service without that protection."""

    @contextmanager
    def stage(protection: str, service: str) -> Iterator[Stage]:
        target = f"services.{service}.service:{service.capitalize()}Service"
        commands: Mapping[str, Sequence[str]] = {
            service: (sys.executable, "-m", "tests.chaos.without", protection, target)
        }
        with Stage(0, broker, mongo, tmp_path, REPLICAS, reporters, commands=commands, environment=SOON) as made:
            made.begin()
            yield made

    return stage


def at_work(stage: Stage, reports: int = 20) -> None:
    """Returns when so many more requests were acknowledged, and some are under way."""
    tally = stage.shared.tally
    before = tally.acknowledged
    eventually(
        lambda: tally.acknowledged >= before + reports and tally.in_flight > REPORTERS // 2, 60, interval_s=0.001
    )


def names(findings: Sequence[Finding]) -> set[str]:
    return {finding.name for finding in findings}


def others(findings: Sequence[Finding], *expected: str) -> list[str]:
    """What was found besides what is lost for want of the protection."""
    return [
        str(finding)
        for finding in findings
        if finding.name not in expected and not any(consequence in str(finding) for consequence in OF_A_MISSING_CASE)
    ]


def holds(collection: Collection[dict[str, Any]], documents: int) -> bool:
    return collection.estimated_document_count() >= documents


def test_without_the_outbox_an_acknowledged_report_is_left_without_a_case(stage_without: StageWithout) -> None:
    """Killed between the write and the publication: the repetition finds the report, and tells nobody of it."""
    with stage_without("outbox", "reports") as stage:

        def lost() -> set[str]:
            """Reports behind which others already have their cases."""
            kept = [report["_id"] for report in stage.databases["reports"].reports.find({}, {"_id": 1})]
            at_work(stage)
            return set(kept) - {case["_id"] for case in stage.databases["tasks"].cases.find({}, {"_id": 1})}

        for _ in range(MOST_KILLS):
            at_work(stage)
            stage.killer.kill("reports")
            stage.killer.start("reports")
            if lost():
                break
        stage.come_to_rest()
        findings = stage.findings()
    assert "report without a case" in names(findings)
    assert not others(findings, "report without a case", "reporter not told of the case")


def test_without_the_late_acknowledgement_a_report_is_left_without_a_case(
    stage_without: StageWithout, mongo: Database
) -> None:
    """Killed after it took a backlog and before it could write, which a database that does not answer makes long."""
    with stage_without("late-acknowledgement", "tasks") as stage:
        stage.killer.kill("tasks")
        at_work(stage, 100)
        mongo.pause()
        try:
            stage.killer.start("tasks")
            eventually(lambda: WAITS in stage.system.parts["tasks"].log(), 60)
            stage.killer.kill("tasks")
        finally:
            mongo.resume()
        stage.killer.start("tasks")
        stage.come_to_rest()
        findings = stage.findings()
    assert "report without a case" in names(findings)
    assert not others(findings, "report without a case", "reporter not told of the case")


def test_without_the_inbox_a_report_has_two_cases(stage_without: StageWithout) -> None:
    """Killed between the effect and the acknowledgement of its events: they come again and have it again."""
    with stage_without("inbox", "tasks") as stage:
        cases = stage.databases["tasks"].cases
        at_once = cases.with_options(read_concern=ReadConcern("local"))
        doubled: list[dict[str, Any]] = [
            {"$group": {"_id": "$source.id", "cases": {"$sum": 1}}},
            {"$match": {"cases": {"$gt": 1}}},
        ]
        for _ in range(MOST_KILLS):
            stage.killer.kill("tasks")
            at_work(stage, 100)
            more = at_once.estimated_document_count() + 1
            stage.killer.start("tasks")
            eventually(partial(holds, at_once, more), 60, interval_s=0.001)
            stage.killer.kill("tasks")
            stage.killer.start("tasks")
            at_work(stage)
            if list(cases.aggregate(doubled)):
                break
        stage.come_to_rest()
        findings = stage.findings()
    assert "report with two cases" in names(findings)
    assert "report without a case" not in names(findings)
