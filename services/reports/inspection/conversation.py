"""What parent and child say to each other over their socket."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

CHUNK_BYTES = 256 * 1024
READY = b"R"
# The child stands, but the machine has no filter for its system calls.
READY_UNCONFINED = b"r"
LENGTH_BYTES = 4
# An answer is a few codes; whatever is longer does not come from the child as it was written.
MOST_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """``copy_bytes`` of the copy follow. ``fault``: type and place of an error that was not foreseen."""

    verdict: str
    type_code: str
    notes: tuple[str, ...]
    copy_bytes: int
    fault: str


def packed(answer: Answer) -> bytes:
    """The answer as it is sent."""
    text = json.dumps(asdict(answer)).encode()
    return len(text).to_bytes(LENGTH_BYTES, "big") + text


def unpacked(text: bytes) -> Answer:
    """The answer that was sent. ``ValueError`` for what cannot be one: the child may have been taken over."""
    told = json.loads(text)
    if not isinstance(told, dict) or not isinstance(told.get("notes"), list):
        raise ValueError("not an answer")
    answer = Answer(
        str(told.get("verdict")),
        str(told.get("type_code")),
        tuple(str(note) for note in told["notes"]),
        int(told.get("copy_bytes", 0)),
        str(told.get("fault", ""))[:200],
    )
    if answer.copy_bytes < 0:
        raise ValueError("not an answer")
    return answer
