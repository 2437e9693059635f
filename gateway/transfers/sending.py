"""A file on its way to the service, one piece in memory at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog
from werkzeug.exceptions import HTTPException

from chassis import clock
from chassis.rpc_client import RpcError
from contracts.call import Call
from contracts.operation import Operation
from contracts.reports.schemas.attachments import PART_BYTES
from gateway.parts import Parts
from gateway.problems.row import Problem

log = structlog.get_logger()

# When a file is complete that came in several requests, the service reads all of it once more.
_COMPLETION_SECONDS = 60.0

State = dict[str, Any]


@dataclass(frozen=True)
class Sender:
    """Sends files under one request. ``owner``: the fields that say whose they are (a receipt, or a case).

    ``begin``, ``put``, ``cancel``: the operations of that side.
    """

    shared: Parts
    call: Call
    owner: dict[str, Any]
    begin: Operation
    put: Operation
    cancel: Operation

    def whole(self, file_name: Any, data: Iterable[bytes], announced: int | None) -> State:
        """A file that comes in one request; ``file_name()`` is asked when its first bytes are there.

        When it cannot be completed, what is there of it is given up, unless the request can be repeated.
        """
        digest, state, offset = hashlib.sha256(), None, 0
        try:
            for content, last in pieces(data):
                digest.update(content)
                piece = {"content": content, "last": last, "sha256": digest.hexdigest() if last else None}
                if state is None:
                    begun = {"file_name": file_name(), "announced": announced, **piece}
                    state = self.ask(self.begin, begun)
                else:
                    state = self.ask(self.put, {**_at(state, offset), **piece})
                offset += len(content)
        except BaseException:
            if state is not None and state["attachment"] is None and self.call.idempotency_key is None:
                self._give_up(state["id"])
            raise
        assert state is not None
        return state

    def more(self, state: State, data: Iterable[bytes]) -> Iterator[State]:
        """The rest of a file, or some of it, from where it stands; how it stands after each piece.

        What had come before the body broke off is kept as well.
        """
        digest = hashlib.sha256() if state["offset"] == 0 else None
        waiting = Waiting(PART_BYTES - state["offset"] % PART_BYTES)
        broken: Exception | None = None
        try:
            for chunk in data:
                for content in waiting.full(chunk):
                    state = self._next(state, content, digest)
                    yield state
        except (Problem, HTTPException) as error:
            broken = error
        if rest := waiting.rest():
            state = self._next(state, rest, digest)
            yield state
        if broken is not None:
            raise broken

    def ask(self, operation: Operation, request: dict[str, Any], seconds: float | None = None) -> State:
        """The service's answer, within the usual time (or ``seconds``) from now."""
        now = clock.now()
        patience = seconds or self.shared.settings.rpc_timeout_seconds
        call = replace(self.call, now=now, deadline=now + timedelta(seconds=patience))
        answer: State = self.shared.rpc.call(operation, {**self.owner, **request}, call)
        return answer

    def _next(self, state: State, content: bytes, digest: Any) -> State:
        if digest is not None:
            digest.update(content)
        completes = state["offset"] + len(content) == state["length"]
        piece = {"content": content, "sha256": digest.hexdigest() if digest is not None and completes else None}
        seconds = _COMPLETION_SECONDS if completes and digest is None else None
        return self.ask(self.put, {**_at(state, state["offset"]), **piece}, seconds)

    def _give_up(self, attachment_id: str) -> None:
        try:
            self.ask(self.cancel, {"attachment_id": attachment_id})
        except RpcError as error:
            # It was given up by the service already, or expires by itself.
            log.info("upload_not_given_up", reason=str(error))


class Waiting:
    """Bytes that wait for enough of them to make a piece: ``first`` for the first one, then full parts."""

    def __init__(self, first: int = PART_BYTES) -> None:
        self._wanted = first
        self._bytes = bytearray()

    def full(self, chunk: bytes) -> Iterator[bytes]:
        """The pieces that are full with this chunk; the last one waits until something follows it."""
        self._bytes += chunk
        while len(self._bytes) > self._wanted:
            yield self._take(self._wanted)
            self._wanted = PART_BYTES

    def rest(self) -> bytes:
        """What is left."""
        return self._take(len(self._bytes))

    def _take(self, number: int) -> bytes:
        with memoryview(self._bytes) as view:
            taken = bytes(view[:number])
        del self._bytes[:number]
        return taken


def pieces(data: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The bytes in full parts and a last one, each with whether it is the last."""
    waiting = Waiting()
    for chunk in data:
        for content in waiting.full(chunk):
            yield content, False
    yield waiting.rest(), True


def _at(state: State, offset: int) -> dict[str, Any]:
    return {"attachment_id": state["id"], "version": state["version"], "offset": offset}
