"""The WSGI application: one blueprint a resource, found by itself; every error a problem."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import orjson
import structlog
from flask import Flask, Response, request
from flask.json.provider import JSONProvider
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from chassis import tracing
from chassis.rpc_client import Busy, DeadlineExceeded, Refused, Unavailable
from gateway import operations, problems, reading, resources
from gateway.documentation import Documentation
from gateway.documentation.pages import pages
from gateway.language import negotiate
from gateway.middleware import Middleware
from gateway.parts import Parts
from gateway.problems import core
from gateway.problems.row import Problem
from gateway.problems.table import headers as problem_headers
from gateway.problems.table import render

log = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"


class OrjsonProvider(JSONProvider):
    """Flask's JSON by orjson; times must be written by the contracts, so what orjson does not know is an
    error."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of a JSON text."""
        return orjson.loads(s)


class Application(Flask):
    """Flask with JSON by orjson, and no static files."""

    json_provider_class = OrjsonProvider

    def ensure_sync(self, func: Any) -> Any:
        """Nothing here is a coroutine function; looking whether it is costs more than most of what we do."""
        return func


def create_app(parts: Parts | None = None) -> Application:
    """The application. Without ``parts`` (tests give their own) it is put together from the environment for
    one worker process: call it after the fork. ``ConfigurationError`` when the environment is wrong."""
    if parts is None:
        from gateway.worker import parts_from_environment

        parts = parts_from_environment()
    app = Application("gateway", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=reading.UPLOAD_LIMIT, MAX_FORM_MEMORY_SIZE=reading.JSON_LIMIT)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.extensions["gateway"] = parts
    documentation = app.extensions["documentation"] = Documentation(app)
    for module in resource_modules():
        documentation.register_blueprint(module.blp)
    app.register_blueprint(operations.blp)
    app.register_blueprint(pages)
    app.before_request(_tell_the_route)
    _answer_errors_with_problems(app)
    app.wsgi_app = Middleware(app.wsgi_app, parts.settings)  # type: ignore[method-assign]
    return app


def resource_modules() -> Iterator[ModuleType]:
    """The modules of gateway/resources that have a ``blp``, by name."""
    for found in sorted(pkgutil.iter_modules(resources.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{resources.__name__}.{found.name}")
        if hasattr(module, "blp"):
            yield module


def _tell_the_route() -> None:
    """For metrics and the access line, which are written below Flask."""
    if request.url_rule is not None:
        request.environ["mingjing.route"] = request.url_rule.rule


def _answer_errors_with_problems(app: Application) -> None:
    app.register_error_handler(Problem, _answer)
    app.register_error_handler(HTTPException, lambda error: _answer(problems.of_http_error(error)))
    app.register_error_handler(Refused, lambda error: _answer(problems.of_refusal(error.name, error.details)))
    app.register_error_handler(Busy, lambda _: _answer(Problem(core.BUSY, {"retry_after": 1})))
    app.register_error_handler(Unavailable, lambda _: _answer(Problem(core.UNAVAILABLE, {"retry_after": 2})))
    app.register_error_handler(DeadlineExceeded, lambda _: _answer(Problem(core.NO_ANSWER, {"retry_after": 2})))
    # A body that breaks HTTP's own rules is found out while it is read; the exception repeats a part of it.
    app.register_error_handler(ParseException, lambda _: _answer(Problem(core.MALFORMED)))
    app.register_error_handler(Exception, _answer_the_unexpected)


def _answer_the_unexpected(error: Exception) -> Response:
    log.error("request_failed", exc_info=error)
    return _answer(Problem(core.INTERNAL))


def _answer(problem: Problem) -> Response:
    language = negotiate(request.environ.get("HTTP_ACCEPT_LANGUAGE"))
    body = render(problem, language, _trace_id())
    return Response(
        orjson.dumps(body),
        status=problem.row.status,
        headers=problem_headers(problem),
        content_type=PROBLEM_JSON,
    )


def _trace_id() -> str:
    return tracing.trace_id(request.environ.get("mingjing.traceparent")) or ""
