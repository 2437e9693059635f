"""A client's connection that asks the kernel for less.

Every call into the kernel lets go of the interpreter's lock, and with many threads getting it back is dear. gunicorn
switches a connection between blocking and not, bounds its reads, and sends headers and body apart: eight such calls a
request. Here the connection always blocks, its reads are bounded by the kernel (SO_RCVTIMEO, set only when it changes
and without letting go of the lock), and headers leave with the first of the body.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

# Above this the headers leave before the body: joining would copy it.
_JOINED_MAX = 64 * 1024
_READ_AT_ONCE = 8192


class ClientSocket(socket.socket):
    """A blocking socket that says it has whatever mode it was given, and behaves so."""

    def __init__(self, accepted: socket.socket) -> None:
        """Takes over ``accepted``, which is detached."""
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        super().setblocking(True)
        self._patience: float | None = None
        self._told: dict[int, float | None] = {socket.SO_RCVTIMEO: None, socket.SO_SNDTIMEO: None}
        self._holds_next = False
        self._held = b""

    def setblocking(self, flag: bool) -> None:
        """Only remembered; see ``settimeout``."""
        self._patience = None if flag else 0.0

    def settimeout(self, value: float | None) -> None:
        """How long one read or write may wait from now on: seconds, 0 for not at all, None for ever."""
        self._patience = value

    def gettimeout(self) -> float | None:
        """What was set."""
        return self._patience

    def recv(self, size: int, flags: int = 0) -> bytes:
        """``TimeoutError`` when nothing came in time, ``BlockingIOError`` when it was not to wait."""
        try:
            return super().recv(size, flags | self._bounded(socket.SO_RCVTIMEO))
        except BlockingIOError as error:
            raise self._end(error) from None

    def arriving(self, seconds: float) -> bytes | None:
        """What the client sends within so many seconds, b"" when it has hung up; None when it does neither."""
        self.settimeout(seconds)
        try:
            return self.recv(_READ_AT_ONCE)
        except TimeoutError:
            return None
        except ConnectionError:
            return b""
        finally:
            self.settimeout(None)

    def hold_headers(self) -> None:
        """The next piece that is sent, the headers of an answer, waits for the one after it."""
        self._holds_next = True

    def let_go(self) -> None:
        """Sends what still waits: the headers of an answer without a body."""
        self._holds_next = False
        if self._held:
            held, self._held = self._held, b""
            self._send(held)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Sends all of it, after what was held back."""
        if self._holds_next:
            self._holds_next = False
            self._held = bytes(data)
            return
        if self._held:
            if len(data) > _JOINED_MAX:
                self.let_go()
            else:
                data, self._held = self._held + data, b""
        self._send(data, flags)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Sends a file, after what was held back."""
        self.let_go()
        return super().sendfile(file, offset, count)

    def shutdown(self, how: int) -> None:
        """Ends the connection, after what was held back."""
        self.let_go()
        super().shutdown(how)

    def _send(self, data: Any, flags: int = 0) -> None:
        try:
            super().sendall(data, flags | self._bounded(socket.SO_SNDTIMEO))
        except BlockingIOError as error:
            raise self._end(error) from None

    def _bounded(self, option: int) -> int:
        """The flags of the next read or write, for which the kernel knows how long it may wait."""
        if self._patience == 0.0:
            return socket.MSG_DONTWAIT
        if self._patience != self._told[option]:
            self.setsockopt(socket.SOL_SOCKET, option, _timeval(self._patience))
            self._told[option] = self._patience
        return 0

    def _end(self, error: BlockingIOError) -> OSError:
        return error if self._patience == 0.0 else TimeoutError("timed out")


def _timeval(seconds: float | None) -> bytes:
    """A ``struct timeval``; zero means for ever."""
    microseconds = 0 if seconds is None else max(1, round(seconds * 1e6))
    return struct.pack("@ll", *divmod(microseconds, 1_000_000))
