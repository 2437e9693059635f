"""Work that keeps a core busy would stall every greenlet of the process; here it goes to a native thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import eventlet.patcher
import eventlet.tpool

P = ParamSpec("P")
T = TypeVar("T")


def offload(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """``function(*args, **kwargs)`` in a native thread while other greenlets go on; raises what it raises.

    It helps as far as ``function`` lets the interpreter lock go (argon2, libsodium, zlib do) and keeps the process
    answering, between switches of the lock, even where it does not. The function must not use green sockets.
    """
    if not eventlet.patcher.is_monkey_patched("thread"):
        return function(*args, **kwargs)
    result: Any = eventlet.tpool.execute(function, *args, **kwargs)
    return result  # type: ignore[no-any-return]
