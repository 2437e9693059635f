"""Structured logs: JSON lines, or readable on a terminal. They carry ids, never content.

Whatever happens under a request or an event carries its ``trace_id``; events add ``event_id`` and ``subject``.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from logging.handlers import MemoryHandler
from typing import Any

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
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _named(service),
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [_gathering(handler) if gathered else handler]
    root.setLevel(level)
    # These tell of every connection, heartbeat and worker; and nameko's would print exceptions' messages.
    for noisy in ("amqp", "kombu", "pymongo", "urllib3", "eventlet"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("nameko").setLevel(logging.CRITICAL)


def _gathering(target: logging.Handler) -> logging.Handler:
    gathering = MemoryHandler(_GATHERED_LINES, flushLevel=logging.WARNING, target=target)

    def write_again_and_again() -> None:
        while True:
            time.sleep(_GATHERED_SECONDS)
            gathering.flush()

    threading.Thread(target=write_again_and_again, name="log", daemon=True).start()
    return gathering


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
