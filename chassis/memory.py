"""Keeping a process's resident memory at what it uses, and the search for cycles in it short."""

from __future__ import annotations

import ctypes
import gc

_M_MMAP_THRESHOLD = -3
_LARGE = 1 << 20
# So many more objects made than freed before the youngest are searched; Python's 700 are a few requests.
_YOUNG = 10_000


def return_large_blocks() -> None:
    """Lets glibc give blocks of 1 MiB and more back to the system when they are freed.

    By itself it learns from the first such block (an argon2 computation takes 19 MiB) to keep later ones, one in
    the arena of every native thread: 400 MB for a service that uses 90. Other C libraries do not need this.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)


def keep_what_is_there() -> None:
    """Takes all objects that exist by now out of the search for cycles: modules, schemas, routes live as long as the
    process. Called once, when it has started.

    Source: Python's documentation of ``gc.freeze``.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
