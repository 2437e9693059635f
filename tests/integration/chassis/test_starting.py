"""Work at the start: once in each process, when the database answers, and not in the way of anything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.support.services import StartService
from tests.support.waiting import eventually

TARGET = "tests.integration.chassis.clocktower:Clocktower"


@pytest.fixture
def tower(mongo_uri: str, database_prefix: str) -> Iterator[Database[Any]]:
    with MongoClient(mongo_uri, tz_aware=True) as client:
        yield client[f"{database_prefix}clocktower"]
        client.drop_database(f"{database_prefix}clocktower")


def wound_by(tower: Database[Any]) -> list[int]:
    return sorted(winding["pid"] for winding in tower.windings.find())


def test_every_process_does_it_once(tower: Database[Any], service_process: StartService) -> None:
    replicas = [service_process(TARGET) for _ in range(2)]

    eventually(lambda: len(wound_by(tower)) >= 2)
    eventually(lambda: tower.ticks.count_documents({}) >= 3)
    assert wound_by(tower) == sorted(replica.pid for replica in replicas)


def test_an_error_is_logged_without_its_text_and_the_service_goes_on(
    tower: Database[Any], service_process: StartService
) -> None:
    process = service_process(TARGET)

    eventually(lambda: "work at the start failed" in process.log())
    assert "sperm oil" not in process.log()
    assert process.ready
    assert process.stop() == 0


def test_it_waits_for_a_database_that_is_away(tower: Database[Any], service_process: StartService, mongo: Any) -> None:
    mongo.pause()
    try:
        process = service_process(TARGET, wait=False)
        eventually(lambda: "database away" in process.log())
    finally:
        mongo.resume()

    eventually(lambda: wound_by(tower) == [process.pid])
