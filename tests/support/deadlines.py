"""Deadlines that come when the other side has got as far as a test wants it, however long that takes there."""

import threading
from types import ModuleType

import pytest

from chassis.connecting import Deadline


class DeadlineAt(Deadline):
    """Comes when `happened` is set, and after `seconds` at the latest."""

    def __init__(self, seconds: float, happened: threading.Event) -> None:
        super().__init__(seconds)
        self._happened = happened
        threading.Thread(target=self._end, daemon=True).start()

    def _end(self) -> None:
        if self._happened.wait(self.left):
            self.end()


def let_deadlines_come(monkeypatch: pytest.MonkeyPatch, module: ModuleType, happened: threading.Event) -> list[float]:
    """From now on the deadlines that `module` sets come when `happened` is set.

    Returns how many seconds it gave to each; grows.
    """
    given: list[float] = []

    def set_one(seconds: float) -> Deadline:
        given.append(seconds)
        return DeadlineAt(seconds, happened)

    monkeypatch.setattr(module, "Deadline", set_one)
    return given
