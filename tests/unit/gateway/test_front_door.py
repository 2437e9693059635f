"""Writes without an account and receipts under load: free, then for a proof of work or a wait, and nothing unsaid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from chassis import clock
from chassis.rpc_client import Refused
from gateway.documentation import openapi
from services.reports.sealing import new_receipt
from tests.support.proofs import encoded, solution
from tests.unit.gateway.conftest import FakeServices, MakeApp

REPORTS, FORM, CURRENT = "/api/v1/reports", "/api/v1/report-form", "/api/v1/reports/current"
MESSAGES, RATING = f"{CURRENT}/messages", f"{CURRENT}/rating"
REPORT = {"kind": "report", "category": "conduct.attitude", "title": "窗口态度", "narrative": "等了一上午，无人理会。"}
RECEIPTS = [f"Receipt {new_receipt()}" for _ in range(3)]
RECEIPT = {"Authorization": RECEIPTS[0]}
MESSAGE = {"text": "还有一份材料。"}
NOON = datetime(2026, 11, 23, 12, 0, 10, tzinfo=UTC)


@pytest.fixture
def turn_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """The clock stands at ten seconds past noon; ``turn_clock(50)``: so many seconds on."""
    at = [NOON]
    monkeypatch.setattr(clock, "now", lambda: at[0])

    def turn(seconds: float) -> None:
        at[0] += timedelta(seconds=seconds)

    return turn


@pytest.fixture(autouse=True)
def answers(services: FakeServices, turn_clock: Callable[[float], None]) -> FakeServices:
    services.answers["reports.get_report_form"] = {"version": "2026-01", "challenge": None}
    services.answers["reports.submit_report"] = {"receipt": new_receipt()}
    services.answers["reports.read_current_report"] = {"state": "received", "history": [], "steps": []}
    return services


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    """Five writes a minute are free for an address, fifty for all; three wrong receipts."""
    return make_app(
        trusted_proxies=1,
        free_write_limit="5/minute",
        free_write_total="50/minute",
        wrong_receipt_limit="3/minute",
        public_write_limit="20/minute",
    ).test_client()


def report(client: FlaskClient, *, altcha: Any = None, address: str = "192.0.2.7", **headers: str) -> Any:
    body = REPORT if altcha is None else REPORT | {"altcha": altcha}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(REPORTS, json=body, headers={"X-Forwarded-For": address, **named})


def use_up(client: FlaskClient, address: str = "192.0.2.7") -> dict[str, Any]:
    """Uses up what is free for the address; the challenge of the next one."""
    assert [report(client, address=address).status_code for _ in range(5)] == [201] * 5
    refused = report(client, address=address)
    assert refused.status_code == 429
    challenge: dict[str, Any] = refused.json["challenge"]
    return challenge


def test_beyond_what_is_free_the_answer_tells_both_ways_in(client: FlaskClient) -> None:
    use_up(client)
    response = report(client, Accept_Language="en")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "50"
    assert response.json["type"] == "/problems/proof-of-work-needed"
    assert "Retry-After" in response.json["detail"]
    assert response.json["challenge"].keys() == {"algorithm", "challenge", "maxnumber", "salt", "signature"}
    assert "Retry-After" in report(client).json["detail"]
    assert client.get(response.json["type"]).json["status"] == 429


def test_who_waits_as_told_gets_in_without_a_proof(
    client: FlaskClient, services: FakeServices, turn_clock: Callable[[float], None]
) -> None:
    use_up(client)
    sent = len(services.sent)
    wait = int(report(client).headers["Retry-After"])
    turn_clock(wait - 1)
    assert report(client).status_code == 429
    assert len(services.sent) == sent
    turn_clock(1)
    assert report(client).status_code == 201


def test_who_gives_a_proof_gets_in_at_once_and_the_service_does_not_see_it(
    client: FlaskClient, services: FakeServices
) -> None:
    challenge = use_up(client)
    assert report(client, altcha=solution(challenge)).status_code == 201
    assert "altcha" not in services.last.request
    assert services.last.request["title"] == REPORT["title"]


def test_a_call_without_such_a_body_carries_the_proof_in_a_header(client: FlaskClient, services: FakeServices) -> None:
    address = {"X-Forwarded-For": "192.0.2.7"}
    sent = [client.post(MESSAGES, json=MESSAGE, headers=RECEIPT | address) for _ in range(6)]
    assert [answer.status_code for answer in sent] == [201] * 5 + [429]
    proof = {"Altcha": solution(sent[-1].json["challenge"])}
    assert client.post(MESSAGES, json=MESSAGE, headers=RECEIPT | address | proof).status_code == 201
    assert services.last.request.keys() == {"text", "attachment_ids", "receipt"}


@pytest.mark.parametrize(("path", "body"), [(MESSAGES, MESSAGE), (RATING, {"satisfied": True}), (REPORTS, REPORT)])
def test_everything_that_the_public_writes_is_counted_together(
    client: FlaskClient, path: str, body: dict[str, Any]
) -> None:
    use_up(client)
    answer = client.post(path, json=body, headers={"X-Forwarded-For": "192.0.2.7", **RECEIPT})
    assert answer.json["type"] == "/problems/proof-of-work-needed"


def test_what_signed_in_people_and_readers_do_asks_for_nothing(client: FlaskClient) -> None:
    use_up(client)
    address = {"X-Forwarded-For": "192.0.2.7"}
    assert client.get(FORM, headers=address).status_code == 200
    assert client.get(CURRENT, headers=address | RECEIPT).status_code == 200
    assert client.post("/api/v1/sessions/refresh", json={}, headers=address).status_code == 401


@pytest.mark.parametrize("method", ["PATCH", "HEAD", "DELETE"])
def test_who_has_begun_an_upload_goes_on_with_it_whatever_the_load(client: FlaskClient, method: str) -> None:
    headers = {"X-Forwarded-For": "192.0.2.7", **RECEIPT}
    use_up(client)
    begun = client.post(f"{CURRENT}/uploads", headers=headers)
    # Without its version of the protocol, which is looked at after who is let in.
    statuses = [client.open(f"{CURRENT}/uploads/u1", method=method, headers=headers).status_code for _ in range(30)]

    assert begun.json["type"] == "/problems/proof-of-work-needed"
    assert set(statuses) == {412}


def test_the_form_tells_the_challenge_once_one_would_be_asked_for(
    client: FlaskClient, turn_clock: Callable[[float], None]
) -> None:
    address = {"X-Forwarded-For": "192.0.2.7"}
    assert client.get(FORM, headers=address).json["challenge"] is None
    use_up(client)
    told = client.get(FORM, headers=address).json["challenge"]
    assert report(client, altcha=solution(told)).status_code == 201
    assert client.get(FORM, headers={"X-Forwarded-For": "192.0.2.8"}).json["challenge"] is None
    turn_clock(50)
    assert client.get(FORM, headers=address).json["challenge"] is None


def test_a_proof_counts_once(client: FlaskClient, services: FakeServices) -> None:
    proof = solution(use_up(client))
    assert report(client, altcha=proof).status_code == 201
    sent = len(services.sent)
    again = report(client, altcha=proof, Accept_Language="en")
    assert again.status_code == 422
    assert again.json["type"] == "/problems/proof-of-work-refused"
    assert again.json["errors"][0]["field"] == "altcha"
    assert "another request" in again.json["errors"][0]["message"]
    assert len(services.sent) == sent
    assert report(client, altcha=solution(again.json["challenge"])).status_code == 201


def test_a_proof_stays_spent_until_it_would_be_refused_anyway(
    client: FlaskClient, turn_clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = solution(use_up(client))
    shared = client.application.extensions["gateway"].limits.shared
    claimed: list[int] = []

    def claim(key: str, claimant: str, expiry: int) -> bool:
        claimed.append(expiry)
        return True

    monkeypatch.setattr(shared, "claim", claim)
    assert report(client, altcha=proof).status_code == 201
    turn_clock(60)
    assert report(client, altcha=proof).status_code == 201
    (first, later) = claimed
    assert 20 * 60 <= first <= 20 * 60 + 2
    assert first - later == 60


def test_the_same_request_again_may_come_with_the_same_proof(client: FlaskClient) -> None:
    proof = solution(use_up(client))
    statuses = [report(client, altcha=proof, Idempotency_Key=key).status_code for key in ("one", "one", "two", "one")]
    assert statuses == [201, 201, 422, 201]


def test_one_proof_does_not_try_many_receipts(client: FlaskClient, services: FakeServices) -> None:
    services.answers["reports.post_current_message"] = Refused("ReceiptUnknown")
    proof = {"Altcha": solution(use_up(client)), "X-Forwarded-For": "192.0.2.7", "Idempotency-Key": "one"}
    statuses = [
        client.post(MESSAGES, json=MESSAGE, headers=proof | {"Authorization": receipt}).status_code
        for receipt in (RECEIPTS[0], *RECEIPTS)
    ]
    assert statuses == [401, 401, 422, 422]


def test_a_proof_is_not_used_up_by_a_request_that_is_not_in_order(client: FlaskClient, services: FakeServices) -> None:
    proof = solution(use_up(client))
    sent = len(services.sent)
    headers = {"X-Forwarded-For": "192.0.2.7"}
    wrong = client.post(REPORTS, json={"kind": "report", "altcha": proof}, headers=headers)
    assert wrong.json["type"] == "/problems/invalid"
    assert len(services.sent) == sent
    assert report(client, altcha=proof).status_code == 201


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("nonsense", "ALTCHA"),
        (7, "ALTCHA"),
        ({"challenge": "x"}, "ALTCHA"),
        (encoded({"algorithm": "SHA-256"}), "ALTCHA"),
    ],
)
@pytest.mark.parametrize("loaded", [True, False])
def test_what_is_no_proof_is_refused_with_a_new_challenge(
    client: FlaskClient, services: FakeServices, sent: Any, words: str, loaded: bool
) -> None:
    if loaded:
        use_up(client)
    response = report(client, altcha=sent)
    assert response.status_code == 422
    assert words in response.json["errors"][0]["message"]
    assert report(client, altcha=solution(response.json["challenge"])).status_code == 201


def test_a_proof_for_another_server_or_one_that_comes_too_late_is_refused(
    client: FlaskClient, make_app: MakeApp, turn_clock: Callable[[float], None]
) -> None:
    elsewhere = make_app(challenge_key="another", free_write_limit="5/minute", trusted_proxies=1).test_client()
    foreign = report(client, altcha=solution(use_up(elsewhere)), Accept_Language="en")
    assert foreign.status_code == 422
    assert "this server" in foreign.json["errors"][0]["message"]
    proof = solution(foreign.json["challenge"])
    turn_clock(20 * 60 + 1)
    late = report(client, altcha=proof, Accept_Language="en")
    assert late.status_code == 422
    assert "too late" in late.json["errors"][0]["message"]
    assert report(client, altcha=solution(late.json["challenge"])).status_code == 201


def test_a_flood_without_proofs_takes_nothing_from_those_who_give_one(client: FlaskClient) -> None:
    use_up(client)
    assert {report(client).status_code for _ in range(100)} == {429}
    answers = [report(client, altcha=solution(use_up_once(client))).status_code for _ in range(3)]
    assert answers == [201] * 3


def use_up_once(client: FlaskClient) -> dict[str, Any]:
    """A challenge that is easy to solve: one for an address that never wrote."""
    refused = report(client, altcha="none", address="198.51.100.1")
    challenge: dict[str, Any] = refused.json["challenge"]
    return challenge


def test_with_proofs_too_there_is_a_hard_limit_that_tells_the_wait(client: FlaskClient) -> None:
    use_up(client)
    statuses = [report(client, altcha=solution(use_up_once(client))).status_code for _ in range(16)]
    assert statuses == [201] * 15 + [429]
    last = report(client, altcha=solution(use_up_once(client)))
    assert last.json["type"] == "/problems/too-many"
    assert last.headers["Retry-After"] == "50"


def test_the_more_come_the_harder_it_gets(client: FlaskClient) -> None:
    use_up(client)
    found = [report(client).json["challenge"]["maxnumber"] for _ in range(5 * 70)]
    assert found == sorted(found)
    assert set(found) == {50_000, 200_000, 1_000_000, 4_000_000}
    # Whoever sends something wrong gets no easier one.
    assert report(client, altcha="none").json["challenge"]["maxnumber"] == 4_000_000
    assert report(client, altcha="none", address="192.0.2.8").json["challenge"]["maxnumber"] == 50_000


def test_writes_with_proofs_make_the_next_one_harder_too(make_app: MakeApp) -> None:
    client = make_app(trusted_proxies=1, free_write_limit="1/minute").test_client()
    report(client)
    assert report(client).json["challenge"]["maxnumber"] == 50_000
    for _ in range(4):
        assert report(client, altcha=solution(use_up_once(client))).status_code == 201
    assert report(client).json["challenge"]["maxnumber"] == 200_000


def test_writes_with_proofs_from_many_addresses_make_it_harder_for_all(make_app: MakeApp) -> None:
    client = make_app(trusted_proxies=1, free_write_limit="5/minute", free_write_total="4/minute").test_client()

    def asked(address: str) -> dict[str, Any]:
        challenge: dict[str, Any] = report(client, altcha="none", address=address).json["challenge"]
        return challenge

    assert asked("203.0.113.1")["maxnumber"] == 50_000
    for host in range(18):
        address = f"198.51.100.{host}"
        assert report(client, altcha=solution(asked(address)), address=address).status_code == 201
    assert asked("203.0.113.1")["maxnumber"] == 200_000


def test_a_spent_proof_is_answered_with_a_challenge_as_hard_as_any(client: FlaskClient) -> None:
    proof = solution(use_up(client))
    assert report(client, altcha=proof).status_code == 201
    for _ in range(5 * 70):
        report(client)
    assert report(client, altcha=proof).json["challenge"]["maxnumber"] == 4_000_000


def test_many_addresses_together_are_asked_too_but_a_quiet_one_gets_in(client: FlaskClient) -> None:
    for host in range(10):
        use_up(client, f"198.51.100.{host}")
    assert report(client, address="203.0.113.1").status_code == 201
    assert report(client, address="203.0.113.1").json["type"] == "/problems/proof-of-work-needed"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"{", "application/json"), (b"x", "text/plain"), (b"[]", "application/json"), (b"x" * 1_000_001, "text/plain")],
)
def test_who_must_wait_learns_that_before_what_is_wrong_with_the_body(
    client: FlaskClient, content: bytes, content_type: str
) -> None:
    headers = {"X-Forwarded-For": "192.0.2.7", "Content-Type": content_type}
    assert client.post(REPORTS, data=content, headers=headers).status_code in (400, 413, 415, 422)
    for _ in range(4):
        client.post(REPORTS, data=content, headers=headers)
    assert client.post(REPORTS, data=content, headers=headers).status_code == 429


def test_only_where_a_proof_may_be_asked_for_it_is_taken(client: FlaskClient, signed_in: Any) -> None:
    person = {"username": "li.ming", "name": "李明", "unit_id": "u1", "altcha": "x"}
    answer = client.post("/api/v1/people", json=person, headers=signed_in("admin"))
    assert [error["field"] for error in answer.json["errors"]] == ["altcha"]
    assert client.get(f"{FORM}?altcha=x").status_code == 422


def test_the_document_tells_where_a_proof_goes(client: FlaskClient) -> None:
    document = openapi(client.application)  # type: ignore[arg-type]
    header = {"$ref": "#/components/parameters/Altcha"}
    assert "altcha" in document["components"]["schemas"]["SubmitReport"]["properties"]
    for path, method, asked in (
        (REPORTS, "post", True),
        (MESSAGES, "post", True),
        (CURRENT, "get", True),
        (FORM, "get", False),
        ("/api/v1/sessions", "post", False),
    ):
        assert (header in document["paths"][path][method]["parameters"]) is asked, path


def read(client: FlaskClient, *, address: str = "192.0.2.7", **headers: str) -> Any:
    return client.get(CURRENT, headers={"X-Forwarded-For": address, **RECEIPT, **headers})


def guess(client: FlaskClient, services: FakeServices, times: int, address: str = "192.0.2.7") -> list[int]:
    """The statuses of so many wrong receipts."""
    right = services.answers["reports.read_current_report"]
    services.answers["reports.read_current_report"] = Refused("ReceiptUnknown")
    statuses = [read(client, address=address).status_code for _ in range(times)]
    services.answers["reports.read_current_report"] = right
    return statuses


def test_wrong_receipts_are_slowed_and_the_right_one_gets_in_after_the_told_wait(
    client: FlaskClient, services: FakeServices, turn_clock: Callable[[float], None]
) -> None:
    assert guess(client, services, 6) == [401] * 3 + [429] * 3
    answer = read(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "50")
    turn_clock(50)
    assert read(client).status_code == 200


def test_the_right_receipt_gets_in_at_once_with_a_proof(client: FlaskClient, services: FakeServices) -> None:
    guess(client, services, 4)
    proof = solution(read(client).json["challenge"])
    assert read(client, Altcha=proof).status_code == 200
    assert read(client, Altcha=proof).status_code == 422


def test_wrong_receipts_at_one_address_leave_the_others_alone(client: FlaskClient, services: FakeServices) -> None:
    guess(client, services, 10)
    assert read(client, address="192.0.2.8").status_code == 200


def test_only_receipts_that_nobody_has_count(client: FlaskClient, services: FakeServices) -> None:
    assert {read(client).status_code for _ in range(20)} == {200}
    services.answers["reports.read_current_report"] = Refused("Invalid", {"errors": []})
    assert {read(client).status_code for _ in range(20)} == {422}
    services.answers["reports.read_current_report"] = Refused("Unavailable")
    assert {read(client).status_code for _ in range(20)} == {503}
    services.answers["reports.read_current_report"] = {"state": "received", "history": [], "steps": []}
    assert read(client).status_code == 200


def test_a_wrong_receipt_is_counted_wherever_it_is_tried(client: FlaskClient, services: FakeServices) -> None:
    services.answers["reports.post_current_message"] = Refused("ReceiptUnknown")
    headers = {"X-Forwarded-For": "192.0.2.7", **RECEIPT}
    assert {client.post(MESSAGES, json=MESSAGE, headers=headers).status_code for _ in range(3)} == {401}
    assert read(client).status_code == 429
    assert client.post(RATING, json={"satisfied": True}, headers=headers).status_code == 429


def test_wrong_receipts_from_everywhere_ask_only_those_who_failed_themselves(
    make_app: MakeApp, services: FakeServices
) -> None:
    client = make_app(trusted_proxies=1, wrong_receipt_limit="3/minute", wrong_receipt_total="9/minute").test_client()
    for host in range(12):
        guess(client, services, 1, f"198.51.100.{host}")
    assert read(client, address="198.51.100.1").status_code == 429
    assert read(client, address="203.0.113.5").status_code == 200


def test_the_metrics_tell_what_was_asked_and_given(client: FlaskClient) -> None:
    def count(outcome: str) -> float:
        name = f'mingjing_gateway_challenges_total{{outcome="{outcome}"}} '
        lines = [line for line in client.get("/metrics").text.splitlines() if line.startswith(name)]
        return float(lines[0].removeprefix(name)) if lines else 0.0

    outcomes = ("asked", "solved", "spent", "malformed")
    before = [count(outcome) for outcome in outcomes]
    proof = solution(use_up(client))
    report(client, altcha=proof)
    report(client, altcha=proof)
    report(client, altcha="nonsense")
    assert [count(outcome) - was for outcome, was in zip(outcomes, before, strict=True)] == [1, 1, 1, 1]


def test_the_gauge_tells_the_level_that_all_are_at(client: FlaskClient, turn_clock: Callable[[float], None]) -> None:
    def told() -> float:
        lines = client.get("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("mingjing_gateway_load_level "))

    assert told() == 0
    for host in range(60):
        report(client, address=f"198.51.100.{host}")
    assert told() == 1
    turn_clock(120)
    assert told() == 0
