"""The OpenAPI document is valid, complete and safe to show; the page needs nothing from elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from openapi_spec_validator.validation import OpenAPIV30SpecValidator

from gateway import language
from gateway.app import Application, resource_modules
from gateway.documentation import openapi


@pytest.fixture
def document(app: Application) -> dict[str, Any]:
    return openapi(app)


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document, cls=OpenAPIV31SpecValidator)


def test_what_the_page_reads_is_valid_openapi_3_0(client: FlaskClient) -> None:
    document = client.get("/docs/openapi.json").json
    assert document["openapi"] == "3.0.3"
    validate(document, cls=OpenAPIV30SpecValidator)


def test_every_route_of_every_resource_is_in_the_document(app: Application, document: dict[str, Any]) -> None:
    blueprints = {module.blp.name for module in resource_modules()}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in blueprints:
            path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                assert method.lower() in document["paths"][path], f"{method} {path}"


def test_every_operation_has_its_own_name_and_a_summary(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    assert all(operation.get("summary") for _, _, operation in operations(document))


def test_every_operation_tells_who_may_call_it_and_how_it_fails(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        assert "security" in operation, f"{method} {path}"
        assert operation["x-roles"], f"{method} {path}"
        assert "default" in operation["responses"], f"{method} {path}"


def test_what_the_gateway_fills_in_is_not_asked_from_the_client(document: dict[str, Any]) -> None:
    sign_in = document["paths"]["/api/v1/sessions"]["post"]["requestBody"]
    properties = sign_in["content"]["application/json"]["schema"]["properties"]
    assert set(properties) == {"username", "password", "otp"}
    change = document["paths"]["/api/v1/people/{person_id}"]["patch"]
    fields = change["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert not {"person_id", "expected_version"} & set(fields)
    assert {"$ref": "#/components/parameters/IfMatch"} in change["parameters"]


def test_an_upload_is_described_as_one(document: dict[str, Any]) -> None:
    body = document["paths"]["/api/v1/imports/people"]["post"]["requestBody"]["content"]
    assert list(body) == ["multipart/form-data"]


def test_the_document_is_the_same_every_time(app: Application, make_app: Any) -> None:
    assert openapi(make_app()) == openapi(app)


def test_the_page_loads_only_from_here_and_has_no_inline_script(client: FlaskClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert address.startswith("/docs/")
        assert client.get(address).status_code == 200
    assert client.get("/docs/openapi.json").status_code == 200


@pytest.mark.parametrize("name", ["index.html", "swagger-ui.js", "..%2f..%2fsettings.py", "__init__.py"])
def test_the_page_serves_no_other_file(client: FlaskClient, name: str) -> None:
    assert client.get(f"/docs/{name}").status_code == 404


def test_every_text_exists_in_both_languages_with_the_same_parts() -> None:
    parts = re.compile(r"\{(\w+)\}")
    for module in language.modules():
        chinese, english = getattr(module, "ZH", {}), getattr(module, "EN", {})
        assert chinese.keys() == english.keys(), module.__name__
        for code, words in chinese.items():
            assert set(parts.findall(words)) == set(parts.findall(english[code])), code


def test_no_text_code_means_two_things() -> None:
    seen: dict[str, str] = {}
    for module in language.modules():
        for code, words in getattr(module, "ZH", {}).items():
            assert seen.setdefault(code, words) == words, f"{code} in {module.__name__}"


def test_sentences_with_parts_keep_them_in_chinese() -> None:
    for module in language.modules():
        for english, chinese in getattr(module, "SENTENCES", {}).items():
            assert set(re.findall(r"\{(\w+)\}", chinese)) == set(re.findall(r"\{(\w+)\}", english))


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Length must be between 1 and 60.", "长度应在 1 与 60 之间。"),
        ("Must be greater than or equal to 1 and less than or equal to 200.", "应在 1 与 200 之间。"),
        ("Must be one of: a, b.", "应为下列之一：a, b。"),
        ("Contains a character that is not allowed: U+202E.", "含有不允许的字符：U+202E。"),
        ("A sentence that nobody translated.", "A sentence that nobody translated."),
    ],
)
def test_validation_messages_are_put_in_chinese(english: str, chinese: str) -> None:
    assert language.message(english, "zh-CN") == chinese
    assert language.message(english, "en") == english
