"""Attachments that are not taken: each with its reason, and nothing of them is left."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from contracts.reports.schemas.attachments import PART_BYTES
from services.reports.sealing import new_receipt
from tests.integration.gateway.attaching import front, public, reporter, reports_process
from tests.integration.gateway.conftest import answered
from tests.integration.gateway.test_attachments import MULTIPART, PATH, multipart, problem, send
from tests.support.attachments.filler import a_sound, a_text

__all__ = ["front", "public", "reporter", "reports_process"]


def test_an_empty_file_is_refused(reporter: httpx.Client) -> None:
    assert problem(send(reporter, b""), 422)["type"] == "/problems/attachment-empty"


def test_a_type_that_is_not_taken_is_refused_with_those_that_are(reporter: httpx.Client) -> None:
    refused = problem(send(reporter, b"MZ" + bytes(100_000), "invoice.pdf"), 415)

    assert "pdf" in refused["allowed"]
    assert "可提交的类型" in refused["detail"]
    english = reporter.post(PATH, files={"file": ("a", b"MZ" + bytes(100))}, headers={"Accept-Language": "en"})
    assert "Types that are taken" in english.json()["detail"]
    assert reporter.get(PATH).json()["items"] == []


@pytest.mark.parametrize(("parts", "goes_on"), [(1, True), (20, False)])
def test_who_is_refused_by_the_receipt_reads_why_and_whether_the_connection_ends(
    reporter: httpx.Client, parts: int, goes_on: bool
) -> None:
    """What little was sent besides is taken first, so that no reset destroys the answer."""
    address = reporter.base_url
    body = multipart(("file", "a.mp3", a_sound(parts * PART_BYTES)))
    with closing(http.client.HTTPConnection(address.host, address.port, timeout=60)) as connection:
        for _ in range(3):
            connection.putrequest("POST", f"{address.path}{PATH.removeprefix('/')}")
            for name, value in {**MULTIPART, "Authorization": f"Receipt {new_receipt()}"}.items():
                connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body[: 2 * PART_BYTES])
            answer = connection.getresponse()
            assert (answer.status, answer.will_close) == (401, not goes_on)
            assert json.loads(answer.read())["type"] == "/problems/bad-receipt"


def test_two_gigabytes_are_refused_at_once_by_their_announced_length(reporter: httpx.Client) -> None:
    """Two megabytes are sent and no more: the refusal does not wait for the rest."""
    address = reporter.base_url
    connection = http.client.HTTPConnection(address.host, address.port, timeout=60)
    connection.putrequest("POST", f"{address.path}{PATH.removeprefix('/')}")
    for name, value in {**MULTIPART, "Authorization": reporter.headers["Authorization"]}.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", "2000000000")
    connection.endheaders(multipart(("file", "a.mp3", a_sound(2 * PART_BYTES)))[:-60])

    answer = connection.getresponse()

    assert answer.status == 413
    assert json.loads(answer.read())["type"] == "/problems/attachment-too-large"
    connection.close()
    assert reporter.get(PATH).json()["items"] == []


def test_what_turns_out_too_large_is_cut_off(reporter: httpx.Client) -> None:
    """Text may have 10 MiB; one of unknown length is counted as it comes."""
    content = a_text(11 * PART_BYTES)

    def chunked() -> Iterator[bytes]:
        yield multipart(("file", "a.txt", content))

    answer = reporter.post(PATH, content=chunked(), headers=MULTIPART)

    refused = problem(answer, 413)
    assert (refused["type"], refused["what"]) == ("/problems/attachment-too-large", "type")
    assert "10 MB" in refused["detail"]
    assert reporter.get(PATH).json()["items"] == []


def test_more_files_than_the_form_allows_are_refused(reporter: httpx.Client) -> None:
    limit = reporter.get("/report-form").json()["limits"]["attachments"]["max_files"]
    for number in range(limit):
        answered(send(reporter, a_text(10 + number), f"{number}.txt"), 201)

    assert problem(send(reporter, a_text(5)), 409)["type"] == "/problems/too-many-attachments"


@pytest.mark.parametrize(
    ("body", "status", "type_"),
    [
        (lambda: multipart(("note", None, b"x")), 422, "/problems/invalid"),
        (lambda: multipart(("file", None, b"x")), 422, "/problems/invalid"),
        (lambda: multipart(("document", "a.txt", b"x")), 422, "/problems/invalid"),
        (lambda: multipart(("file", "a.txt", a_text(10)), ("file", "b.txt", a_text(10))), 422, "/problems/invalid"),
        (lambda: multipart(("file", "a.mp3", a_sound(2_000_000)), ("file", "b.txt", b"x")), 422, "/problems/invalid"),
        (lambda: multipart(("file", "a.mp3", a_sound(2_000_000)))[:-40], 400, "/problems/malformed"),
        (lambda: b"no boundary at all", 400, "/problems/malformed"),
        (lambda: b"", 400, "/problems/malformed"),
        (lambda: multipart(("note", None, b"x" * 200_000), ("file", "a.txt", b"x")), 413, "/problems/too-large"),
    ],
    ids=["no file", "text", "other name", "two", "two large", "broken off", "no boundary", "empty", "large text"],
)
def test_a_body_without_exactly_one_file_is_refused_and_leaves_nothing(
    reporter: httpx.Client, body: object, status: int, type_: str
) -> None:
    answer = reporter.post(PATH, content=body(), headers=MULTIPART)

    assert problem(answer, status)["type"] == type_
    assert reporter.get(PATH).json()["items"] == []
    for _ in range(20):
        answered(send(reporter, a_text(10)), 201)


def test_other_content_types_are_refused(reporter: httpx.Client) -> None:
    assert reporter.post(PATH, json={"file": "x"}).status_code == 415
    assert reporter.post(PATH, content=b"x", headers={"Content-Type": "multipart/form-data"}).status_code == 400
