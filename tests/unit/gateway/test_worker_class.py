"""The worker process gives its sign of life often enough, and not more often."""

from __future__ import annotations

import pytest
from gunicorn.workers.base import Worker as Base

from gateway import worker_class


def test_signs_of_life_come_twice_a_second_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []
    clock = 100.0
    monkeypatch.setattr(Base, "notify", lambda self: given.append(clock))
    monkeypatch.setattr("time.monotonic", lambda: clock)
    worker = worker_class.Worker.__new__(worker_class.Worker)
    worker._next_sign = 0.0
    for _ in range(100):
        worker.notify()
        clock += 0.02
    assert 4 <= len(given) <= 5
