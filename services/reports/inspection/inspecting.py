"""Inspection as the service sees it: a file goes to a child process piece by piece, verdict and copy come back.

Only one piece is in this process at a time, and the file on no disk. The socket is an ordinary one: in a
process that eventlet has patched, other greenlets go on while this one waits.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

from services.reports.inspection import conversation
from services.reports.inspection.conversation import Answer
from services.reports.inspection.limits import LIMITS, Limits
from services.reports.inspection.types import type_table
from services.reports.inspection.verdicts import CLEAN_COPY, NOTES, UNSAFE, VERDICTS

_ROOT = Path(__file__).resolve().parents[3]
_MODULE = "services.reports.inspection.child"
# How long the child may take to stand, and how long it may stand still while it takes in or gives out.
_STALL_SECONDS = 60.0


class InspectionFailed(Exception):
    """The inspection itself could not be made, whatever the file is: to be tried again."""


@dataclass(frozen=True)
class Inspection:
    """What was found. ``notes``: codes of ``verdicts.NOTES``; ``type_code``: exact, as far as the file was read.

    ``clean_parts``: the copy, to be read once and to its end while the inspection is open; None without one. It raises
    ``InspectionFailed`` when the copy breaks off. ``copy_type``: its type; ``copy_bytes``: its size. ``fault``: type
    and place of an error in a reader, for the log; ``confined``: whether the child could be kept from system calls.
    """

    verdict: str
    notes: tuple[str, ...]
    type_code: str
    copy_type: str
    copy_bytes: int
    fault: str
    confined: bool
    clean_parts: Iterator[bytes] | None = field(repr=False)


@contextmanager
def inspect(parts: Iterable[bytes], type_code: str, limits: Limits = LIMITS) -> Iterator[Inspection]:
    """Inspect the file of these parts, whose beginning decided on ``type_code``. The child ends with the block.

    Whatever the file does to its reader is a verdict. Raises ``InspectionFailed``, and what ``parts`` raises.
    """
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            child = _start(theirs, type_code, limits)
        try:
            yield _talk(ours, child, parts, type_code, limits)
        finally:
            child.kill()
            child.wait()


def _start(connection: socket.socket, type_code: str, limits: Limits) -> subprocess.Popen[bytes]:
    """The child, with nothing of this process but its end of the socket."""
    given = (
        f"{field.name}={getattr(limits, field.name)}"
        for field in fields(limits)
        if getattr(limits, field.name) != getattr(LIMITS, field.name)
    )
    return subprocess.Popen(
        [sys.executable, "-s", "-E", "-B", "-m", _MODULE, type_code, *given],
        cwd=_ROOT,
        env={},
        stdin=connection.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        start_new_session=True,
    )


def _talk(
    connection: socket.socket, child: subprocess.Popen[bytes], parts: Iterable[bytes], type_code: str, limits: Limits
) -> Inspection:
    connection.settimeout(_STALL_SECONDS)
    try:
        ready = connection.recv(1)
    except OSError as error:
        raise InspectionFailed("the child does not stand") from error
    if ready not in (conversation.READY, conversation.READY_UNCONFINED):
        raise InspectionFailed(f"the child does not stand: it left with {child.wait()}")
    confined = ready == conversation.READY
    try:
        _send(connection, parts)
        answer = _answer(connection, time.monotonic() + limits.deadline_seconds)
    except TimeoutError:
        return _lost(type_code, "too_long", confined)
    if answer is None:
        return _lost(type_code, _cause(child), confined)
    copy_type = type_table().types[answer.type_code].copy_type
    has_copy = answer.verdict == CLEAN_COPY
    return Inspection(
        answer.verdict,
        answer.notes,
        answer.type_code,
        copy_type,
        answer.copy_bytes,
        answer.fault,
        confined,
        _copy(connection, answer.copy_bytes) if has_copy else None,
    )


def _send(connection: socket.socket, parts: Iterable[bytes]) -> None:
    """The whole file, unless the child is gone before its end."""
    for part in parts:
        try:
            connection.sendall(part)
        except ConnectionError:
            return
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        # The child is gone; the missing answer tells.
        return


def _answer(connection: socket.socket, deadline: float) -> Answer | None:
    """What the child answers until ``deadline`` (monotonic), else ``TimeoutError``; None when it is gone, or tells
    what it would not."""
    length = int.from_bytes(_exactly(connection, conversation.LENGTH_BYTES, deadline) or b"", "big")
    if not 0 < length <= conversation.MOST_ANSWER_BYTES:
        return None
    text = _exactly(connection, length, deadline)
    if text is None:
        return None
    try:
        answer = conversation.unpacked(text)
    except ValueError:
        return None
    known = answer.verdict in VERDICTS and NOTES.issuperset(answer.notes) and answer.type_code in type_table().types
    return answer if known else None


def _exactly(connection: socket.socket, count: int, deadline: float) -> bytes | None:
    taken = b""
    while len(taken) < count:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            part = connection.recv(count - len(taken))
        except ConnectionError:
            return None
        if not part:
            return None
        taken += part
    return taken


def _copy(connection: socket.socket, count: int) -> Iterator[bytes]:
    connection.settimeout(_STALL_SECONDS)
    left = count
    while left:
        try:
            part = connection.recv(min(left, conversation.CHUNK_BYTES))
        except OSError as error:
            raise InspectionFailed("the copy broke off") from error
        if not part:
            raise InspectionFailed("the copy broke off")
        left -= len(part)
        yield part


def _cause(child: subprocess.Popen[bytes]) -> str:
    """The note for a child that is gone without an answer."""
    child.kill()
    return "too_long" if child.wait() == -signal.SIGXCPU else "crashed"


def _lost(type_code: str, note: str, confined: bool) -> Inspection:
    copy_type = type_table().types[type_code].copy_type
    return Inspection(UNSAFE, (note,), type_code, copy_type, 0, "", confined, None)
