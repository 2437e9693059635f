"""The clock that a test drives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis import clock


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """The file of a clock that is driven by nothing yet."""
    file = tmp_path / "clock"
    file.write_bytes(clock.OFFSET.pack(0))
    yield file
    clock.drive(None)


def put(file: Path, by: timedelta) -> None:
    with file.open("r+b") as opened:
        opened.write(clock.OFFSET.pack(int(by.total_seconds())))


def test_a_driven_clock_goes_on_from_where_its_file_puts_it(file: Path) -> None:
    clock.drive(file)
    assert clock.is_driven()
    for by in (timedelta(days=400), timedelta(days=-400), timedelta(seconds=1)):
        put(file, by)
        before = datetime.now(UTC)
        assert before - timedelta(milliseconds=1) <= clock.now() - by <= datetime.now(UTC)
        assert clock.now() <= clock.now()


def test_nobody_drives_the_clock_unless_told_to(file: Path) -> None:
    put(file, timedelta(days=400))
    assert not clock.is_driven()
    assert clock.now() <= datetime.now(UTC)
    clock.drive(file)
    clock.drive(None)
    assert clock.now() <= datetime.now(UTC)
