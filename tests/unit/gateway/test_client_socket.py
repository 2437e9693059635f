"""A client's connection that asks the kernel for less behaves like one that asks for everything."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from gateway.client_socket import ClientSocket


@pytest.fixture
def ends() -> Iterator[tuple[ClientSocket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        accepted, _ = server.accept()
        client.settimeout(30)
        with ClientSocket(accepted) as ours:
            yield ours, client


def test_headers_leave_with_the_first_of_the_body(ends: tuple[ClientSocket, socket.socket]) -> None:
    ours, client = ends
    ours.hold_headers()
    ours.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    client.setblocking(False)
    with pytest.raises(BlockingIOError):
        client.recv(100)
    client.settimeout(30)
    ours.sendall(b"one")
    assert client.recv(100) == b"HTTP/1.1 200 OK\r\n\r\none"
    ours.sendall(b"two")
    assert client.recv(100) == b"two"


def test_headers_without_a_body_leave_at_the_end(ends: tuple[ClientSocket, socket.socket]) -> None:
    ours, client = ends
    ours.hold_headers()
    ours.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    ours.let_go()
    assert client.recv(100) == b"HTTP/1.1 204 No Content\r\n\r\n"
    ours.let_go()
    ours.sendall(b"next")
    assert client.recv(100) == b"next"


def test_headers_are_there_before_the_connection_is_shut(ends: tuple[ClientSocket, socket.socket]) -> None:
    ours, client = ends
    ours.hold_headers()
    ours.sendall(b"headers")
    ours.shutdown(socket.SHUT_WR)
    assert (client.recv(100), client.recv(100)) == (b"headers", b"")


def test_headers_precede_a_large_body_and_a_file(ends: tuple[ClientSocket, socket.socket], tmp_path) -> None:
    ours, client = ends
    body = bytes(range(256)) * 1024
    (tmp_path / "file").write_bytes(body)

    def answer() -> None:
        ours.hold_headers()
        ours.sendall(b"large:")
        ours.sendall(body)
        ours.hold_headers()
        ours.sendall(b"file:")
        with (tmp_path / "file").open("rb") as file:
            ours.sendfile(file)
        ours.shutdown(socket.SHUT_WR)

    threading.Thread(target=answer, daemon=True).start()
    assert b"".join(iter(lambda: client.recv(65536), b"")) == b"large:" + body + b"file:" + body


def test_a_read_ends_when_its_patience_does_and_the_next_one_waits_again(
    ends: tuple[ClientSocket, socket.socket],
) -> None:
    ours, client = ends
    ours.settimeout(0.05)
    assert ours.gettimeout() == 0.05
    with pytest.raises(TimeoutError):
        ours.recv(10)
    ours.settimeout(None)
    threading.Timer(0.2, client.sendall, [b"late"]).start()
    assert ours.recv(10) == b"late"


def test_a_read_that_is_not_to_wait_does_not(ends: tuple[ClientSocket, socket.socket]) -> None:
    ours, _ = ends
    ours.setblocking(False)
    assert ours.gettimeout() == 0.0
    with pytest.raises(BlockingIOError):
        ours.recv(10)


def test_what_is_sent_without_waiting_does_not_wait_for_a_client_that_reads_nothing(
    ends: tuple[ClientSocket, socket.socket],
) -> None:
    ours, _ = ends
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        ours.sendall(bytes(64 * 1024 * 1024))


def test_it_tells_a_client_that_says_nothing_from_one_that_hangs_up(ends: tuple[ClientSocket, socket.socket]) -> None:
    ours, client = ends
    assert ours.arriving(0.05) is None
    client.sendall(b"GET /")
    assert ours.arriving(30) == b"GET /"
    client.close()
    assert ours.arriving(30) == b""


def test_what_is_sent_ends_when_its_patience_does(ends: tuple[ClientSocket, socket.socket]) -> None:
    ours, _ = ends
    ours.settimeout(0.05)
    with pytest.raises(TimeoutError):
        ours.sendall(bytes(64 * 1024 * 1024))
