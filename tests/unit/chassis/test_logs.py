"""Log lines that are written together: soon, and at once when something is wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from chassis import logs
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, source = root.handlers[:], root.level, logging._srcfile
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging._srcfile = source
    structlog.reset_defaults()


def test_gathered_lines_come_soon(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("gateway", level="INFO", form="json", gathered=True)
    structlog.get_logger("access").info("request", number=1)
    said = ""

    def come() -> bool:
        nonlocal said
        said += capsys.readouterr().out
        return '"number":1' in said

    eventually(come)


def test_a_warning_comes_at_once_with_what_was_before_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_GATHERED_SECONDS", 3600.0)
    logs.configure("gateway", level="INFO", form="json", gathered=True)
    log = structlog.get_logger("access")
    log.info("request", number=1)
    assert capsys.readouterr().out == ""
    log.warning("amiss")
    assert ['"number":1' in line or "amiss" in line for line in capsys.readouterr().out.splitlines()] == [True, True]
