"""The generated references say what the code does."""

from __future__ import annotations

import orjson
import yaml
from openapi_spec_validator import validate

from cli.contracts import ASYNCAPI, OPENAPI, asyncapi_text, openapi_text


def test_the_asyncapi_document_in_docs_is_current() -> None:
    assert ASYNCAPI.read_text(encoding="utf-8") == asyncapi_text(), "run `python -m cli contracts`"


def test_the_openapi_document_in_docs_is_current() -> None:
    assert OPENAPI.read_text(encoding="utf-8") == openapi_text(), "run `python -m cli contracts`"


def test_the_openapi_document_is_valid_openapi_3_1() -> None:
    document = orjson.loads(openapi_text())
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_reference_within_the_asyncapi_document_leads_somewhere() -> None:
    document = yaml.safe_load(asyncapi_text())
    for pointer in references(document):
        found = document
        for part in pointer.removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]


def references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [pointer for value in part.values() for pointer in references(value)]
    if isinstance(part, list):
        return [pointer for value in part for pointer in references(value)]
    return []
