"""Oversight as the tests of the tasks service look at it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.call import Actor
from contracts.tasks import operations
from services.tasks.handlers import inventory, what_if
from services.tasks.store import TasksStore
from tests.integration.tasks.building import DESK, HANDLER, NOW, act, by

STAGES = ("remind", "urge", "supervise", "escalate")


def after(**time: float) -> datetime:
    return NOW + timedelta(**time)


def stages(store: TasksStore, case_id: str) -> list[tuple[str, list[str]]]:
    """What the system put on record as clocks ran out: each stage with those that were missed before it."""
    history = store.db.cases.find_one({"_id": case_id})["history"]
    entries = [entry for entry in history if entry["action"] in STAGES and entry["who"] is None]
    return [(entry["action"], entry["details"]["stages"][0]["skipped"]) for entry in entries]


def told(store: TasksStore, case_id: str) -> list[dict[str, Any]]:
    """The events about the stages of a case, the oldest first."""
    outbox = store.db.cases.find_one({"_id": case_id})["outbox"]
    return [event["data"] for event in outbox if event["type"] == "tasks.clock_stage_reached.v1"]


def concluded(store: TasksStore, case_id: str, at: datetime) -> None:
    """What was being investigated has its result, which the reporter is not told yet."""
    act(store, case_id, "record_step", by(HANDLER, now=at), what="查阅", evidence=["账册"])
    act(store, case_id, "record_finding", by(HANDLER, now=at), allegation=1, outcome="false", reason="不实")
    act(store, case_id, "conclude", by(HANDLER, now=at))


def overdue(store: TasksStore, who: Actor, now: datetime, by_: str = "unit") -> dict[str, Any]:
    request = operations.count_overdue_cases.load({"by": by_})
    answer = inventory.overdue_cases(store, request, by(who, now=now))
    operations.count_overdue_cases.response().dump(answer)
    return answer


def asked_what_if(store: TasksStore, case_id: str, who: Actor = DESK, now: datetime = NOW, **plan: Any) -> Any:
    request = operations.what_if.load({"case_id": case_id, **plan})
    return what_if.what_if(store, request, by(who, now=now))["clocks"]
