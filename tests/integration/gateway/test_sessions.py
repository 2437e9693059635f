"""Signing in, staying in, going out, as a browser does it."""

from __future__ import annotations

import httpx

from tests.integration.gateway.conftest import PASSWORD, Gateway, sign_in
from tests.support.waiting import eventually


def test_one_signs_in_and_is_known(gateway: Gateway, root_unit: str) -> None:
    with gateway.client() as client:
        response = sign_in(client)
        assert response.status_code == 201
        assert set(response.json()) == {"access_token", "token_type", "expires_in"}
        me = client.get("/me").json()
        assert (me["username"], me["unit"]["id"]) == ("admin", root_unit)
        assert "admin" in me["roles"]


def test_every_wrong_part_is_answered_the_same(gateway: Gateway, root_unit: str) -> None:
    with gateway.client() as client:
        answers = [
            client.post("/sessions", json={"username": "admin", "password": "wrong"}),
            client.post("/sessions", json={"username": "nobody", "password": "wrong"}),
            client.post("/sessions", json={"username": "nobody", "password": PASSWORD}),
        ]
    assert {answer.status_code for answer in answers} == {401}
    bodies = [{**answer.json(), "trace_id": ""} for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]


def test_a_refresh_gives_a_new_token_and_a_new_cookie(gateway: Gateway, root_unit: str) -> None:
    with gateway.client() as client:
        sign_in(client)
        before = client.cookies["mingjing_refresh"]
        response = client.post("/sessions/refresh")
        assert response.status_code == 200
        assert client.cookies["mingjing_refresh"] != before
        client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
        assert client.get("/me").status_code == 200


def test_an_old_refresh_cookie_ends_the_session(gateway: Gateway, root_unit: str) -> None:
    with gateway.client() as client:
        sign_in(client)
        stolen = {"Cookie": f"mingjing_refresh={client.cookies['mingjing_refresh']}"}
        # The next one is in use, so this one can be nobody's honest repetition.
        assert [client.post("/sessions/refresh").status_code for _ in range(2)] == [200, 200]
        assert httpx.post(f"{gateway.url}/api/v1/sessions/refresh", headers=stolen, timeout=60).status_code == 401
        eventually(lambda: client.get("/me").status_code == 401)


def test_signing_out_ends_the_session_in_every_worker(gateway: Gateway, root_unit: str) -> None:
    with gateway.client() as client:
        sign_in(client)
        assert client.delete("/sessions/current").status_code == 204
        assert "mingjing_refresh" not in client.cookies

    def refused_everywhere() -> bool:
        # Each request on a connection of its own, so that both workers are met.
        headers = {"Authorization": client.headers["Authorization"]}
        answers = [httpx.get(f"{gateway.url}/api/v1/me", headers=headers, timeout=60) for _ in range(12)]
        return {answer.status_code for answer in answers} == {401}

    eventually(refused_everywhere)


def test_a_new_gateway_knows_the_sessions_that_ended_before_it(start_gateway, gateway: Gateway, root_unit: str) -> None:
    with gateway.client() as client:
        sign_in(client)
        client.delete("/sessions/current")
    later = start_gateway()
    headers = {"Authorization": client.headers["Authorization"]}
    assert httpx.get(f"{later.url}/api/v1/me", headers=headers, timeout=60).status_code == 401
