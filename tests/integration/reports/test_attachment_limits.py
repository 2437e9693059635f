"""The limits of attachments, and their ends: given up, forgotten, erased."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.refusals import NotFound, Unavailable
from contracts.reports.schemas.attachments import PART_BYTES
from services.reports import handlers
from services.reports.handlers import attachments
from services.reports.model import attachments as rules
from tests.integration.reports.attaching import Reporter, a_vault
from tests.integration.reports.building import CALL, NOW, a_report, later, report_of
from tests.support.attachments.filler import a_sound, a_text


@pytest.fixture
def receipt(store, sealer):
    return handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]


@pytest.fixture
def reporter(store, sealer, receipt):
    return Reporter(store, a_vault(store), sealer, receipt)


def document(store, upload):
    return store.db.attachments.find_one({"_id": upload["id"]})


def parts_of(store, upload):
    return store.db["attachments.chunks"].count_documents({"files_id": f"{upload['id']}.original"})


def test_an_empty_file_is_refused_and_leaves_nothing(store, reporter):
    for request in ({"last": True}, {"length": 0}):
        with pytest.raises(rules.AttachmentEmpty):
            reporter.begin(file_name="a.txt", **request)
    assert left(store, reporter) == 0


def test_a_file_of_a_type_that_is_not_taken_is_refused_and_leaves_nothing(store, reporter):
    kept = store.db["attachments.chunks"].count_documents({})
    with pytest.raises(rules.AttachmentTypeRefused) as refused:
        reporter.send(b"MZ" + bytes(3 * PART_BYTES), "invoice.pdf")

    assert "pdf" in refused.value.allowed
    assert left(store, reporter) == 0
    assert store.db["attachments.chunks"].count_documents({}) == kept


def test_the_type_is_decided_as_soon_as_the_beginning_is_there(reporter):
    upload = reporter.begin(file_name="a.pdf", content=b"MZ" + bytes(1000))

    with pytest.raises(rules.AttachmentTypeRefused):
        reporter.put(upload, bytes(70_000))
    with pytest.raises(NotFound):
        reporter.state(upload)


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        ({"length": 50_000_001}, "each"),
        ({"announced": 2_000_000_000}, "each"),
        ({"length": 45_000_000, "content": a_text(70_000)}, None),
        ({"length": 41_000_000, "content": a_sound(70_000)}, None),
    ],
)
def test_a_file_that_is_announced_as_too_large_is_refused_at_once(store, sealer, receipt, request_, what):
    types = {"txt": 40_000_000, "mp3": 40_000_000}
    reporter = Reporter(store, a_vault(store, types=types), sealer, receipt)

    with pytest.raises(rules.AttachmentTooLarge) as refused:
        reporter.begin(file_name="a", **request_)
    assert refused.value.what == (what or "type")
    assert left(store, reporter) == 0


def test_a_file_that_turns_out_too_large_is_cut_off_at_the_limit(store, sealer, receipt):
    reporter = Reporter(store, a_vault(store, each=2 * PART_BYTES), sealer, receipt)

    with pytest.raises(rules.AttachmentTooLarge):
        reporter.send(a_sound(3 * PART_BYTES))
    assert left(store, reporter) == 0


def test_more_bytes_than_were_announced_are_refused_and_what_is_there_stays(reporter):
    upload = reporter.begin(file_name="a.txt", length=1000, content=a_text(999))

    with pytest.raises(rules.UploadLengthExceeded):
        reporter.put(upload, b"ab")
    assert reporter.put(upload, b"a")["attachment"]["size"] == 1000


def test_no_more_files_than_the_form_allows(reporter):
    for number in range(5):
        reporter.send(a_text(100 + number))

    with pytest.raises(rules.TooManyAttachments) as refused:
        reporter.send(a_text(10))
    assert refused.value.limit == 5


def test_files_together_are_no_larger_than_the_form_allows_even_when_they_begin_at_once(store, sealer, receipt):
    reporter = Reporter(store, a_vault(store, each=30, total=100, files=20), sealer, receipt)
    outcomes = []

    def begin():
        try:
            outcomes.append(reporter.begin(file_name="a.txt", length=30))
        except rules.AttachmentTooLarge as error:
            outcomes.append(error.what)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcome if isinstance(outcome, str) else "begun" for outcome in outcomes) == [
        *["begun"] * 3,
        *["total"] * 5,
    ]


def test_a_file_may_use_what_others_leave(store, sealer, receipt):
    reporter = Reporter(store, a_vault(store, each=80, total=100), sealer, receipt)
    reporter.send(a_text(60))
    unknown = reporter.begin(file_name="b.txt")

    with pytest.raises(rules.AttachmentTooLarge) as refused:
        reporter.put(unknown, a_text(41), last=True)
    assert refused.value.what == "total"
    assert reporter.send(a_text(40))["attachment"]


def test_a_cancelled_upload_is_gone_and_a_complete_file_cannot_be_cancelled(store, reporter):
    upload = reporter.begin(file_name="a.mp3", content=a_sound(PART_BYTES))
    reporter.cancel(upload)
    whole = reporter.send(a_text(10))

    assert parts_of(store, upload) == 0
    with pytest.raises(NotFound):
        reporter.put(upload, b"more")
    with pytest.raises(rules.UploadComplete):
        reporter.cancel(whole)


def test_an_upload_that_is_given_up_opens_no_more_even_while_its_parts_cannot_be_removed(store, reporter, monkeypatch):
    upload = reporter.begin(file_name="a.mp3", content=a_sound(PART_BYTES))

    def away(*_):
        raise Unavailable("attachment store")

    with monkeypatch.context() as broken:
        broken.setattr(reporter.vault.parts, "erase", away)
        with pytest.raises(Unavailable):
            reporter.cancel(upload)

    assert parts_of(store, upload) == 1
    assert "key" not in document(store, upload)
    assert "progress" not in document(store, upload)["original"]
    attachments.forget_unfinished(reporter.vault, NOW + timedelta(hours=26))
    assert (parts_of(store, upload), document(store, upload)) == (0, None)


def test_an_upload_that_nobody_goes_on_with_is_forgotten_after_a_day(store, sealer, reporter):
    idle = reporter.begin(file_name="a.mp3", content=a_sound(PART_BYTES), announced=2 * PART_BYTES)
    busy = reporter.begin(file_name="b.mp3", content=a_sound(PART_BYTES), announced=2 * PART_BYTES)
    whole = reporter.send(a_text(10))
    reporter.resume(busy, PART_BYTES, later(hours=23))

    assert idle["expires_at"] - NOW >= timedelta(hours=24)
    attachments.forget_unfinished(reporter.vault, NOW + timedelta(hours=24))
    assert reporter.state(idle)
    attachments.forget_unfinished(reporter.vault, NOW + timedelta(hours=26))

    with pytest.raises(NotFound):
        reporter.state(idle)
    assert parts_of(store, idle) == 0
    assert (reporter.state(busy)["offset"], reporter.state(whole)["offset"]) == (PART_BYTES, 10)


def test_an_upload_that_goes_on_while_it_is_about_to_be_forgotten_is_kept(store, reporter):
    upload = reporter.begin(file_name="a.mp3", content=a_sound(PART_BYTES))
    seen = document(store, upload)
    reporter.resume(upload, PART_BYTES)

    assert not store.attachments.begin_removing(upload["id"], seen["version"])
    assert reporter.state(upload)["offset"] == PART_BYTES


def test_erasure_leaves_no_key_no_part_and_no_document_of_this_report_alone(store, sealer, reporter):
    whole = reporter.send(a_sound(2 * PART_BYTES))
    begun = reporter.begin(file_name="b.mp3", content=a_sound(PART_BYTES))
    before = store.db.attachments.count_documents({})
    report_id = report_of(store, sealer, reporter.receipt)["_id"]

    assert attachments.erase_attachments(reporter.vault, report_id) == 2

    assert store.db.attachments.count_documents({}) == before - 2
    for upload in (whole, begun):
        assert parts_of(store, upload) == 0
        assert not store.db["attachments.files"].count_documents({"metadata.attachment_id": upload["id"]})
    assert attachments.erase_attachments(reporter.vault, report_id) == 0


def test_a_piece_that_comes_during_erasure_leaves_nothing(store, sealer, reporter):
    upload = reporter.begin(file_name="a.mp3", content=a_sound(PART_BYTES))
    report_id = report_of(store, sealer, reporter.receipt)["_id"]

    class Erasing:
        """The report is erased after the part was written, before its document tells of it."""

        def __getattr__(self, name):
            return getattr(store.parts, name)

        def put(self, place, sealed):
            store.parts.put(place, sealed)
            attachments.erase_attachments(reporter.vault, report_id)
            store.parts.put(place, sealed)

    late = replace(reporter, vault=replace(reporter.vault, parts=Erasing()))
    with pytest.raises(rules.UploadConflict):
        late.put(upload, a_sound(PART_BYTES))

    assert parts_of(store, upload) == 0
    assert store.db.attachments.find_one({"_id": upload["id"]}) is None


def left(store, reporter):
    report_id = report_of(store, reporter.sealer, reporter.receipt)["_id"]
    return store.db.attachments.count_documents({"report_id": report_id})
