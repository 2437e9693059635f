"""Connections to addresses that other people named: checked, pinned to the checked address, ended at a
deadline.

A name is resolved once; every address it stands for must be public or in an allowed network, and the
connection goes to the very address that was checked, so that a second answer of the name server (DNS
rebinding) changes nothing. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from services.publicity.settings import Network

# RFC 6052: an IPv4 address inside an IPv6 one, which a gateway translates back.
_NAT64 = IPv6Network("64:ff9b::/96")
# How long a person who sets up a channel waits for a name.
LOOKUP_SECONDS = 2.0


class AddressRefused(Exception):
    """The target is, or resolves to, an address that channels may not reach."""


class NotSent(Exception):
    """Nothing was handed over. ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoAnswer(Exception):
    """It was handed over, wholly or in part, and the answer never came: the other side may have taken it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What an HTTP server answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]


class Deadline:
    """The moment after which a connection is shut down, whatever it is waiting for."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self.passed = False

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
        timer = threading.Timer(self.left, self._shut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _shut(self) -> None:
        self.passed = True
        if self._socket is not None:
            with suppress(OSError):  # closed already
                self._socket.shutdown(socket.SHUT_RDWR)


def is_permitted(address: str, allowed: Sequence[Network]) -> bool:
    """Whether channels may connect to this IP address; addresses that hide another are judged by both."""
    ip = ip_address(address.split("%", 1)[0])
    hidden = _hidden(ip)
    if hidden is not None:
        return is_permitted(str(hidden), allowed)
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(
    host: str, port: int, allowed: Sequence[Network] | None, seconds: float = LOOKUP_SECONDS
) -> list[tuple[socket.AddressFamily, tuple[str, int]]]:
    """The addresses of a host, all of them permitted; ``AddressRefused``, or ``NotSent`` when it has none.

    ``allowed=None``: the operator named the host in the settings, nothing is checked.
    """
    addresses = _lookup(host, port, seconds)
    if not addresses:
        raise NotSent("name_not_found")
    if allowed is not None and not all(is_permitted(address, allowed) for _, (address, _) in addresses):
        raise AddressRefused
    return addresses


def connect(host: str, port: int, deadline: Deadline, allowed: Sequence[Network] | None) -> socket.socket:
    """A connection to the first address that accepts one; as ``resolve``, and ``NotSent`` when none does."""
    failure: OSError | None = None
    for family, address in resolve(host, port, allowed, deadline.left):
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            deadline.guard(connection)
            connection.connect(address)
            return connection
        except OSError as error:
            connection.close()
            failure = error
    raise NotSent(_code_of(failure)) from failure


def start_tls(connection: socket.socket, host: str, deadline: Deadline) -> ssl.SSLSocket:
    """TLS with the certificate checked against ``host``; ``NotSent`` when that fails."""
    try:
        wrapped = _tls().wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False)
        deadline.guard(wrapped)
        wrapped.do_handshake()
    except OSError as error:
        connection.close()
        code = "certificate_refused" if isinstance(error, ssl.SSLCertVerificationError) else "tls_failed"
        raise NotSent(_code_of(error) if isinstance(error, TimeoutError) else code) from error
    return wrapped


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float, allowed: Sequence[Network]) -> Answer:
    """POST once, within ``timeout`` seconds in all. Raises ``AddressRefused``, ``NotSent`` and ``NoAnswer``."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    deadline = Deadline(timeout)
    with deadline.watch():
        connection = connect(host, port, deadline, allowed)
        if secure:
            connection = start_tls(connection, host, deadline)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        channel = http.client.HTTPConnection(host, port)
        channel.sock = connection
        try:
            channel.request("POST", target, body=body, headers={**headers, "Connection": "close"})
            answer = channel.getresponse()
            if deadline.passed:
                # The parser takes the end of a connection for the end of the headers.
                raise TimeoutError
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()})
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer("timeout" if deadline.passed else _code_of(error)) from error
        finally:
            channel.close()


def _lookup(host: str, port: int, seconds: float) -> list[tuple[socket.AddressFamily, tuple[str, int]]]:
    """What the name service says, within ``seconds``: it keeps its own time, so it is asked on the side."""
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
    return [(socket.AddressFamily(family), (str(name[0]), int(name[1]))) for family, _, _, _, name in found]


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _hidden(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    if isinstance(ip, IPv4Address):
        return None
    if ip.is_loopback:
        # One machine, two spellings: whoever allows 127.0.0.0/8 means "localhost", which has both.
        return IPv4Address("127.0.0.1")
    if ip.ipv4_mapped or ip.sixtofour:
        return ip.ipv4_mapped or ip.sixtofour
    if ip.teredo:
        return ip.teredo[1]
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def _code_of(error: BaseException | None) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ConnectionRefusedError):
        return "connection_refused"
    if isinstance(error, (ConnectionError, http.client.RemoteDisconnected)):
        return "connection_cut"
    if isinstance(error, http.client.HTTPException):
        return "bad_answer"
    return "not_reachable"
