"""Staff and attachments: readings that are recorded, downloads that belong to one record, queries by index."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.refusals import NotFound
from contracts.reports import operations
from contracts.reports.schemas.attachments import PART_BYTES
from services.reports import handlers
from services.reports.attachments import clean_copy
from services.reports.attachments.parts import Overtaken
from services.reports.attachments.vault import find
from services.reports.handlers import attachments
from services.reports.model import attachments as rules
from tests.integration.reports.attaching import Reporter, a_vault, fetched
from tests.integration.reports.building import CALL, DESK, HANDLER, NOW, a_report, by, later, progressed, report_of
from tests.support.attachments.filler import a_sound, a_text
from tests.support.explaining import BY_READING_ALL, asked, stages

FOUND = {"verdict": "clean_copy", "notes": [], "scan": {"result": "clean"}, "type": "mp3"}


@pytest.fixture
def vault(store):
    return a_vault(store)


@pytest.fixture
def reporter(store, vault, sealer):
    return Reporter(store, vault, sealer, handlers.submit_report(store, sealer, a_report(), CALL)["receipt"])


@pytest.fixture
def case(store, sealer, reporter):
    case_id = f"case-{reporter.receipt}"
    progressed(store, sealer, reporter.receipt, case_id=case_id, handler_id=HANDLER.id)
    return case_id


def read_part(store, vault, sealer, case_id, upload, actor=HANDLER, call=None, **request):
    loaded = operations.read_case_attachment_part.load(
        {"case_id": case_id, "attachment_id": upload["id"], "copy": "original", **request}
    )
    return attachments.read_part_for_staff(store, vault, sealer, loaded, call or by(actor))


def inspected(store, vault, sealer, reporter, upload, clean):
    """Keep what an inspection found, as the worker does."""
    report = report_of(store, sealer, reporter.receipt)
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    held = find(vault, report["_id"], upload["id"], data_key)
    return clean_copy.keep_inspection(vault, held, FOUND, clean, "mp3")


def accesses(store, case_id):
    return list(store.db.accesses.find({"case_id": case_id}).sort("_id", 1))


def test_one_download_is_one_reading(store, vault, sealer, reporter, case):
    content = a_sound(3 * PART_BYTES)
    upload = reporter.send(content)

    first = read_part(store, vault, sealer, case, upload, purpose="核对")
    rest = [
        read_part(store, vault, sealer, case, upload, number=number, access_id=first["access_id"]) for number in (1, 2)
    ]

    assert first["content"] + rest[0]["content"] + rest[1]["content"] == content
    (access,) = accesses(store, case)
    assert (access["_id"], access["what"], access["purpose"]) == (first["access_id"], "attachment", "核对")
    (event,) = access["outbox"]
    assert event["data"] == {
        "access_id": access["_id"],
        "report_id": report_of(store, sealer, reporter.receipt)["_id"],
        "case_id": case,
        "actor_id": HANDLER.id,
        "what": "attachment",
        "attachment_id": upload["id"],
        "copy": "original",
        "evidence_item": None,
        "purpose_code": None,
        "at": "2026-03-02T01:15:08.412Z",
    }


def test_later_parts_need_the_reading_that_they_belong_to(store, vault, sealer, reporter, case):
    upload, other = reporter.send(a_sound(2 * PART_BYTES)), reporter.send(a_sound(2 * PART_BYTES))
    access_id = read_part(store, vault, sealer, case, upload)["access_id"]
    foreign = read_part(store, vault, sealer, case, other)["access_id"]
    desk = read_part(store, vault, sealer, case, upload, actor=DESK)["access_id"]
    too_late = replace(later(hours=1, seconds=1), actor=HANDLER)

    for request, call in (
        ({"access_id": None}, None),
        ({"access_id": "nobody's"}, None),
        ({"access_id": foreign}, None),
        ({"access_id": desk}, None),
        ({"access_id": access_id}, too_late),
    ):
        with pytest.raises(rules.ReadingOver):
            read_part(store, vault, sealer, case, upload, call=call, number=1, **request)
    assert read_part(store, vault, sealer, case, upload, number=1, access_id=access_id)["content"]


def test_refused_openings_leave_no_record(store, vault, sealer, reporter, case):
    upload = reporter.send(a_text(100))
    unfinished = reporter.begin(file_name="b.mp3", content=a_sound(PART_BYTES))

    with pytest.raises(rules.NoCleanCopy):
        read_part(store, vault, sealer, case, upload, copy="clean")
    with pytest.raises(rules.AttachmentIncomplete):
        read_part(store, vault, sealer, case, unfinished)
    with pytest.raises(NotFound):
        read_part(store, vault, sealer, case, {"id": "unknown"})
    with pytest.raises(NotFound):
        read_part(store, vault, sealer, case, upload, actor=replace(HANDLER, id="other"))
    assert accesses(store, case) == []


def test_an_attachment_of_another_report_is_not_found_in_this_case(store, vault, sealer, reporter, case):
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    foreign = replace(reporter, receipt=receipt).send(a_text(100))

    with pytest.raises(NotFound):
        read_part(store, vault, sealer, case, foreign)


def test_the_clean_copy_is_sealed_apart_and_opened_by_default(store, vault, sealer, reporter, case):
    original, clean = a_sound(2 * PART_BYTES + 9), a_sound(2 * PART_BYTES + 1, seed=5)
    upload = reporter.send(original)
    chunks = (clean[at : at + 300_000] for at in range(0, len(clean), 300_000))
    inspected(store, vault, sealer, reporter, upload, chunks)
    first = read_part(store, vault, sealer, case, upload, copy="clean")

    def part(number, copy="clean"):
        given = {} if number == 0 else {"number": number, "access_id": first["access_id"]}
        return first if number == 0 else read_part(store, vault, sealer, case, upload, copy=copy, **given)

    assert fetched(part) == clean
    assert (first["scan"], first["copy"], first["size"]) == ("clean", "clean", len(clean))
    assert reporter.fetch(upload["id"]) == original
    told = reporter.listed()[0]
    assert (told["check"], told["copies"]) == ("clean_copy", ["clean", "original"])
    files = store.db["attachments.files"]
    assert files.count_documents({"metadata.attachment_id": upload["id"]}) == 2


def test_of_two_inspections_at_once_one_copy_remains_whole(store, vault, sealer, reporter, case):
    """A second inspection of the same file begins while the first keeps its copy, and is faster."""
    slow, fast = a_sound(2 * PART_BYTES, seed=7), a_sound(2 * PART_BYTES + 5, seed=8)
    upload = reporter.send(a_sound(2 * PART_BYTES))

    def overtaken():
        yield slow[:PART_BYTES]
        inspected(store, vault, sealer, reporter, upload, [fast])
        yield slow[PART_BYTES:]

    with pytest.raises(Overtaken):
        inspected(store, vault, sealer, reporter, upload, overtaken())

    first = read_part(store, vault, sealer, case, upload, copy="clean")
    rest = [
        read_part(store, vault, sealer, case, upload, copy="clean", number=n, access_id=first["access_id"])["content"]
        for n in range(1, first["parts"])
    ]
    assert first["content"] + b"".join(rest) == fast


def test_staff_send_files_in_their_own_name_and_at_their_own_time(store, vault, sealer, reporter, case):
    def begin(actor, **request):
        loaded = operations.begin_case_attachment.load({"case_id": case, **request})
        return attachments.begin_for_staff(store, vault, sealer, loaded, by(actor))

    upload = begin(HANDLER, file_name="告知书.txt", content=a_text(70_000))
    piece = {"attachment_id": upload["id"], "version": upload["version"], "offset": 70_000, "content": b"end"}
    loaded = operations.put_case_piece.load({"case_id": case, **piece, "last": True})
    with pytest.raises(NotFound):
        attachments.put_for_staff(store, vault, sealer, loaded, by(DESK))
    with pytest.raises(NotFound):
        attachments.cancel_for_staff(store, vault, sealer, loaded, by(DESK))
    told = attachments.put_for_staff(store, vault, sealer, loaded, by(HANDLER))["attachment"]

    assert (told["author"], told["staff_id"], told["at"], told["size"]) == ("staff", HANDLER.id, NOW, 70_003)
    (seen,) = operations.list_current_attachments.dump({"items": reporter.listed()})["items"]
    assert (seen["author"], "staff_id" in seen, "sha256" in seen) == ("staff", False, False)
    with pytest.raises(NotFound):
        reporter.cancel(upload)


def test_the_files_of_one_side_take_no_room_from_the_other(store, vault, sealer, reporter, case):
    def send(number):
        loaded = operations.begin_case_attachment.load(
            {"case_id": case, "file_name": f"{number}.txt", "content": a_text(100 + number), "last": True}
        )
        return attachments.begin_for_staff(store, vault, sealer, loaded, by(HANDLER))

    for number in range(5):
        reporter.send(a_text(200 + number))
        assert send(number)["attachment"]["author"] == "staff"

    with pytest.raises(rules.TooManyAttachments):
        send(5)


def test_every_query_about_attachments_is_served_by_an_index(watched, sealer, recorder):
    vault = a_vault(watched)
    receipt = handlers.submit_report(watched, sealer, a_report(), CALL)["receipt"]
    reporter = Reporter(watched, vault, sealer, receipt)
    progressed(watched, sealer, receipt, case_id="indexed-files", handler_id=HANDLER.id)
    recorder.commands.clear()

    upload = reporter.send(a_sound(2 * PART_BYTES), call=replace(CALL, idempotency_key="k"))
    reporter.send(a_sound(2 * PART_BYTES), call=replace(CALL, idempotency_key="k"))
    begun = reporter.begin(file_name="b.mp3", content=a_sound(70_000))
    begun = reporter.put(reporter.resume(begun, 70_000), a_sound(70_000))
    inspected(watched, vault, sealer, reporter, upload, [a_sound(5000)])
    reporter.fetch(upload["id"])
    reporter.cancel(begun)
    listing = operations.list_case_attachments.load({"case_id": "indexed-files"})
    attachments.list_for_staff(watched, vault, sealer, listing, by(HANDLER))
    first = read_part(watched, vault, sealer, "indexed-files", upload)
    read_part(watched, vault, sealer, "indexed-files", upload, number=1, access_id=first["access_id"])
    attachments.forget_unfinished(vault, NOW)
    attachments.erase_attachments(vault, report_of(watched, sealer, receipt)["_id"])

    commands = asked(recorder)
    assert len(commands) > 30
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command


def test_the_desk_opens_the_files_of_a_suggestion_and_answers_with_one(store, vault, sealer):
    suggestion = a_report(kind="suggestion", category="service", subjects=[])
    receipt = handlers.submit_report(store, sealer, suggestion, CALL)["receipt"]
    reporter = Reporter(store, vault, sealer, receipt)
    upload = reporter.send(a_text(100))
    of = {"suggestion_id": report_of(store, sealer, receipt)["_id"]}

    listing = operations.list_suggestion_attachments.load(of)
    (item,) = attachments.list_for_staff(store, vault, sealer, listing, by(DESK))["items"]
    wanted = operations.read_suggestion_attachment_part.load({**of, "attachment_id": upload["id"], "copy": "original"})
    opened = attachments.read_part_for_staff(store, vault, sealer, wanted, by(DESK))
    loaded = operations.begin_suggestion_attachment.load({**of, "content": a_text(50), "last": True})
    sent = attachments.begin_for_staff(store, vault, sealer, loaded, by(DESK))

    assert (item["id"], opened["content"]) == (upload["id"], a_text(100))
    assert [access["what"] for access in store.db.accesses.find({"report_id": of["suggestion_id"]}).sort("_id", 1)] == [
        "attachments",
        "attachment",
    ]
    assert [seen["author"] for seen in reporter.listed()] == ["reporter", "staff"]
    assert sent["attachment"]["staff_id"] == DESK.id
    with pytest.raises(NotFound):
        attachments.list_for_staff(store, vault, sealer, listing, by(HANDLER))
