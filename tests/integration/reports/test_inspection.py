"""What comes of a file after it has come in: scanned, inspected, and its clean copy kept sealed like the original."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pytest
from kombu import Connection
from PIL import Image

from chassis.broker.topology import dead_letter_queue_name, event_queue_name
from chassis.config import read
from chassis.consumer import Reject
from contracts.reports.events import AttachmentReceivedV1
from services.reports import handlers
from services.reports.attachments import going_out
from services.reports.attachments.vault import open_part, opened
from services.reports.handlers.inspection import inspect_attachment
from services.reports.inspection import Scanner, ScannerAway
from services.reports.model import attachments as rules
from services.reports.settings import load_settings
from tests.integration.reports.attaching import Reporter, a_vault
from tests.integration.reports.building import CALL, a_report, report_of
from tests.support.attachments import compound, docx, inspected, jpeg, pdf, recording, tells
from tests.support.sinks.clamd import EICAR, SIGNATURE, ClamdSink
from tests.support.waiting import eventually

NONE = Scanner(None)


@dataclass(frozen=True)
class Told:
    """The part of an event that the handler reads."""

    data: dict = field(default_factory=dict)


@pytest.fixture
def reporter(store, sealer):
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    return Reporter(store, a_vault(store, types={}), sealer, receipt)


@pytest.fixture
def clamd():
    with ClamdSink() as sink:
        yield sink


def event_of(reporter, upload):
    report = report_of(reporter.store, reporter.sealer, reporter.receipt)
    return Told({"report_id": report["_id"], "attachment_id": upload["id"]})


def inspect(reporter, upload, scanner=NONE):
    inspect_attachment(reporter.store, reporter.vault, reporter.sealer, scanner, event_of(reporter, upload))


def held(reporter, upload):
    report = report_of(reporter.store, reporter.sealer, reporter.receipt)
    document = reporter.store.db.attachments.find_one({"_id": upload["id"]})
    return opened(document, reporter.sealer.data_key_for_desk(report["_id"], report["data_key"]))


def inspection_of(reporter, upload):
    return held(reporter, upload).document.get("inspection")


def clean_copy(reporter, upload):
    found = held(reporter, upload)
    size = going_out.manifest(found, rules.CLEAN)["size"]
    return b"".join(open_part(reporter.vault, found, rules.CLEAN, n) for n in range(rules.parts_of(size)))


def test_a_photo_goes_in_with_its_position_and_its_copy_opens_without(reporter):
    original = jpeg((1200, 900))
    upload = reporter.send(original, "IMG_1.jpg")
    inspect(reporter, upload)
    assert inspection_of(reporter, upload) == {
        "verdict": "clean_copy",
        "notes": ["location_in_original"],
        "type": "jpeg",
        "scan": {"result": "not_scanned", "reason": "not_configured"},
    }
    copy = clean_copy(reporter, upload)
    assert not tells(copy)
    picture = Image.open(io.BytesIO(copy))
    assert (picture.size, dict(picture.getexif())) == ((1200, 900), {})
    assert b"".join(going_out.original(reporter.vault, held(reporter, upload))) == original
    [listed] = reporter.listed()
    assert (listed["check"], listed["type"]) == ("clean_copy", "jpeg")


def test_a_copy_of_many_parts_is_kept_whole(reporter):
    sound = recording("wav", seconds=120)
    upload = reporter.send(sound, "a.wav")
    inspect(reporter, upload)
    copy = clean_copy(reporter, upload)
    assert len(copy) > 3 * rules.PART_BYTES
    assert copy == inspected(sound, "wav").copy


def test_the_exact_type_replaces_what_the_beginning_could_tell(reporter):
    upload = reporter.send(compound("WordDocument", "Macros"), "a.doc")
    assert reporter.listed()[0]["type"] == "ole"
    inspect(reporter, upload)
    found = inspection_of(reporter, upload)
    assert (found["verdict"], found["type"]) == ("no_clean_copy", "doc")
    assert found["notes"] == ["macros_present", "metadata_kept"]
    assert "clean" not in held(reporter, upload).document


@pytest.mark.parametrize(
    ("content", "verdict", "note"),
    [
        (b"%PDF-1.7\n" + bytes(5000), "unreadable", "broken"),
        (docx(extra={"word/media/a.xml": bytes(60 << 20)}), "unsafe", "expands_too_far"),
    ],
)
def test_a_poisoned_file_has_its_verdict_and_no_copy(reporter, content, verdict, note):
    upload = reporter.send(content)
    inspect(reporter, upload)
    found = inspection_of(reporter, upload)
    assert (found["verdict"], found["notes"]) == (verdict, [note])
    assert "clean" not in held(reporter, upload).document


def test_an_inspection_that_is_done_is_not_done_again(reporter):
    upload = reporter.send(pdf(), "a.pdf")
    inspect(reporter, upload)
    document = held(reporter, upload).document
    inspect(reporter, upload)
    assert held(reporter, upload).document == document


def test_clamd_is_asked_about_the_whole_original(reporter, clamd):
    original = recording("wav", seconds=60)
    upload = reporter.send(original, "a.wav")
    inspect(reporter, upload, Scanner(clamd.address))
    assert clamd.scanned == [len(original)]
    assert inspection_of(reporter, upload)["scan"] == {"result": "clean"}


def test_an_infected_file_is_taken_apart_no_further_and_opened_by_nobody(reporter, clamd):
    upload = reporter.send(b"see " + EICAR, "a.txt")
    inspect(reporter, upload, Scanner(clamd.address))
    document = held(reporter, upload).document
    assert document["inspection"]["scan"] == {"result": "infected", "signature": SIGNATURE}
    assert "clean" not in document
    assert rules.copies_of(document) == []
    assert reporter.listed()[0]["check"] == "infected"
    with pytest.raises(rules.AttachmentInfected):
        reporter.fetch(upload["id"])


def test_while_clamd_is_away_the_file_waits_and_is_not_called_clean(reporter, clamd):
    upload = reporter.send(jpeg(), "a.jpg")
    clamd.mood = "cut"
    with pytest.raises(ScannerAway):
        inspect(reporter, upload, Scanner(clamd.address))
    assert inspection_of(reporter, upload) is None
    assert reporter.listed()[0]["check"] == "waiting"
    clamd.mood = "accept"
    inspect(reporter, upload, Scanner(clamd.address))
    assert inspection_of(reporter, upload)["verdict"] == "clean_copy"


def test_a_file_that_was_erased_meanwhile_is_no_fault(reporter):
    upload = reporter.send(jpeg(), "a.jpg")
    event = event_of(reporter, upload)
    handlers.attachments.erase_attachments(reporter.vault, event.data["report_id"])
    inspect_attachment(reporter.store, reporter.vault, reporter.sealer, NONE, event)


def test_a_file_that_was_changed_goes_to_the_dead_letters(reporter):
    upload = reporter.send(jpeg(), "a.jpg")
    chunks = reporter.store.db["attachments.chunks"]
    chunks.update_one({"files_id": f"{upload['id']}.original"}, {"$set": {"data": bytes(2000)}})
    with pytest.raises(Reject) as rejected:
        inspect(reporter, upload)
    assert upload["id"] in str(rejected.value)
    assert inspection_of(reporter, upload) is None


def test_what_the_level_above_handles_is_not_opened_here(reporter):
    upload = reporter.send(jpeg(), "a.jpg")
    report = report_of(reporter.store, reporter.sealer, reporter.receipt)
    above = reporter.sealer.seal_data_key(report["_id"], bytes(32), reporter.receipt, "above")
    reporter.store.db.reports.update_one({"_id": report["_id"]}, {"$set": {"data_key": above}})
    inspect_attachment(
        reporter.store,
        reporter.vault,
        reporter.sealer,
        NONE,
        Told({"report_id": report["_id"], "attachment_id": upload["id"]}),
    )
    document = reporter.store.db.attachments.find_one({"_id": upload["id"]})
    assert (document["inspection"]["verdict"], document["inspection"]["notes"]) == ("no_clean_copy", ["not_opened"])


# -- the worker itself

QUEUE = event_queue_name(AttachmentReceivedV1, "reports-worker", "inspect_attachment")


@pytest.fixture
def waiting(amqp_uri):
    """``waiting(queue)``: how many messages are in it."""
    with Connection(amqp_uri) as connection:
        yield lambda queue: connection.default_channel.queue_declare(queue, passive=True).message_count


def a_reporter_of(process, store):
    """A reporter of the reports that this process can open."""
    (settings,) = read(load_settings, environ=process.env)
    receipt = handlers.submit_report(store, settings.sealer, a_report(), CALL)["receipt"]
    return Reporter(store, a_vault(store, types={}), settings.sealer, receipt)


def test_the_worker_inspects_what_comes_in_and_leaves_its_queue_empty(service_process, store, clamd, waiting):
    service_process("services.reports.service:ReportsService")
    worker = service_process("services.reports.worker:ReportsWorker", {"REPORTS_CLAMD": clamd.address})
    reporter = a_reporter_of(worker, store)
    poisoned = reporter.send(docx(extra={"word/media/a.xml": bytes(60 << 20)}), "bomb.docx")
    photo = reporter.send(jpeg(), "photo.jpg")
    eventually(lambda: inspection_of(reporter, photo) and inspection_of(reporter, poisoned))
    assert inspection_of(reporter, poisoned)["verdict"] == "unsafe"
    assert inspection_of(reporter, photo)["scan"] == {"result": "clean"}
    assert not tells(clean_copy(reporter, photo))
    eventually(lambda: waiting(QUEUE) == 0)
    assert waiting(dead_letter_queue_name(QUEUE)) == 0


def test_a_worker_that_is_killed_in_the_middle_does_it_once_after_its_restart(service_process, store, clamd, waiting):
    service_process("services.reports.service:ReportsService")
    worker = service_process("services.reports.worker:ReportsWorker", {"REPORTS_CLAMD": clamd.address})
    reporter = a_reporter_of(worker, store)
    clamd.mood = "hang"
    photo = reporter.send(jpeg(), "photo.jpg")
    eventually(lambda: clamd.scanned)
    worker.kill()
    assert inspection_of(reporter, photo) is None
    version = held(reporter, photo).document["version"]
    clamd.mood = "accept"
    worker.start().wait_ready()
    eventually(lambda: inspection_of(reporter, photo))
    eventually(lambda: waiting(QUEUE) == 0)
    document = held(reporter, photo).document
    # One write that begins the copy, one that keeps it with what was found.
    assert document["version"] == version + 2
    assert len(clamd.scanned) == 2
    assert not tells(clean_copy(reporter, photo))
