"""The rules of attachments: names, limits, which copy may be opened."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.operation import Operation
from contracts.reports import operations
from contracts.reports.schemas import attachments as contract
from services.reports import forms
from services.reports.model import attachments as rules
from services.reports.model.attachments import Limits

LIMITS = Limits(files=3, each=100, total=200, types={"txt": 50})


def test_both_sides_of_the_contract_cut_files_at_the_same_places() -> None:
    assert contract.PART_BYTES == rules.PART_BYTES
    assert set(contract.COPIES) == {rules.ORIGINAL, rules.CLEAN}


def test_the_form_that_is_offered_has_limits() -> None:
    limits = Limits.of(forms.current())
    assert limits.files > 0
    assert limits.each <= limits.total
    assert limits.types


@given(st.text(max_size=1000))
def test_a_name_becomes_a_label_that_is_no_path_and_hides_nothing(name: str) -> None:
    label = rules.neutral_name(name)

    assert 1 <= len(label) <= 120
    assert PurePosixPath(label).name == PureWindowsPath(label).name == label
    assert label not in (".", "..")
    assert {unicodedata.category(character)[0] for character in label} & {"C"} == set()
    assert rules.neutral_name(label) == label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("账单\u202egpj.exe", "账单gpj.exe"),
        ("\u2066a\u2069\u200e.pdf", "a.pdf"),
        ("a\0b\x1b[2J.txt", "ab[2J.txt"),
        ("a\u2028b\u2029.txt", "ab.txt"),
    ],
)
def test_marks_that_make_a_name_read_otherwise_are_taken_out(name: str, label: str) -> None:
    assert rules.neutral_name(name) == label


@pytest.mark.parametrize("name", ["证据 (1).jpg", "会议记录.2026-03.docx", "ｱﾍﾞｾﾞ.pdf", "a-b_c.txt"])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert rules.neutral_name(name) == unicodedata.normalize("NFC", name)


@given(
    held=st.lists(st.integers(0, 100), max_size=4),
    length=st.none() | st.integers(1, 400),
    announced=st.none() | st.integers(1, 1_000_000),
)
def test_a_file_begins_only_where_it_fits(held: list[int], length: int | None, announced: int | None) -> None:
    try:
        LIMITS.check_begin(held, length, announced)
    except rules.TooManyAttachments:
        assert len(held) >= LIMITS.files
    except rules.AttachmentTooLarge:
        least = length if length is not None else (announced or 0) - rules.FRAME_BYTES
        assert least > LIMITS.each or least > LIMITS.total - sum(held)
    else:
        assert len(held) < LIMITS.files
        assert (length or 0) <= min(LIMITS.each, LIMITS.total - sum(held)) or length is None


@given(held=st.lists(st.integers(0, 100), max_size=4), size=st.integers(0, 300))
def test_a_file_has_the_room_that_the_others_leave(held: list[int], size: int) -> None:
    room = LIMITS.room(held)
    assert 0 <= room <= LIMITS.each
    if size <= room:
        LIMITS.check_room(room, size)
        assert size + sum(held) <= max(LIMITS.total, sum(held))
    else:
        with pytest.raises(rules.AttachmentTooLarge):
            LIMITS.check_room(room, size)


def test_types_have_limits_of_their_own() -> None:
    LIMITS.check_type("txt", 50)
    LIMITS.check_type("pdf", 100)
    with pytest.raises(rules.AttachmentTooLarge) as refused:
        LIMITS.check_type("txt", 51)
    assert (refused.value.limit, refused.value.what) == (50, "type")


@given(st.integers(0, 10 * rules.PART_BYTES))
def test_parts_hold_exactly_all_bytes(size: int) -> None:
    parts = rules.parts_of(size)
    assert (parts - 1) * rules.PART_BYTES < size <= parts * rules.PART_BYTES or size == parts == 0


def attachment(author: str = "reporter", clean: bool = False, **inspection: object) -> dict:
    made = {"author": author, "state": "stored", "original": {"manifest": b"x"}}
    copies = {"clean": {"manifest": b"y"}} if clean else {}
    return made | copies | ({"inspection": inspection} if inspection else {})


INFECTED = {"verdict": "unsafe", "scan": {"result": "infected"}}
CLEANED = {"verdict": "clean_copy", "scan": {"result": "clean"}}
NO_COPY = {"verdict": "no_clean_copy", "scan": {"result": "not_scanned"}}


def test_what_the_inspection_says_is_told() -> None:
    assert rules.check_of(None) == "waiting"
    assert rules.check_of(INFECTED) == "infected"
    assert rules.check_of(NO_COPY) == "no_clean_copy"
    assert [rules.scan_of(found) for found in (None, INFECTED, CLEANED, NO_COPY)] == [
        None,
        "infected",
        "clean",
        "not_scanned",
    ]
    assert rules.scan_of({"verdict": "unreadable"}) == "not_scanned"


def test_staff_open_the_copy_without_metadata_or_ask_for_the_original() -> None:
    rules.check_opening(attachment(clean=True, **CLEANED), "clean")
    rules.check_opening(attachment(clean=True, **CLEANED), "original")
    rules.check_opening(attachment(), "original")
    rules.check_opening(attachment(**NO_COPY), "original")
    for waiting in (attachment(), attachment(**NO_COPY)):
        with pytest.raises(rules.NoCleanCopy):
            rules.check_opening(waiting, "clean")


@pytest.mark.parametrize("copy", ["clean", "original"])
def test_nobody_opens_any_copy_of_an_infected_file(copy: str) -> None:
    infected = attachment(clean=True, **INFECTED)
    with pytest.raises(rules.AttachmentInfected):
        rules.check_opening(infected, copy)
    with pytest.raises(rules.AttachmentInfected):
        rules.copy_for_reporter(infected)
    assert rules.copies_of(infected) == []


def test_a_reporter_gets_their_own_original_and_of_staff_what_was_inspected() -> None:
    assert rules.copy_for_reporter(attachment(clean=True, **CLEANED)) == "original"
    assert rules.copy_for_reporter(attachment("staff", clean=True, **CLEANED)) == "clean"
    assert rules.copy_for_reporter(attachment("staff", **NO_COPY)) == "original"
    with pytest.raises(rules.NoCleanCopy):
        rules.copy_for_reporter(attachment("staff"))


@pytest.mark.parametrize(
    ("operation", "of"),
    [
        (operations.read_case_attachment_part, {"case_id": "c1"}),
        (operations.read_suggestion_attachment_part, {"suggestion_id": "s1"}),
    ],
    ids=["case", "suggestion"],
)
def test_staff_who_ask_for_no_copy_get_the_one_without_metadata(operation: Operation, of: dict[str, str]) -> None:
    assert operation.load({**of, "attachment_id": "a1"})["copy"] == rules.CLEAN
