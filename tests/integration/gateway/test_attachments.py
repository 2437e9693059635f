"""Attachments through the gateway: sent whole, listed, fetched by both sides, and refused with a clear reason."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

import httpx
import pytest

from contracts.reports import receipt as receipts
from contracts.reports.schemas.attachments import PART_BYTES
from tests.integration.gateway.attaching import Staff, front, public, reporter, reports_process, staff, with_receipt
from tests.integration.gateway.conftest import Gateway, answered
from tests.support.attachments.filler import a_sound, a_text

__all__ = ["front", "public", "reporter", "reports_process", "staff"]

PATH = "/reports/current/attachments"
STAFF_ONLY = ("leader", "supervisor", "custodian", "auditor", "member", "administrator")


@pytest.fixture
def receipt(reporter: httpx.Client) -> dict[str, str]:
    """The reporter's header alone."""
    return {"Authorization": reporter.headers["Authorization"]}


def send(client: httpx.Client, content: bytes, name: str = "录音.mp3", **headers: str) -> httpx.Response:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return client.post(PATH, files={"file": (name, content)}, headers=named)


@pytest.mark.parametrize("size", [1, 70_000, PART_BYTES, 3 * PART_BYTES + 7])
def test_a_reporter_sends_a_file_lists_it_and_fetches_it(reporter: httpx.Client, size: int) -> None:
    content = a_text(size)

    sent = answered(send(reporter, content, "证据 1.txt"), 201).json()

    assert (sent["file_name"], sent["size"], sent["type"]) == ("证据 1.txt", size, "txt")
    assert (sent["check"], sent["check_text"]) == ("waiting", "等待检查。")
    assert sent["at"].endswith(":00:00.000Z")
    assert not {"staff_id", "sha256"} & set(sent)
    assert reporter.get(PATH).json() == {"items": [sent]}
    fetched = answered(reporter.get(f"{PATH}/{sent['id']}/content"), 200)
    assert fetched.content == content


def test_a_download_can_neither_be_shown_nor_kept_by_a_cache(reporter: httpx.Client) -> None:
    sent = send(reporter, a_text(10), "证据;1.txt").json()

    headers = reporter.get(f"{PATH}/{sent['id']}/content").headers

    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E8%AF%81%E6%8D%AE%3B1.txt"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Length"] == "10"
    assert headers["Attachment-Scan"] == "not_scanned"


def test_other_small_parts_are_allowed_before_and_behind_the_file(reporter: httpx.Client) -> None:
    body = multipart(("note", None, b"x"), ("file", "a.txt", b"hello there"), ("more", None, b"y" * 1000))
    sent = reporter.post(PATH, content=body, headers=MULTIPART)

    assert answered(sent, 201).json()["size"] == 11


def test_a_file_of_unknown_length_is_taken(reporter: httpx.Client) -> None:
    content = a_sound(2 * PART_BYTES)

    def chunked() -> Iterator[bytes]:
        body = multipart(("file", "a.mp3", content))
        yield from (body[at : at + 50_000] for at in range(0, len(body), 50_000))

    sent = answered(reporter.post(PATH, content=chunked(), headers=MULTIPART), 201).json()
    assert reporter.get(f"{PATH}/{sent['id']}/content").content == content


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\张三\\a.txt", "a.txt"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("\x01\x7f", "attachment"),
        ("", "attachment"),
        ("字" * 500 + ".txt", "字" * 116 + ".txt"),
        ('<b>"x"|?*</b>.txt', "b_.txt"),
    ],
)
def test_a_file_name_is_a_label_and_harmless(reporter: httpx.Client, name: str, label: str) -> None:
    sent = reporter.post("/reports/current/uploads", headers=tus_creation(10, name), content=a_text(10))

    assert sent.status_code == 201, sent.text
    assert reporter.get(PATH).json()["items"][0]["file_name"] == label


def test_the_same_request_again_gives_the_same_attachment(reporter: httpx.Client) -> None:
    content = a_sound(PART_BYTES + 100)

    first = answered(send(reporter, content, Idempotency_Key="k"), 201).json()
    again = answered(send(reporter, content, Idempotency_Key="k"), 201).json()
    other = send(reporter, content[:-1] + b"!", Idempotency_Key="k")

    assert first == again
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert reporter.get(PATH).json()["items"] == [first]


def test_without_a_good_receipt_nothing_is_taken_or_told(public: httpx.Client, reporter: httpx.Client) -> None:
    sent = send(reporter, a_text(10)).json()
    wrong = {"Authorization": "Receipt " + reporter.headers["Authorization"][8:-1] + "?"}
    foreign = {"Authorization": "Receipt ZZZZZ-ZZZZZ-ZZZZZ-ZZZZ" + check_symbol("Z" * 19)}
    for path in (PATH, f"{PATH}/{sent['id']}/content"):
        assert public.get(path, headers={"Authorization": ""}).status_code == 401
        assert public.get(path, headers=wrong).status_code == 422
        assert public.get(path, headers=foreign).status_code == 401
    for headers, status in ((wrong, 422), (foreign, 401), ({"Authorization": ""}, 401)):
        assert public.post(PATH, files={"file": ("a.txt", a_text(10))}, headers=headers).status_code == status


def test_the_receipt_of_another_report_opens_nothing(front: Gateway, reporter: httpx.Client) -> None:
    sent = send(reporter, a_text(10)).json()
    with front.client() as client:
        other = with_receipt(client)
        assert other.get(f"{PATH}/{sent['id']}/content").status_code == 404
        assert other.get(PATH).json()["items"] == []


def test_the_desk_and_the_cases_handler_list_and_open_and_nobody_else(reporter: httpx.Client, staff: Staff) -> None:
    content = a_sound(PART_BYTES + 5)
    sent = send(reporter, content, "录音.mp3").json()
    path = f"/cases/{staff.case_of(reporter)}/report/attachments"
    opening = f"{path}/{sent['id']}/content?copy=original&purpose=case_handling"

    for role in ("desk", "handler"):
        (item,) = answered(staff[role].get(path), 200).json()["items"]
        assert (item["file_name"], item["author"], item["staff_id"]) == ("录音.mp3", "reporter", None)
        assert item["sha256"] == hashlib.sha256(content).hexdigest()
        assert answered(staff[role].get(opening), 200).content == content
    for role in STAFF_ONLY:
        assert staff[role].get(path).status_code == 403, role
        assert staff[role].get(opening).status_code == 403, role
    assert staff["other_handler"].get(path).status_code == 404
    assert staff["other_handler"].get(opening).status_code == 404
    assert httpx.get(str(staff["desk"].base_url) + path.removeprefix("/"), timeout=60).status_code == 401


def test_people_of_an_excluded_unit_see_nothing(reporter: httpx.Client, staff: Staff) -> None:
    sent = send(reporter, a_text(10)).json()
    unit = staff["desk"].get("/me").json()["unit"]["id"]
    path = f"/cases/{staff.case_of(reporter, excluded_unit_ids=[unit])}/report/attachments"

    assert staff["desk"].get(path).status_code == 404
    assert staff["desk"].get(f"{path}/{sent['id']}/content?copy=original").status_code == 404
    assert staff["desk"].post(path, files={"file": ("a.txt", b"x")}).status_code == 404


def test_by_default_the_copy_without_metadata_is_opened_and_where_there_is_none_that_is_said(
    reporter: httpx.Client, staff: Staff
) -> None:
    sent = send(reporter, a_text(10)).json()
    path = f"/cases/{staff.case_of(reporter)}/report/attachments/{sent['id']}/content"

    refused = problem(staff["handler"].get(path), 409)

    assert (refused["type"], refused["copies"]) == ("/problems/no-clean-copy", ["original"])
    assert "copy=original" in refused["detail"]
    opened = answered(staff["handler"].get(path, params={"copy": "original"}), 200)
    assert (opened.headers["Attachment-Copy"], opened.headers["Attachment-Scan"]) == ("original", "not_scanned")
    assert staff["handler"].get(path, params={"copy": "third"}).status_code == 422
    assert staff["handler"].get(path, params={"access_id": "x", "copy": "original"}).status_code == 422


def test_every_opening_is_recorded_once_and_told_as_an_event(
    reporter: httpx.Client, staff: Staff, mongo_client: object, database_prefix: str
) -> None:
    sent = send(reporter, a_sound(3 * PART_BYTES)).json()
    case_id = staff.case_of(reporter)
    path = f"/cases/{case_id}/report/attachments"
    answered(staff["handler"].get(path), 200)
    answered(staff["handler"].get(f"{path}/{sent['id']}/content?copy=original&purpose=核对录音"), 200)
    answered(staff["handler"].get(f"{path}/{sent['id']}/content"), 409)

    accesses = list(mongo_client[f"{database_prefix}reports"].accesses.find({"case_id": case_id}).sort("_id", 1))

    assert [access["what"] for access in accesses] == ["attachments", "attachment"]
    opening = accesses[1]
    assert (opening["actor_id"], opening["purpose"]) == (staff.ids["handler"], "核对录音")
    assert (opening["attachment_id"], opening["copy"]) == (sent["id"], "original")
    assert opening["sequence"] == 1


def test_staff_send_files_that_the_reporter_sees_and_does_not_learn_who(
    reporter: httpx.Client, staff: Staff, mongo_client: object, database_prefix: str
) -> None:
    path = f"/cases/{staff.case_of(reporter)}/report/attachments"
    content = a_text(2 * PART_BYTES + 5)

    sent = answered(staff["handler"].post(path, files={"file": ("告知书.txt", content)}), 201).json()

    assert (sent["author"], sent["staff_id"]) == ("staff", staff.ids["handler"])
    (seen,) = reporter.get(PATH).json()["items"]
    assert (seen["author"], seen["file_name"]) == ("staff", "告知书.txt")
    assert "staff_id" not in seen
    waiting = problem(reporter.get(f"{PATH}/{sent['id']}/content"), 409)
    assert waiting["type"] == "/problems/no-clean-copy"
    inspected = {"verdict": "no_clean_copy", "notes": [], "scan": {"result": "not_scanned"}, "type": "txt"}
    found = mongo_client[f"{database_prefix}reports"].attachments
    found.update_one({"_id": sent["id"]}, {"$set": {"inspection": inspected}})
    assert answered(reporter.get(f"{PATH}/{sent['id']}/content"), 200).content == content
    for role in STAFF_ONLY:
        assert staff[role].post(path, files={"file": ("a.txt", b"x")}).status_code == 403
    assert staff["other_handler"].post(path, files={"file": ("a.txt", b"x")}).status_code == 404


def test_a_file_with_a_virus_is_opened_by_nobody(
    reporter: httpx.Client, staff: Staff, mongo_client: object, database_prefix: str
) -> None:
    sent = send(reporter, a_text(10)).json()
    path = f"/cases/{staff.case_of(reporter)}/report/attachments"
    inspected = {"verdict": "no_clean_copy", "notes": [], "scan": {"result": "infected"}, "type": "txt"}
    found = mongo_client[f"{database_prefix}reports"].attachments
    found.update_one({"_id": sent["id"]}, {"$set": {"inspection": inspected}})

    for opening in (
        staff["desk"].get(f"{path}/{sent['id']}/content?copy=original"),
        staff["desk"].get(f"{path}/{sent['id']}/content"),
        reporter.get(f"{PATH}/{sent['id']}/content"),
    ):
        assert problem(opening, 409)["type"] == "/problems/attachment-infected"
    (item,) = staff["desk"].get(path).json()["items"]
    assert (item["check"], item["scan"], item["copies"]) == ("infected", "infected", [])


BOUNDARY = "boundary-of-the-test"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def multipart(*parts: tuple[str, str | None, bytes]) -> bytes:
    """A body with these parts: name, file name if any, content."""
    body = b""
    for name, file_name, content in parts:
        labelled = f'; filename="{file_name}"' if file_name is not None else ""
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{labelled}\r\n\r\n'.encode()
        body += content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def problem(answer: httpx.Response, status: int) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.json()


def check_symbol(payload: str) -> str:
    return receipts.check_symbol(payload)


def tus_creation(length: int, name: str) -> dict[str, str]:
    return {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(length),
        "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}".strip(),
        "Content-Type": "application/offset+octet-stream",
    }
