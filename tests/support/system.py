"""The whole system as processes: every service, the gateway, the demonstration data.

End-to-end tests share one that is started once a session (the fixture `system`); `tests/chaos` makes its own.
"""

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pymongo import MongoClient

from deploy.local import parts
from deploy.local.broker import Broker
from deploy.local.checkout import ROOT, Checkout
from deploy.local.database import Database
from tests.support.servers import Given
from tests.support.serving import ServingProcess
from tests.support.sinks import MailSink
from tests.support.waiting import eventually

JOB_DEADLINE_S = 300.0
PREFIX = "system_"
# Everybody has one address here: proofs of work are asked for where a test lowers these.
UNASKED = {
    "GATEWAY_FREE_WRITE_LIMIT": "1000000/minute",
    "GATEWAY_FREE_WRITE_TOTAL": "1000000/minute",
    "GATEWAY_WRONG_RECEIPT_LIMIT": "1000000/minute",
    "GATEWAY_WRONG_RECEIPT_TOTAL": "1000000/minute",
}


class RunningPart(ServingProcess):
    """One part of the system."""

    def __init__(self, part: parts.Part, log: Path) -> None:
        super().__init__(part.name, part.command, env=part.environment, log=log, url=part.address)


class System:
    """What an end-to-end test works with.

    `address` is the gateway's base URL, `password` that of every demo account, `parts["tasks"]` a part to stop, kill or
    pause (put it right again before the test ends), `amqp_uri`, `mongo_uri` and `database_prefix` its servers.

    `replicas` says how many processes a service has, if not one; the second of tasks is `parts["tasks-2"]`.
    `environment` is what all parts are told besides, `commands` what runs in place of a service, by its name. The
    session's system hands notices to staff to the mail server `mail`.
    """

    mail: MailSink

    def __init__(
        self,
        folder: Path,
        amqp_uri: str,
        mongo_uri: str,
        *,
        prefix: str = PREFIX,
        services: Sequence[str] = parts.SERVICES,
        replicas: Mapping[str, int] | None = None,
        environment: Mapping[str, str] | None = None,
        commands: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.amqp_uri, self.mongo_uri, self.folder, self.database_prefix = amqp_uri, mongo_uri, folder, prefix
        checkout = Checkout(folder)
        port = checkout.ports.get("gateway")
        self.address = f"http://127.0.0.1:{port}"
        self.password = checkout.demo_password()
        self.environment = {
            **parts.common_environment(checkout, amqp_uri, mongo_uri),
            "DATABASE_PREFIX": prefix,
            # Long enough to be seen, short enough for a test to wait for.
            "RETRY_WAITS": "1,2,5",
            **UNASKED,
            **(environment or {}),
        }
        count = dict.fromkeys(services, 1) | dict(replicas or {})
        self.processes = {
            name: [self._part(self._service(checkout, name, n + 1, commands or {})) for n in range(count[name])]
            for name in services
        }
        self.gateway = self._part(parts.gateway(checkout, self.environment, port))
        every = [*(part for replicas in self.processes.values() for part in replicas), self.gateway]
        self.parts = {part.name: part for part in every}

    def _service(
        self, checkout: Checkout, name: str, replica: int, commands: Mapping[str, Sequence[str]]
    ) -> parts.Part:
        part = parts.service(checkout, self.environment, self.address, name, replica)
        return replace(part, command=tuple(commands.get(name, part.command)))

    def _part(self, part: parts.Part) -> RunningPart:
        return RunningPart(part, self.folder / "log" / f"{part.name}.log")

    def start(self, *areas: str) -> "System":
        """Starts all parts and adds demonstration data: that of these areas, or all of it."""
        self.start_parts()
        only = [option for area in areas for option in ("--only", area)]
        self.job("seed", *only, GATEWAY_URL=self.address, DEMO_PASSWORD=self.password)
        return self

    def start_parts(self) -> "System":
        """Starts all parts on empty databases and waits until they are ready."""
        self.job("topology")
        for part in self.parts.values():
            part.start()
        for part in self.parts.values():
            part.wait_ready()
        return self

    def stop(self) -> None:
        for part in self.parts.values():
            part.kill()

    def client(self, username: str | None = None) -> httpx.Client:
        """A client whose paths are below /api/v1, signed in as a demo account; without a name, the public's."""
        client = httpx.Client(base_url=f"{self.address}/api/v1", timeout=60, trust_env=False)
        if username is not None:
            answer = client.post("/sessions", json={"username": username, "password": self.password})
            assert answer.status_code == 201, answer.text
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    def come_to_rest(self) -> None:
        """Wait until every report has its case, so that a case which is new from now on is that of a new report."""
        with MongoClient(self.mongo_uri) as client:
            reports = client[f"{self.database_prefix}reports"]["reports"]
            eventually(lambda: reports.count_documents({"kind": "report", "state": "received"}) == 0)

    def job(self, *command: str, **environment: str) -> None:
        """Runs a command of our own command line to its end."""
        done = subprocess.run(
            parts.job_command(*command),
            env={**self.environment, **environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=JOB_DEADLINE_S,
            check=False,
        )
        assert done.returncode == 0, (
            f"{command[0]} ended with {done.returncode}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        )


@pytest.fixture(scope="session")
def system(
    broker: Broker | Given, mongo: Database | Given, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """The running system with its demonstration data; see `System`."""
    amqp_uri = broker.uri if isinstance(broker, Given) else broker.create_vhost("system")
    with MailSink() as mail:
        own = {
            # A loaded machine is no outage.
            "RPC_TIMEOUT_SECONDS": "30",
            # Clients of a whole file of tests sign in once.
            "IDENTITY_ACCESS_MINUTES": "60",
            "TASKS_SMTP_URL": mail.url,
            "TASKS_MAIL_FROM": "mingjing@justice.example",
            "TASKS_CONSOLE_URL": "https://mingjing.justice.example/console",
        }
        system = System(tmp_path_factory.mktemp("system"), amqp_uri, mongo.uri, environment=own)
        system.mail = mail
        try:
            yield system.start()
        finally:
            system.stop()


@pytest.fixture(scope="module")
def signed_in(system: System) -> Iterator[Callable[..., httpx.Client]]:
    """``signed_in("desk")``: a client of that demo account, the same one each time; without a name, the public's."""
    clients: dict[str | None, httpx.Client] = {}
    # Of what the files of tests before this one sent.
    system.come_to_rest()

    def client_of(username: str | None = None) -> httpx.Client:
        if username not in clients:
            clients[username] = system.client(username)
        return clients[username]

    yield client_of
    for client in clients.values():
        client.close()
