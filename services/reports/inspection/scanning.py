"""Scanning for viruses by clamd, where one is configured (``REPORTS_CLAMD``).

The file is streamed to clamd (INSTREAM): clamd needs no access to any file, and this process holds one piece at a
time. Nothing but clamd's own "OK" makes a file clean.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from clamav_client.clamd import ClamdError, ClamdNetworkSocket, ClamdUnixSocket, scan_response

CLEAN = "clean"
INFECTED = "infected"
NOT_SCANNED = "not_scanned"

NOT_CONFIGURED = "not_configured"
TOO_LARGE = "too_large"
ENCRYPTED = "encrypted"
BEYOND_LIMITS = "beyond_limits"
# Said by whoever does not give the file to clamd at all.
NOT_OPENED = "not_opened"
REASONS = (NOT_CONFIGURED, TOO_LARGE, ENCRYPTED, BEYOND_LIMITS, NOT_OPENED)

# clamd's own names for what it could not look into (AlertEncrypted, AlertExceedsMax in clamd.conf).
_NOT_LOOKED_INTO = {"Heuristics.Encrypted": ENCRYPTED, "Heuristics.Limits.Exceeded": BEYOND_LIMITS}
_SIZE_LIMIT = "INSTREAM size limit exceeded"
_PIECE_BYTES = 64 * 1024
_PORT = 3310
_MOST_SIGNATURE = 200


class ScannerAway(Exception):
    """clamd did not answer, or not as clamd does: to be tried again later. The file may be anything."""

    # Names addresses only: may be told in logs and dead letters.
    tellable = True


@dataclass(frozen=True)
class Scan:
    """``result``: ``clean``, ``infected`` (with ``signature``), ``not_scanned`` (with ``reason``, of ``REASONS``)."""

    result: str
    signature: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Scanner:
    """clamd at an address: ``tcp://host:port`` or ``unix:///path``; without one nothing is scanned.

    ``timeout_seconds``: for connecting, and for each step of the talk; clamd scans after the last piece.
    """

    address: str | None
    timeout_seconds: float = 120.0

    def scan(self, parts: Iterable[bytes]) -> Scan:
        """What clamd says of the file of these parts. Raises ``ScannerAway``, and what ``parts`` raises."""
        if self.address is None:
            return Scan(NOT_SCANNED, reason=NOT_CONFIGURED)
        client = _client(self.address, self.timeout_seconds)
        try:
            client._init_socket()
        except ClamdError as error:
            raise ScannerAway(str(error)) from error
        with client.clamd_socket as connection:
            return _understood(_answer(client, connection, parts))


def check_address(address: str) -> str:
    """The address, if clamd can be asked there; ``ValueError`` otherwise."""
    parts = urlsplit(address)
    is_tcp = parts.scheme == "tcp" and parts.hostname and not parts.path.strip("/")
    is_unix = parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc
    if not (is_tcp or is_unix):
        raise ValueError("must be tcp://host:port or unix:///path")
    # Read for its error: a port that is none.
    _ = parts.port
    return address


def _client(address: str, timeout: float) -> ClamdNetworkSocket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        return ClamdUnixSocket(parts.path, timeout)  # type: ignore[arg-type]
    return ClamdNetworkSocket(parts.hostname or "", parts.port or _PORT, timeout)


def _answer(client: ClamdNetworkSocket, connection: socket.socket, parts: Iterable[bytes]) -> str:
    """clamd's line about the stream. Not the library's ``instream``: that sends pieces of 1 KiB, and loses what clamd
    says when it stops taking them, which is how it tells that a file is too large."""
    try:
        _stream(client, connection, parts)
    except (BrokenPipeError, ConnectionResetError):
        # clamd has heard enough; what it said can still be read.
        pass
    except OSError as error:
        raise ScannerAway(f"clamd took no more: {error}") from error
    try:
        line: str = client._recv_response()
    except (ClamdError, OSError, ValueError) as error:
        raise ScannerAway(f"clamd did not answer: {error}") from error
    return line


def _stream(client: ClamdNetworkSocket, connection: socket.socket, parts: Iterable[bytes]) -> None:
    client._send_command("INSTREAM")
    for part in parts:
        for place in range(0, len(part), _PIECE_BYTES):
            piece = part[place : place + _PIECE_BYTES]
            connection.sendall(struct.pack("!L", len(piece)) + piece)
    connection.sendall(struct.pack("!L", 0))


def _understood(line: str) -> Scan:
    if line.startswith(_SIZE_LIMIT):
        return Scan(NOT_SCANNED, reason=TOO_LARGE)
    told = scan_response.match(line)
    if told is None or told["status"] == "ERROR":
        raise ScannerAway("clamd did not say what it found")
    if told["status"] == "OK":
        return Scan(CLEAN)
    signature = (told["virus"] or "unnamed")[:_MOST_SIGNATURE]
    for name, reason in _NOT_LOOKED_INTO.items():
        if signature.startswith(name):
            return Scan(NOT_SCANNED, reason=reason)
    return Scan(INFECTED, signature=signature)
