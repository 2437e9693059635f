"""The whole system for end-to-end tests: every service, the gateway, the demonstration data, started once a session."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local import parts
from deploy.local.broker import Broker
from deploy.local.checkout import ROOT, Checkout
from deploy.local.database import Database
from tests.support.servers import Given
from tests.support.serving import ServingProcess

JOB_DEADLINE_S = 300.0
PREFIX = "system_"


class RunningPart(ServingProcess):
    """One part of the system."""

    def __init__(self, part: parts.Part, log: Path) -> None:
        super().__init__(part.name, part.command, env=part.environment, log=log, url=part.address)


class System:
    """What an end-to-end test works with.

    `address` is the gateway's base URL, `password` that of every demo account, `parts["tasks"]` a part to stop, kill or
    pause (put it right again before the test ends), `amqp_uri`, `mongo_uri` and `database_prefix` its servers.
    """

    database_prefix = PREFIX

    def __init__(self, folder: Path, amqp_uri: str, mongo_uri: str) -> None:
        self.amqp_uri, self.mongo_uri, self.folder = amqp_uri, mongo_uri, folder
        checkout = Checkout(folder)
        port = checkout.ports.get("gateway")
        self.address = f"http://127.0.0.1:{port}"
        self.password = checkout.demo_password()
        self.environment = {
            **parts.common_environment(checkout, amqp_uri, mongo_uri),
            "DATABASE_PREFIX": PREFIX,
            # Long enough to be seen, short enough for a test to wait for.
            "RETRY_WAITS": "1,2,5",
        }
        all_parts = [
            *parts.services(checkout, self.environment, self.address),
            parts.gateway(checkout, self.environment, port),
        ]
        self.parts = {part.name: RunningPart(part, folder / "log" / f"{part.name}.log") for part in all_parts}

    def start(self) -> "System":
        self._job("topology")
        for part in self.parts.values():
            part.start()
        for part in self.parts.values():
            part.wait_ready()
        self._job("seed", GATEWAY_URL=self.address, DEMO_PASSWORD=self.password)
        return self

    def stop(self) -> None:
        for part in self.parts.values():
            part.kill()

    def client(self, username: str | None = None) -> httpx.Client:
        """A client whose paths are below /api/v1, signed in as a demo account; without a name, the public's."""
        client = httpx.Client(base_url=f"{self.address}/api/v1", timeout=20, trust_env=False)
        if username is not None:
            answer = client.post("/sessions", json={"username": username, "password": self.password})
            assert answer.status_code == 201, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    def _job(self, command: str, **environment: str) -> None:
        done = subprocess.run(
            parts.job_command(command),
            env={**self.environment, **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=JOB_DEADLINE_S,
            check=False,
        )
        assert done.returncode == 0, (
            f"{command} ended with {done.returncode}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        )


@pytest.fixture(scope="session")
def system(
    broker: Broker | Given, mongo: Database | Given, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """The running system with its demonstration data; see `System`."""
    amqp_uri = broker.uri if isinstance(broker, Given) else broker.create_vhost("system")
    system = System(tmp_path_factory.mktemp("system"), amqp_uri, mongo.uri)
    try:
        yield system.start()
    finally:
        system.stop()


@pytest.fixture(scope="module")
def signed_in(system: System) -> Iterator[Callable[..., httpx.Client]]:
    """``signed_in("desk")``: a client of that demo account, the same one each time; without a name, the public's."""
    clients: dict[str | None, httpx.Client] = {}

    def client_of(username: str | None = None) -> httpx.Client:
        if username not in clients:
            clients[username] = system.client(username)
        return clients[username]

    yield client_of
    for client in clients.values():
        client.close()
