"""``python -m services.reports.inspection.child TYPE [LIMIT=VALUE …]``: one file in and its copy out over standard
input, which is a socket to the parent.

First one byte that tells that the child stands (``conversation.READY``), then the file until the parent ends its
side, then the answer: its length, the answer as JSON, and the copy.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from dataclasses import fields, replace
from typing import BinaryIO

from services.reports.inspection import conversation
from services.reports.inspection.child import confinement
from services.reports.inspection.limits import LIMITS, Limits
from services.reports.inspection.verdicts import UNSAFE


def main(arguments: list[str]) -> None:
    """Runs once. Leaves by ``os._exit``: nothing that a file did to the process runs on the way out."""
    type_code, limits = arguments[0], _limits(arguments[1:])
    confinement.limit(limits)
    # Loaded under the limits and before the file comes, so that a failure here is not taken for the file's.
    from services.reports.inspection.child import answering

    parent = socket.socket(fileno=0)
    # A parent that eventlet has patched makes its sockets non-blocking, which holds for this process too.
    parent.setblocking(True)
    original, copy = _file("original"), _file("copy")
    confined = confinement.confine()
    parent.sendall(conversation.READY if confined else conversation.READY_UNCONFINED)
    answer = _receive(parent, original, type_code) or answering.answer(original, copy, type_code, limits)
    parent.sendall(conversation.packed(answer))
    if answer.copy_bytes:
        copy.seek(0)
        parent.sendfile(copy)
    parent.shutdown(socket.SHUT_RDWR)
    os._exit(0)


def _file(name: str) -> BinaryIO:
    """A file in memory: nothing of it is ever on a disk."""
    return os.fdopen(os.memfd_create(name), "w+b")


def _receive(parent: socket.socket, original: BinaryIO, type_code: str) -> conversation.Answer | None:
    """Take in the file to its end; an answer already when it is larger than a file may be."""
    buffer = bytearray(conversation.CHUNK_BYTES)
    view = memoryview(buffer)
    too_large = False
    while taken := parent.recv_into(buffer):
        if not too_large:
            too_large = not _append(original, view[:taken])
    if too_large:
        return conversation.Answer(UNSAFE, type_code, ("too_large",), 0, "")
    original.seek(0)
    return None


def _append(original: BinaryIO, part: memoryview) -> bool:
    try:
        original.write(part)
        original.flush()
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        return False
    return True


def _limits(arguments: list[str]) -> Limits:
    kinds = {field.name: type(getattr(LIMITS, field.name)) for field in fields(Limits)}
    given = dict(argument.split("=", 1) for argument in arguments)
    return replace(LIMITS, **{name: kinds[name](value) for name, value in given.items()})


if __name__ == "__main__":
    main(sys.argv[1:])
