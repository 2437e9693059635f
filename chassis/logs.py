"""Structured logs: JSON lines, or readable on a terminal. They carry ids, never content.

Whatever happens under a request or an event carries its ``trace_id``; events add ``event_id`` and ``subject``.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import deque
from typing import Any, TextIO, cast

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from chassis.faults import describe, trace

# What is gathered is written after so many lines or so much time; at the end of the process, by logging itself.
_GATHERED_LINES = 200
_GATHERED_SECONDS = 0.2


def configure(service: str, *, level: str, form: str, gathered: bool = False) -> None:
    """Sends structlog's and the standard library's records to stdout in one form (``json`` or ``text``).

    ``gathered``: lines are written together, some a second, warnings and worse at once with all before them. For
    processes with many threads, where a write for each line makes them queue for the interpreter's lock.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tellable_exception,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=_dumps)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    )
    handler = _Gathering(sys.stdout) if gathered else logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _named(service),
                renderer,
            ],
        )
    )
    _look_up_nothing_unsaid()
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These tell of every connection, heartbeat and worker; and nameko's would print exceptions' messages.
    for noisy in ("amqp", "kombu", "pymongo", "urllib3", "eventlet"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("nameko").setLevel(logging.CRITICAL)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Without copying structlog's records, which nobody else formats: half of what a line of them costs here."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        if not hasattr(record, "_name"):
            return super().format(record)
        event: Any = {**cast(dict[str, Any], record.msg), "_record": record, "_from_structlog": True}
        for processor in self.processors:
            event = processor(record._logger, record._name, event)  # type: ignore[attr-defined]
        return cast(str, event)


class _Gathering(logging.Handler):
    """Keeps records for a moment and writes their lines at once; who logs waits for no write but its own warning's."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._records: deque[logging.LogRecord] = deque()
        self._writing = threading.Lock()
        threading.Thread(target=self._write_again_and_again, name="log", daemon=True).start()

    def handle(self, record: logging.LogRecord) -> bool:
        """Takes a record: appending needs no lock."""
        self._records.append(record)
        if record.levelno >= logging.WARNING or len(self._records) >= _GATHERED_LINES:
            self.flush()
        return True

    def flush(self) -> None:
        """Writes what was gathered, in the order of its coming."""
        with self._writing:
            lines = [f"{self.format(self._records.popleft())}\n" for _ in range(len(self._records))]
            if lines:
                self._stream.write("".join(lines))
                self._stream.flush()

    def _write_again_and_again(self) -> None:
        while True:
            time.sleep(_GATHERED_SECONDS)
            self.flush()


def _look_up_nothing_unsaid() -> None:
    """Lets logging look for no caller, which no line tells: half of what a line costs.

    Source: the Logging HOWTO of Python's documentation, "Optimization". The process stays: gunicorn's lines name it.
    """
    logging._srcfile = None


def _named(service: str) -> Any:
    def add(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return add


def _tellable_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event["error"] = describe(found)
        event["trace"] = trace(found)
    return event


def _dumps(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()
