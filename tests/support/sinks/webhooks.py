"""A partner that takes Standard Webhooks over HTTP: verifies, remembers, and fails on demand."""

from __future__ import annotations

import base64
import secrets
import socket
import ssl
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
from standardwebhooks import Webhook, WebhookVerificationError


def new_signing_key() -> str:
    """A key as partners exchange it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass
class Received:
    """One POST that carried a valid signature."""

    id: str
    type: str
    data: dict[str, Any]
    at: float = field(default_factory=time.monotonic)


class WebhookSink:
    """An HTTP server on a port of its own; with ``certificate`` (a PEM file with its key) it speaks TLS.

    ``mood`` decides what the next requests meet: ``accept`` (204), a status such as ``500``, ``throttle`` (429 with
    ``Retry-After: retry_after``), ``hang`` (no answer until ``release``), ``cut`` (the message is taken, the
    connection ends without an answer), ``drip`` (a byte of the answer now and then), ``redirect`` (307 to itself).
    ``first``: the moods that the next requests meet before that, one each. ``moments``: when each request came, in
    seconds of ``time.monotonic``. ``holding`` is set once a request hangs or drips. ``close()`` makes connections be
    refused, ``open()`` takes them again on the same port.
    """

    def __init__(self, certificate: Path | None = None) -> None:
        self.signing_key = new_signing_key()
        self._certificate = certificate
        self.mood: str | int = "accept"
        self.retry_after = "1"
        self.received: list[Received] = []
        self.forged = 0
        self.first: list[str | int] = []
        self.moments: list[float] = []
        self.holding = threading.Event()
        self._released = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0
        self.open()

    @property
    def url(self) -> str:
        """Where it listens, or would."""
        scheme = "https" if self._certificate else "http"
        return f"{scheme}://127.0.0.1:{self._port}/hook"

    @property
    def port(self) -> int:
        """Stays the same over ``close`` and ``open``."""
        return self._port

    def ids(self, event: str = "publication.published") -> Counter[str]:
        """How often each message of a type came."""
        return Counter(message.id for message in self.received if message.type == event)

    def of(self, publication_id: str, event: str = "publication.published") -> list[Received]:
        """What came about one publication."""
        return [message for message in self.received if message.type == event and message.data["id"] == publication_id]

    def open(self) -> None:
        """Listen."""
        self._server = _Server(("127.0.0.1", self._port), self)
        self._port = self._server.server_port
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
            # The handshake belongs to the connection's own thread, not to the one that accepts.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections."""
        self.release()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def release(self) -> None:
        """Let those go that hang."""
        self._released.set()
        self._released = threading.Event()

    def wait_released(self) -> None:
        """What a hanging request does; one that was late for ``release`` goes when the mood is another."""
        released = self._released
        while not released.wait(0.1) and self.mood == "hang":
            continue

    @property
    def requests(self) -> int:
        """How many came."""
        return len(self.moments)

    def verified(self, headers: dict[str, str], body: bytes) -> bool:
        """Whether the signature is right; the message is remembered when it is."""
        try:
            message = Webhook(self.signing_key).verify(body, headers)
        except (WebhookVerificationError, ValueError):
            self.forged += 1
            return False
        assert message == orjson.loads(body)
        self.received.append(Received(headers["webhook-id"], message["type"], message["data"]))
        return True

    def __enter__(self) -> WebhookSink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Many deliveries knock at the same time.
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], sink: WebhookSink) -> None:
        self.sink = sink
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is the point of some tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        sink = self.server.sink
        sink.moments.append(time.monotonic())
        mood = sink.first.pop(0) if sink.first else sink.mood
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if mood == "hang":
            sink.holding.set()
            sink.wait_released()
            self._cut()
            return
        if mood == "throttle":
            self._answer(429, {"Retry-After": sink.retry_after})
            return
        if mood == "redirect":
            self._answer(307, {"Location": sink.url})
            return
        if isinstance(mood, int):
            self._answer(mood)
            return
        known = sink.verified({name.lower(): value for name, value in self.headers.items()}, body)
        if mood == "cut":
            self._cut()
        elif mood == "drip":
            self._drip()
        else:
            self._answer(204 if known else 401)

    def _answer(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", "Connection": "close", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _drip(self) -> None:
        """A header that never ends, a byte at a time."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        released = self.server.sink._released
        while not released.wait(0.05):
            self.wfile.write(b"a")
            self.wfile.flush()
            self.server.sink.holding.set()
        self._cut()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""
