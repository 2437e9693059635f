"""Waiting for a condition with a deadline, the only way in which this project's tests and tools wait."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")


class DeadlineMissed(AssertionError):
    """The condition did not come true in time; the text names what was waited for and what was last seen."""


def eventually(
    condition: Callable[[], Answer], deadline_s: float = 60.0, *, what: str = "", interval_s: float = 0.02
) -> Answer:
    """Call `condition` until its answer is true and return that answer.

    An exception counts as "not yet" and is told of when the deadline (seconds from now) passes. The pauses grow from
    `interval_s` to a quarter of a second, so that waiting long costs little.
    """
    end = time.monotonic() + deadline_s
    pause = interval_s
    while True:
        seen: object
        reason: Exception | None = None
        try:
            answer = condition()
            if answer:
                return answer
            seen = answer
        except Exception as error:
            seen, reason = error, error
        if time.monotonic() >= end:
            text = what or getattr(condition, "__name__", "the condition")
            raise DeadlineMissed(f"{text}: not within {deadline_s:g} s, last seen: {seen!r}") from reason
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def last_lines(file: Path, lines: int) -> str:
    """The last lines of a log file, empty when there is none."""
    if not file.exists():
        return ""
    return "\n".join(file.read_text(errors="replace").splitlines()[-lines:])
