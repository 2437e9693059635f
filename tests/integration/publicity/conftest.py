"""The publicity service as a process, with partners and a mail server that can be told to fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chassis.rpc_client import RpcClient
from services.publicity.store import PublicityStore
from tests.integration.publicity.newsroom import Newsroom
from tests.support.services import ServiceProcess, StartService
from tests.support.sinks import MailSink, WebhookSink
from tests.support.sinks.certificates import Authority, make_authority
from tests.support.stores import store_fixture
from tests.support.waiting import eventually

SERVICE = "services.publicity.service:PublicityService"
# Waits that a test can sit out; a delivery is given up only after minutes.
SETTINGS = {
    "PUBLICITY_RETRY_WAITS": "0.2,0.3,0.5,0.5," + ",".join(["1"] * 120),
    "PUBLICITY_SEND_TIMEOUT_SECONDS": "60",
    "PUBLICITY_SENDING_LEASE_SECONDS": "90",
    "PUBLICITY_PUBLIC_URL": "https://sfj.example.gov.cn",
}

# The service's own store, on the same database.
store = store_fixture(PublicityStore)


@pytest.fixture(scope="module")
def mail_sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture(autouse=True)
def _accepting(request: pytest.FixtureRequest) -> None:
    """Each test begins with a mail server in a good mood."""
    if "mail_sink" in request.fixturenames:
        request.getfixturevalue("mail_sink").mood = "accept"


@pytest.fixture
def partner() -> Iterator[WebhookSink]:
    with WebhookSink() as sink:
        yield sink


@pytest.fixture
def other_partner() -> Iterator[WebhookSink]:
    with WebhookSink() as sink:
        yield sink


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whose certificates the service trusts."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def service(module_service_process: StartService, mail_sink: MailSink, authority: Authority) -> ServiceProcess:
    """The process; ``start`` it again after a ``kill``."""
    own = {"PUBLICITY_SMTP_URL": mail_sink.url, "SSL_CERT_FILE": str(authority.trusted)}
    return module_service_process(SERVICE, {**SETTINGS, **own})


@pytest.fixture(scope="module")
def newsroom(service: ServiceProcess, amqp_uri: str) -> Iterator[Newsroom]:
    """People at work on the running service."""
    rpc = RpcClient(amqp_uri, "tests")
    rpc.start()
    eventually(lambda: rpc.connected)
    yield Newsroom(rpc)
    rpc.stop()
