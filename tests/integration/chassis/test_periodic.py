"""Periodic work: by one replica at a time, taken over when it goes, and not ended by an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from chassis import clock
from tests.support.services import StartService
from tests.support.waiting import eventually

TARGET = "tests.integration.chassis.clocktower:Clocktower"


@pytest.fixture
def tower(mongo_uri: str, database_prefix: str) -> Iterator[Database[Any]]:
    with MongoClient(mongo_uri, tz_aware=True) as client:
        yield client[f"{database_prefix}clocktower"]
        client.drop_database(f"{database_prefix}clocktower")


def ticks_since(tower: Database[Any], moment: Any) -> list[int]:
    return [tick["pid"] for tick in tower.ticks.find({"at": {"$gt": moment}})]


def test_of_two_replicas_one_works_and_the_other_takes_over_when_it_stops(
    tower: Database[Any], service_process: StartService
) -> None:
    first = service_process(TARGET)
    eventually(lambda: ticks_since(tower, clock.now().replace(year=2000)))
    second = service_process(TARGET)
    before = clock.now()
    eventually(lambda: len(ticks_since(tower, before)) >= 10)
    assert set(ticks_since(tower, before)) == {first.pid}
    assert first.stop() == 0
    # It gave the role up: nobody has to wait until it would have run out.
    lease = tower.leases.find_one({"_id": "every tick"})
    assert lease["until"] <= clock.now() or str(second.pid) in lease["holder"].split(":")
    eventually(lambda: second.pid in ticks_since(tower, before))


def test_without_a_role_every_replica_works(tower: Database[Any], service_process: StartService) -> None:
    both = {service_process(TARGET).pid, service_process(TARGET).pid}
    eventually(lambda: set(tower.chimes.distinct("pid")) == both)


def test_a_replica_that_was_killed_is_followed_by_another(tower: Database[Any], service_process: StartService) -> None:
    first, second = service_process(TARGET), service_process(TARGET)
    eventually(lambda: tower.ticks.count_documents({}) >= 3)
    holder = tower.ticks.find_one(sort=[("at", -1)])["pid"]
    killed, heir = (first, second) if holder == first.pid else (second, first)
    killed.kill()
    eventually(lambda: heir.pid in ticks_since(tower, clock.now().replace(year=2000)))


def test_an_error_is_logged_and_the_next_turn_comes_all_the_same(
    tower: Database[Any], service_process: StartService
) -> None:
    process = service_process(TARGET)
    eventually(lambda: tower.stumbles.count_documents({}) >= 3)
    assert "periodic work failed" in process.log()
    assert "rope of hemp" not in process.log()
