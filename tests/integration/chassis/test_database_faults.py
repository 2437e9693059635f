"""Row 5: a database that is away is no fault of an event, and no reason for a process to end."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymongo
import pytest
from pymongo import MongoClient

from chassis.broker.topology import dead_letter_queue_name
from chassis.rpc_client import Refused, RpcClient
from deploy.local.database import Database
from deploy.local.health import answers_200
from tests.integration.chassis.conftest import QUICK
from tests.integration.chassis.probes import DESK, PRESS, SheetPrintedV1, repeat
from tests.integration.chassis.workshop import PATIENCE, SHEETS, Desk, Press, Wire, call_within
from tests.support.services import ServiceProcess, StartService
from tests.support.waiting import eventually

# So few that waiting for the database would use them up, if it counted.
FEW = {**QUICK, "MAX_ATTEMPTS": "2"}


@pytest.fixture(scope="module", autouse=True)
def process(module_service_process: StartService) -> ServiceProcess:
    return module_service_process(DESK, FEW)


@contextmanager
def away(mongo: Database) -> Iterator[None]:
    mongo.kill()
    try:
        yield
    finally:
        mongo.restart()


def test_events_wait_for_the_database_without_using_up_their_attempts(
    mongo: Database, desk: Desk, wire: Wire, process: ServiceProcess
) -> None:
    with away(mongo):
        events = desk.hand(SheetPrintedV1, count=10)
        eventually(lambda: process.log().count("database away, waiting") >= 3)
        assert answers_200(f"{process.url}/healthz")
        assert not process.ready
    eventually(lambda: desk.done(*events))
    assert wire.ready(dead_letter_queue_name(SHEETS)) == 0
    assert process.alive


def test_a_request_is_told_that_the_database_is_away(mongo: Database, caller: RpcClient) -> None:
    with away(mongo), pytest.raises(Refused) as refused:
        caller.call(repeat, {"value": 1}, call_within(PATIENCE))
    assert refused.value.name == "Unavailable"
    eventually(lambda: caller.call(repeat, {"value": 1}, call_within(5)) == {"value": 1})


def test_a_service_that_starts_while_the_database_is_away_begins_to_work_when_it_is_back(
    mongo: Database, desk: Desk, service_process: StartService
) -> None:
    with away(mongo):
        process = service_process(DESK, FEW, wait=False)
        eventually(lambda: "indexes wait for the database" in process.log())
        assert answers_200(f"{process.url}/healthz")
        assert not process.ready
    process.wait_ready()
    (event,) = desk.hand(SheetPrintedV1)
    eventually(lambda: desk.done(event))


def test_what_was_written_before_the_database_died_is_published_after_it(
    mongo: Database, press: Press, desk: Desk, service_process: StartService
) -> None:
    """Nobody publishes while the sheets are printed; their events outlive the database's death."""
    events = [press.print(f"durable-{n}") for n in range(50)]
    mongo.kill()
    mongo.restart()
    service_process(PRESS, QUICK)
    eventually(lambda: desk.done(*events))


def test_a_process_that_is_killed_in_a_transaction_holds_its_documents_for_seconds_only(
    press: Press, mongo_uri: str, mongo_client: MongoClient[Any]
) -> None:
    """Its repetition, and the relay, wait for them."""
    pages = press.store.db.pages
    pages.insert_one({"_id": "held", "turned": 0})
    killed = multiprocessing.get_context("spawn").Process(
        target=_die_in_a_transaction, args=(mongo_uri, pages.full_name)
    )
    killed.start()
    killed.join(PATIENCE)
    assert killed.exitcode == -signal.SIGKILL
    with pymongo.timeout(40):
        pages.update_one({"_id": "held"}, {"$inc": {"turned": 1}})
    assert pages.find_one() == {"_id": "held", "turned": 1}


def _die_in_a_transaction(mongo_uri: str, collection: str) -> None:
    client: MongoClient[Any] = MongoClient(mongo_uri)
    database, _, name = collection.partition(".")
    with client.start_session() as session, session.start_transaction():
        client[database][name].update_one({"_id": "held"}, {"$inc": {"turned": 100}}, session=session)
        os.kill(os.getpid(), signal.SIGKILL)
