"""Files of any size, each with contents of its own, that pass for what they claim by their beginning."""

from __future__ import annotations

import random

_MP3_FRAME = b"\xff\xfb\x90\x64" + bytes(413)


def a_text(size: int, seed: int = 1) -> bytes:
    """Plain text of exactly so many bytes."""
    return random.Random(seed).randbytes((size + 1) // 2).hex().encode()[:size]


def a_sound(size: int, seed: int = 1) -> bytes:
    """Begins as an MP3 recording and has exactly so many bytes; the largest type that may be sent."""
    head = _MP3_FRAME * 4
    return head + random.Random(seed).randbytes(size - len(head))
