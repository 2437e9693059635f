"""Connections to servers outside that end at a deadline, whatever the other side does or does not."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

# One of the addresses of a host: its family, and what ``socket.connect`` wants.
Address = tuple[socket.AddressFamily, tuple[str, int]]


class NotSent(Exception):
    """Nothing was handed over. ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Deadline:
    """The moment after which a connection is shut down, whatever it is waiting for."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._socket: socket.socket | None = None

    @property
    def passed(self) -> bool:
        """Whether what failed now may have failed because of it: a socket can give up before the watch has its turn."""
        return time.monotonic() >= self._ends

    @property
    def left(self) -> float:
        """Seconds left, never less than a moment, as a socket's timeout."""
        return max(self._ends - time.monotonic(), 0.01)

    def guard(self, connection: socket.socket) -> None:
        """From now on this is the connection to shut down."""
        connection.settimeout(self.left)
        self._socket = connection

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Run the watch: a server that sends a byte now and then gets no longer than one that sends none."""
        timer = threading.Timer(self.left, self.end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def end(self) -> None:
        """Let it be now: what the connection is waiting for fails."""
        self._ends = min(self._ends, time.monotonic())
        if self._socket is not None:
            with suppress(OSError):  # closed already
                self._socket.shutdown(socket.SHUT_RDWR)


def addresses_of(host: str, port: int, seconds: float) -> list[Address]:
    """What the name service says, within ``seconds``: it keeps its own time, so it is asked on the side.

    ``NotSent`` when it does not know the name, or does not say in time.
    """
    answer: Future[list[Any]] = Future()

    def ask() -> None:
        try:
            answer.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answer.result(seconds)
    except (OSError, UnicodeError, FutureTimeout) as error:
        raise NotSent("name_not_found") from error
    if not found:
        raise NotSent("name_not_found")
    return [(socket.AddressFamily(family), (str(name[0]), int(name[1]))) for family, _, _, _, name in found]


def connect(addresses: Sequence[Address], deadline: Deadline) -> socket.socket:
    """A connection to the first of the addresses that accepts one; ``NotSent`` when none does."""
    failure: OSError | None = None
    for family, address in addresses:
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            deadline.guard(connection)
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise NotSent(code_of(failure)) from failure


def start_tls(connection: socket.socket, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """TLS with the certificate checked against ``host``; ``NotSent`` when that fails."""
    try:
        wrapped = _tls().wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False)
        deadline.guard(wrapped)
        wrapped.do_handshake()
    except OSError as error:
        connection.close()
        if isinstance(error, ssl.SSLCertVerificationError):
            raise NotSent("certificate_refused") from error
        raise NotSent("timeout" if deadline.passed or isinstance(error, TimeoutError) else "tls_failed") from error
    return wrapped


def code_of(error: BaseException | None) -> str:
    """Why a connection failed, as a code that holds nothing of what was sent."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionRefusedError):
        return "connection_refused"
    if isinstance(error, (ConnectionError, http.client.RemoteDisconnected)):
        return "connection_cut"
    if isinstance(error, http.client.HTTPException):
        return "bad_answer"
    return "not_reachable"


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
