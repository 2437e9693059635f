"""What holds for every resource: versions, repeatable requests, pages, uploads, headers, sign-in by token."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient

from chassis.rpc_client import Unavailable
from contracts.identity.tokens import ALGORITHM
from tests.unit.gateway.conftest import FakeServices, Identity, MakeApp

SignedIn = Callable[..., dict[str, str]]
PEOPLE = "/api/v1/people"
NEW_PERSON = {"username": "li.ming", "name": "李明", "unit_id": "u1"}


def test_a_get_sends_the_loaded_request_and_who_asks(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn
) -> None:
    services.answers["identity.list_people"] = {"items": [], "next_cursor": None}
    response = client.get(f"{PEOPLE}?limit=20&active=true", headers=signed_in("admin"))
    assert response.json == {"items": [], "next_cursor": None}
    assert services.last.request["limit"] == 20
    assert services.last.request["active"] is True
    actor = services.last.call.actor
    assert actor is not None
    assert (actor.id, actor.unit_path, actor.roles) == ("p1", ("u1", "u2"), {"admin"})


def test_the_deadline_travels_with_the_call(client: FlaskClient, services: FakeServices, signed_in: SignedIn) -> None:
    client.get("/api/v1/me", headers=signed_in("member"))
    call = services.last.call
    assert call.deadline is not None
    assert call.deadline - call.now == timedelta(seconds=5)


def test_creating_answers_201_with_its_address_and_version(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn
) -> None:
    services.answers["identity.create_person"] = {"id": "p9", "version": 1}
    response = client.post(PEOPLE, json=NEW_PERSON, headers=signed_in("admin"))
    assert response.status_code == 201
    assert response.headers["Location"] == "/api/v1/people/p9"
    assert response.headers["ETag"] == '"1"'


def test_the_idempotency_key_reaches_the_service(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn
) -> None:
    headers = signed_in("admin") | {"Idempotency-Key": "import-2026-11"}
    client.post(PEOPLE, json=NEW_PERSON, headers=headers)
    assert services.last.call.idempotency_key == "import-2026-11"


@pytest.mark.parametrize("key", ["", "k" * 129, "clé", " "])
def test_an_idempotency_key_that_cannot_be_kept_is_invalid(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn, key: str
) -> None:
    headers = signed_in("admin") | {"Idempotency-Key": key}
    response = client.post(PEOPLE, json=NEW_PERSON, headers=headers)
    assert response.status_code == 422
    assert response.json["errors"][0]["field"] == "Idempotency-Key"
    assert services.sent == []


def test_the_longest_idempotency_key_is_taken(client: FlaskClient, services: FakeServices, signed_in: SignedIn) -> None:
    headers = signed_in("admin") | {"Idempotency-Key": "k" * 128}
    assert client.post(PEOPLE, json=NEW_PERSON, headers=headers).status_code == 201


def test_a_change_builds_on_the_version_of_if_match(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn
) -> None:
    services.answers["identity.change_person"] = {"id": "p1", "version": 8}
    headers = signed_in("admin") | {"If-Match": '"7"'}
    response = client.patch(f"{PEOPLE}/p1", json={"name": "李明"}, headers=headers)
    assert services.last.request == {"person_id": "p1", "expected_version": 7, "name": "李明"}
    assert response.headers["ETag"] == '"8"'


@pytest.mark.parametrize(
    ("header", "status"),
    [(None, 422), ('"1", "2"', 422), ('W/"7"', 412), ('"abc"', 412), ("7", 412), ('"0"', 412)],
)
def test_a_change_without_a_usable_version_is_refused(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn, header: str | None, status: int
) -> None:
    headers = signed_in("admin") | ({"If-Match": header} if header else {})
    assert client.patch(f"{PEOPLE}/p1", json={"name": "李"}, headers=headers).status_code == status
    assert services.sent == []


def test_a_change_of_whatever_version_is_possible_on_request(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn
) -> None:
    headers = signed_in("admin") | {"If-Match": "*"}
    client.patch(f"{PEOPLE}/p1", json={"name": "李明"}, headers=headers)
    assert services.last.request["expected_version"] is None


def test_what_the_client_has_already_is_not_sent_again(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn
) -> None:
    services.answers["identity.get_person"] = {"id": "p1", "version": 7}
    headers = signed_in("admin") | {"If-None-Match": '"6", W/"7"'}
    response = client.get(f"{PEOPLE}/p1", headers=headers)
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == '"7"'


def test_an_upload_reaches_the_service_in_base64(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn
) -> None:
    services.answers["identity.start_people_import"] = {"id": "people-1"}
    data = {"file": (io.BytesIO("姓名\n李明\n".encode("gb18030")), "人员.csv")}
    response = client.post("/api/v1/imports/people", data=data, headers=signed_in("admin"))
    assert (response.status_code, response.json) == (202, {"id": "people-1"})
    assert base64.b64decode(services.last.request["content"]).decode("gb18030") == "姓名\n李明\n"
    assert services.last.request["file_name"] == "人员.csv"


def test_an_upload_without_its_file_is_invalid(client: FlaskClient, signed_in: SignedIn) -> None:
    data = {"document": (io.BytesIO(b"x"), "people.csv")}
    response = client.post("/api/v1/imports/people", data=data, headers=signed_in("admin"))
    assert response.status_code == 422
    assert response.json["errors"][0]["field"] == "file"


def test_an_upload_with_a_part_nobody_knows_is_invalid(client: FlaskClient, signed_in: SignedIn) -> None:
    data = {"file": (io.BytesIO(b"x"), "people.csv"), "colour": "red"}
    response = client.post("/api/v1/imports/people", data=data, headers=signed_in("admin"))
    assert response.json["errors"][0]["field"] == "colour"


def test_an_upload_over_the_limit_is_413(client: FlaskClient, signed_in: SignedIn) -> None:
    data = {"file": (io.BytesIO(b"x" * 12_000_001), "people.csv")}
    assert client.post("/api/v1/imports/people", data=data, headers=signed_in("admin")).status_code == 413


def test_an_upload_as_json_is_415(client: FlaskClient, signed_in: SignedIn) -> None:
    response = client.post("/api/v1/imports/people", json={"content": "eA=="}, headers=signed_in("admin"))
    assert response.status_code == 415


def test_an_import_is_read_from_the_service_that_runs_it(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn
) -> None:
    row = {"row": 3, "field": "name", "message": "Missing data for required field.", "value": None}
    services.answers["identity.get_import"] = {"id": "people-1", "state": "done", "rejected": [row]}
    response = client.get("/api/v1/imports/people-1", headers=signed_in("admin"))
    assert services.last.operation == "identity.get_import"
    assert response.json["rejected"][0]["message"] == "此项必填。"


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "原题编号未导入：Q7。"), ("en", "was not taken: Q7.")])
def test_what_an_import_omitted_is_told_in_words(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn, language: str, words: str
) -> None:
    row = {"row": 3, "field": "id", "message": "import.id_number", "value": "Q7"}
    services.answers["quiz.get_import"] = {"id": "questions-1", "state": "done", "rejected": [], "omitted": [row]}
    headers = signed_in("trainer") | {"Accept-Language": language}
    response = client.get("/api/v1/imports/questions-1", headers=headers)
    assert response.json["omitted"][0]["message"].endswith(words)


@pytest.mark.parametrize(("role", "import_id"), [("member", "people-1"), ("admin", "nonsense-1")])
def test_an_import_that_is_not_ones_own_to_know_of_is_404(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn, role: str, import_id: str
) -> None:
    assert client.get(f"/api/v1/imports/{import_id}", headers=signed_in(role)).status_code == 404
    assert services.sent == []


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/healthz", "/nothing", "/api/v1/me", "/openapi.json"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "Strict-Transport-Security" not in headers
        assert "Access-Control-Allow-Origin" not in headers


def test_https_is_insisted_on_where_people_reach_us_by_it(make_app: MakeApp) -> None:
    headers = make_app(https=True).test_client().get("/healthz").headers
    assert "max-age" in headers["Strict-Transport-Security"]


def test_other_origins_may_call_only_when_configured(make_app: MakeApp) -> None:
    client = make_app(cors_origins=("https://portal.example.gov.cn",)).test_client()
    asked = {"Origin": "https://portal.example.gov.cn", "Access-Control-Request-Method": "GET"}
    answer = client.options("/api/v1/me", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == asked["Origin"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    foreign = client.get("/api/v1/me", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in foreign.headers


def test_nobody_is_let_in_without_a_token(client: FlaskClient) -> None:
    response = client.get("/api/v1/me")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": datetime.now(UTC) - timedelta(minutes=1)},
        {"iss": "somebody else"},
        {"aud": "another system"},
        {"sub": None},
        {"sid": None},
        {"roles": None},
    ],
)
def test_a_token_that_is_not_ours_or_over_lets_nobody_in(
    client: FlaskClient, services: FakeServices, signed_in: SignedIn, claims: dict[str, Any]
) -> None:
    response = client.get("/api/v1/me", headers=signed_in("admin", **claims))
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
    assert services.sent == []


def test_a_token_signed_by_nobody_or_by_another_key_lets_nobody_in(
    client: FlaskClient, identity: Identity, services: FakeServices
) -> None:
    good = identity.token("admin")
    claims = jwt.decode(good, options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"})
    other = jwt.encode(claims, Ed25519PrivateKey.generate(), ALGORITHM, headers={"kid": "k1"})
    guessed = jwt.encode(claims, "k" * 32, "HS256", headers={"kid": "k1"})
    for token in (unsigned, other, guessed, "x", "a.b.c", good[:-4], good + "="):
        response = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 401
    assert services.sent == []


def test_a_new_signing_key_is_asked_for_but_not_again_and_again(
    client: FlaskClient, identity: Identity, signed_in: SignedIn
) -> None:
    assert client.get("/api/v1/me", headers=signed_in("member")).status_code == 200
    identity.keys["k2"] = Ed25519PrivateKey.generate()
    unknown = signed_in("member", kid="k2")
    for _ in range(50):
        assert client.get("/api/v1/me", headers=unknown).status_code == 401
    assert identity.asked_for_keys == 1


def test_an_ended_session_is_out_at_once(client: FlaskClient, signed_in: SignedIn, services: FakeServices) -> None:
    headers = signed_in("member", session="s7")
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    assert client.delete("/api/v1/sessions/current", headers=headers).status_code == 204
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    assert client.get("/api/v1/me", headers=signed_in("member", session="s8")).status_code == 200


def test_a_session_that_ended_before_this_worker_started_is_out(
    client: FlaskClient, identity: Identity, signed_in: SignedIn
) -> None:
    identity.ended.append({"session_id": "s7", "access_expires_at": "2999-01-01T00:00:00Z"})
    assert client.get("/api/v1/me", headers=signed_in("member", session="s7")).status_code == 401


def test_while_identity_is_away_a_first_token_is_answered_503(
    client: FlaskClient, identity: Identity, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = signed_in("member")

    def away() -> list[dict[str, Any]]:
        raise Unavailable("nothing serves identity.signing_keys")

    authenticator = client.application.extensions["gateway"].authenticator
    monkeypatch.setattr(authenticator, "_fetch_keys", away)
    assert client.get("/api/v1/me", headers=headers).status_code == 503


def test_signing_in_gives_the_access_token_and_keeps_the_others_from_scripts(
    client: FlaskClient, services: FakeServices
) -> None:
    services.answers["identity.sign_in"] = {
        "access_token": "a.b.c",
        "token_type": "Bearer",
        "expires_in": 900,
        "refresh_token": "r-1",
        "refresh_expires_at": "2999-01-01T00:00:00.000Z",
        "device": "d-1",
        "device_expires_at": "2999-01-01T00:00:00.000Z",
    }
    response = client.post("/api/v1/sessions", json={"username": "li.ming", "password": "p"})
    assert response.status_code == 201
    assert response.json == {"access_token": "a.b.c", "token_type": "Bearer", "expires_in": 900}
    cookies = response.headers.getlist("Set-Cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["mingjing_refresh", "mingjing_device"]
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/api/v1/sessions" in cookie
        assert "Secure" not in cookie
    assert services.last.request["address"] == "127.0.0.1"


def test_the_cookie_is_secure_where_people_reach_us_by_https(make_app: MakeApp, services: FakeServices) -> None:
    services.answers["identity.refresh_session"] = {
        "access_token": "a.b.c",
        "token_type": "Bearer",
        "expires_in": 900,
        "refresh_token": "r-2",
        "refresh_expires_at": "2999-01-01T00:00:00.000Z",
    }
    client = make_app(https=True).test_client()
    client.set_cookie("mingjing_refresh", "r-1", path="/api/v1/sessions")
    response = client.post("/api/v1/sessions/refresh")
    assert response.status_code == 200
    assert services.last.request == {"refresh_token": "r-1"}
    assert "Secure" in response.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_a_foreign_page_cannot_refresh(client: FlaskClient, services: FakeServices, headers: dict[str, str]) -> None:
    client.set_cookie("mingjing_refresh", "r-1", path="/api/v1/sessions")
    assert client.post("/api/v1/sessions/refresh", headers=headers).status_code == 403
    assert services.sent == []


@pytest.mark.parametrize("field", ["address", "device", "refresh_token"])
def test_what_the_gateway_itself_says_cannot_come_from_the_body(client: FlaskClient, field: str) -> None:
    body = {"username": "li.ming", "password": "p", field: "x"}
    response = client.post("/api/v1/sessions", json=body)
    assert response.status_code == 422
    assert response.json["errors"][0]["field"] == field
