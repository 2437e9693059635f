"""The body and the query string of a request, as plain data for a schema; limits and form are checked
here."""

from __future__ import annotations

import base64
from collections.abc import Collection
from typing import Any

import orjson
from flask import Request

from gateway import repeated_names
from gateway.problems import core
from gateway.problems.row import Problem

JSON_LIMIT = 1_000_000
UPLOAD_LIMIT = 12_000_000
# What may be left of an upload after its multipart frame; the services are promised no more.
FILE_LIMIT = 10_000_000

# What an upload tells of its file besides the content; an operation has the fields that it needs.
FILE_FIELDS = frozenset({"file_name", "media_type"})


def query(request: Request, lists: Collection[str]) -> dict[str, Any]:
    """The query parameters; those named in ``lists`` as lists, every other one at most once."""
    given: dict[str, Any] = {}
    if not request.query_string:
        return given
    for name, values in request.args.lists():
        if name in lists:
            given[name] = values
        elif len(values) > 1:
            raise Problem(core.INVALID, {"errors": [{"field": name, "message": "validation.repeated"}]})
        else:
            given[name] = values[0]
    return given


def json_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body; an empty body counts as ``{}``.

    415 for another content type, 413 over the limit, 400 with line and column for what is no JSON, 422 for
    JSON that is no object, is nested some 900 levels deep, or has a name twice in one object.
    """
    request.max_content_length = JSON_LIMIT
    body = request.get_data(cache=False)
    if len(body) >= JSON_LIMIT:
        # A body of unknown length is cut there without a word.
        raise Problem(core.TOO_LARGE)
    if not body:
        return {}
    if not request.is_json:
        raise Problem(core.WRONG_TYPE, {"expected": "application/json"}, {"Accept-Post": "application/json"})
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(core.BAD_JSON, {"line": error.lineno, "column": error.colno}) from None
    if not isinstance(given, dict):
        raise Problem(core.INVALID, {"errors": [{"field": "", "message": "validation.not_an_object"}]})
    _refuse_repeated_names(body)
    return given


def _refuse_repeated_names(body: bytes) -> None:
    try:
        repeated = repeated_names.first(body.decode())
    except RecursionError:
        raise Problem(core.INVALID, {"errors": [{"field": "", "message": "validation.too_deep"}]}) from None
    if repeated is not None:
        raise Problem(core.INVALID, {"errors": [{"field": repeated, "message": "validation.repeated_name"}]})


def upload(request: Request) -> dict[str, Any]:
    """A multipart body with one part ``file``: its ``content`` in base64, FILE_FIELDS, and the other parts.

    The file name is what the client calls it: a label, never a path.
    """
    request.max_content_length = UPLOAD_LIMIT
    if request.mimetype != "multipart/form-data":
        raise Problem(core.WRONG_TYPE, {"expected": "multipart/form-data"}, {"Accept-Post": "multipart/form-data"})
    files = request.files.getlist("file")
    if len(files) != 1 or len(request.files) != 1:
        raise Problem(core.INVALID, {"errors": [{"field": "file", "message": "validation.one_file"}]})
    content = files[0].stream.read(FILE_LIMIT + 1)
    if len(content) > FILE_LIMIT:
        raise Problem(core.TOO_LARGE)
    return {
        **request.form.to_dict(),
        "content": base64.b64encode(content).decode("ascii"),
        "file_name": (files[0].filename or "")[-200:],
        "media_type": files[0].mimetype or "application/octet-stream",
    }
