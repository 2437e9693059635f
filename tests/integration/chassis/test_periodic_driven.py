"""Periodic work where a test drives the clock: once for each period that the clock has moved on, whatever it jumps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.support.driven_clock import DrivenClock
from tests.support.services import StartService
from tests.support.waiting import eventually

TARGET = "tests.integration.chassis.clocktower:Clocktower"
HOUR = timedelta(hours=1)


class Tower:
    """A clocktower that strikes once an hour, by a clock that is put on here."""

    def __init__(self, driven: DrivenClock, db: Database[Any]) -> None:
        self._driven, self._db = driven, db

    def be_ahead(self, by: timedelta) -> None:
        """Returns when the tower has looked at its clock again and again since it was put on."""
        self._driven.be_ahead(by)
        put = datetime.now(UTC) + by
        eventually(lambda: self._db.chimes.count_documents({"at": {"$gte": put}}) >= 5)

    def strikes(self) -> list[datetime]:
        return [strike["at"] for strike in self._db.strikes.find(sort=[("at", 1)])]


@pytest.fixture
def tower(mongo_uri: str, database_prefix: str, service_process: StartService, tmp_path: Path) -> Iterator[Tower]:
    driven = DrivenClock(tmp_path / "clock")
    with MongoClient(mongo_uri, tz_aware=True) as client:
        service_process(TARGET, driven.environment)
        yield Tower(driven, client[f"{database_prefix}clocktower"])
        client.drop_database(f"{database_prefix}clocktower")


def test_it_runs_once_the_clock_has_moved_on_by_its_period_not_before_and_not_twice(tower: Tower) -> None:
    tower.be_ahead(HOUR - timedelta(minutes=10))
    assert tower.strikes() == []
    tower.be_ahead(HOUR)
    [first] = eventually(tower.strikes)
    tower.be_ahead(2 * HOUR - timedelta(minutes=10))
    assert tower.strikes() == [first]
    tower.be_ahead(2 * HOUR + timedelta(minutes=10))
    assert len(eventually(lambda: tower.strikes()[1:])) == 1


def test_periods_that_a_jump_leaves_out_are_not_made_up_for(tower: Tower) -> None:
    tower.be_ahead(400 * 24 * HOUR)
    eventually(tower.strikes)
    tower.be_ahead(400 * 24 * HOUR + timedelta(minutes=1))
    assert len(tower.strikes()) == 1


def test_it_runs_too_when_the_clock_is_put_back(tower: Tower) -> None:
    tower.be_ahead(2 * HOUR)
    eventually(tower.strikes)
    tower.be_ahead(timedelta())
    eventually(lambda: len(tower.strikes()) == 2)
