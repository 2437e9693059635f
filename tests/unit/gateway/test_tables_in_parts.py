"""A table that a service makes part by part leaves as one file when it is one, else as an archive; never cut."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from chassis.rpc_client import DeadlineExceeded
from tests.unit.gateway.conftest import FakeServices, Identity, MakeApp, Sent

PATH = "/api/v1/exports/study-records"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def made_of(services: FakeServices, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``made_of(*parts)``: the service answers these, one after the other; an exception is raised."""

    def answers(*contents: bytes | Exception) -> None:
        def call(operation: Any, request: dict[str, Any], call: Any) -> dict[str, Any]:
            services.sent.append(Sent(operation.routing_key, request, call))
            place = int(request["cursor"] or 0)
            content = contents[place]
            if isinstance(content, Exception):
                raise content
            following = str(place + 1) if place + 1 < len(contents) else None
            return {"content": content, "file_name": "学习档案.xlsx", "media_type": XLSX, "next_cursor": following}

        monkeypatch.setattr(services, "call", call)

    return answers


def get(make_app: MakeApp, identity: Identity, method: str = "GET", **query: str) -> Any:
    headers = {"Authorization": f"Bearer {identity.token('trainer')}"}
    return make_app().test_client().open(PATH, method=method, headers=headers, query_string=query)


def test_one_part_is_the_file_itself(make_app: MakeApp, identity: Identity, made_of: Any) -> None:
    made_of(b"table")
    answer = get(make_app, identity)

    assert (answer.status_code, answer.data, answer.content_type) == (200, b"table", XLSX)
    assert answer.headers["Content-Disposition"].endswith(quote("学习档案.xlsx"))


def test_several_parts_are_an_archive_of_all_of_them(
    make_app: MakeApp, identity: Identity, services: FakeServices, made_of: Any
) -> None:
    made_of(b"one" * 5000, b"two", b"three")
    answer = get(make_app, identity, unit_id="u1", year="2026")

    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    assert answer.headers["Content-Disposition"].endswith(quote("学习档案.zip"))
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {"学习档案-1.xlsx": b"one" * 5000, "学习档案-2.xlsx": b"two", "学习档案-3.xlsx": b"three"}
    assert [sent.request["cursor"] for sent in services.sent] == [None, "1", "2"]
    assert {(sent.request["unit_id"], sent.request["year"]) for sent in services.sent} == {("u1", 2026)}
    for sent in services.sent:
        assert sent.call.deadline is not None
        assert sent.call.deadline - sent.call.now == timedelta(seconds=30)


def test_each_part_is_asked_for_when_the_one_before_is_sent(
    make_app: MakeApp, identity: Identity, services: FakeServices, made_of: Any
) -> None:
    made_of(b"one", b"two", b"three")
    chunks = get(make_app, identity).response

    assert [len(services.sent) for _ in chunks][:3] == [1, 2, 3]


def test_a_part_that_cannot_be_had_ends_the_answer_before_the_archive_ends(
    make_app: MakeApp, identity: Identity, made_of: Any
) -> None:
    made_of(b"one", b"two", DeadlineExceeded("tasks.export_study_records"))
    received = bytearray()

    def receive() -> None:
        for chunk in get(make_app, identity).response:
            received.extend(chunk)

    with pytest.raises(DeadlineExceeded):
        receive()
    assert b"two" in received
    assert not zipfile.is_zipfile(io.BytesIO(received))


def test_what_is_wrong_with_the_first_part_is_told_by_the_status(
    make_app: MakeApp, identity: Identity, made_of: Any
) -> None:
    made_of(DeadlineExceeded("tasks.export_study_records"))

    assert get(make_app, identity).status_code == 503


def test_a_client_names_no_cursor(make_app: MakeApp, identity: Identity, made_of: Any) -> None:
    made_of(b"table")

    assert get(make_app, identity, cursor="1").status_code == 422


def test_slots_for_archives_are_given_back(make_app: MakeApp, identity: Identity, made_of: Any) -> None:
    made_of(b"one", b"two")
    client = make_app(transfers=1).test_client()
    headers = {"Authorization": f"Bearer {identity.token('trainer')}"}

    for method in ("GET", "HEAD", "GET"):
        answer = client.open(PATH, method=method, headers=headers)
        assert answer.status_code == 200
        answer.get_data()
        answer.close()
    # One that is being sent keeps its slot.
    sending = client.get(PATH, headers=headers)
    assert client.get(PATH, headers=headers).status_code == 503
    sending.close()
    assert client.get(PATH, headers=headers).status_code == 200
