"""The gateway as it runs: gunicorn with two workers, the identity service, a real broker and database."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis import clock
from chassis.rpc_client import RpcClient
from contracts.call import Call
from contracts.identity import operations as identity
from deploy.local.checkout import Checkout
from deploy.local.parts import common_environment
from deploy.local.ports import choose_free
from tests.support.services import ServiceProcess
from tests.support.serving import ServingProcess
from tests.support.waiting import eventually

PASSWORD = "a-long-password-7"


class Gateway(ServingProcess):
    """gunicorn with our application; ``url`` is its address."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        port = choose_free()
        command = [sys.executable, "-m", "gunicorn", "-c", "gateway/gunicorn_conf.py", "gateway.app:create_app()"]
        chosen = {"GATEWAY_WORKERS": "2", "GATEWAY_THREADS": "8", **env, "GATEWAY_PORT": str(port)}
        super().__init__("gateway", command, env=chosen, log=log, url=f"http://127.0.0.1:{port}")

    def client(self, **options: Any) -> httpx.Client:
        """A client that keeps cookies, as a browser does."""
        return httpx.Client(base_url=f"{self.url}/api/v1", timeout=60, **options)


StartGateway = Callable[..., Gateway]


@pytest.fixture(scope="module")
def identity_process(module_service_process: Callable[..., ServiceProcess]) -> ServiceProcess:
    """The only service behind the gateway here."""
    return module_service_process("services.identity.service:IdentityService")


@pytest.fixture(scope="module")
def start_gateway(
    amqp_uri: str,
    mongo_uri: str,
    database_prefix: str,
    tmp_path_factory: pytest.TempPathFactory,
    identity_process: ServiceProcess,
) -> Iterator[StartGateway]:
    """``start_gateway(GATEWAY_SIGN_IN_LIMIT="3/minute")``: a gateway of its own beside the file's other ones."""
    folder = tmp_path_factory.mktemp("gateway")
    common = {
        **common_environment(Checkout(folder), amqp_uri, mongo_uri),
        "DATABASE_PREFIX": database_prefix,
        # A loaded machine is no outage.
        "RPC_TIMEOUT_SECONDS": "30",
    }
    started: list[Gateway] = []

    def start(**env: str) -> Gateway:
        gateway = Gateway({**common, **env}, folder / f"gateway-{secrets.token_hex(3)}.log")
        started.append(gateway)
        gateway.start()
        return gateway.wait_ready()

    yield start
    for gateway in started:
        gateway.kill()


@pytest.fixture(scope="module")
def gateway(start_gateway: StartGateway) -> Gateway:
    """One gateway for the file, with limits that its tests do not reach."""
    return start_gateway(GATEWAY_SIGN_IN_LIMIT="1000/minute", GATEWAY_SIGN_IN_ADDRESS_LIMIT="1000/minute")


@pytest.fixture(scope="module")
def root_unit(amqp_uri: str, identity_process: ServiceProcess) -> str:
    """The first administrator (``admin``, PASSWORD) exists; the id of the root unit."""
    client = RpcClient(amqp_uri, "test")
    client.start()
    try:
        eventually(lambda: client.connected)
        now = clock.now()
        first = {"username": "admin", "name": "管理员", "password": PASSWORD, "unit_name": "市司法局"}
        person = client.call(identity.create_admin, first, Call(now=now, deadline=now + timedelta(seconds=60)))
        return str(person["unit_id"])
    finally:
        client.stop()


@pytest.fixture
def admin(gateway: Gateway, root_unit: str) -> Iterator[httpx.Client]:
    """The administrator, signed in."""
    with gateway.client() as client:
        answered(sign_in(client), 201)
        yield client


def sign_in(client: httpx.Client, username: str = "admin", password: str = PASSWORD) -> httpx.Response:
    """Signs in and keeps the token for the client's further requests."""
    response = client.post("/sessions", json={"username": username, "password": password})
    if response.status_code == 201:
        client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
    return response


def answered(response: httpx.Response, status: int) -> httpx.Response:
    """The response, which has this status; else the failure shows what it says."""
    assert response.status_code == status, response.text
    return response
