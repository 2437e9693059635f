"""Parts and records of attachments: sealed for one place each, lengths hidden, nothing opens when it was changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reports.attachments import sealing
from services.reports.attachments.clean_copy import in_parts
from services.reports.attachments.sealing import SEALED_PART_BYTES, AttachmentKey
from services.reports.model.attachments import PART_BYTES
from services.reports.model.report import ContentUnreadable
from services.reports.sealing import new_data_key

KEY = AttachmentKey.new("report", "attachment")


@given(st.binary(max_size=9000), st.integers(0, 3))
def test_a_part_opens_as_it_was_sealed(content: bytes, number: int) -> None:
    assert KEY.open_part("original", number, KEY.seal_part("original", number, content)) == content


@given(st.integers(0, 40))
def test_contents_that_end_like_their_padding_open_whole(zeros: int) -> None:
    for content in (bytes(zeros), b"\x80" * zeros, b"\x80" + bytes(zeros)):
        assert KEY.open_part("clean", 1, KEY.seal_part("clean", 1, content)) == content


def test_a_full_part_and_the_last_of_several_have_one_size() -> None:
    for content in (b"", b"x", bytes(PART_BYTES)):
        assert len(KEY.seal_part("original", 1, content)) == SEALED_PART_BYTES
    assert len(KEY.seal_part("original", 0, bytes(PART_BYTES))) == SEALED_PART_BYTES


def test_a_part_does_not_open_as_one_of_another_version_of_the_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = KEY.seal_part("original", 0, b"content")
    monkeypatch.setattr(sealing, "VERSION", sealing.VERSION + 1)

    for passed_off in (sealed, bytes((sealing.VERSION,)) + sealed[1:]):
        with pytest.raises(ContentUnreadable):
            KEY.open_part("original", 0, passed_off)


@given(st.integers(0, PART_BYTES - 1))
@settings(max_examples=30)
def test_the_only_part_of_a_small_file_tells_a_power_of_two(size: int) -> None:
    padded = len(KEY.seal_part("original", 0, bytes(size))) - 1 - 24 - 16
    assert padded & (padded - 1) == 0
    assert padded > size
    assert padded >= 4096


def test_a_part_opens_nowhere_else() -> None:
    sealed = KEY.seal_part("original", 2, b"content")
    foreign = (
        (KEY, "original", 1),
        (KEY, "clean", 2),
        (replace(KEY, report_id="other"), "original", 2),
        (replace(KEY, attachment_id="other"), "original", 2),
        (AttachmentKey.new("report", "attachment"), "original", 2),
    )
    for key, copy, number in foreign:
        with pytest.raises(ContentUnreadable):
            key.open_part(copy, number, sealed)


@given(st.data())
@settings(max_examples=60)
def test_a_part_that_was_changed_in_one_place_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(KEY.seal_part("original", 0, b"content"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ContentUnreadable):
        KEY.open_part("original", 0, bytes(sealed))


def test_a_record_opens_as_its_kind_and_copy_alone() -> None:
    sealed = KEY.seal_record("original", "manifest", {"size": 5, "file_name": "证据.txt"})

    assert KEY.open_record("original", "manifest", sealed) == {"size": 5, "file_name": "证据.txt"}
    for copy, kind in (("original", "progress"), ("clean", "manifest")):
        with pytest.raises(ContentUnreadable):
            KEY.open_record(copy, kind, sealed)


def test_the_key_opens_with_the_reports_key_and_for_its_attachment_alone() -> None:
    data_key = new_data_key()
    sealed = KEY.sealed_with(data_key)

    assert AttachmentKey.opened("report", "attachment", sealed, data_key) == KEY
    for report, attachment, key in (
        ("report", "attachment", new_data_key()),
        ("other", "attachment", data_key),
        ("report", "other", data_key),
    ):
        with pytest.raises(ContentUnreadable):
            AttachmentKey.opened(report, attachment, sealed, key)


@given(st.lists(st.integers(0, 2 * PART_BYTES + 5), max_size=5))
@settings(max_examples=25, deadline=None)
def test_chunks_of_any_size_become_full_parts_and_a_last_one(sizes: list[int]) -> None:
    chunks = [bytes([number + 1]) * size for number, size in enumerate(sizes)]

    parts = list(in_parts(chunks))

    assert b"".join(parts) == b"".join(chunks)
    assert all(len(part) == PART_BYTES for part in parts[:-1])
    assert 1 <= len(parts[-1]) <= PART_BYTES or not any(sizes)
