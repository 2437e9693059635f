"""Nothing happens while nothing happens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chassis.rpc_client import RpcClient
from tests.support.waiting import eventually


@pytest.fixture
def client(amqp_uri: str) -> Iterator[RpcClient]:
    rpc = RpcClient(amqp_uri, "test")
    rpc.start()
    eventually(lambda: rpc.connected)
    yield rpc
    rpc.stop()


def test_an_idle_connection_outlives_the_brokers_heartbeats(client: RpcClient) -> None:
    connection = client._connection
    seen = connection.bytes_recv

    def two_heartbeats_came() -> bool:
        return bool(connection.bytes_recv >= seen + 2) or client._connection is not connection

    eventually(two_heartbeats_came)
    assert client._connection is connection
