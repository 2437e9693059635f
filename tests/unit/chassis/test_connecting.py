"""A deadline ends what a connection waits for, whatever the other side does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from chassis.connecting import Deadline, NotSent, start_tls

SOON = 0.05


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def read_until_it_fails(connection: socket.socket) -> None:
    with suppress(OSError):
        while connection.recv(1):
            pass


def test_a_server_that_sends_nothing_is_left_at_the_deadline(line: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = line
    deadline = Deadline(SOON)
    with deadline.watch():
        deadline.guard(ours)
        read_until_it_fails(ours)
    assert deadline.passed


def test_a_server_that_sends_a_byte_now_and_then_is_left_at_the_deadline_too(
    line: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = line
    left = threading.Event()

    def drip() -> None:
        with suppress(OSError):
            while not left.wait(SOON / 5):
                theirs.send(b"a")

    dripping = threading.Thread(target=drip, daemon=True)
    dripping.start()
    deadline = Deadline(SOON)
    with deadline.watch():
        deadline.guard(ours)
        read_until_it_fails(ours)
    left.set()
    assert deadline.passed


def test_before_the_deadline_nothing_is_said_to_have_failed_because_of_it(
    line: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = line
    deadline = Deadline(3600)
    with deadline.watch():
        deadline.guard(ours)
        theirs.close()
        read_until_it_fails(ours)
    assert not deadline.passed


@pytest.mark.parametrize("first", [True, False], ids=["came first", "came meanwhile"])
def test_a_deadline_in_the_middle_of_a_greeting_is_no_fault_of_the_encryption(
    line: tuple[socket.socket, socket.socket], first: bool
) -> None:
    ours, theirs = line
    deadline = Deadline(3600)

    def end_when_greeted() -> None:
        theirs.recv(1)
        deadline.end()

    if first:
        deadline.end()
    else:
        threading.Thread(target=end_when_greeted, daemon=True).start()
    with pytest.raises(NotSent) as failure:
        start_tls(ours, "partner.example", deadline)
    assert failure.value.code == "timeout"
