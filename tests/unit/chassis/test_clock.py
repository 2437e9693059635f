"""The clock that a test drives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis import clock
from tests.support.driven_clock import DrivenClock


@pytest.fixture
def driven(tmp_path: Path) -> Iterator[DrivenClock]:
    """A clock that drives nothing yet."""
    yield DrivenClock(tmp_path / "clock")
    clock.drive(None)


def test_a_driven_clock_goes_on_from_where_its_file_puts_it(driven: DrivenClock) -> None:
    clock.drive(driven.file)
    assert clock.is_driven()
    for by in (timedelta(days=400), timedelta(days=-400), timedelta(seconds=1)):
        driven.be_ahead(by)
        before = datetime.now(UTC)
        assert before - timedelta(milliseconds=1) <= clock.now() - by <= datetime.now(UTC)
        assert clock.now() <= clock.now()


def test_nobody_drives_the_clock_unless_told_to(driven: DrivenClock) -> None:
    driven.be_ahead(timedelta(days=400))
    assert not clock.is_driven()
    assert clock.now() <= datetime.now(UTC)
    clock.drive(driven.file)
    clock.drive(None)
    assert clock.now() <= datetime.now(UTC)
