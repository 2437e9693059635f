"""What the gateway answers while the broker or the database is away, and that it comes back by itself."""

from __future__ import annotations

import httpx

from deploy.local.broker import Broker
from deploy.local.database import Database
from tests.integration.gateway.conftest import StartGateway, answered, sign_in
from tests.support.waiting import eventually


def test_a_frozen_broker_is_503_within_the_deadline(
    start_gateway: StartGateway, root_unit: str, broker: Broker
) -> None:
    gateway = start_gateway(RPC_TIMEOUT_SECONDS="2")
    with gateway.client() as client:
        eventually(lambda: sign_in(client).status_code == 201)
        eventually(lambda: client.get("/me").status_code == 200)
        broker.pause()
        try:
            answer = answered(client.get("/me"), 503)
            assert int(answer.headers["Retry-After"]) >= 1
            assert httpx.get(f"{gateway.url}/healthz", timeout=60).status_code == 200
        finally:
            broker.resume()
        eventually(lambda: client.get("/me").status_code == 200)


def test_after_a_restart_of_the_broker_the_gateway_is_back_by_itself(
    start_gateway: StartGateway, root_unit: str, broker: Broker
) -> None:
    gateway = start_gateway(RPC_TIMEOUT_SECONDS="2")
    with gateway.client() as client:
        eventually(lambda: sign_in(client).status_code == 201)
        broker.restart(gently=False)
        eventually(lambda: client.get("/me").status_code == 200)
        ready = eventually(lambda: httpx.get(f"{gateway.url}/readyz", timeout=60).status_code == 200)
        assert ready


def test_while_the_database_is_away_limits_hold_within_a_worker_and_cost_little(
    start_gateway: StartGateway, root_unit: str, mongo: Database
) -> None:
    gateway = start_gateway(GATEWAY_WORKERS="1", GATEWAY_PUBLIC_WRITE_LIMIT="5/day")
    refresh = f"{gateway.url}/api/v1/sessions/refresh"
    mongo.pause()
    try:
        # The first one finds out that the database is away.
        httpx.post(refresh, timeout=60)
        statuses: list[int] = []
        statuses.extend(httpx.post(refresh, timeout=60).status_code for _ in range(7))
        assert statuses == [401] * 4 + [429] * 3
        # Most of them did not try to reach it.
        assert gateway.log().count("limits_counted_locally") < 4
        assert httpx.get(f"{gateway.url}/readyz", timeout=60).json()["parts"]["database"] == "unavailable"
    finally:
        mongo.resume()
