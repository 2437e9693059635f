"""Keeping a process's resident memory at what it uses."""

from __future__ import annotations

import ctypes

_M_MMAP_THRESHOLD = -3
_LARGE = 1 << 20


def return_large_blocks() -> None:
    """Lets glibc give blocks of 1 MiB and more back to the system when they are freed.

    By itself it learns from the first such block (an argon2 computation takes 19 MiB) to keep later ones, one in
    the arena of every native thread: 400 MB for a service that uses 90. Other C libraries do not need this.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
