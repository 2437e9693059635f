"""The OpenAPI document: flask-smorest's, built when somebody first asks for it rather than in every worker's
start."""

from __future__ import annotations

import re
import threading
from typing import Any, cast

import flask_smorest  # type: ignore[import-untyped]
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import fields

from contracts.fields import Binary, Instant
from contracts.reports.schemas.details import Details
from contracts.schema import Schema
from gateway.resource import Resource

VERSION = "3.1.0"
# What the bundled Swagger UI can read.
VERSION_OF_THE_PAGE = "3.0.3"

_DESCRIPTION = """\
明镜平台的 HTTP 接口。The HTTP interface of the Mingjing platform.

错误均为 RFC 9457 `application/problem+json`，其中 `trace_id` 可供查询。 Every error is a problem of RFC 9457.
列表以 `limit` 与 `cursor` 翻页；`next_cursor` 为 null 即末页。 Lists are read page by page.
文本按 `Accept-Language` 以中文（默认）或英文给出。 Text comes in Chinese (default) or English.
"""

_HEADERS = {
    "AcceptLanguage": ("Accept-Language", "`zh-CN` (default) or `en`.", {"type": "string"}, False),
    "IdempotencyKey": (
        "Idempotency-Key",
        "Makes repeating safe: the same key with the same body gives the same answer, for 48 hours.",
        {"type": "string", "minLength": 1, "maxLength": 128},
        False,
    ),
    "IfMatch": (
        "If-Match",
        "The ETag that the change builds on; 412 when it is stale.",
        {"type": "string"},
        True,
    ),
    "OptionalIfMatch": (
        "If-Match",
        "The ETag that the change builds on; 412 when it is stale. Without it the change builds on any.",
        {"type": "string"},
        False,
    ),
    "Altcha": (
        "Altcha",
        "The solution of a challenge, as ALTCHA's widget gives it (base64); asked for with 429.",
        {"type": "string", "maxLength": 2000},
        False,
    ),
    "IfNoneMatch": (
        "If-None-Match",
        "An ETag that the client has; 304 when it is current.",
        {"type": "string"},
        False,
    ),
}

_SECURITY = {
    "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "receipt": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Receipt XXXXX-XXXXX-XXXXX-XXXXX`: the code that the reporter got. 查询码。",
    },
}


class WrongField(Schema):
    """One field that is wrong; the path is dotted, as in ``subjects.0.name``."""

    field = fields.String(required=True)
    message = fields.String(required=True)


class ProblemDetails(Schema):
    """RFC 9457. Some problems have members of their own, such as ``allowed`` with 409; ``challenge`` (see
    GET /report-form) with 429 ``proof-of-work-needed`` and 422 ``proof-of-work-refused``."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(WrongField))
    trace_id = fields.String(required=True)


class Documentation(flask_smorest.Api):  # type: ignore[misc]
    """Registers the blueprints in Flask at once and in the document when it is asked for."""

    def __init__(self, app: Flask) -> None:
        app.config.update(API_TITLE="明镜 Mingjing", API_VERSION="v1", OPENAPI_VERSION=VERSION)
        self._resources: list[Resource] = []
        self._documents: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        super().__init__(app)
        self.register_field(Instant, "string", "date-time")
        self.register_field(Details, "object", None)
        self.register_field(Binary, "string", "binary")

    def register_blueprint(self, blp: Resource, **options: Any) -> None:
        """Adds the routes of a resource."""
        self._resources.append(blp)
        self._app.register_blueprint(blp, **options)

    def document(self, version: str = VERSION) -> dict[str, Any]:
        """The OpenAPI document in this version of the format; made once."""
        with self._lock:
            if version not in self._documents:
                self._documents[version] = self._build(version)
            return self._documents[version]

    def _build(self, version: str) -> dict[str, Any]:
        self._app.config["OPENAPI_VERSION"] = version
        self._init_spec(
            # It is given instances as well as classes, and may answer None.
            marshmallow_plugin=MarshmallowPlugin(schema_name_resolver=_Names()),  # type: ignore[arg-type]
            info={"description": _DESCRIPTION, "license": {"name": "Apache-2.0"}},
        )
        for name, scheme in _SECURITY.items():
            self.spec.components.security_scheme(name, scheme)
        for key, (name, description, schema, required) in _HEADERS.items():
            header = {"name": name, "description": description, "schema": schema, "required": required}
            self.spec.components.parameter(key, "header", header)
        for resource in self._resources:
            self.spec.tag({"name": resource.name, "description": resource.description})
            resource.register_views_in_doc(self, self._app, self.spec, name=resource.name, parameters=None)
        return _completed(self.spec.to_dict())

    def _register_error_handlers(self) -> None:
        """Errors are answered by gateway/app.py."""

    def _register_responses(self) -> None:
        content = {"application/problem+json": {"schema": ProblemDetails}}
        response = {"description": "问题详情 Problem details (RFC 9457)", "content": content}
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, response, lazy=True)


def openapi(app: Flask) -> dict[str, Any]:
    """The document of an application made by ``create_app``."""
    return cast(Documentation, app.extensions["documentation"]).document()


class _Names:
    """Schema names: the class's; with the service in front where two services use the same name for two
    things."""

    def __init__(self) -> None:
        self._taken: dict[str, type] = {}

    def __call__(self, schema: Any) -> str | None:
        if isinstance(schema, Schema) and (schema.exclude or schema.only):
            return None
        cls = type(schema) if isinstance(schema, Schema) else schema
        name = str(cls.__name__)
        if self._taken.setdefault(name, cls) is cls:
            return name
        service = cls.__module__.split(".")[1] if "." in cls.__module__ else cls.__module__
        return f"{service.title()}{name}"


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    """The header parameters join those that come from the path and the query; patterns become ECMA-262's."""
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "x-parameters" in operation:
                operation.setdefault("parameters", []).extend(operation.pop("x-parameters"))
    _translate_patterns(document)
    return document


def _translate_patterns(node: Any) -> None:
    """Python's regular expressions in the form that JSON Schema asks for; one that has no such form is left out."""
    if isinstance(node, list):
        for item in node:
            _translate_patterns(item)
    elif isinstance(node, dict):
        pattern = node.get("pattern")
        if isinstance(pattern, str):
            node["pattern"] = _ecma(pattern)
            if node["pattern"] is None:
                del node["pattern"]
        for value in node.values():
            _translate_patterns(value)


def _ecma(pattern: str) -> str | None:
    if pattern.startswith("(?i)"):
        pattern = pattern.removeprefix("(?i)").replace("a-z", "a-zA-Z")
    pattern = re.sub(r"^\\A", "^", pattern)
    pattern = re.sub(r"\\[Zz]$", "$", pattern)
    return None if re.search(r"\\[AZz]|\(\?(?![:=!])", pattern) else pattern
