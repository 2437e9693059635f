"""A photograph on its way: over a line that breaks, sealed, inspected, opened without what it tells."""

from __future__ import annotations

import base64

import httpx
import pytest

from tests.e2e.cases import problem
from tests.e2e.reporting import Reporter
from tests.support.attachments import jpeg, tells
from tests.support.attachments.filler import a_text
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
FILES = "/attachments"


@pytest.fixture(scope="module")
def desk(signed_in):
    return signed_in("desk")


@pytest.fixture(scope="module")
def photo():
    content = jpeg()
    assert tells(content)
    return content


@pytest.fixture(scope="module")
def reporter(signed_in):
    return Reporter(signed_in())


@pytest.fixture(scope="module")
def case(reporter, desk):
    return reporter.case(desk)


@pytest.fixture(scope="module")
def sent(reporter, photo):
    """The photograph, sent in two requests."""
    name = base64.b64encode("现场照片.jpg".encode()).decode()
    headers = {**TUS, "Upload-Length": str(len(photo)), "Upload-Metadata": f"filename {name}"}
    created = reporter_sends(reporter, "POST", "/uploads", headers)
    assert created.status_code == 201, created.text
    path = created.headers["Location"].removeprefix("/api/v1/reports/current")
    half = len(photo) // 2
    for start, content in ((0, photo[:half]), (half, photo[half:])):
        headers = {**BYTES, "Upload-Offset": str(start)}
        answer = reporter_sends(reporter, "PATCH", path, headers, content)
        assert answer.status_code == 204, answer.text
    return created.json()["id"]


def reporter_sends(reporter, method, path, headers, content=None):
    """A request with headers of its own."""
    own = {"Authorization": f"Receipt {reporter.receipt}"}
    return reporter.public.request(method, f"/reports/current{path}", headers=own | headers, content=content)


def listed(reporter, language="zh-CN"):
    answer = reporter.ask("GET", FILES, language=language)
    assert answer.status_code == 200, answer.text
    return {item["id"]: item for item in answer.json()["items"]}


def inspected(reporter, attachment_id):
    """The attachment once it was inspected."""

    def look():
        item = listed(reporter)[attachment_id]
        return item if item["check"] != "waiting" else None

    return eventually(look)


def test_staff_open_the_copy_without_what_the_photograph_tells(reporter, desk, case, sent, photo):
    found = inspected(reporter, sent)
    content = f"/cases/{case['id']}/report/attachments/{sent}/content"

    clean = desk.get(content, params={"purpose": "核对照片"})
    original = desk.get(content, params={"copy": "original"})

    assert (found["check"], found["copies"]) == ("clean_copy", ["clean", "original"])
    assert clean.status_code == 200, clean.text
    assert clean.headers["Content-Type"] == "image/jpeg"
    assert clean.content.startswith(b"\xff\xd8")
    assert not tells(clean.content)
    assert original.content == photo


def test_both_languages_say_what_was_found(reporter, sent):
    inspected(reporter, sent)

    assert "去除元数据" in listed(reporter)[sent]["check_text"]
    english = listed(reporter, "en")[sent]
    assert "copy without metadata" in english["check_text"]
    assert "Not scanned for viruses." in english["check_text"]


def test_what_staff_send_reaches_the_reporter_with_a_message(reporter, desk, case):
    document = a_text(5000)
    given = desk.post(f"/cases/{case['id']}/report/attachments", files={"file": ("告知书.txt", document)})
    assert given.status_code == 201, given.text
    message = {"text": "请查收告知书。", "attachment_ids": [given.json()["id"]]}
    assert desk.post(f"/cases/{case['id']}/report/messages", json=message).status_code == 201

    (named,) = reporter.sees()["messages"][-1]["attachment_ids"]
    inspected(reporter, named)
    fetched = reporter.ask("GET", f"{FILES}/{named}/content")

    assert fetched.content == document
    assert "attachment" in fetched.headers["Content-Disposition"]


def test_readings_are_counted_where_operators_look(system, desk, case, sent):
    before = readings(system)
    assert desk.get(f"/cases/{case['id']}/report/attachments").status_code == 200

    eventually(lambda: readings(system) > before)


def test_the_desk_opens_the_files_of_a_suggestion(signed_in, desk):
    suggestion = Reporter(signed_in(), kind="suggestion", category="service")
    sent = suggestion.public.post(
        "/reports/current/attachments",
        files={"file": ("草图.txt", a_text(900))},
        headers={"Authorization": f"Receipt {suggestion.receipt}"},
    )
    assert sent.status_code == 201, sent.text

    def found():
        for item in desk.get("/suggestions", params={"limit": 20}).json()["items"]:
            path = f"/suggestions/{item['id']}/attachments"
            if any(file["id"] == sent.json()["id"] for file in desk.get(path).json()["items"]):
                return f"{path}/{sent.json()['id']}/content"
        return None

    path = eventually(found)
    assert desk.get(path, params={"copy": "original"}).content == a_text(900)
    problem(signed_in("leader").get(path), 403)


def readings(system):
    """How many readings of lists of attachments the worker has counted."""

    metrics = httpx.get(f"{system.parts['reports-worker'].url}/metrics", timeout=60).text
    line = 'mingjing_reports_readings_total{purpose="case_handling",what="attachments"}'
    return sum(float(row.rpartition(" ")[2]) for row in metrics.splitlines() if row.startswith(line))
