"""Parts in an S3-compatible store, against a server that speaks the protocol and fails on demand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from chassis.config import ConfigurationError, read
from chassis.refusals import Unavailable
from services.reports.attachments.choice import in_the_database, load_parts
from services.reports.attachments.parts import PartMissing, Place
from services.reports.attachments.s3 import S3Parts, client_of
from tests.support.sinks.s3 import REGION, S3Sink

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def sink() -> Iterator[S3Sink]:
    with S3Sink() as running:
        yield running


@pytest.fixture
def parts(sink: S3Sink) -> S3Parts:
    return S3Parts(client_of(sink.endpoint, REGION, sink.access_key, sink.secret_key, None), sink.bucket)


def place(number: int = 0, write: int = 1, copy: str = "original", attachment: str = "a1") -> Place:
    return Place(attachment, copy, number, write)


def test_a_part_comes_back_as_it_was_put(parts: S3Parts, sink: S3Sink) -> None:
    content = bytes(range(256)) * 4100

    parts.put(place(), content)
    parts.complete("a1", "original", 1, len(content), NOW)

    assert parts.get(place()) == content
    assert list(sink.objects) == ["attachments/a1/original/0.1"]
    assert sink.forged == 0


def test_each_write_of_a_part_is_an_object_of_its_own(parts: S3Parts, sink: S3Sink) -> None:
    parts.put(place(write=2), b"later")
    parts.put(place(write=1), b"earlier, but late")

    assert parts.get(place(write=2)) == b"later"
    parts.forget(place(write=1))
    assert list(sink.objects) == ["attachments/a1/original/0.2"]


def test_a_part_that_is_not_there_is_missing(parts: S3Parts) -> None:
    with pytest.raises(PartMissing):
        parts.get(place())


def test_erasing_removes_all_parts_of_these_copies_alone(parts: S3Parts, sink: S3Sink) -> None:
    for number in range(10):
        parts.put(place(number), b"x")
    parts.put(place(copy="clean"), b"x")
    parts.put(place(attachment="a12"), b"x")

    parts.erase("a1", ["original"])
    parts.erase("a1", ["original"])

    assert sorted(sink.objects) == ["attachments/a1/clean/0.1", "attachments/a12/original/0.1"]


def test_erasing_several_copies_leaves_none_of_them(parts: S3Parts, sink: S3Sink) -> None:
    for copy in ("original", "clean"):
        parts.put(place(copy=copy), b"x")

    parts.erase("a1", ["original", "clean"])

    assert sink.objects == {}


def test_objects_that_the_store_keeps_are_not_taken_for_erased(parts: S3Parts, sink: S3Sink) -> None:
    for number in range(2):
        parts.put(place(number), b"x")
    sink.kept = {"attachments/a1/original/1.1"}
    with pytest.raises(Unavailable):
        parts.erase("a1", ["original"])
    sink.kept = set()

    parts.erase("a1", ["original"])

    assert sink.objects == {}


@pytest.mark.parametrize("failing", [500, 503, "cut"])
def test_what_passes_by_itself_is_tried_again(parts: S3Parts, sink: S3Sink, failing: str | int) -> None:
    sink.mood, sink.failures = failing, 1
    parts.put(place(), b"content")
    sink.mood, sink.failures = failing, 1

    assert parts.get(place()) == b"content"


@pytest.mark.parametrize("mood", [500, 503, "deny", "closed"])
def test_a_store_that_is_away_is_unavailable_and_nothing_of_it_is_told(
    parts: S3Parts, sink: S3Sink, mood: str | int
) -> None:
    parts.put(place(), b"content")
    if mood == "closed":
        sink.close()
    sink.mood = mood
    for action in (
        lambda: parts.put(place(1), b"x"),
        lambda: parts.get(place()),
        lambda: parts.forget(place()),
        lambda: parts.erase("a1", ["original"]),
    ):
        with pytest.raises(Unavailable) as away:
            action()
        assert away.value.part == "attachment store"
    sink.mood = "accept"
    if mood == "closed":
        sink.open()
    assert parts.get(place()) == b"content"


def test_a_wrong_secret_key_is_refused_by_the_store(sink: S3Sink) -> None:
    parts = S3Parts(client_of(sink.endpoint, REGION, sink.access_key, "wrong", None), sink.bucket)
    with pytest.raises(Unavailable):
        parts.put(place(), b"x")
    assert sink.forged == 1
    assert sink.objects == {}


def test_the_store_is_chosen_by_the_configuration(sink: S3Sink) -> None:
    (default,) = read(load_parts, environ={})
    (chosen,) = read(load_parts, environ=sink.environment)

    assert default is in_the_database
    assert isinstance(chosen(None), S3Parts)  # type: ignore[arg-type]


def test_every_setting_that_is_missing_or_wrong_is_named(sink: S3Sink) -> None:
    given = {"REPORTS_ATTACHMENT_STORE": "s3", "REPORTS_S3_ENDPOINT": "ftp://x", "REPORTS_S3_TLS_CA": "/no/such/file"}
    with pytest.raises(ConfigurationError) as wrong:
        read(load_parts, environ=given)
    told = " ".join(wrong.value.problems)
    for name in ("ENDPOINT", "BUCKET", "ACCESS_KEY", "SECRET_KEY", "TLS_CA"):
        assert f"REPORTS_S3_{name}" in told
    with pytest.raises(ConfigurationError):
        read(load_parts, environ={"REPORTS_ATTACHMENT_STORE": "disk"})
