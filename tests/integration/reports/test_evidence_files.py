"""The file of an item of evidence: kept as files of reports are, hashed, opened on record, erased with the report."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from chassis.refusals import IdempotencyKeyReused, NotFound
from contracts.reports.events import AttachmentReceivedV1, ContentAccessedV1, EvidenceFileReceivedV1
from contracts.reports.schemas.attachments import PART_BYTES
from services.reports import handlers, sealing
from services.reports.handlers import erasure, holds
from services.reports.handlers.evidence import record_digest
from services.reports.handlers.inspection import inspect_attachment
from services.reports.inspection import Scanner
from services.reports.model import attachments as rules
from services.reports.model.retention import Erased
from tests.integration.reports.attaching import Reporter
from tests.integration.reports.building import CALL, DESK, HANDLER, a_report, by, progressed, report_of
from tests.integration.reports.gathering import an_officer, nobodys_case
from tests.integration.reports.test_inspection import Told
from tests.integration.reports.writing import OTHER_HANDLER
from tests.support.attachments.filler import a_sound, a_text
from tests.support.sinks.clamd import EICAR, ClamdSink

CONTENT = a_sound(2 * PART_BYTES + 4321)
ENDED = datetime(2010, 3, 2, 1, 20, tzinfo=UTC)
AFTERWARDS = datetime(2040, 1, 1, tzinfo=UTC)
SETTLED = AFTERWARDS + timedelta(seconds=61)


@pytest.fixture
def receipt(store, sealer):
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    case_id = report_of(store, sealer, receipt)["_id"]
    progressed(store, sealer, receipt, case_id=case_id, handler_id=HANDLER.id)
    return receipt


@pytest.fixture
def reported(store, sealer, receipt):
    return an_officer(store, sealer, report_of(store, sealer, receipt)["_id"])


@pytest.fixture
def unreported(store, sealer):
    case_id = f"clue-{sealing.new_id()}"
    nobodys_case(store, case_id)
    return an_officer(store, sealer, case_id)


@pytest.fixture(params=["reported", "unreported"])
def officer(request):
    return request.getfixturevalue(request.param)


def events(store, collection, wanted, **data):
    found = [event for document in store.db[collection].find() for event in document.get("outbox", [])]
    told = [event["data"] for event in found if event["type"] == wanted.type()]
    return [one for one in told if all(one[name] == value for name, value in data.items())]


def inspect(officer, upload, scanner=None):
    document = officer.store.db.attachments.find_one({"_id": upload["id"]})
    told = Told({"report_id": document["report_id"], "attachment_id": upload["id"]})
    inspect_attachment(officer.store, officer.vault, officer.sealer, scanner or Scanner(None), told)


def opened(officer, item, kept=None):
    content = kept or officer.keep()
    [found] = officer.open({"item": item, "content": content, "acts": [], "file": None})
    return found["file"]


def end(store, sealer, receipt, sequence=2):
    case_id = report_of(store, sealer, receipt)["_id"]
    progressed(
        store, sealer, receipt, case_id=case_id, sequence=sequence, handler_id=HANDLER.id, outcome="refused", at=ENDED,
        reporter_state="not_accepted",
    )  # fmt: skip
    return case_id


def erase(store, vault, report_id):
    found = next(one for one in erasure.due(store, AFTERWARDS) if one.report["_id"] == report_id)
    assert erasure.begin(store, found, AFTERWARDS)
    assert report_id in list(erasure.complete(store, vault, SETTLED))


def test_a_file_is_kept_sealed_and_its_hash_is_that_of_the_original(store, officer):
    upload = officer.send(7, CONTENT, "录音.mp3")

    file = opened(officer, 7)

    assert (file["file_name"], file["size"], file["type"], file["staff_id"]) == (
        "录音.mp3", len(CONTENT), "mp3", HANDLER.id,
    )  # fmt: skip
    assert file["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    [told] = events(store, "attachments", EvidenceFileReceivedV1, case_id=officer.case_id)
    sealed = store.db.attachments.find_one({"_id": upload["id"]})["original"]["manifest"]
    assert (told["item"], told["attachment_id"], told["digest"]) == (7, upload["id"], record_digest(sealed))
    assert len(events(store, "attachments", AttachmentReceivedV1, attachment_id=upload["id"])) == 1


def test_another_file_than_the_one_that_the_chain_names_is_seen(store, officer):
    kept, upload = officer.keep(), officer.send(1, a_text(900), "a.txt")
    digest = record_digest(store.db.attachments.find_one({"_id": upload["id"]})["original"]["manifest"])
    for file, intact in (
        ({"id": upload["id"], "digest": digest}, True),
        ({"id": upload["id"], "digest": "0" * 64}, False),
        ({"id": sealing.new_id(), "digest": digest}, False),
    ):
        [opened] = officer.open({"item": 1, "content": kept, "acts": [], "file": file})
        assert opened["intact"] == intact
    [opened] = officer.open({"item": 2, "content": kept, "acts": [], "file": {"id": upload["id"], "digest": digest}})
    assert (opened["intact"], opened["file"]) == (False, None)


def test_each_opening_is_recorded_once_and_told_with_the_item(store, officer):
    upload = officer.send(2, CONTENT)
    assert officer.as_(DESK).fetch(2) == CONTENT
    [access] = store.db.accesses.find({"case_id": officer.case_id})
    assert (access["what"], access["copy"], access["evidence_item"]) == ("evidence_file", "original", 2)
    [told] = events(store, "accesses", ContentAccessedV1, case_id=officer.case_id)
    assert (told["evidence_item"], told["attachment_id"], told["actor_id"]) == (2, upload["id"], DESK.id)


def test_an_upload_goes_on_after_a_break(officer):
    upload = officer.begin(1, file_name="a.mp3", length=len(CONTENT))
    upload = officer.put(1, upload, CONTENT[:400_000])
    assert officer.state(1, upload)["offset"] == 400_000
    resumed = officer.resume(1, upload, 400_000)
    for start, stop in ((400_000, PART_BYTES), (PART_BYTES, 2 * PART_BYTES), (2 * PART_BYTES, len(CONTENT))):
        resumed = officer.put(1, resumed, CONTENT[start:stop], offset=start)
    assert resumed["attachment"]["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert officer.fetch(1) == CONTENT


def test_a_file_on_its_way_is_not_told_with_its_item(officer):
    upload = officer.begin(1, file_name="a.mp3", length=len(CONTENT))
    officer.put(1, upload, CONTENT[:PART_BYTES])
    assert opened(officer, 1) is None


def test_an_item_has_one_file_which_never_changes(store, officer):
    first = officer.send(1, CONTENT, key="k1")
    assert officer.send(1, CONTENT, key="k1") == first
    with pytest.raises(IdempotencyKeyReused):
        officer.send(1, a_sound(90_000, seed=3), key="k1")
    with pytest.raises(rules.EvidenceHasFile):
        officer.send(1, a_text(900), "other.txt")
    assert officer.fetch(1) == CONTENT
    assert officer.send(2, a_text(900), "other.txt")["attachment"]


def test_a_file_that_never_became_complete_makes_way(store, officer):
    upload = officer.begin(1, file_name="a.mp3", length=len(CONTENT))
    officer.put(1, upload, CONTENT[:PART_BYTES])
    officer.as_(DESK).send(1, a_text(900), "b.txt")
    with pytest.raises(NotFound):
        officer.state(1, upload)
    assert officer.fetch(1) == a_text(900)
    assert store.db["attachments.chunks"].count_documents({"files_id": f"{upload['id']}.original"}) == 0


def test_what_somebody_else_sends_or_another_item_has_is_not_gone_on_with(officer):
    upload = officer.begin(1, file_name="a.mp3", length=len(CONTENT))
    for other, item in ((officer.as_(DESK), 1), (officer, 2)):
        with pytest.raises(NotFound):
            other.put(item, upload, CONTENT[:100])
    officer.cancel(1, upload)
    with pytest.raises(NotFound):
        officer.fetch(1)


def test_who_does_not_read_the_file_neither_sends_nor_opens(store, officer):
    officer.send(1, a_text(900), "a.txt")
    stranger = officer.as_(OTHER_HANDLER)
    for ask in (lambda: stranger.send(2, a_text(9), "b.txt"), lambda: stranger.fetch(1), stranger.originals):
        with pytest.raises(NotFound):
            ask()
    assert store.db.accesses.count_documents({"case_id": officer.case_id}) == 0


def test_the_type_is_decided_by_the_content_and_the_limits_hold(store, sealer, officer):
    with pytest.raises(rules.AttachmentTypeRefused):
        officer.send(1, b"MZ" + bytes(70_000), "a.txt")
    small = an_officer(store, sealer, officer.case_id, each=50_000)
    with pytest.raises(rules.AttachmentTooLarge):
        small.send(1, a_text(50_001), "a.txt")
    assert officer.send(1, a_text(900), "a.txt")["attachment"]


def test_no_reporter_finds_it_among_their_files(store, sealer, receipt, reported):
    reporter = Reporter(store, reported.vault, sealer, receipt)
    own = reporter.send(a_text(500), "own.txt")
    upload = reported.send(1, a_text(900), "a.txt")
    assert [file["id"] for file in reporter.listed()] == [own["id"]]
    with pytest.raises(NotFound):
        reporter.fetch(upload["id"])
    with pytest.raises(NotFound):
        reporter.state(upload)


def test_it_is_inspected_and_an_infected_one_is_opened_by_nobody(officer):
    clean, infected = officer.send(1, a_text(900), "a.txt"), officer.send(2, EICAR, "b.txt")
    with ClamdSink() as clamd:
        for upload in (clean, infected):
            inspect(officer, upload, Scanner(clamd.address))
    assert (opened(officer, 1)["check"], opened(officer, 2)["check"]) == ("clean_copy", "infected")
    assert officer.fetch(1, copy="clean") == a_text(900)
    for copy in ("clean", "original"):
        with pytest.raises(rules.AttachmentInfected):
            officer.fetch(2, copy=copy)
    assert [(item, content) for item, _, content in officer.originals()] == [(1, a_text(900)), (2, None)]


def test_the_originals_of_a_case_come_in_the_order_of_its_items_each_recorded(store, officer):
    for item in (3, 1, 2):
        officer.send(item, a_text(900, seed=item), f"{item}.txt")
    officer.begin(4, file_name="unfinished.txt", length=70_000)
    found = officer.originals()
    assert [(item, told["file_name"], content) for item, told, content in found] == [
        (item, f"{item}.txt", a_text(900, seed=item)) for item in (1, 2, 3)
    ]
    accesses = store.db.accesses.find({"case_id": officer.case_id}).sort("_id", 1)
    assert [access["evidence_item"] for access in accesses] == [1, 2, 3]


def test_evidence_goes_with_the_report_and_with_no_other(store, sealer, receipt, reported, unreported):
    kept, other = reported.keep(), unreported.keep()
    for officer in (reported, unreported):
        officer.send(1, CONTENT)
        inspect(officer, {"id": store.db.attachments.find_one({"report_id": f"file-of-{officer.case_id}"})["_id"]})
    upload = store.db.attachments.find_one({"report_id": f"file-of-{reported.case_id}"})
    erase(store, reported.vault, end(store, sealer, receipt))

    with pytest.raises(Erased):
        reported.open({"item": 1, "content": kept, "acts": [], "file": None})
    assert store.db.evidence_texts.count_documents({"case_id": reported.case_id}) == 0
    assert store.db.attachments.count_documents({"report_id": f"file-of-{reported.case_id}"}) == 0
    assert store.db["attachments.chunks"].count_documents({"files_id": {"$regex": f"^{upload['_id']}"}}) == 0
    assert "data_key" not in store.db.case_files.find_one({"_id": reported.case_id})
    assert opened(unreported, 1, other)["check"] == "clean_copy"


def test_what_somebody_who_was_held_up_adds_after_the_erasure_is_swept(store, sealer, receipt, reported):
    reported.keep()
    report_id = end(store, sealer, receipt)
    erase(store, reported.vault, report_id)
    store.db.evidence_texts.insert_one({"_id": sealing.new_id(), "case_id": reported.case_id, "sealed": b"x" * 99})
    erasure.sweep_stragglers(store, reported.vault, SETTLED)
    assert store.db.evidence_texts.count_documents({"case_id": reported.case_id}) == 0


def test_an_inspection_that_comes_after_the_erasure_keeps_nothing(store, sealer, receipt, reported):
    upload = reported.send(1, a_text(900), "a.txt")
    report_id = end(store, sealer, receipt)
    found = next(one for one in erasure.due(store, AFTERWARDS) if one.report["_id"] == report_id)
    assert erasure.begin(store, found, AFTERWARDS)
    inspect(reported, upload)
    assert "inspection" not in store.db.attachments.find_one({"_id": upload["id"]})


def test_a_hold_on_the_report_keeps_its_evidence(store, sealer, receipt, reported):
    kept = reported.keep()
    report_id = end(store, sealer, receipt)
    holds.hold_report(store, sealer, {"case_id": report_id, "reason": "诉讼未结"}, by(DESK))
    erasure.run(store, reported.vault, AFTERWARDS)
    [found] = reported.open({"item": 1, "content": kept, "acts": [], "file": None})
    assert found["intact"]
