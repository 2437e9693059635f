"""Connections of clients, through gunicorn with the gateway's worker and an application that tells who answered."""

from __future__ import annotations

import http.client
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import Any

import pytest

from deploy.local.ports import choose_free
from tests.support.serving import ServingProcess
from tests.support.waiting import eventually

THREADS = 4
LARGE = 3_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingProcess]:
    port = choose_free()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-k",
        "tests.integration.gateway.telling.PatientWorker",
        "--threads",
        str(THREADS),
    ]
    command += ["-b", f"127.0.0.1:{port}", "--no-control-socket", "tests.integration.gateway.telling:application"]
    log = tmp_path_factory.mktemp("connections") / "log"
    process = ServingProcess("telling", command, env={}, log=log, url=f"http://127.0.0.1:{port}")
    process.start()
    eventually(lambda: answers(port), 60)
    yield process
    process.stop()


def answers(port: int) -> bool:
    try:
        with closing(socket.create_connection(("127.0.0.1", port), 5)):
            return True
    except OSError:
        return False


@pytest.fixture
def client(server: ServingProcess) -> Iterator[http.client.HTTPConnection]:
    with closing(connect(server)) as connection:
        yield connection


def connect(server: ServingProcess) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)


def ask(connection: http.client.HTTPConnection, path: str, method: str = "GET", body: Any = None) -> tuple[int, bytes]:
    connection.request(method, path, body=body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_requests_in_a_row_are_answered_by_one_thread(client: http.client.HTTPConnection) -> None:
    assert len({ask(client, "/thread") for _ in range(5)}) == 1


def test_every_kind_of_answer_arrives_whole_on_one_connection(client: http.client.HTTPConnection) -> None:
    for _ in range(2):
        assert ask(client, "/empty") == (204, b"")
        assert ask(client, "/pieces") == (200, b"one two three")
        assert ask(client, "/large") == (200, b"x" * LARGE)
        assert ask(client, "/large", "HEAD") == (200, b"")
        assert ask(client, "/echo", "POST", b"y" * LARGE) == (200, str(LARGE).encode())
        assert ask(client, "/unread", "POST", b"y" * 5000) == (200, b"unread")


@pytest.mark.parametrize("length", [1_000, 30_000, 100_000, LARGE])
def test_an_answer_to_what_was_not_read_tells_whether_the_connection_ends(
    client: http.client.HTTPConnection, length: int
) -> None:
    client.putrequest("POST", "/unread")
    client.putheader("Content-Length", str(length))
    client.endheaders()
    answer = client.getresponse()
    assert (answer.status, answer.read()) == (200, b"unread")
    assert answer.will_close == (length > 32 * 1024)
    if not answer.will_close:
        client.send(b"y" * length)
    # http.client connects again where it was told to, and only there.
    assert (client.sock is None) == answer.will_close
    assert ask(client, "/say/more") == (200, b"said more")


def test_a_body_in_chunks_that_was_read_keeps_the_connection(client: http.client.HTTPConnection) -> None:
    client.request("POST", "/echo", iter([b"y" * 1000] * 200), encode_chunked=True)
    answer = client.getresponse()
    assert (answer.read(), answer.will_close) == (b"200000", False)


def test_a_body_in_chunks_that_was_not_read_ends_the_connection(client: http.client.HTTPConnection) -> None:
    client.putrequest("POST", "/unread")
    client.putheader("Transfer-Encoding", "chunked")
    client.endheaders()
    answer = client.getresponse()
    assert (answer.read(), answer.will_close) == (b"unread", True)


def test_requests_sent_ahead_are_answered_in_order(server: ServingProcess) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 60) as line:
        ahead = "".join(f"GET /say/{number} HTTP/1.1\r\nHost: here\r\n\r\n" for number in range(4))
        line.sendall(ahead.encode() + b"GET /say/last HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        said = b"".join(iter(lambda: line.recv(65536), b""))
    assert [piece[:4] for piece in said.split(b"said ")[1:]] == [b"0HTT", b"1HTT", b"2HTT", b"3HTT", b"last"]


def test_a_request_that_comes_in_pieces_long_after_the_last_is_answered(server: ServingProcess) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 60) as line:
        for piece in (
            b"GET /say/1 HTTP/1.1\r\n",
            b"Host: here\r\n\r\n",
            b"GET /say/2 HT",
            b"TP/1.1\r\nHost: here\r\n\r\n",
        ):
            line.sendall(piece)
        said = b""
        while b"said 2" not in said:
            said += line.recv(65536)
    assert said.count(b"HTTP/1.1 200") == 2


def test_connections_that_say_nothing_keep_nobody_out(server: ServingProcess) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(closing(connect(server))) for _ in range(THREADS * 5)]
        for connection in idle:
            assert ask(connection, "/say/hello") == (200, b"said hello")
        for connection in reversed(idle):
            assert ask(connection, "/say/again") == (200, b"said again")


def test_nobody_waits_behind_those_who_ask_without_end(server: ServingProcess) -> None:
    with ExitStack() as stack:
        busy = [stack.enter_context(closing(connect(server))) for _ in range(THREADS * 3)]
        crowd = stack.enter_context(ThreadPoolExecutor(len(busy)))
        asking = [crowd.submit(lambda one=one: [ask(one, "/say/x") for _ in range(200)]) for one in busy]
        with closing(connect(server)) as late:
            assert ask(late, "/say/late") == (200, b"said late")
        assert all(set(one.result(120)) == {(200, b"said x")} for one in asking)


def test_a_client_that_hangs_up_frees_its_thread(server: ServingProcess) -> None:
    for _ in range(THREADS * 5):
        with closing(connect(server)) as connection:
            assert ask(connection, "/say/bye") == (200, b"said bye")


def test_a_stop_answers_what_is_under_way_and_ends(server: ServingProcess) -> None:
    with closing(connect(server)) as staying:
        assert ask(staying, "/say/hello") == (200, b"said hello")
        assert server.stop() == 0
    server.start()
    eventually(lambda: answers(int(server.url.rpartition(":")[2])), 60)
