"""Bad reports through the whole system: each gets its clear error in the reader's language, nothing of it is kept, and
the next good report is taken."""

from __future__ import annotations

import json
import re
import secrets
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pymongo
import pytest

from tests.e2e.cases import problem

pytestmark = pytest.mark.system

LANGUAGES = ("zh-CN", "en")
GOOD = {
    "kind": "report",
    "category": "conduct.attitude",
    "title": "窗口态度",
    "narrative": "经过",
    "subjects": [{"unit": "某办事大厅"}],
    "reporter": {"mode": "anonymous"},
}


@pytest.fixture(scope="module")
def public(signed_in):
    return signed_in()


@pytest.fixture(scope="module")
def stored(system):
    """How many reports and suggestions there are."""
    with pymongo.MongoClient(system.mongo_uri) as client:
        reports = client[f"{system.database_prefix}reports"].reports
        yield lambda: reports.count_documents({})


@pytest.fixture
def harmless(public, stored):
    """Nothing of what the test sends is kept, and the next good report is taken."""
    before = stored()
    yield
    assert stored() == before
    answer = public.post("/reports", json=GOOD)
    assert answer.status_code == 201, answer.text


def refused(public, content, status=422, slug="invalid", **headers):
    """The problem in both languages; the words differ and are no codes."""
    told = {}
    for language in LANGUAGES:
        sent = {"Content-Type": "application/json", "Accept-Language": language, **headers}
        told[language] = problem(public.post("/reports", content=content, headers=sent), status, slug)
    chinese, english = (said(told[language]) for language in LANGUAGES)
    assert re.search("[\u4e00-\u9fff]", chinese), chinese
    assert not re.search("[\u4e00-\u9fff]", english), english
    assert not re.search(r"\b[a-z_]+\.[a-z_]+\.[a-z_]+\b", chinese + english)
    return told["en"]


def said(body):
    return " ".join([body["title"], body.get("detail", ""), *(error["message"] for error in body.get("errors", []))])


def fields(body):
    return [error["field"] for error in body["errors"]]


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.usefixtures("harmless")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"narrative": "长" * 20_001}, "narrative"),
        ({"narrative": "\U0001f600" * 20_001}, "narrative"),
        ({"narrative": "空\u0000字符"}, "narrative"),
        ({"narrative": "响铃\u0007"}, "narrative"),
        ({"narrative": "C1 \u009f"}, "narrative"),
        ({"narrative": "非字符 \uffff"}, "narrative"),
        ({"title": "倒\u202e写"}, "title"),
        ({"subjects": [{"name": "李\u202d某"}]}, "subjects.0.name"),
        ({"details": {"window": "三\u0000号"}}, "details.window"),
        ({"title": "两\n行"}, "title"),
        ({"title": "\u3000 \u00a0"}, "title"),
        ({"occurred_on": "2999-01-01"}, "occurred_on"),
        ({"occurred_on": "0000-00-00"}, "occurred_on"),
        ({"occurred_on": "2026-02-30"}, "occurred_on"),
        ({"occurred_on": "0001-01-01"}, "occurred_on"),
        ({"occurred_on": "20260101"}, "occurred_on"),
        ({"occurred_on": 20260101}, "occurred_on"),
        ({"category": "nonsense"}, "category"),
        ({"category": "conduct.nonsense"}, "category"),
        ({"category": "lawyers.conflict_of_interest", "form_version": "2026-01"}, "category"),
        ({"details": {"frequency": "once"}, "form_version": "2026-01"}, "details.frequency"),
        ({"form_version": "1999-01"}, "form_version"),
        ({"subjects": [{"name": "某人"}] * 1_000}, "subjects"),
        ({"subjects": [{"name": "某人"}] * 21}, "subjects"),
        ({"details": {"amount": 500}}, "details.amount"),
        ({"details": {"frequency": nested(200)}}, "details.frequency"),
        ({"details": {f"question_{number}": 1 for number in range(1_000)}}, "details"),
        ({"details": nested(500)}, "details"),
        ({"narrative": {"$gt": ""}}, "narrative"),
        ({"kind": "suggestion", "details": {"window": "三号"}}, "details.window"),
    ],
    ids=lambda value: str(value)[:50] if isinstance(value, dict) else value,
)
def test_what_a_report_must_not_say_names_its_field(public, changes, field):
    report = GOOD | changes

    assert fields(refused(public, json.dumps(report))) == [field]


@pytest.mark.usefixtures("harmless")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        (json.dumps(GOOD)[:-1] + ', "title": "另一个"}', "title"),
        (json.dumps(GOOD).replace('[{"unit"', '[{"unit": "甲", "unit"'), "subjects.0.unit"),
        ('{"details": ' + "[" * 1_000 + "]" * 1_000 + "}", ""),
        ("[]", ""),
    ],
    ids=["the same name twice", "twice in a list", "too deep", "no object"],
)
def test_json_that_can_be_read_in_two_ways_or_not_followed_is_refused(public, body, field):
    assert fields(refused(public, body)) == [field]


@pytest.mark.usefixtures("harmless")
@pytest.mark.parametrize(
    "body",
    [
        json.dumps(GOOD).replace("\\u7a97", "\\ud83d", 1),
        json.dumps(GOOD).replace("\\u7a97", "\x00", 1),
        json.dumps(GOOD).encode()[:-5],
        '{"title": "' + "\udc80\ud800" + '"}',
        '{"details": {"amount": NaN}}',
        '{"details": {"amount": 1e999}}',
        "[" * 200_000,
    ],
    ids=["half a surrogate pair", "a raw NUL", "cut off", "surrogates in UTF-8", "NaN", "infinity", "deep"],
)
def test_what_is_no_json_tells_where(public, body):
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body

    told = refused(public, content, 400, "bad-json")

    assert "line" in told["detail"]


@pytest.mark.usefixtures("harmless")
def test_a_form_that_never_was_says_what_to_do_and_that_nothing_is_lost(public):
    told = refused(public, json.dumps(GOOD | {"form_version": "1999-01"}))

    assert "what you wrote is not lost" in told["errors"][0]["message"]


def test_a_narrative_of_exactly_the_limit_is_taken(public):
    for letter in ("长", "\U00020000", "\U0001f600"):
        answer = public.post("/reports", json=GOOD | {"narrative": letter * 20_000})
        assert answer.status_code == 201, answer.text


def test_letters_of_every_script_emoji_and_their_joiners_come_back_as_they_were_written(public, signed_in):
    title = f"𠮷田 ئۇيغۇر \u200fשלום\u200e 👩\u200d👩\u200d👧 {secrets.token_hex(4)}"
    pasted = "\u2068张三\u2069 说：\u202a电话\u202c\r\n制表\t符"
    suggestion = {"kind": "suggestion", "category": "service", "title": title, "narrative": pasted}
    reporter = {"mode": "named", "name": "张三", "phone": "\u202d138 0000 0000\u202c"}

    answer = public.post("/reports", json=suggestion | {"reporter": reporter})

    assert answer.status_code == 201, answer.text
    desk = signed_in("desk")
    listed = desk.get("/suggestions", params={"state": "received", "limit": 200}).json()["items"]
    read = (desk.get(f"/suggestions/{item['id']}").json() for item in listed)
    mine = next(suggestion for suggestion in read if suggestion["title"] == title)
    assert mine["narrative"] == "张三 说：电话\r\n制表\t符"


@pytest.mark.usefixtures("harmless")
@pytest.mark.parametrize("chunked", [False, True], ids=["of told length", "of untold length"])
def test_ten_megabytes_are_too_large_and_leave_nothing_in_memory(public, system, chunked):
    body = json.dumps(GOOD | {"narrative": "长" * 3_500_000}).encode()
    assert len(body) > 10_000_000

    def content():
        return (body[at : at + 65_536] for at in range(0, len(body), 65_536)) if chunked else body

    def send():
        headers = {"Content-Type": "application/json"}
        with httpx.Client(base_url=public.base_url, timeout=60, trust_env=False) as client:
            try:
                problem(client.post("/reports", content=content(), headers=headers), 413, "too-large")
            except (httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError):
                # The answer came, and the connection ended, before all was sent.
                assert chunked or len(body) > 1_000_000

    send()
    before = resident(system)
    for _ in range(15):
        send()

    assert resident(system) - before < 30 * 2**20


def resident(system):
    """Bytes of memory that the gateway's processes hold."""
    gateway = psutil.Process(system.parts["gateway"].pid)
    return sum(process.memory_info().rss for process in (gateway, *gateway.children(recursive=True)))


def test_the_same_key_with_another_body_is_refused(public):
    key = {"Idempotency-Key": secrets.token_hex(16)}
    assert public.post("/reports", json=GOOD, headers=key).status_code == 201

    refused(public, json.dumps(GOOD | {"title": "另一件事"}), 422, "idempotency-key-reused", **key)


def test_the_same_request_many_times_at_once_is_one_report_with_one_receipt(public, stored):
    before, key = stored(), {"Idempotency-Key": secrets.token_hex(16)}

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: public.post("/reports", json=GOOD, headers=key), range(16)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({(answer.json()["receipt"], answer.json()["receipt_qr"]) for answer in answers}) == 1
    assert stored() == before + 1


def test_answers_to_the_questions_of_the_form_reach_those_who_read_the_suggestion_or_report(public):
    form = public.get("/report-form", params={"kind": "report"}).json()
    questions = {field["name"] for field in form["fields"]}
    details = {"frequency": "once", "danger": ["evidence"], "danger_why": "监控会覆盖", "reported_before": False}

    assert {f"details.{name}" for name in details} <= questions
    answer = public.post("/reports", json=GOOD | {"form_version": form["version"], "details": details})

    assert answer.status_code == 201, answer.text
    assert answer.json()["receipt_qr"].startswith("<svg ")
