"""The probes and what surrounds them. Each test file has a virtual host and databases of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from chassis.rpc_client import RpcClient
from tests.integration.chassis.workshop import Desk, Press, PressStore, Wire, desk_of
from tests.support.waiting import eventually

# Waits that a test can sit out.
QUICK = {"RETRY_WAITS": "0.3,0.6", "OUTBOX_SWEEP_SECONDS": "0.1", "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json"}


@pytest.fixture(scope="module")
def wire(amqp_uri: str) -> Wire:
    return Wire(amqp_uri)


@pytest.fixture(scope="module")
def desk(wire: Wire, mongo_client: MongoClient[Any], database_prefix: str) -> Desk:
    return desk_of(wire, mongo_client, database_prefix)


@pytest.fixture(scope="module")
def press(mongo_client: MongoClient[Any], database_prefix: str) -> Press:
    store = PressStore(mongo_client, database_prefix)
    store.ensure_indexes()
    return Press(store)


@pytest.fixture
def caller(amqp_uri: str) -> Iterator[RpcClient]:
    """The gateway's RPC client."""
    client = RpcClient(amqp_uri, "test", max_in_flight=64)
    client.start()
    eventually(lambda: client.connected)
    yield client
    client.stop()
