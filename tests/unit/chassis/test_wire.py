"""A read in a thread ends when nothing comes, and what has come of a frame by then is kept."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from amqp.transport import SSLTransport, TCPTransport

from chassis.broker.wire import Wire, _read_ahead

HEARTBEAT = struct.pack(">BHI", 8, 0, 0) + b"\xce"


@pytest.fixture
def ends() -> Iterator[tuple[TCPTransport, socket.socket]]:
    """A transport that waits for a twentieth of a second, and the broker's end of its connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 50_000))
        transport = TCPTransport("broker")
        transport.sock, transport.connected = ours, True
        transport._setup_transport()
        _read_ahead(transport)
        yield transport, theirs
        transport.connected = False


def test_a_read_ends_when_nothing_comes(ends: tuple[TCPTransport, socket.socket]) -> None:
    transport, _ = ends
    with pytest.raises(TimeoutError):
        transport.read_frame()
    assert transport.connected


@pytest.mark.parametrize("cut", range(1, len(HEARTBEAT)))
def test_half_a_frame_is_kept_until_the_rest_comes(ends: tuple[TCPTransport, socket.socket], cut: int) -> None:
    transport, broker = ends
    broker.sendall(HEARTBEAT[:cut])
    with pytest.raises(TimeoutError):
        transport.read_frame()
    broker.sendall(HEARTBEAT[cut:])
    assert transport.read_frame()[0] == 8


def test_only_where_the_kernel_does_not_end_a_read_the_library_is_told_to() -> None:
    wire = Wire("amqp://guest:guest@127.0.0.1:5672//", "test", read_seconds=1.0)

    def over(transport: type[Any]) -> SimpleNamespace:
        return SimpleNamespace(transport=transport("broker"))

    assert wire.patience(over(TCPTransport)) is None
    assert wire.patience(over(SSLTransport)) == 1.0
