"""A command that gets no answer leaves what would be lost otherwise, and one that is refused leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import mingjing

REFUSED = {"title": "Anonymous report", "detail": "There is no identity to see."}


class Gateway(ThreadingHTTPServer):
    """Signs everybody in, and answers a request to see an identity with ``status``; 0 ends the line without one."""

    status = 0
    signed_out = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/v1/sessions":
            self._answer(201, {"access_token": "token"})
        elif self.server.status:
            self._answer(self.server.status, REFUSED)
        else:
            self.close_connection = True

    def do_DELETE(self) -> None:
        self.server.signed_out += 1
        self._answer(204, None)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def _answer(self, status: int, body: object) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def asked(gateway: Gateway, key_file: Path) -> Result:
    command = ["identity-requests", "ask", "case-1", "--purpose", "talk", "--hours", "3", "--key-file", str(key_file)]
    environment = {"GATEWAY_URL": gateway.url, "MINGJING_USERNAME": "handler", "MINGJING_PASSWORD": "secret"}
    return CliRunner().invoke(mingjing, command, input="面谈核实", env=environment)


@pytest.mark.parametrize("status", [0, 503], ids=["the line ends", "503"])
def test_the_key_of_a_request_that_may_have_been_made_stays(gateway: Gateway, tmp_path: Path, status: int) -> None:
    gateway.status = status

    done = asked(gateway, tmp_path / "request.key")

    assert done.exit_code == 1
    assert "It may have been done all the same" in done.output
    assert (tmp_path / "request.key").read_text().startswith("requester-private:")


def test_the_key_of_a_request_that_was_refused_goes(gateway: Gateway, tmp_path: Path) -> None:
    gateway.status = 409

    done = asked(gateway, tmp_path / "request.key")

    assert done.exit_code == 1
    assert "There is no identity to see." in done.output
    assert not (tmp_path / "request.key").exists()


@pytest.mark.parametrize("status", [0, 409])
def test_whatever_comes_of_it_the_session_ends(gateway: Gateway, tmp_path: Path, status: int) -> None:
    gateway.status = status

    asked(gateway, tmp_path / "request.key")

    assert gateway.signed_out == 1


def test_a_key_file_that_is_there_is_never_written_over(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "request.key").write_text("mine")

    done = asked(gateway, tmp_path / "request.key")

    assert "is there already" in done.output
    assert (tmp_path / "request.key").read_text() == "mine"
