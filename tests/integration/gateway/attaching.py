"""What the tests of attachments through the gateway share: processes, reporters, staff, cases."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from pymongo import MongoClient

from chassis.config import read as read_settings
from contracts.reports.receipt import read
from services.reports.settings import load_settings
from tests.integration.gateway.conftest import PASSWORD, Gateway, StartGateway, answered, sign_in
from tests.support.services import ServiceProcess

REPORT = {"kind": "report", "category": "money.gifts", "title": "收受礼金", "narrative": "当面收下一只信封。"}
LIMITS = {
    "GATEWAY_FREE_WRITE_LIMIT": "100000/minute",
    "GATEWAY_FREE_WRITE_TOTAL": "100000/minute",
    "GATEWAY_PUBLIC_WRITE_LIMIT": "100000/minute",
    "GATEWAY_WRONG_RECEIPT_LIMIT": "100000/minute",
    "GATEWAY_WRONG_RECEIPT_TOTAL": "100000/minute",
    "GATEWAY_SIGN_IN_LIMIT": "1000/minute",
    "GATEWAY_SIGN_IN_ADDRESS_LIMIT": "1000/minute",
    # Tests wait for its end.
    "RPC_TIMEOUT_SECONDS": "10",
}


@pytest.fixture(scope="module")
def reports_process(module_service_process: Callable[..., ServiceProcess]) -> ServiceProcess:
    """The service that keeps attachments."""
    return module_service_process("services.reports.service:ReportsService")


@pytest.fixture(scope="module")
def front(start_gateway: StartGateway, reports_process: ServiceProcess) -> Gateway:
    """A gateway with limits that the tests do not reach."""
    return start_gateway(**LIMITS)


@pytest.fixture
def public(front: Gateway) -> Iterator[httpx.Client]:
    """Somebody without an account."""
    with front.client() as client:
        yield client


@pytest.fixture
def reporter(public: httpx.Client) -> httpx.Client:
    """The holder of a fresh receipt."""
    return with_receipt(public)


def with_receipt(client: httpx.Client) -> httpx.Client:
    """The client with the receipt of a report that it has just made."""
    receipt = answered(client.post("/reports", json=REPORT), 201).json()["receipt"]
    client.headers["Authorization"] = f"Receipt {receipt}"
    return client


@dataclass(frozen=True)
class Staff:
    """People of the bureau by their role, each signed in; and how a case comes to a report."""

    clients: dict[str, httpx.Client]
    ids: dict[str, str]
    reports: object
    hashed: Callable[[str], bytes]

    def __getitem__(self, role: str) -> httpx.Client:
        return self.clients[role]

    def case_of(self, reporter: httpx.Client, **case: object) -> str:
        """The case of the reporter's report, as the tasks service would have told of it; handled by ``handler``."""
        receipt = read(reporter.headers["Authorization"].removeprefix("Receipt "))
        case_id = f"case-{secrets.token_hex(6)}"
        told = {"id": case_id, "handler_id": self.ids["handler"], "unit_id": None, "excluded_unit_ids": []}
        changed = self.reports.update_one({"receipt_hash": self.hashed(receipt)}, {"$set": {"case": told | case}})
        assert changed.matched_count == 1
        return case_id


ROLES = {
    "desk": ["desk"],
    "handler": ["handler"],
    "other_handler": ["handler"],
    "leader": ["leader"],
    "supervisor": ["supervisor"],
    "custodian": ["custodian"],
    "auditor": ["auditor"],
    "member": ["member"],
    "administrator": ["admin"],
}


@pytest.fixture(scope="module")
def staff(
    front: Gateway,
    root_unit: str,
    mongo_client: MongoClient,
    database_prefix: str,
    reports_process: ServiceProcess,
) -> Iterator[Staff]:
    """Everybody who might ask."""
    clients: dict[str, httpx.Client] = {}
    ids: dict[str, str] = {}
    with front.client() as admin:
        answered(sign_in(admin), 201)
        for name, roles in ROLES.items():
            person = {"username": name, "name": name, "unit_id": root_unit, "line": "bureau", "roles": roles}
            ids[name] = answered(admin.post("/people", json=person), 201).json()["id"]
            code = answered(admin.post("/activation-codes", json={"person_ids": [ids[name]]}), 201).json()
            redeemed = {"username": name, "code": code["items"][0]["code"], "password": PASSWORD}
            answered(admin.post("/activations", json=redeemed), 204)
            clients[name] = front.client()
            answered(sign_in(clients[name], name), 201)
    settings = read_settings(load_settings, environ=reports_process.env)[0]
    reports = mongo_client[f"{database_prefix}reports"].reports
    yield Staff(clients, ids, reports, settings.sealer.receipt_hash)
    for client in clients.values():
        client.close()
