"""Imports: a table goes in, works in the background, and leaves an account of every row that was rejected.

All imports have one path to look at, ``/imports/<id>``, whichever service runs them. An id begins with the
name of its kind (``people-…``), which tells whom to ask: a resource module that starts imports says so in
``IMPORTS``::

    IMPORTS = {"questions-": quiz.get_import}      # prefix of the ids -> operation that reads one by
    import_id

and renders rejected rows by ``rejected_in_words``; nothing else is to be done.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from contracts.identity import operations as identity
from contracts.operation import Operation
from contracts.roles import ANY_ROLE
from gateway import language as words
from gateway import resources
from gateway.problems import core
from gateway.problems.row import Problem
from gateway.resource import Resource

blp = Resource("imports", description="导入 Imports of tables")

IMPORTS = {identity.IMPORT_ID_PREFIX: identity.get_import}


@blp.route("/imports/people", methods=["POST"])
@blp.calls(identity.start_people_import, status=202, upload=True)
def start_people_import(request, call, rpc):
    """导入人员 Import people from .xlsx or .csv

    One row a person; people who are known by user name are updated. The answer comes at once, the work goes
    on.
    """
    return rpc(request)


@blp.route("/imports/<import_id>")
@blp.calls(identity.get_import, roles=ANY_ROLE)
def get_import(request, call, rpc, import_id):
    """导入的进展与结果 Progress and result of an import"""
    operation = _reader(import_id)
    if not operation.allows(call.actor):
        raise Problem(core.NOT_FOUND)
    return rejected_in_words(rpc(request, operation), call.language)


def rejected_in_words(answer: dict[str, Any], language: str) -> dict[str, Any]:
    """The answer with every code of a rejected row (why, and what is right), of what was omitted, and of a failed
    import, put in words.
    """
    for row in (answer.get("rejected") or []) + (answer.get("omitted") or []):
        given = row.get("value")
        row["message"] = _words(row["message"], language, value=given, **(row.pop("parts", None) or {}))
        if row.get("right"):
            row["right"] = _words(row["right"], language)
    if answer.get("message"):
        answer["message"] = _words(answer["message"], language)
    return answer


def _words(code: str, language: str, **parts: Any) -> str:
    return words.text(code, language, **parts) if words.knows(code) else words.message(code, language)


def _reader(import_id: str) -> Operation:
    for prefix, operation in _readers().items():
        if import_id.startswith(prefix):
            return operation
    raise Problem(core.NOT_FOUND)


@cache
def _readers() -> dict[str, Operation]:
    """From every resource module's IMPORTS."""
    readers: dict[str, Operation] = {}
    for found in pkgutil.iter_modules(resources.__path__):
        readers |= getattr(importlib.import_module(f"{resources.__name__}.{found.name}"), "IMPORTS", {})
    return readers
