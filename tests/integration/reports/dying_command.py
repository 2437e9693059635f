"""``mingjing …`` in a process that kills itself (SIGKILL) in the middle: `python -m` this with the arguments.

``DIES_IN`` names a method (``module:Class.method``) and ``DIES_AT`` which of its calls, of those alone whose arguments
hold ``DIES_ABOUT``: while that one is under way the process dies, somewhere.
"""

from __future__ import annotations

import os
import signal
from functools import wraps
from importlib import import_module
from itertools import count
from threading import Thread

from cli.__main__ import mingjing


def _die_in(place: str, at: int, about: str) -> None:
    module, _, names = place.partition(":")
    class_name, _, name = names.partition(".")
    owner = getattr(import_module(module), class_name)
    method, calls = getattr(owner, name), count(1)

    @wraps(method)
    def call(*arguments: object, **named: object) -> object:
        if about in repr(arguments[1:]) and next(calls) == at:
            Thread(target=os.kill, args=(os.getpid(), signal.SIGKILL)).start()
        return method(*arguments, **named)

    setattr(owner, name, call)


if __name__ == "__main__":
    _die_in(os.environ["DIES_IN"], int(os.environ["DIES_AT"]), os.environ["DIES_ABOUT"])
    mingjing(prog_name="mingjing")
