"""Attachments whose parts are in an S3-compatible store: the same promises, also while that is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from contracts.reports.schemas.attachments import PART_BYTES
from tests.integration.gateway.attaching import front, public, reporter
from tests.integration.gateway.conftest import answered
from tests.integration.gateway.test_uploads import LIST, TUS, create, offset, patch
from tests.support.attachments.filler import a_sound
from tests.support.services import ServiceProcess
from tests.support.sinks.s3 import S3Sink

__all__ = ["front", "public", "reporter"]


@pytest.fixture(scope="module")
def sink() -> Iterator[S3Sink]:
    with S3Sink() as running:
        yield running


@pytest.fixture(scope="module")
def reports_process(module_service_process: Callable[..., ServiceProcess], sink: S3Sink) -> ServiceProcess:
    """The service, told to keep attachments there."""
    return module_service_process("services.reports.service:ReportsService", sink.environment)


def test_files_are_kept_there_sealed_and_come_back(
    reporter: httpx.Client, sink: S3Sink, mongo_client: object, database_prefix: str
) -> None:
    content = a_sound(2 * PART_BYTES + 5)

    sent = answered(reporter.post(LIST, files={"file": ("a.mp3", content)}), 201).json()

    kept = {name: sealed for name, sealed in sink.objects.items() if sent["id"] in name}
    assert sorted(name.partition(".")[0] for name in kept) == [
        f"attachments/{sent['id']}/original/{number}" for number in range(3)
    ]
    assert content[:40] not in b"".join(kept.values())
    assert mongo_client[f"{database_prefix}reports"]["attachments.chunks"].count_documents({}) == 0
    assert reporter.get(f"{LIST}/{sent['id']}/content").content == content
    assert sink.forged == 0


def test_while_it_is_away_what_was_acknowledged_stays_and_goes_on_afterwards(
    reporter: httpx.Client, sink: S3Sink
) -> None:
    content = a_sound(4 * PART_BYTES)
    path = create(reporter, len(content), content=content[: 2 * PART_BYTES])
    for mood in (503, "deny"):
        sink.mood = mood
        refused = patch(reporter, path, 2 * PART_BYTES, content[2 * PART_BYTES :])
        assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (503, True)
        assert offset(reporter, path) == 2 * PART_BYTES
        assert reporter.get("/reports/current").status_code == 200
    sink.mood = "accept"

    answered(patch(reporter, path, 2 * PART_BYTES, content[2 * PART_BYTES :]), 204)

    (item,) = reporter.get(LIST).json()["items"]
    assert reporter.get(f"{LIST}/{item['id']}/content").content == content


def test_a_store_that_hangs_stalls_nobody_else(reporter: httpx.Client, sink: S3Sink) -> None:
    """The service waits for the store in several requests at once and answers others meanwhile."""
    path = create(reporter, 3 * PART_BYTES, content=a_sound(PART_BYTES))
    sink.mood = "hang"
    try:
        with ThreadPoolExecutor(1) as pool:
            hanging = pool.submit(patch, reporter, path, PART_BYTES, bytes(2 * PART_BYTES))
            for _ in range(20):
                assert reporter.get("/reports/current").status_code == 200
            assert hanging.result().status_code == 503
    finally:
        sink.mood = "accept"
        sink.release()
    # Nobody waited for the end of it: the part may have been kept after all.
    assert offset(reporter, path) in (PART_BYTES, 2 * PART_BYTES)


def test_parts_that_grew_leave_nothing_behind(reporter: httpx.Client, sink: S3Sink) -> None:
    content = a_sound(PART_BYTES + 400_000)
    path, at = create(reporter, len(content)), 0
    while at < len(content):
        answered(patch(reporter, path, at, content[at : at + 150_000]), 204)
        at = min(at + 150_000, len(content))

    id = path.rpartition("/")[2]
    assert len([name for name in sink.objects if id in name]) == 2


def test_an_upload_that_is_given_up_is_removed_there(reporter: httpx.Client, sink: S3Sink) -> None:
    path = create(reporter, 9 * PART_BYTES, content=a_sound(7 * PART_BYTES))
    answered(reporter.delete(path, headers=TUS), 204)
    assert not [name for name in sink.objects if path.rpartition("/")[2] in name]
