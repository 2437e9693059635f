"""Service processes for tests: `python -m chassis.run module:Class`, as in production."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from deploy.local.checkout import Checkout
from deploy.local.parts import DEMO_NETWORKS, common_environment, service_command
from deploy.local.ports import choose_free
from tests.support.serving import ServingProcess


class ServiceProcess(ServingProcess):
    """One service in a process of its own.

    `url` serves /healthz, /readyz and /metrics. `.pid`, `.stop(signal, grace_s)`, `.kill()`, `.pause()`, `.resume()`,
    `.log()` and `.exit_code` as for every `Process`; `.start()` after an end starts it again on the same port.
    """

    def __init__(self, target: str, env: Mapping[str, str], log: Path) -> None:
        port = choose_free()
        env = {**env, "HEALTH_PORT": str(port)}
        super().__init__(target, service_command(target), env=env, log=log, url=f"http://127.0.0.1:{port}")


StartService = Callable[..., ServiceProcess]


def _factory(amqp_uri: str, mongo_uri: str, database_prefix: str, folder: Path) -> Iterator[StartService]:
    common = {
        **common_environment(Checkout(folder), amqp_uri, mongo_uri),
        "DATABASE_PREFIX": database_prefix,
        "PUBLICITY_ALLOWED_PRIVATE_NETWORKS": DEMO_NETWORKS,
    }
    started: list[ServiceProcess] = []

    def start(target: str, env: Mapping[str, str] | None = None, *, wait: bool = True) -> ServiceProcess:
        log = folder / f"{target.rsplit(':', 1)[-1]}-{secrets.token_hex(3)}.log"
        process = ServiceProcess(target, {**common, **(env or {})}, log)
        started.append(process)
        process.start()
        return process.wait_ready() if wait else process

    try:
        yield start
    finally:
        for process in started:
            process.kill()


@pytest.fixture
def service_process(amqp_uri: str, mongo_uri: str, database_prefix: str, tmp_path: Path) -> Iterator[StartService]:
    """`start("services.reports.service:ReportsService", {"MAX_ATTEMPTS": "3"})` starts a service and waits for /readyz.

    It stands on this test file's virtual host and database prefix, with all secrets of the services made for it.
    `wait=False` returns at once. What a test starts is killed when it ends.
    """
    yield from _factory(amqp_uri, mongo_uri, database_prefix, tmp_path)


@pytest.fixture(scope="module")
def module_service_process(
    amqp_uri: str, mongo_uri: str, database_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartService]:
    """As `service_process`, for processes that all tests of a file share."""
    yield from _factory(amqp_uri, mongo_uri, database_prefix, tmp_path_factory.mktemp("services"))
