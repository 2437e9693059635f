"""Every error is a problem of RFC 9457, in the reader's language, with the trace id and the headers it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from chassis.rpc_client import Busy, DeadlineExceeded, Refused, Unavailable
from gateway.problems import table
from tests.unit.gateway.conftest import FakeServices, MakeApp

SignedIn = Callable[..., dict[str, str]]
PEOPLE = "/api/v1/people"
NEW_PERSON = {"username": "li.ming", "name": "李明", "unit_id": "u1"}


def problem(response: Any) -> dict[str, Any]:
    """The body, after checking what every problem must have."""
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = response.json
    assert body["status"] == response.status_code
    assert body["type"].startswith("/problems/")
    assert body["title"]
    assert len(body["trace_id"]) == 32
    return body


def test_an_unknown_path_is_a_problem(client: FlaskClient) -> None:
    assert problem(client.get("/api/v1/nothing"))["status"] == 404


def test_a_wrong_method_is_a_problem_and_names_the_right_ones(client: FlaskClient) -> None:
    response = client.delete(PEOPLE)
    assert problem(response)["status"] == 405
    assert "POST" in response.headers["Allow"]


def test_malformed_json_is_told_with_its_place(client: FlaskClient, signed_in: SignedIn) -> None:
    response = client.post(PEOPLE, data=b'{\n"name": }', content_type="application/json", headers=signed_in("admin"))
    assert problem(response)["status"] == 400
    assert response.json["detail"] == "第 2 行第 9 列附近不是有效的 JSON。"


@pytest.mark.parametrize("body", [b'{"a": NaN}', b"\xff\xfe", b'{"a": "\\ud800"}', b"[" * 5000])
def test_whatever_is_no_json_is_400(client: FlaskClient, signed_in: SignedIn, body: bytes) -> None:
    response = client.post(PEOPLE, data=body, content_type="application/json", headers=signed_in("admin"))
    assert problem(response)["status"] == 400


def test_json_that_is_no_object_is_invalid(client: FlaskClient, signed_in: SignedIn) -> None:
    response = client.post(PEOPLE, json=[1], headers=signed_in("admin"))
    assert problem(response)["errors"] == [{"field": "", "message": "请求体应为 JSON 对象。"}]


def test_another_content_type_is_415(client: FlaskClient, signed_in: SignedIn) -> None:
    response = client.post(PEOPLE, data="a=1", content_type="text/plain", headers=signed_in("admin"))
    assert problem(response)["status"] == 415
    assert response.headers["Accept-Post"] == "application/json"


def test_a_json_body_over_the_limit_is_413(client: FlaskClient, signed_in: SignedIn) -> None:
    body = b'{"name": "' + b"x" * 1_000_001 + b'"}'
    response = client.post(PEOPLE, data=body, content_type="application/json", headers=signed_in("admin"))
    assert problem(response)["status"] == 413


def test_invalid_fields_are_all_named_by_their_dotted_path(client: FlaskClient, signed_in: SignedIn) -> None:
    body = NEW_PERSON | {"name": "", "duties": [{"kind": "nonsense"}], "shoe_size": 42}
    response = client.post(PEOPLE, json=body, headers=signed_in("admin"))
    found = {entry["field"] for entry in problem(response)["errors"]}
    assert response.status_code == 422
    assert found == {"name", "duties.0.kind", "shoe_size"}


def test_unknown_query_parameters_are_invalid(client: FlaskClient, signed_in: SignedIn) -> None:
    response = client.get(f"{PEOPLE}?nmae=x", headers=signed_in("admin"))
    assert problem(response)["errors"] == [{"field": "nmae", "message": "未知的字段或参数。"}]


def test_query_parameters_of_a_post_are_invalid(client: FlaskClient, signed_in: SignedIn) -> None:
    response = client.post(f"{PEOPLE}?dry_run=1", json=NEW_PERSON, headers=signed_in("admin"))
    assert problem(response)["errors"][0]["field"] == "dry_run"


def test_a_repeated_parameter_is_invalid(client: FlaskClient, signed_in: SignedIn) -> None:
    response = client.get(f"{PEOPLE}?line=a&line=b", headers=signed_in("admin"))
    assert problem(response)["errors"][0]["field"] == "line"


def test_the_body_cannot_say_what_the_path_says(client: FlaskClient, signed_in: SignedIn) -> None:
    headers = signed_in("admin") | {"If-Match": '"1"'}
    response = client.patch(f"{PEOPLE}/p1", json={"person_id": "p2"}, headers=headers)
    assert problem(response)["errors"][0]["field"] == "person_id"


def test_messages_are_english_on_request(client: FlaskClient, signed_in: SignedIn) -> None:
    headers = signed_in("admin") | {"Accept-Language": "en-GB"}
    response = client.post(PEOPLE, json={}, headers=headers)
    assert problem(response)["title"] == "Invalid content"
    assert response.headers["Content-Language"] == "en"
    assert {entry["message"] for entry in response.json["errors"]} == {"Missing data for required field."}


@pytest.mark.parametrize(
    ("failure", "status", "slug"),
    [
        (Busy(), 503, "busy"),
        (Unavailable(), 503, "unavailable"),
        (DeadlineExceeded(), 503, "no-answer"),
        (Refused("Unavailable", {"part": "database", "retry_after": 2}), 503, "unavailable"),
        (Refused("Interrupted", {"retry_after": 1}), 503, "no-answer"),
        (Refused("TooMany", {"retry_after": 7}), 429, "too-many"),
        (Refused("NotFound", {"what": "person"}), 404, "not-found"),
        (Refused("Forbidden", {"why": ""}), 403, "not-allowed"),
        (Refused("Stale", {"current_version": 4}), 412, "stale"),
        (Refused("IdempotencyKeyReused", {}), 422, "idempotency-key-reused"),
        (Refused("WrongState", {"state": "closed", "allowed": []}), 409, "wrong-state"),
        (Refused("Fault", {}), 500, "internal"),
        (Refused("NobodyToldTheGateway", {}), 500, "internal"),
        (RuntimeError("with a secret in it"), 500, "internal"),
    ],
)
def test_what_a_service_refuses_or_fails_at_is_told(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn, failure: Exception, status: int, slug: str
) -> None:
    services.answers["identity.me"] = failure
    response = client.get("/api/v1/me", headers=signed_in("member"))
    body = problem(response)
    assert (body["status"], body["type"]) == (status, f"/problems/{slug}")
    assert "secret" not in response.text
    assert ("Retry-After" in response.headers) == (status in (429, 503))


def test_a_wrong_state_is_told_with_what_is_possible(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn
) -> None:
    services.answers["identity.me"] = Refused("WrongState", {"state": "draft", "allowed": ["submit", "drop"]})
    body = problem(client.get("/api/v1/me", headers=signed_in("member")))
    assert body["state"] == "draft"
    assert body["allowed"] == ["submit", "drop"]


def test_errors_of_a_service_are_put_in_words(client: FlaskClient, services: FakeServices, signed_in: SignedIn) -> None:
    wrong = {"field": "unit_id", "message": "Must be one of: {choices}.".format(choices="a, b")}
    services.answers["identity.me"] = Refused("Invalid", {"errors": [wrong]})
    body = problem(client.get("/api/v1/me", headers=signed_in("member")))
    assert body["errors"] == [{"field": "unit_id", "message": "应为下列之一：a, b。"}]


def test_the_trace_id_is_the_callers_own(client: FlaskClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    response = client.get("/nothing", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert response.json["trace_id"] == trace
    assert response.headers["traceresponse"].startswith(f"00-{trace}-")


def test_every_type_leads_to_its_meaning(client: FlaskClient) -> None:
    for row in table().values():
        response = client.get(f"/problems/{row.slug}")
        assert response.json["status"] == row.status


def test_every_row_has_both_titles_and_an_error_status() -> None:
    for name, row in table().items():
        assert row.zh, name
        assert row.en, name
        assert 400 <= row.status < 600, name


def test_a_public_write_beyond_the_limit_is_429_with_a_wait(make_app: MakeApp, services: FakeServices) -> None:
    client = make_app(public_write_limit="2/minute").test_client()
    body = {"username": "a", "code": "b", "password": "c"}
    refresh = "/api/v1/sessions/refresh"
    assert [client.post(refresh, json={}).status_code for _ in range(3)] == [401, 401, 429]
    response = client.post(refresh, json=body)
    assert problem(response)["status"] == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
