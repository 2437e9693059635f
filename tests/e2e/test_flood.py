"""A flood at the front door: every request is answered, a proof of work or a wait gets in, and memory stays flat."""

from __future__ import annotations

import http.client
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from pymongo import MongoClient

from deploy.local.broker import Broker
from deploy.local.database import Database
from services.reports.sealing import new_receipt
from tests.support.proofs import solution
from tests.support.system import System
from tests.support.waiting import eventually

REPORT = {"kind": "report", "category": "conduct.attitude", "title": "窗口态度", "narrative": "等了一上午，无人理会。"}
VILLAGE, ELSEWHERE = "198.51.100.7", "203.0.113.9"
CLIENTS, EACH = 12, 100
WRONG_RECEIPTS = 10_000
# Short windows, so that a told wait can be sat out.
ENVIRONMENT = {
    "TRUSTED_PROXIES": "1",
    "GATEWAY_WORKERS": "2",
    "GATEWAY_FREE_WRITE_LIMIT": "20/5 seconds",
    "GATEWAY_FREE_WRITE_TOTAL": "200/5 seconds",
    "GATEWAY_PUBLIC_WRITE_LIMIT": "300/5 seconds",
    "GATEWAY_PUBLIC_READ_LIMIT": "100000/minute",
    "GATEWAY_WRONG_RECEIPT_LIMIT": "20/5 seconds",
    "GATEWAY_WRONG_RECEIPT_TOTAL": "200/5 seconds",
}


@dataclass(frozen=True)
class Answer:
    status: int
    wait: int | None
    body: dict[str, Any]


class Client:
    """Asks from an address over one connection, without ever repeating by itself."""

    def __init__(self, system: System, address: str) -> None:
        at = urlsplit(system.address)
        self._connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=60)
        self._address = address

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Answer:
        sent = {"X-Forwarded-For": self._address, "User-Agent": "telltale/1.0", **headers}
        content = None
        if body is not None:
            content, sent["Content-Type"] = json.dumps(body), "application/json"
        self._connection.request(method, f"/api/v1{path}", content, sent)
        response = self._connection.getresponse()
        wait = response.getheader("Retry-After")
        return Answer(response.status, int(wait) if wait else None, json.loads(response.read()))

    def report(self, altcha: str | None = None) -> Answer:
        return self.ask("POST", "/reports", REPORT if altcha is None else REPORT | {"altcha": altcha})

    def read(self, receipt: str, **headers: str) -> Answer:
        return self.ask("GET", "/reports/current", Authorization=f"Receipt {receipt}", **headers)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="module")
def flooded(broker: Broker, mongo: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Reports and a gateway of two workers, with limits that are soon reached."""
    folder = tmp_path_factory.mktemp("flooded")
    vhost = broker.create_vhost("flooded")
    system = System(folder, vhost, mongo.uri, prefix="flooded_", services=("reports",), environment={**ENVIRONMENT})
    try:
        yield system.start_parts()
    finally:
        system.stop()


def wait_as_told(answer: Answer) -> None:
    """Returns when the time that the answer tells is over."""
    assert answer.wait is not None
    until = time.monotonic() + answer.wait
    eventually(lambda: time.monotonic() >= until, answer.wait + 5)


def together(work: Callable[[int], list[Answer]], clients: int) -> list[Answer]:
    """What so many clients are answered at the same time."""
    with ThreadPoolExecutor(clients) as pool:
        return [answer for answers in pool.map(work, range(clients)) for answer in answers]


def reports_kept(system: System) -> int:
    with MongoClient(system.mongo_uri) as mongo:
        return int(mongo[f"{system.database_prefix}reports"]["reports"].count_documents({}))


def gateway_memory(system: System) -> int:
    """The resident bytes of the largest worker."""
    assert system.gateway.pid is not None
    return max(worker.memory_info().rss for worker in psutil.Process(system.gateway.pid).children())


def test_in_a_flood_nothing_is_lost_and_a_proof_gets_in_at_once(flooded: System) -> None:
    kept = reports_kept(flooded)
    flooding = threading.Event()

    def flood(_: int) -> list[Answer]:
        with closing(Client(flooded, VILLAGE)) as client:
            answers = []
            for _ in range(EACH):
                answers.append(client.report())
                if answers[-1].status == 429:
                    flooding.set()
            return answers

    def neighbour() -> list[Answer]:
        """Somebody behind the flooding address, who gives a proof."""
        with closing(Client(flooded, VILLAGE)) as client:
            flooding.wait(60)
            challenge = client.report("none").body["challenge"]
            return [client.report(solution(challenge))]

    def stranger() -> list[Answer]:
        """Somebody with another address, who gives none."""
        with closing(Client(flooded, ELSEWHERE)) as client:
            flooding.wait(60)
            return [client.report()]

    with ThreadPoolExecutor(2) as others:
        asked = [others.submit(neighbour), others.submit(stranger)]
        answers = together(flood, CLIENTS)
        in_between = [future.result(120) for future in asked]
    assert [[answer.status for answer in answers] for answers in in_between] == [[201], [201]]

    statuses = Counter(answer.status for answer in answers)
    assert statuses.keys() == {201, 429}
    assert statuses.total() == CLIENTS * EACH
    assert statuses[429] > statuses[201]
    for answer in answers:
        if answer.status == 429:
            assert answer.wait is not None
            assert 1 <= answer.wait <= 5
            assert answer.body["challenge"]["maxnumber"] in (50_000, 200_000, 1_000_000, 4_000_000)
    # Every 201 is a report that was kept, and nothing else is.
    assert reports_kept(flooded) - kept == statuses[201] + len(in_between)


def test_after_the_told_wait_the_flooding_address_gets_in_without_a_proof(flooded: System) -> None:
    with closing(Client(flooded, VILLAGE)) as client:
        refused = next(answer for answer in (client.report() for _ in range(200)) if answer.status == 429)
        wait_as_told(refused)
        assert client.report().status == 201


def test_ten_thousand_wrong_receipts_are_slowed_and_leave_memory_flat(flooded: System) -> None:
    guesses = math.ceil(WRONG_RECEIPTS / CLIENTS)

    def guess(_: int) -> list[Answer]:
        with closing(Client(flooded, VILLAGE)) as client:
            return [client.read(new_receipt()) for _ in range(guesses)]

    with closing(Client(flooded, ELSEWHERE)) as client:
        receipt = client.report(solution(client.report("none").body["challenge"])).body["receipt"]
    together(lambda n: guess(n)[:1], 2)
    before = gateway_memory(flooded)
    answers = together(guess, CLIENTS)
    grown = gateway_memory(flooded) - before

    statuses = Counter(answer.status for answer in answers)
    assert statuses.keys() == {401, 429}
    assert statuses[429] > statuses[401]
    # An unknown receipt is told in the same words as any other.
    said = {json.dumps({**answer.body, "trace_id": ""}) for answer in answers if answer.status == 401}
    assert len(said) == 1
    assert grown < 10_000_000

    with closing(Client(flooded, VILLAGE)) as client:
        assert client.read(receipt).status in (200, 429)
        refused = next(answer for answer in (client.read(new_receipt()) for _ in range(200)) if answer.status == 429)
        wait_as_told(refused)
        assert client.read(receipt).status == 200
    log = flooded.gateway.log()
    for secret in (receipt, receipt.replace("-", ""), VILLAGE, ELSEWHERE, "telltale"):
        assert secret not in log


def test_the_right_receipt_gets_in_at_once_with_a_proof(flooded: System) -> None:
    with closing(Client(flooded, VILLAGE)) as client:
        receipt = client.report(solution(client.report("none").body["challenge"])).body["receipt"]
        refused = next(answer for answer in (client.read(new_receipt()) for _ in range(200)) if answer.status == 429)
        assert client.read(receipt, Altcha=solution(refused.body["challenge"])).status == 200
