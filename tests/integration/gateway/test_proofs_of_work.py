"""Proofs of work over two workers and two gateways that share their counters; and a log that tells on nobody."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pymongo import MongoClient

from services.reports.sealing import new_receipt
from tests.integration.gateway.conftest import Gateway, StartGateway
from tests.support.proofs import solution
from tests.support.services import ServiceProcess
from tests.support.waiting import eventually

REPORT = {"kind": "report", "category": "conduct.attitude", "title": "窗口态度", "narrative": "等了一上午，无人理会。"}
# Whole days, so that no window ends while a test runs.
LIMITS = {
    "GATEWAY_FREE_WRITE_LIMIT": "30/day",
    "GATEWAY_FREE_WRITE_TOTAL": "1000/day",
    "GATEWAY_WRONG_RECEIPT_LIMIT": "20/day",
    "TRUSTED_PROXIES": "1",
    "LOG_LEVEL": "DEBUG",
}


@pytest.fixture(scope="module", autouse=True)
def reports_process(module_service_process: Callable[..., ServiceProcess]) -> ServiceProcess:
    return module_service_process("services.reports.service:ReportsService")


@pytest.fixture(scope="module")
def front(start_gateway: StartGateway) -> Gateway:
    return start_gateway(**LIMITS)


def post(gateway: Gateway, address: str, body: dict[str, Any] = REPORT, **headers: str) -> httpx.Response:
    """A report, on a connection of its own, so that both workers are met."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"{gateway.url}/api/v1/reports"
    return httpx.post(url, json=body, headers={"X-Forwarded-For": address, **named}, timeout=60)


def used_up(gateway: Gateway, address: str) -> dict[str, Any]:
    """The challenge that the address is given when nothing is free for it any more, at either worker."""
    refused: list[httpx.Response] = []
    for _ in range(60):
        answer = post(gateway, address)
        assert answer.status_code in (201, 429), answer.text
        if answer.status_code == 429:
            refused.append(answer)
    assert int(refused[-1].headers["Retry-After"]) > 0
    assert len(refused) > 20
    challenge: dict[str, Any] = refused[0].json()["challenge"]
    return challenge


def test_what_is_free_holds_over_both_workers(front: Gateway) -> None:
    statuses = Counter(post(front, "192.0.2.1").status_code for _ in range(60))
    assert statuses.keys() == {201, 429}
    # Each worker may pass it by a tenth.
    assert 30 <= statuses[201] <= 30 + 2 * 3


def test_a_proof_counts_once_whichever_worker_it_meets(front: Gateway) -> None:
    body = REPORT | {"altcha": solution(used_up(front, "192.0.2.2"))}
    statuses = Counter(post(front, "192.0.2.2", body).status_code for _ in range(8))
    assert statuses == {201: 1, 422: 7}


def test_the_same_request_with_the_same_proof_has_the_same_answer(front: Gateway) -> None:
    body = REPORT | {"altcha": solution(used_up(front, "192.0.2.3"))}
    answers = [post(front, "192.0.2.3", body, Idempotency_Key="one") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["receipt"] for answer in answers}) == 1
    assert post(front, "192.0.2.3", body, Idempotency_Key="another").status_code == 422


def test_gateways_that_share_the_key_take_each_others_challenges_and_each_proof_once(
    front: Gateway, start_gateway: StartGateway
) -> None:
    second = start_gateway(**LIMITS)
    body = REPORT | {"altcha": solution(used_up(front, "192.0.2.4"))}
    assert post(second, "192.0.2.4", body).status_code == 201
    assert post(front, "192.0.2.4", body).status_code == 422
    stranger = start_gateway(**LIMITS, GATEWAY_WORKERS="1", GATEWAY_CHALLENGE_KEY_FILE=_another_key(front))
    refused = post(stranger, "192.0.2.4", REPORT | {"altcha": solution(used_up(front, "192.0.2.4"))})
    assert refused.json()["type"] == "/problems/proof-of-work-refused"


def _another_key(front: Gateway) -> str:
    path = front.log_file.with_suffix(".key")
    path.write_text("another key of the tests\n")
    return str(path)


def test_wrong_receipts_are_slowed_over_both_workers(front: Gateway) -> None:
    def read() -> httpx.Response:
        headers = {"Authorization": f"Receipt {new_receipt()}", "X-Forwarded-For": "192.0.2.5"}
        return httpx.get(f"{front.url}/api/v1/reports/current", headers=headers, timeout=60)

    statuses = Counter(read().status_code for _ in range(60))
    assert statuses.keys() == {401, 429}
    assert 20 <= statuses[401] <= 20 + 2 * 2


def test_the_counters_know_neither_addresses_nor_proofs_nor_receipts_and_forget(
    front: Gateway, mongo_uri: str, database_prefix: str
) -> None:
    challenge = used_up(front, "192.0.2.6")
    post(front, "192.0.2.6", REPORT | {"altcha": solution(challenge)}, Idempotency_Key="planted-key")
    with MongoClient(mongo_uri) as client:
        counters = list(client[f"{database_prefix}gateway"]["counters"].find())
    assert any(str(counter["_id"]).startswith("spent/") for counter in counters)
    assert all("expireAt" in counter for counter in counters)
    kept = str(counters)
    for secret in ("192.0.2.", challenge["challenge"], challenge["salt"], "planted-key"):
        assert secret not in kept


@pytest.mark.parametrize(
    "broken",
    [
        "GET /api/v1/reports/current HTTP/1.1\r\nHost: x\r\nAuthorization: Receipt {receipt}\x00\r\n\r\n",
        "GET /api/v1/reports/current HTTP/1.1\r\nHost: x\r\nAuthorization Receipt {receipt}\r\n\r\n",
        "GET /{receipt} with spaces HTTP/1.1\r\nHost: x\r\n\r\n",
        "{receipt}\r\n\r\n",
        "POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{receipt}\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: {receipt}" + "x" * 9000 + "\r\n\r\n",
    ],
)
def test_the_line_of_a_request_that_cannot_be_read_tells_nothing_of_it(front: Gateway, broken: str) -> None:
    receipt, before = new_receipt(), front.log().count("could not be read")
    address = urlsplit(front.url)
    with closing(socket.create_connection((address.hostname, address.port), timeout=60)) as connection:
        connection.sendall(broken.replace("{receipt}", receipt).encode("latin-1"))
        assert connection.recv(4096).startswith(b"HTTP/1.1 4")
    if "chunked" not in broken:
        # A body is read by the gateway itself, which answers with a problem.
        eventually(lambda: front.log().count("could not be read") > before)
    assert receipt not in front.log()
    assert not [line for line in front.log().splitlines() if "WARNING" in line and "127.0.0.1" in line]
    assert "request_failed" not in front.log()


@pytest.mark.parametrize(
    "begun",
    [
        "GET /{receipt}",
        "GET /api/v1/reports/current HTTP/1.1\r\nAuthorization: Receipt {receipt}",
        "POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{receipt}",
        "POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n{receipt}",
        "POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{receipt}",
    ],
)
def test_a_request_that_breaks_off_leaves_nothing_of_it_in_the_log(front: Gateway, begun: str) -> None:
    receipt = new_receipt()
    address = urlsplit(front.url)
    with closing(socket.create_connection((address.hostname, address.port), timeout=60)) as connection:
        connection.sendall(begun.replace("{receipt}", receipt).encode())
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    # The connection is closed after the log was written.
    assert receipt not in front.log()
    assert "request_failed" not in front.log()


def test_the_log_of_a_flood_has_no_address_no_agent_and_no_receipt(front: Gateway) -> None:
    receipt = new_receipt()
    headers = {"X-Forwarded-For": "192.0.2.77", "User-Agent": "telltale/1.0", "Authorization": f"Receipt {receipt}"}
    for _ in range(30):
        httpx.get(f"{front.url}/api/v1/reports/current", headers=headers, timeout=60)
        post(front, "192.0.2.77", User_Agent="telltale/1.0")
    eventually(lambda: front.log().count("/api/v1/reports/current") >= 30)
    log = front.log()
    for secret in ("192.0.2.77", "telltale", receipt, receipt.replace("-", ""), "POST /api"):
        assert secret not in log
    metrics = httpx.get(f"{front.url}/metrics", timeout=60).text
    assert "mingjing_gateway_load_level" in metrics
    assert 'mingjing_gateway_challenges_total{outcome="asked"}' in metrics
    assert "192.0.2." not in metrics
