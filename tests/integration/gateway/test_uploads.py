"""tus 1.0.0 through the gateway: what was acknowledged stays, over broken lines and killed processes."""

from __future__ import annotations

import base64
import http.client
import secrets
import select
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import httpx
import pytest

from chassis import clock
from contracts.reports.schemas.attachments import PART_BYTES
from tests.integration.gateway.attaching import front, public, reporter, reports_process, with_receipt
from tests.integration.gateway.conftest import Gateway, answered
from tests.support.attachments.filler import a_sound, a_text
from tests.support.services import ServiceProcess
from tests.support.waiting import eventually

__all__ = ["front", "public", "reporter", "reports_process"]

UPLOADS = "/reports/current/uploads"
LIST = "/reports/current/attachments"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


def create(client: httpx.Client, length: int, name: str = "a.mp3", content: bytes | None = None, **more: str) -> str:
    """The path of a new upload."""
    metadata = {"Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()},relativePath bnVsbA=="}
    headers = {**(TUS if content is None else BYTES), "Upload-Length": str(length), **metadata, **more}
    created = answered(client.post(UPLOADS, headers=headers, content=content), 201)
    return created.headers["Location"].removeprefix("/api/v1")


def patch(client: httpx.Client, path: str, offset: int, content: bytes) -> httpx.Response:
    return client.patch(path, content=content, headers={**BYTES, "Upload-Offset": str(offset)})


def offset(client: httpx.Client, path: str) -> int:
    return int(answered(client.head(path, headers=TUS), 200).headers["Upload-Offset"])


def test_what_is_offered_is_told(public: httpx.Client) -> None:
    told = answered(public.options(UPLOADS), 204).headers
    assert (told["Tus-Resumable"], told["Tus-Version"]) == ("1.0.0", "1.0.0")
    assert set(told["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "termination",
        "expiration",
    }


def test_a_file_is_created_sent_and_stored(reporter: httpx.Client) -> None:
    content = a_sound(2 * PART_BYTES + 11)
    path = create(reporter, len(content), "录音.mp3")
    assert offset(reporter, path) == 0

    done = answered(patch(reporter, path, 0, content), 204)

    assert done.headers["Upload-Offset"] == str(len(content))
    assert done.headers["Tus-Resumable"] == "1.0.0"
    (item,) = reporter.get(LIST).json()["items"]
    assert (item["file_name"], item["size"]) == ("录音.mp3", len(content))
    assert reporter.get(f"{LIST}/{item['id']}/content").content == content
    head = answered(reporter.head(path, headers=TUS), 200)
    assert head.headers["Upload-Offset"] == head.headers["Upload-Length"] == str(len(content))
    assert "Upload-Expires" not in head.headers


@pytest.mark.parametrize("step", [1000, 70_001, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1])
def test_requests_of_any_size_add_up(reporter: httpx.Client, step: int) -> None:
    content = a_text(min(2 * PART_BYTES + 333, step * 6))
    path, at = create(reporter, len(content)), 0
    while at < len(content):
        answer = answered(patch(reporter, path, at, content[at : at + step]), 204)
        at = min(at + step, len(content))
        assert answer.headers["Upload-Offset"] == str(at)

    (item,) = reporter.get(LIST).json()["items"]
    assert reporter.get(f"{LIST}/{item['id']}/content").content == content


def test_creation_may_bring_the_beginning_or_all(reporter: httpx.Client) -> None:
    content = a_sound(2 * PART_BYTES)

    begun = create(reporter, len(content), content=content[:70_000])
    whole = create(reporter, len(content), content=content)

    assert offset(reporter, begun) == 70_000
    assert offset(reporter, whole) == len(content)


def test_a_wrong_offset_is_told_where_the_upload_stands(reporter: httpx.Client) -> None:
    content = a_text(100_000)
    path = create(reporter, len(content), content=content[:70_000])

    for wrong in (0, 69_999, 70_001):
        refused = patch(reporter, path, wrong, b"x")
        assert (refused.status_code, refused.json()["offset"]) == (409, 70_000)
    assert offset(reporter, path) == 70_000


def test_other_versions_and_malformed_headers_are_refused(reporter: httpx.Client) -> None:
    path = create(reporter, 1000)
    for version in ({}, {"Tus-Resumable": "0.2.2"}):
        refused = reporter.post(UPLOADS, headers={**version, "Upload-Length": "10"})
        assert (refused.status_code, refused.headers["Tus-Version"]) == (412, "1.0.0")
        assert reporter.head(path, headers=version).status_code == 412
        assert reporter.delete(path, headers=version).status_code == 412
    for length in ("", "-1", "1e3", "x", "9" * 16):
        assert reporter.post(UPLOADS, headers={**TUS, "Upload-Length": length}).status_code == 422, length
    assert reporter.post(UPLOADS, headers={**TUS, "Upload-Defer-Length": "1"}).status_code == 422
    for metadata in ("filename !!!", "filename /w==", "x" * 5000):
        headers = {**TUS, "Upload-Length": "10", "Upload-Metadata": metadata}
        assert reporter.post(UPLOADS, headers=headers).status_code == 422, metadata
    assert reporter.patch(path, content=b"x", headers={**TUS, "Upload-Offset": "0"}).status_code == 415
    assert reporter.patch(path, content=b"x", headers=BYTES).status_code == 422
    assert reporter.post(UPLOADS, headers={**TUS, "Upload-Length": "1"}, json={}).status_code == 415


def test_limits_are_told_when_the_upload_is_created(reporter: httpx.Client) -> None:
    headers = {**TUS, "Upload-Length": "2000000000"}
    assert reporter.post(UPLOADS, headers=headers).json()["type"] == "/problems/attachment-too-large"
    assert reporter.post(UPLOADS, headers={**TUS, "Upload-Length": "0"}).json()["type"] == "/problems/attachment-empty"


def test_more_than_was_announced_is_refused_and_what_came_stays(reporter: httpx.Client) -> None:
    path = create(reporter, 1000, content=a_text(900))

    assert patch(reporter, path, 900, a_text(101)).status_code == 413
    assert offset(reporter, path) == 900
    answered(patch(reporter, path, 900, a_text(100)), 204)


def test_a_type_that_is_not_taken_ends_the_upload(reporter: httpx.Client) -> None:
    path = create(reporter, 3_000_000)

    assert patch(reporter, path, 0, b"MZ" + bytes(2_000_000)).status_code == 415
    assert reporter.head(path, headers=TUS).status_code == 404


def test_an_upload_that_is_given_up_is_gone(reporter: httpx.Client) -> None:
    path = create(reporter, 1000, content=a_text(500))

    answered(reporter.delete(path, headers=TUS), 204)

    assert reporter.head(path, headers=TUS).status_code == 404
    assert patch(reporter, path, 500, a_text(500)).status_code == 404
    assert reporter.delete(path, headers=TUS).status_code == 404


def test_a_complete_file_cannot_be_given_up(reporter: httpx.Client) -> None:
    path = create(reporter, 10, content=a_text(10))
    assert reporter.delete(path, headers=TUS).status_code == 409
    assert patch(reporter, path, 10, b"x").status_code == 409


def test_an_unfinished_upload_says_when_it_is_forgotten(reporter: httpx.Client) -> None:
    path = create(reporter, 1000)
    expires = parsedate_to_datetime(reporter.head(path, headers=TUS).headers["Upload-Expires"])
    assert 24 <= (expires - clock.now()).total_seconds() / 3600 <= 25


def test_with_an_idempotency_key_creating_again_leads_to_the_same_upload(reporter: httpx.Client) -> None:
    key = {"Idempotency-Key": secrets.token_hex(8)}
    first = create(reporter, 2000, **key)
    answered(patch(reporter, first, 0, a_text(700)), 204)
    assert create(reporter, 2000, **key) == first
    assert offset(reporter, first) == 700


def test_only_the_receipt_of_the_report_leads_to_its_uploads(front: Gateway, reporter: httpx.Client) -> None:
    path = create(reporter, 1000)
    with front.client() as client:
        other = with_receipt(client)
        assert other.head(path, headers=TUS).status_code == 404
        assert patch(other, path, 0, b"x").status_code == 404
        assert other.delete(path, headers=TUS).status_code == 404
        other.headers.pop("Authorization")
        assert other.head(path, headers=TUS).status_code == 401


def test_a_receipt_used_during_erasure_is_told_so_and_nothing_is_taken(
    reporter: httpx.Client, mongo_client: object, database_prefix: str
) -> None:
    path = create(reporter, 1000, content=a_text(500))
    database = mongo_client[f"{database_prefix}reports"]
    report_id = database.attachments.find_one({"_id": path.rpartition("/")[2]})["report_id"]
    erasing = {"state": "erasing", "rule": "test", "at": clock.now()}
    database.reports.update_one({"_id": report_id}, {"$set": {"erasure": erasing}, "$unset": {"data_key": ""}})

    for answer in (
        reporter.head(path, headers=TUS),
        patch(reporter, path, 500, a_text(500)),
        reporter.post(UPLOADS, headers={**TUS, "Upload-Length": "10"}),
        reporter.post(LIST, files={"file": ("a.txt", a_text(10))}),
        reporter.get(LIST),
    ):
        assert answer.status_code == 410
    assert database.attachments.count_documents({"report_id": report_id}) == 1


def test_of_two_requests_at_once_one_wins(front: Gateway, reporter: httpx.Client) -> None:
    content = a_sound(4 * PART_BYTES)
    for _ in range(5):
        path = create(reporter, len(content))

        def send(path: str = path) -> int:
            with front.client() as client:
                client.headers["Authorization"] = reporter.headers["Authorization"]
                return patch(client, path, 0, content).status_code

        with ThreadPoolExecutor(2) as pool:
            statuses = sorted(pool.map(lambda _: send(), range(2)))
        assert statuses == [204, 409]
        assert offset(reporter, path) == len(content)


class Line:
    """A line of its own to the gateway, on which a request is sent by and by and may break off."""

    def __init__(self, client: httpx.Client, path: str, at: int, length: int) -> None:
        address = client.base_url
        self.connection = http.client.HTTPConnection(address.host, address.port, timeout=60)
        self.connection.putrequest("PATCH", f"/api/v1{path}")
        headers = {**BYTES, "Upload-Offset": str(at), "Content-Length": str(length)}
        for name, value in {**headers, "Authorization": client.headers["Authorization"]}.items():
            self.connection.putheader(name, value)
        self.connection.endheaders()

    def send(self, content: bytes) -> None:
        self.connection.send(content)

    @property
    def answered(self) -> bool:
        """Whether an answer has come, though the request is not complete."""
        return bool(select.select([self.connection.sock], [], [], 0)[0])

    def breaks(self) -> None:
        self.connection.close()


def test_a_line_that_breaks_loses_nothing_that_came(reporter: httpx.Client) -> None:
    content = a_sound(3 * PART_BYTES)
    path = create(reporter, len(content))
    line = Line(reporter, path, 0, len(content))
    line.send(content[: 2 * PART_BYTES + 150_000])
    eventually(lambda: offset(reporter, path) >= PART_BYTES)

    line.breaks()

    eventually(lambda: offset(reporter, path) == 2 * PART_BYTES + 150_000)
    answered(patch(reporter, path, offset(reporter, path), content[2 * PART_BYTES + 150_000 :]), 204)
    (item,) = reporter.get(LIST).json()["items"]
    assert reporter.get(f"{LIST}/{item['id']}/content").content == content


def test_a_line_that_hangs_does_not_keep_its_upload_from_going_on(reporter: httpx.Client) -> None:
    """The client has noticed that its line is dead; the gateway still waits on it."""
    content = a_sound(3 * PART_BYTES)
    path = create(reporter, len(content))
    dead = Line(reporter, path, 0, len(content))
    dead.send(content[: PART_BYTES + 150_000])
    eventually(lambda: offset(reporter, path) == PART_BYTES)

    answered(patch(reporter, path, PART_BYTES, content[PART_BYTES:]), 204)

    assert offset(reporter, path) == len(content)
    dead.breaks()


def test_what_was_acknowledged_stays_when_service_or_gateway_are_killed(
    front: Gateway, reports_process: ServiceProcess
) -> None:
    """Both are killed in the middle of a request, in turn, until the file is complete."""
    content = a_sound(6 * PART_BYTES)
    with front.client() as client:
        reporter = with_receipt(client)
        path, acknowledged, victims = create(reporter, len(content)), 0, 0
        while acknowledged < len(content):
            line = Line(reporter, path, acknowledged, len(content) - acknowledged)
            line.send(content[acknowledged : acknowledged + PART_BYTES + 200_000])
            wanted = (acknowledged // PART_BYTES + 1) * PART_BYTES
            eventually(lambda line=line, wanted=wanted: offset(reporter, path) >= wanted or line.answered)
            eventually(lambda: reporter.head(path, headers=TUS).status_code == 200)
            if offset(reporter, path) < wanted:
                # Refused so soon after a restart, or while the rest of a broken line was still being stored; like any
                # client it goes on from where it stands.
                line.breaks()
                acknowledged = offset(reporter, path)
                continue
            acknowledged = offset(reporter, path)
            victim = (reports_process, front)[victims % 2]
            victim.kill()
            victim.start()
            victim.wait_ready()
            victims += 1
            line.breaks()
            eventually(lambda: reporter.head(path, headers=TUS).status_code == 200)
            assert offset(reporter, path) >= acknowledged
            acknowledged = offset(reporter, path)

        assert victims >= 3
        (item,) = reporter.get(LIST).json()["items"]
        assert reporter.get(f"{LIST}/{item['id']}/content").content == content
