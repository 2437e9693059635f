"""Whatever a client sends to whatever route, the answer is its problem (4xx), never our fault (500)."""

from __future__ import annotations

import io
import re
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.rpc_client import Refused
from contracts.roles import ALL_ROLES
from gateway.endpoint import Endpoint
from tests.unit.gateway.conftest import FakeServices, Identity, MakeApp

Route = tuple[str, str, Endpoint]

# Values that programs tend to trip over.
AWKWARD: list[Any] = [
    *(None, True, 0, -1, 10**30, 0.5, 1e308, "", " ", "a", "0", "true", "null", "\u0000", "\u202e", "￿"),
    *("2026-02-30", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    *("\U0001f600" * 40, "x" * 5000, [], {}, [None], [[]], [{}], {"": ""}, {"a": {"a": {"a": []}}}),
]
values = st.one_of(
    st.sampled_from(AWKWARD),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ),
)


@pytest.fixture
def client(make_app: MakeApp, services: FakeServices) -> FlaskClient:
    """Behind it, whatever is asked for is not there."""
    services.answers = _Always(Refused("NotFound", {"what": "anything"}))
    return make_app(
        public_write_limit="1000000/minute",
        public_read_limit="1000000/minute",
        free_write_limit="1000000/minute",
        free_write_total="1000000/minute",
        sign_in_limit="1000000/minute",
        sign_in_address_limit="1000000/minute",
    ).test_client()


class _Always(dict[str, Any]):
    """The same answer to everything."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self._answer = answer

    def get(self, key: str, default: Any = None) -> Any:
        return self._answer


def routes(client: FlaskClient) -> list[Route]:
    found = []
    for rule in client.application.url_map.iter_rules():
        endpoint = getattr(client.application.view_functions[rule.endpoint], "endpoint", None)
        if endpoint is not None:
            path = re.sub(r"<[^>]+>", "some-id", rule.rule)
            found += [(method, path, endpoint) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return sorted(found, key=lambda route: route[:2])


def headers_for(endpoint: Endpoint, identity: Identity) -> dict[str, str]:
    if endpoint.receipt:
        return {"Authorization": "Receipt 00000-00000-00000-00000"}
    token = identity.token(*sorted(ALL_ROLES), session="s1")
    return {"Authorization": f"Bearer {token}", "If-Match": '"1"'}


def bodies(endpoint: Endpoint) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with the operation's own fields, and any others, holding any values."""
    names = sorted(endpoint.schema.fields) or ["x"]
    return st.dictionaries(st.sampled_from(names) | st.text(max_size=5), values, max_size=len(names))


@settings(
    max_examples=600, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_no_body_breaks_a_route(client: FlaskClient, identity: Identity, data: st.DataObject) -> None:
    method, path, endpoint = data.draw(st.sampled_from([r for r in routes(client) if r[0] not in ("GET", "DELETE")]))
    headers = headers_for(endpoint, identity)
    body = data.draw(bodies(endpoint))
    if endpoint.upload:
        form = {name: str(value) for name, value in body.items() if name and name.isprintable()}
        form["file"] = (io.BytesIO(str(body).encode()), "table.csv")  # type: ignore[assignment]
        response = client.open(path, method=method, headers=headers, data=form)
    else:
        text = orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS) if _fits(body) else b"{}"
        response = client.open(path, method=method, headers=headers, data=text, content_type="application/json")
    assert 400 <= response.status_code < 500, f"{method} {path} {body}: {response.text}"
    assert response.content_type == "application/problem+json"


@settings(
    max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data())
def test_no_query_breaks_a_route(client: FlaskClient, identity: Identity, data: st.DataObject) -> None:
    method, path, endpoint = data.draw(st.sampled_from([r for r in routes(client) if r[0] in ("GET", "DELETE")]))
    query = {name: str(value) for name, value in data.draw(bodies(endpoint)).items()}
    response = client.open(path, method=method, headers=headers_for(endpoint, identity), query_string=query)
    assert 400 <= response.status_code < 500, f"{method} {path} {query}: {response.text}"


@settings(
    max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)
@given(path=st.text(max_size=40), method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]))
def test_no_path_breaks_the_gateway(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(f"/api/v1/{path}", method=method, content_type="application/json")
    assert response.status_code < 500


def _fits(body: Any) -> bool:
    """Whether JSON can say it at all."""
    try:
        orjson.dumps(body)
    except TypeError:
        return False
    return True
