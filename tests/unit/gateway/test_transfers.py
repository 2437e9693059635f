"""Files on their way through the gateway: cut into pieces, found in multipart bodies of any shape, headers of tus."""

from __future__ import annotations

import base64
import io

import pytest
from flask import Flask, request
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from chassis.rpc_client import Refused
from contracts.reports import receipt as receipts
from contracts.reports.schemas.attachments import PART_BYTES
from gateway import tus
from gateway.problems.row import Problem
from gateway.transfers.multipart import MultipartFile
from gateway.transfers.sending import Waiting, pieces
from gateway.transfers.slots import Slots
from tests.unit.gateway.conftest import FakeServices, MakeApp

sizes = st.lists(st.integers(0, PART_BYTES + 70_000), max_size=6)


@given(sizes)
@settings(max_examples=25, deadline=None)
def test_pieces_are_full_but_for_the_last_and_only_the_last_says_so(chunks: list[int]) -> None:
    data = [bytes([number + 1]) * size for number, size in enumerate(chunks)]

    found = list(pieces(data))

    assert b"".join(content for content, _ in found) == b"".join(data)
    assert [last for _, last in found] == [False] * (len(found) - 1) + [True]
    assert all(len(content) == PART_BYTES for content, _ in found[:-1])


@given(first=st.integers(1, PART_BYTES), chunks=sizes)
@settings(max_examples=25, deadline=None)
def test_a_resumed_file_goes_on_to_the_border_of_its_part(first: int, chunks: list[int]) -> None:
    waiting = Waiting(first)
    full = [len(content) for size in chunks for content in waiting.full(bytes(size))]
    rest = len(waiting.rest())

    assert sum(full) + rest == sum(chunks)
    assert full[:1] in ([], [first])
    assert all(size == PART_BYTES for size in full[1:])
    assert rest <= (PART_BYTES if full else first)


def test_slots_are_given_back_even_after_a_failure() -> None:
    slots = Slots(1)

    def fail() -> None:
        with slots.taken():
            with pytest.raises(Problem) as busy:
                slots.take()
            assert busy.value.row.status == 503
            raise ValueError("broken")

    for _ in range(3):
        with pytest.raises(ValueError, match="broken"):
            fail()


@given(
    content=st.binary(max_size=5000), name=st.text(max_size=30), preamble=st.sampled_from([b"", b"\r\n", b"hello\r\n"])
)
@settings(deadline=None)
def test_the_file_comes_out_of_a_body_of_any_content(
    make_app_once: Flask, content: bytes, name: str, preamble: bytes
) -> None:
    boundary = "a-boundary-that-is-not-in-the-content-0123456789"
    label = name.translate(dict.fromkeys([*range(32), 127, 34, 92, *range(0xD800, 0xE000)]))
    body = (
        preamble + f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{label}"\r\n\r\n'.encode()
    )
    body += content + f"\r\n--{boundary}--\r\n".encode()
    builder = EnvironBuilder(
        method="POST", data=body, content_type=f"multipart/form-data; boundary={boundary}", path="/x"
    )
    with make_app_once.request_context(builder.get_environ()):
        file = MultipartFile(request)
        assert b"".join(file.chunks()) == content
        assert file.name == label


def multipart(*parts: bytes, after: bytes = b"") -> EnvironBuilder:
    """A body of these parts, each with its headers, and what follows the last boundary."""
    body = (
        b"".join(b"--b\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--b--\r\n" + after
    )
    return EnvironBuilder(method="POST", data=body, content_type="multipart/form-data; boundary=b", path="/x")


A_FILE = b'name="file"; filename="a"\r\n\r\ncontent'
A_FIELD = b'name="note"\r\n\r\n'


@pytest.mark.parametrize(
    ("parts", "after", "status"),
    [
        ([A_FILE], b"", None),
        ([A_FIELD + b"x" * 1000, A_FILE, A_FIELD], b"\r\nend", None),
        ([A_FILE, A_FILE], b"", 422),
        ([A_FIELD], b"", 422),
        ([A_FIELD + b"x" * 70_000, A_FILE], b"", 413),
        ([A_FIELD + b"x" * 40_000, A_FIELD + b"x" * 40_000, A_FILE], b"", 413),
        ([A_FILE], b"x" * 70_000, 413),
        ([*[A_FIELD] * 40, A_FILE], b"", 413),
    ],
    ids=["one", "beside fields", "two", "none", "large field", "large fields", "much behind it", "many fields"],
)
def test_a_body_has_one_file_and_little_besides(
    make_app_once: Flask, parts: list[bytes], after: bytes, status: int | None
) -> None:
    with make_app_once.request_context(multipart(*parts, after=after).get_environ()):
        file = MultipartFile(request)
        if status is None:
            assert b"".join(file.chunks()) == b"content"
            return
        with pytest.raises((Problem, HTTPException)) as refused:
            list(file.chunks())
        told = refused.value
        assert (told.row.status if isinstance(told, Problem) else told.code) == status


@given(st.binary(max_size=3000))
@settings(deadline=None)
def test_any_other_body_is_refused_and_never_an_error(make_app_once: Flask, body: bytes) -> None:
    builder = EnvironBuilder(method="POST", data=body, content_type="multipart/form-data; boundary=b", path="/x")
    with make_app_once.request_context(builder.get_environ()), pytest.raises(Problem) as refused:
        list(MultipartFile(request).chunks())
    assert refused.value.row.status in (400, 413, 422)


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=", "text/plain", ""])
def test_a_body_that_is_no_multipart_is_refused(make_app_once: Flask, content_type: str) -> None:
    builder = EnvironBuilder(method="POST", data=b"x", content_type=content_type, path="/x")
    with make_app_once.request_context(builder.get_environ()), pytest.raises(Problem) as refused:
        MultipartFile(request)
    assert refused.value.row.status in (400, 415)


@given(st.text(max_size=40))
def test_the_name_of_an_upload_is_read_from_its_metadata(name: str) -> None:
    encoded = base64.b64encode(name.encode("utf-8", "replace")).decode()
    for header in (f"filename {encoded}", f"is_confidential,filename {encoded}", f"a eA==, filename  {encoded}"):
        with headers(Upload_Metadata=header):
            assert tus.file_name_of(request) == name.encode("utf-8", "replace").decode()


def test_an_upload_without_a_name_has_none() -> None:
    for header in ("", "relativePath eA==", "filename"):
        with headers(Upload_Metadata=header):
            assert tus.file_name_of(request) == ""


@pytest.mark.parametrize(
    "header", ["filename !", "filename /w==", "filename eA", "a eA==,filename eA==\x00", f"filename {'eA==' * 1100}"]
)
def test_metadata_that_are_no_base64_of_a_text_or_too_long_are_refused(header: str) -> None:
    with headers(Upload_Metadata=header), pytest.raises(Problem) as refused:
        tus.file_name_of(request)
    assert refused.value.row.status == 422


def test_metadata_up_to_their_bound_are_read() -> None:
    with headers(Upload_Metadata=f"{'a' * 4000},filename eA=="):
        assert tus.file_name_of(request) == "x"
    with headers(Upload_Metadata=f"{'a' * 4200},filename eA=="), pytest.raises(Problem):
        tus.file_name_of(request)


@given(st.integers(0, 10**15 - 1))
def test_a_length_is_read(length: int) -> None:
    with headers(Upload_Length=str(length)):
        assert tus.length_of(request) == length


@pytest.mark.parametrize("value", ["", "-1", "+1", "1.0", "1e3", "0x10", "1 2", "١", "9" * 16, "１"])
def test_what_is_no_plain_number_is_no_length(value: str) -> None:
    with headers(Upload_Length=value), pytest.raises(Problem) as refused:
        tus.length_of(request)
    assert refused.value.row.status == 422


def test_a_worker_whose_slots_are_taken_refuses_files_and_answers_the_rest(
    make_app: MakeApp, services: FakeServices
) -> None:
    services.answers["reports.list_current_attachments"] = {"items": []}
    app = make_app(transfers=1)
    client = app.test_client()
    receipt = {"Authorization": f"Receipt {receipts.write('0' * 19)}"}
    app.extensions["gateway"].slots.take()

    answer = client.post("/api/v1/reports/current/attachments", headers=receipt, data={"file": (io.BytesIO(b"x"), "a")})

    assert (answer.status_code, answer.json["type"]) == (503, "/problems/transfers-busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/api/v1/reports/current/attachments", headers=receipt).status_code == 200


def test_a_slot_comes_back_from_what_was_refused_from_a_look_and_from_a_download(
    make_app: MakeApp, services: FakeServices
) -> None:
    client = make_app(transfers=1).test_client()
    path = "/api/v1/reports/current/attachments/a1/content"
    receipt = {"Authorization": f"Receipt {receipts.write('0' * 19)}"}
    services.answers["reports.read_current_attachment_part"] = Refused("NotFound", {"what": "attachment"})
    refused = [client.get(path, headers=receipt).status_code for _ in range(3)]
    looked, fetched = [], []
    for _ in range(3):
        services.answers["reports.read_current_attachment_part"] = a_part(b"content")
        looked.append(client.head(path, headers=receipt).status_code)
        services.answers["reports.read_current_attachment_part"] = a_part(b"content")
        with client.get(path, headers=receipt) as answer:
            fetched.append((answer.status_code, answer.data))

    assert refused == [404] * 3
    assert looked == [200] * 3
    assert fetched == [(200, b"content")] * 3


def a_part(content: bytes) -> dict[str, object]:
    """The only part of a file, as the service answers it."""
    return {
        "content": content, "parts": 1, "size": len(content), "media_type": "text/plain", "file_name": "a.txt",
        "copy": "original", "scan": None,
    }  # fmt: skip


def test_pages_of_other_origins_may_speak_tus(make_app: MakeApp) -> None:
    client = make_app(cors_origins=("https://portal.example.gov.cn",)).test_client()
    asked = {"Origin": "https://portal.example.gov.cn", "Access-Control-Request-Method": "PATCH"}
    preflight = client.options("/api/v1/reports/current/uploads", headers=asked).headers
    answer = client.options("/api/v1/reports/current/uploads", headers={"Origin": asked["Origin"]}).headers

    assert {"Tus-Resumable", "Upload-Offset"} <= set(preflight["Access-Control-Allow-Headers"].split(", "))
    assert {"Location", "Upload-Offset"} <= set(answer["Access-Control-Expose-Headers"].split(", "))
    assert answer["Tus-Version"] == "1.0.0"


@pytest.fixture(scope="module")
def make_app_once() -> Flask:
    """An application that is there for its context alone."""

    class _Settings:
        idle_seconds = 60.0

    class _Parts:
        settings = _Settings()

    app = Flask("test")
    app.extensions["gateway"] = _Parts()
    return app


def headers(**given: str):
    """A request with these headers."""
    named = {name.replace("_", "-"): value.encode("utf-8").decode("latin-1") for name, value in given.items()}
    return Flask("test").test_request_context("/", headers=named)
