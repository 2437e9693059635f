"""The one table from refusals to problems, put together at start from every module of this package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

import structlog
from werkzeug.exceptions import HTTPException

from chassis.refusals import validation_errors
from gateway import language as words
from gateway.problems import core
from gateway.problems.row import Problem, Row

log = structlog.get_logger()

# The seconds that a client is asked to wait when nobody knows better.
DEFAULT_RETRY_AFTER = 5


@cache
def table() -> dict[str, Row]:
    """Refusal name -> row, from ``PROBLEMS`` of every module; ``ValueError`` for two different rows of one
    name."""
    import gateway.problems as package

    rows: dict[str, Row] = {}
    for module in pkgutil.iter_modules(package.__path__):
        for name, row in getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "PROBLEMS", {}).items():
            if rows.setdefault(name, row) is not row:
                raise ValueError(f"two rows for the refusal {name}")
    return rows


def of_refusal(name: str, details: dict[str, Any]) -> Problem:
    """The problem of a service's refusal; one that no row tells of is an internal error."""
    row = table().get(name)
    if row is None:
        log.error("refusal_without_a_problem", refusal=name)
        return Problem(core.INTERNAL)
    return Problem(row, dict(details))


def of_invalid(messages: Any) -> Problem:
    """The 422 of marshmallow's nested messages: one entry a message, the field as a dotted path."""
    return Problem(core.INVALID, {"errors": validation_errors(messages)})


def of_http_error(error: HTTPException) -> Problem:
    """The problem of an error that Flask or Werkzeug raised, with the headers it needs (``Allow``)."""
    status = error.code or 500
    row = core.BY_STATUS.get(status)
    if row is None:
        row = core.INTERNAL if status >= 500 else Row(status, f"http-{status}", zh="请求无法处理", en=error.name)
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Problem(row, headers=kept)


def render(problem: Problem, language: str, trace_id: str, instance: str | None = None) -> dict[str, Any]:
    """The body of the answer, in ``language``."""
    row, details = problem.row, problem.details
    body: dict[str, Any] = {
        "type": f"/problems/{row.slug}",
        "title": row.title(language),
        "status": row.status,
    }
    detail = _detail(row, details, language)
    if detail:
        body["detail"] = detail
    if instance:
        body["instance"] = instance
    errors = details.get("errors")
    if errors:
        body["errors"] = [_error(entry, language) for entry in errors]
    for member in row.members:
        if member in details:
            body[member] = details[member]
    body["trace_id"] = trace_id
    return body


def headers(problem: Problem) -> dict[str, str]:
    """The headers that go with it: ``Retry-After`` (seconds) with 429 and 503, a challenge with 401."""
    found = dict(problem.headers)
    wait = problem.details.get("retry_after")
    if wait is not None or problem.row.status in (429, 503):
        seconds = DEFAULT_RETRY_AFTER if wait is None else wait
        found.setdefault("Retry-After", str(max(1, -int(-seconds // 1))))
    if problem.row.status == 401:
        found.setdefault("WWW-Authenticate", problem.row.challenge)
    return found


def _detail(row: Row, details: dict[str, Any], language: str) -> str | None:
    if callable(row.detail):
        return row.detail(details, language)
    if row.detail is None:
        return None
    return words.text(row.detail, language, **details)


def _error(entry: dict[str, Any], language: str) -> dict[str, Any]:
    code, parts = str(entry.get("message", "")), entry.get("parts") or {}
    said = words.text(code, language, **parts) if words.knows(code) else words.message(code, language)
    return {"field": entry.get("field", ""), "message": said}
