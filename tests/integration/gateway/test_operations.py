"""The gateway under gunicorn: limits over workers, a service that is away, a clean stop, metrics."""

from __future__ import annotations

import re
import signal
import threading

import httpx
import pytest
from pymongo import MongoClient

from tests.integration.gateway.conftest import Gateway, StartGateway, sign_in
from tests.support.services import ServiceProcess
from tests.support.waiting import eventually


def test_a_limit_holds_over_both_workers(start_gateway: StartGateway, root_unit: str) -> None:
    gateway = start_gateway(GATEWAY_SIGN_IN_LIMIT="4/day", GATEWAY_PUBLIC_WRITE_LIMIT="30/day")
    wrong = {"username": "somebody", "password": "wrong"}
    # Each request on a connection of its own, so that both workers are met.
    answers = [httpx.post(f"{gateway.url}/api/v1/sessions", json=wrong, timeout=60) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429] * 4
    assert int(answers[-1].headers["Retry-After"]) > 0
    refreshes = [httpx.post(f"{gateway.url}/api/v1/sessions/refresh", timeout=60).status_code for _ in range(40)]
    assert (refreshes.count(401), refreshes.count(429)) == (30, 10)


def test_the_database_of_the_limits_knows_no_address_and_forgets(
    gateway: Gateway, mongo_uri: str, database_prefix: str, root_unit: str
) -> None:
    httpx.post(f"{gateway.url}/api/v1/sessions", json={"username": "somebody", "password": "wrong"}, timeout=60)
    with MongoClient(mongo_uri) as client:
        database = client[f"{database_prefix}gateway"]
        counters = list(database["counters"].find())
        assert counters
        assert not any("127.0.0.1" in str(counter) or "somebody" in str(counter) for counter in counters)
        indexes = database["counters"].index_information().values()
        assert any(index.get("expireAfterSeconds") == 0 for index in indexes)


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("POST", "/people", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ("DELETE", "/people", {}, 405),
        ("POST", "/people", {"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
        ("POST", "/people", {"json": {"name": "x" * 1_000_001}}, 413),
        ("GET", "/people?nonsense=1", {}, 422),
        ("GET", "/nothing", {}, 404),
    ],
)
def test_what_cannot_be_served_is_a_problem(
    admin: httpx.Client, method: str, path: str, options: dict, status: int
) -> None:
    response = admin.request(method, path, **options)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_a_body_of_unknown_length_is_stopped_at_the_limit_too(admin: httpx.Client) -> None:
    def endless():
        yield b'{"name": "'
        for _ in range(20):
            yield b"x" * 100_000

    response = admin.post("/people", content=endless(), headers={"Content-Type": "application/json"})
    assert response.status_code == 413


def test_a_service_that_died_is_503_within_the_deadline_and_comes_back(
    start_gateway: StartGateway, identity_process: ServiceProcess, root_unit: str
) -> None:
    gateway = start_gateway(RPC_TIMEOUT_SECONDS="2")
    with gateway.client() as client:
        eventually(lambda: sign_in(client).status_code == 201)
        eventually(lambda: client.get("/me").status_code == 200)
        identity_process.kill()
        try:
            response = client.get("/me")
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) >= 1
            assert httpx.get(f"{gateway.url}/healthz", timeout=60).status_code == 200
            ready = httpx.get(f"{gateway.url}/readyz", timeout=60)
            assert (ready.status_code, ready.json()["parts"]["identity"]) == (503, "unavailable")
        finally:
            identity_process.start()
            identity_process.wait_ready()
        eventually(lambda: client.get("/me").status_code == 200)
        eventually(lambda: httpx.get(f"{gateway.url}/readyz", timeout=60).status_code == 200)


def test_a_frozen_service_is_503_within_the_deadline(
    start_gateway: StartGateway, identity_process: ServiceProcess, root_unit: str
) -> None:
    gateway = start_gateway(RPC_TIMEOUT_SECONDS="2")
    with gateway.client() as client:
        eventually(lambda: sign_in(client).status_code == 201)
        identity_process.pause()
        try:
            assert client.get("/me").status_code == 503
        finally:
            identity_process.resume()
        eventually(lambda: client.get("/me").status_code == 200)


def test_a_request_under_way_is_answered_before_the_gateway_ends(
    start_gateway: StartGateway, identity_process: ServiceProcess, root_unit: str
) -> None:
    gateway = start_gateway(RPC_TIMEOUT_SECONDS="60")
    with gateway.client() as client:
        assert sign_in(client).status_code == 201
        identity_process.pause()
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(client.get("/me").status_code))
        try:
            asking.start()
            eventually(lambda: _in_flight(gateway) >= 1)
            gateway.child.send_signal(signal.SIGTERM)  # type: ignore[union-attr]
            eventually(lambda: not _listens(gateway))
        finally:
            identity_process.resume()
        asking.join()
    assert answers == [200]
    assert gateway.wait(60) == 0


def test_metrics_add_up_over_the_workers(gateway: Gateway, root_unit: str) -> None:
    def requests() -> float:
        text = httpx.get(f"{gateway.url}/metrics", timeout=60).text
        pattern = r'^mingjing_http_requests_total\{.*route="/api/v1/units".*status="401".*\} ([0-9.e+]+)$'
        return sum(float(value) for value in re.findall(pattern, text, re.MULTILINE))

    before = requests()
    for _ in range(20):
        httpx.get(f"{gateway.url}/api/v1/units", timeout=60)
    assert requests() - before == 20


def test_the_log_of_a_visitor_without_an_account_has_neither_address_nor_agent(
    start_gateway: StartGateway, root_unit: str
) -> None:
    gateway = start_gateway(LOG_FORMAT="json")
    httpx.get(f"{gateway.url}/api/v1/report-form", headers={"User-Agent": "telltale/1.0"}, timeout=60)
    with gateway.client() as client:
        sign_in(client)
        client.get("/me")

    def told() -> list[str]:
        return [line for line in gateway.log().splitlines() if '"request"' in line]

    # Lines are written together, some a second.
    eventually(lambda: any("/api/v1/me" in line for line in told()))
    lines = told()
    assert any("/api/v1/report-form" in line for line in lines)
    assert not any("telltale" in line for line in lines)
    assert not any("127.0.0.1" in line for line in lines if "report-form" in line)
    assert any("127.0.0.1" in line and "person_id" in line for line in lines if "/api/v1/me" in line)


def test_wrong_configuration_is_named_all_at_once(start_gateway: StartGateway, gateway: Gateway) -> None:
    wrong = Gateway({**gateway.env, "GATEWAY_THREADS": "many", "CORS_ORIGINS": "x"}, gateway.log_file.with_suffix(".2"))
    wrong.start()
    assert wrong.wait(60) == 78
    assert "GATEWAY_THREADS" in wrong.log()
    assert "CORS_ORIGINS" in wrong.log()


def _in_flight(gateway: Gateway) -> float:
    text = httpx.get(f"{gateway.url}/metrics", timeout=60).text
    return sum(
        float(value) for value in re.findall(r"^mingjing_rpc_client_in_flight\S* ([0-9.]+)$", text, re.MULTILINE)
    )


def _listens(gateway: Gateway) -> bool:
    try:
        httpx.get(f"{gateway.url}/healthz", timeout=1)
    except httpx.TransportError:
        return False
    return True
