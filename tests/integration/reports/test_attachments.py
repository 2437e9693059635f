"""Attachments as the service keeps them: sealed, in parts, complete or going on, never more than the form allows."""

from __future__ import annotations

import hashlib
import itertools
import threading
from dataclasses import replace

import pytest
from gridfs import GridFSBucket

from chassis.refusals import IdempotencyKeyReused, NotFound
from contracts.reports.events import AttachmentReceivedV1
from contracts.reports.schemas.attachments import PART_BYTES
from services.reports import handlers
from services.reports.attachments.parts import Overtaken, Place
from services.reports.attachments.sealing import SEALED_PART_BYTES
from services.reports.model import attachments as rules
from services.reports.model.report import ContentUnreadable, ReceiptUnknown
from services.reports.sealing import new_receipt
from tests.integration.reports.attaching import Reporter, a_vault
from tests.integration.reports.building import CALL, NOW, a_report, later, report_of
from tests.support.attachments.filler import a_sound, a_text
from tests.support.waiting import eventually

KEYED = replace(CALL, idempotency_key="the-same-file")


@pytest.fixture
def receipt(store, sealer):
    return handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]


@pytest.fixture
def reporter(store, sealer, receipt):
    return Reporter(store, a_vault(store), sealer, receipt)


@pytest.fixture(autouse=True, scope="module")
def noise_files(store, sealer, noise):
    """Files of others, complete and not."""
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    other = Reporter(store, a_vault(store), sealer, receipt)
    other.send(a_text(5000))
    other.begin(file_name="b.txt", content=a_text(70_000))


def document(store, upload):
    return store.db.attachments.find_one({"_id": upload["id"]})


def parts_of(store, upload):
    return store.db["attachments.chunks"].count_documents({"files_id": f"{upload['id']}.original"})


@pytest.mark.parametrize("size", [1, 4095, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES, 3_500_000])
def test_a_file_of_any_size_comes_out_as_it_went_in(reporter, size):
    content = a_text(size)

    told = reporter.send(content, "证据.txt")["attachment"]

    assert (told["file_name"], told["size"], told["type"]) == ("证据.txt", size, "txt")
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert (told["state"], told["check"], told["scan"], told["copies"]) == ("stored", "waiting", None, ["original"])
    assert reporter.fetch(told["id"]) == content
    assert [item["id"] for item in reporter.listed()] == [told["id"]]


def test_the_event_is_written_with_the_completion_and_not_before(store, sealer, reporter):
    upload = reporter.begin(file_name="a.mp3", content=a_sound(PART_BYTES))
    assert document(store, upload).get("outbox", []) == []

    reporter.put(upload, b"the end", last=True)

    (event,) = document(store, upload)["outbox"]
    assert (event["type"], event["subject"], event["sequence"]) == (AttachmentReceivedV1.type(), upload["id"], 1)
    report_id = report_of(store, sealer, reporter.receipt)["_id"]
    assert event["data"] == {"report_id": report_id, "attachment_id": upload["id"], "author": "reporter"}
    assert event["time"].endswith(":00:00.000Z")


def test_of_a_reporters_file_only_the_hour_is_kept_and_no_name_size_or_hash(store, reporter):
    content = a_text(2_345_678)
    upload = reporter.send(content, "张三的录音-20260302.txt", later(minutes=31))

    kept = document(store, upload)
    (file,) = store.db["attachments.files"].find({"metadata.attachment_id": upload["id"]})
    assert kept["at"] == file["uploadDate"] == NOW.replace(minute=0, second=0, microsecond=0)
    assert "expires_at" not in kept
    assert file["length"] == 3 * SEALED_PART_BYTES
    raw = repr([kept, file, list(store.db["attachments.chunks"].find({"files_id": file["_id"]}))])
    for told in ("张三", "2345678", hashlib.sha256(content).hexdigest(), content[:40].decode()):
        assert told not in raw


def test_any_gridfs_tool_lists_and_fetches_the_sealed_file(store, reporter):
    upload = reporter.send(a_sound(2 * PART_BYTES + 5))
    bucket = GridFSBucket(store.db, "attachments")

    (listed,) = bucket.find({"metadata.attachment_id": upload["id"]})
    fetched = bucket.open_download_stream(listed._id).read()

    assert len(fetched) == listed.length == 3 * SEALED_PART_BYTES
    assert listed.chunk_size == SEALED_PART_BYTES


def test_a_part_opens_in_its_own_place_only(store, reporter):
    first, second = reporter.send(a_sound(3 * PART_BYTES)), reporter.send(a_sound(3 * PART_BYTES, seed=2))
    chunks = store.db["attachments.chunks"]

    def data(upload, number):
        return chunks.find_one({"_id": f"{upload['id']}.original.{number}"})["data"]

    def put(number, sealed):
        chunks.update_one({"_id": f"{first['id']}.original.{number}"}, {"$set": {"data": sealed}})

    own = data(first, 1)
    for foreign in (data(first, 0), data(second, 1), own[:-1] + bytes([own[-1] ^ 1]), b"", own[:40]):
        put(1, foreign)
        with pytest.raises(ContentUnreadable):
            reporter.fetch(first["id"])
    put(1, own)
    assert reporter.fetch(first["id"])


def test_a_file_that_lost_its_end_does_not_pass_for_a_whole_one(store, reporter):
    upload = reporter.send(a_sound(3 * PART_BYTES))
    store.db["attachments.chunks"].delete_one({"_id": f"{upload['id']}.original.2"})

    with pytest.raises(ContentUnreadable):
        reporter.fetch(upload["id"])


def test_an_earlier_write_of_a_part_does_not_pass_for_the_last(store, reporter):
    """Whoever writes to the database puts back what was there before the part grew."""
    content = a_text(90_000)
    upload = reporter.begin(file_name="a.txt", content=content[:70_000])
    where = {"_id": f"{upload['id']}.original.0"}
    earlier = store.db["attachments.chunks"].find_one(where)["data"]
    reporter.put(upload, content[70_000:], last=True)

    store.db["attachments.chunks"].update_one(where, {"$set": {"data": earlier}})

    with pytest.raises(ContentUnreadable):
        reporter.fetch(upload["id"])


def test_the_progress_of_an_upload_does_not_pass_for_a_manifest(store, reporter):
    upload = reporter.begin(file_name="a.txt", content=a_text(70_000))
    progress = document(store, upload)["original"]["progress"]
    store.db.attachments.update_one({"_id": upload["id"]}, {"$set": {"state": "stored", "original.manifest": progress}})

    with pytest.raises(ContentUnreadable):
        reporter.listed()
    store.db.attachments.delete_one({"_id": upload["id"]})


def test_pieces_of_any_length_add_up(store, reporter):
    content = a_sound(2 * PART_BYTES + 12_345)
    upload = reporter.begin(file_name="a.mp3", length=len(content))
    cuts = [0, 10, 70_000, PART_BYTES - 1, PART_BYTES, PART_BYTES + 500_000, 2 * PART_BYTES, len(content)]

    for start, end in itertools.pairwise(cuts):
        upload = reporter.resume(upload, start)
        upload = reporter.put(upload, content[start:end])
        assert upload["offset"] == end

    assert upload["attachment"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert reporter.fetch(upload["id"]) == content
    assert parts_of(store, upload) == 3


def test_a_piece_that_is_sent_again_is_kept_once(store, reporter):
    content = a_sound(2 * PART_BYTES)
    upload = reporter.begin(file_name="a.mp3", content=content[:PART_BYTES])

    again = reporter.put(upload, content[:PART_BYTES], offset=0)
    done = reporter.put(upload, content[PART_BYTES:], last=True)
    repeated = reporter.put(upload, content[PART_BYTES:], offset=PART_BYTES, last=True)

    assert again["offset"] == PART_BYTES
    assert done["attachment"] == repeated["attachment"]
    assert reporter.fetch(upload["id"]) == content
    assert len(document(store, upload)["outbox"]) == 1


def test_a_piece_that_leaves_a_gap_is_refused(reporter):
    upload = reporter.begin(file_name="a.txt", content=a_text(70_000))

    with pytest.raises(rules.UploadConflict) as refused:
        reporter.put(upload, a_text(10), offset=70_001)
    assert refused.value.offset == 70_000


def test_of_two_writers_the_one_who_resumed_gets_on(reporter):
    content = a_sound(3 * PART_BYTES)
    first = reporter.begin(file_name="a.mp3", content=content[:PART_BYTES], length=len(content))

    second = reporter.resume(first, PART_BYTES)
    with pytest.raises(rules.UploadConflict):
        reporter.put(first, bytes(PART_BYTES))
    second = reporter.put(second, content[PART_BYTES : 2 * PART_BYTES])
    with pytest.raises(rules.UploadConflict):
        reporter.put(first, bytes(PART_BYTES), offset=2 * PART_BYTES)
    reporter.put(second, content[2 * PART_BYTES :])

    assert reporter.fetch(first["id"]) == content


def test_of_two_who_begin_with_one_idempotency_key_the_later_gets_on(reporter):
    content = a_sound(2 * PART_BYTES)
    first = reporter.begin(KEYED, file_name="a.mp3", length=len(content))
    second = reporter.begin(KEYED, file_name="a.mp3", length=len(content))

    with pytest.raises(rules.UploadConflict):
        reporter.put(first, content[:PART_BYTES])
    reporter.put(reporter.put(second, content[:PART_BYTES]), content[PART_BYTES:])
    assert reporter.fetch(first["id"]) == content


@pytest.mark.parametrize("offset", [0, PART_BYTES - 1, PART_BYTES + 1])
def test_who_resumes_elsewhere_than_where_it_stands_is_told_where(reporter, offset):
    upload = reporter.begin(file_name="a.mp3", content=a_sound(PART_BYTES), length=2 * PART_BYTES)

    with pytest.raises(rules.UploadConflict) as refused:
        reporter.resume(upload, offset)

    assert refused.value.offset == PART_BYTES
    assert reporter.put(upload, bytes(PART_BYTES))["attachment"]


def test_a_writer_who_was_overtaken_and_comes_late_replaces_nothing(store):
    old, new = Place("late", "original", 0, 3), Place("late", "original", 0, 4)
    store.parts.put(new, b"new")

    with pytest.raises(Overtaken):
        store.parts.put(old, b"old")
    assert store.parts.get(new) == b"new"
    store.parts.erase("late", ["original"])


def test_many_writers_at_once_leave_one_whole_file(store, sealer, reporter):
    """Each takes the upload over where it stands and goes on, until somebody has completed it."""
    content = a_sound(4 * PART_BYTES)
    upload = reporter.begin(file_name="a.mp3", length=len(content))

    def write():
        while True:
            state = reporter.state(upload)
            if state["attachment"]:
                return
            try:
                mine = reporter.resume(upload, state["offset"])
                reporter.put(mine, content[mine["offset"] : mine["offset"] + PART_BYTES])
            except rules.UploadConflict:
                # Somebody else took it over, and gets on with it.
                eventually(lambda at=state["offset"]: further(at))

    def further(at):
        state = reporter.state(upload)
        return state["attachment"] or state["offset"] > at

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert reporter.fetch(upload["id"]) == content
    assert parts_of(store, upload) == 4
    assert len(document(store, upload)["outbox"]) == 1


def test_with_an_idempotency_key_the_same_file_is_the_same_attachment(reporter):
    content = a_sound(2 * PART_BYTES + 1)

    first, second = reporter.send(content, call=KEYED), reporter.send(content, call=KEYED)

    assert first["attachment"] == second["attachment"]
    assert len(reporter.listed()) == 1


@pytest.mark.parametrize("change", ["content", "longer", "shorter", "name"])
def test_with_an_idempotency_key_another_file_is_refused(reporter, change):
    content = a_sound(PART_BYTES + 1000)
    reporter.send(content, call=KEYED)
    others = {
        "content": (content[:-1] + b"x", "file.mp3"),
        "longer": (content + b"x", "file.mp3"),
        "shorter": (content[:-1], "file.mp3"),
        "name": (content, "other.mp3"),
    }

    with pytest.raises(IdempotencyKeyReused):
        reporter.send(*others[change], call=KEYED)
    assert reporter.fetch(reporter.listed()[0]["id"]) == content


def test_with_an_idempotency_key_a_broken_upload_goes_on_with_what_is_there(store, reporter):
    content = a_sound(2 * PART_BYTES + 1)
    broken = reporter.begin(KEYED, file_name="file.mp3", content=content[:PART_BYTES])
    written = document(store, broken)["original"]["writes"]

    upload = reporter.send(content, call=KEYED)

    assert upload["id"] == broken["id"]
    assert document(store, upload)["original"]["writes"][:1] == written
    assert reporter.fetch(upload["id"]) == content


def test_only_the_receipt_of_the_report_leads_to_its_files(store, sealer, reporter):
    upload = reporter.send(a_text(10))
    other = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]

    with pytest.raises(NotFound):
        replace(reporter, receipt=other).fetch(upload["id"])
    with pytest.raises(ReceiptUnknown):
        replace(reporter, receipt=new_receipt()).fetch(upload["id"])


def test_what_has_not_come_in_whole_is_neither_listed_nor_fetched(reporter):
    upload = reporter.begin(file_name="a.txt", content=a_text(70_000))

    assert reporter.listed() == []
    with pytest.raises(rules.AttachmentIncomplete):
        reporter.fetch(upload["id"])
