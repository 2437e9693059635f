"""/openapi.json and /docs: everything comes from here, nothing from another host, no script is inline."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import flask
import orjson
from flask import Blueprint, Response
from swagger_ui_bundle import swagger_ui_path  # type: ignore[import-untyped]

from gateway.documentation.document import VERSION, VERSION_OF_THE_PAGE, Documentation
from gateway.headers import DOCUMENTATION_POLICY
from gateway.problems import table
from gateway.problems.core import BY_STATUS, NOT_FOUND, OWN
from gateway.problems.row import Problem

pages = Blueprint("documentation", __name__)

_HERE = Path(__file__).parent
_FILES = {
    "index.html": (_HERE / "index.html", "text/html; charset=utf-8"),
    "start.js": (_HERE / "start.js", "text/javascript; charset=utf-8"),
    "swagger-ui.css": (swagger_ui_path / "swagger-ui.css", "text/css; charset=utf-8"),
    "swagger-ui-bundle.js": (swagger_ui_path / "swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    "favicon-32x32.png": (swagger_ui_path / "favicon-32x32.png", "image/png"),
}


@pages.get("/openapi.json")
def openapi_json() -> Response:
    """The OpenAPI 3.1 document."""
    return _document(VERSION)


@pages.get("/docs/openapi.json")
def openapi_of_the_page() -> Response:
    """The same in the older version of the format that the page can read."""
    return _document(VERSION_OF_THE_PAGE)


@pages.get("/docs")
def docs() -> Response:
    """The page."""
    return _file("index.html")


@pages.get("/docs/<name>")
def asset(name: str) -> Response:
    """What the page is made of."""
    if name not in _FILES or name == "index.html":
        raise Problem(NOT_FOUND)
    return _file(name)


@pages.get("/problems/<slug>")
def problem(slug: str) -> Response:
    """What a problem's ``type`` means; the address in ``type`` leads here."""
    for row in (*table().values(), *BY_STATUS.values(), *OWN):
        if row.slug == slug:
            said = {"type": f"/problems/{slug}", "status": row.status, "title": row.zh, "title_en": row.en}
            return Response(orjson.dumps(said), content_type="application/json")
    raise Problem(NOT_FOUND)


def _document(version: str) -> Response:
    documentation = cast(Documentation, flask.current_app.extensions["documentation"])
    return Response(orjson.dumps(documentation.document(version)), content_type="application/json")


def _file(name: str) -> Response:
    path, content_type = _FILES[name]
    headers = {"Content-Security-Policy": DOCUMENTATION_POLICY, "Cache-Control": "public, max-age=3600"}
    return Response(path.read_bytes(), content_type=content_type, headers=headers)
