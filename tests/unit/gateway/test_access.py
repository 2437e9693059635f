"""Who may call what: every route against every role, by the operations that the routes are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from contracts.roles import ALL_ROLES, ANY_ROLE, PUBLIC
from gateway.app import Application
from gateway.endpoint import Endpoint
from tests.unit.gateway.conftest import FakeServices, Identity, MakeApp

SignedIn = Callable[..., dict[str, str]]


def routes(app: Application) -> Iterator[tuple[str, str, Endpoint]]:
    """``(method, path, endpoint)`` of every route that calls an operation, with some id for each variable."""
    for rule in app.url_map.iter_rules():
        endpoint = getattr(app.view_functions[rule.endpoint], "endpoint", None)
        if endpoint is not None:
            path = re.sub(r"<[^>]+>", "some-id", rule.rule)
            yield from ((method, path, endpoint) for method in sorted(rule.methods - {"HEAD", "OPTIONS"}))


def gets_past_the_door(client: FlaskClient, method: str, path: str, headers: dict[str, str]) -> int | None:
    """The 401 or 403 of the gateway; None when the request went further, however it ended there."""
    status = client.open(path, method=method, headers=headers).status_code
    return status if status in (401, 403) else None


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    """Without limits that so many requests would reach."""
    return make_app(public_write_limit="100000/minute", public_read_limit="100000/minute").test_client()


def test_every_route_lets_in_exactly_the_roles_of_its_operation(
    client: FlaskClient, signed_in: SignedIn, services: FakeServices
) -> None:
    checked = 0
    for method, path, endpoint in routes(client.application):
        if endpoint.receipt or endpoint.public:
            continue
        for role in sorted(ALL_ROLES):
            allowed = bool(endpoint.roles & ANY_ROLE) or role in endpoint.roles
            outcome = gets_past_the_door(client, method, path, signed_in(role, session=f"s-{checked}"))
            assert outcome == (None if allowed else 403), f"{method} {path} as {role}"
            checked += 1
    assert checked > 100


def test_without_an_account_only_public_routes_let_one_in(client: FlaskClient) -> None:
    for method, path, endpoint in routes(client.application):
        if path.endswith("/sessions/refresh"):
            continue
        outcome = gets_past_the_door(client, method, path, {})
        assert outcome == (None if endpoint.public and not endpoint.receipt else 401), f"{method} {path}"


def test_a_receipt_opens_only_what_asks_for_one(client: FlaskClient) -> None:
    for method, path, endpoint in routes(client.application):
        if endpoint.public or path.endswith("/sessions/refresh"):
            continue
        assert gets_past_the_door(client, method, path, {"Authorization": "Receipt X"}) == 401


def test_a_public_route_still_refuses_a_token_that_is_not_valid(client: FlaskClient) -> None:
    for method, path, endpoint in routes(client.application):
        if endpoint.public and not endpoint.receipt and not endpoint.anonymous:
            headers = {"Authorization": "Bearer x.y.z"}
            assert gets_past_the_door(client, method, path, headers) == 401, f"{method} {path}"


def test_who_reports_stays_unknown_even_with_a_token(
    client: FlaskClient, signed_in: SignedIn, services: FakeServices
) -> None:
    public_writes = {
        path for method, path, endpoint in routes(client.application) if endpoint.anonymous and method == "POST"
    }
    assert "/api/v1/reports" in public_writes
    client.get("/api/v1/report-form", headers=signed_in("member"))
    assert services.last.call.actor is None


def test_every_operation_that_needs_an_account_says_which(client: FlaskClient) -> None:
    for method, path, endpoint in routes(client.application):
        known = ALL_ROLES | ANY_ROLE | PUBLIC
        assert endpoint.roles, f"{method} {path}"
        assert endpoint.roles <= known, f"{method} {path}"


def test_a_person_with_several_roles_may_do_what_any_of_them_may(client: FlaskClient, signed_in: SignedIn) -> None:
    assert client.get("/api/v1/people", headers=signed_in("member", "admin")).status_code == 200


def test_roles_come_from_the_token_alone(client: FlaskClient, identity: Identity) -> None:
    token = identity.token("member", iat=datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}", "X-Roles": "admin", "X-Forwarded-User": "admin"}
    response: Any = client.get("/api/v1/people?roles=admin", headers=headers)
    assert response.status_code == 403
