"""Erasure: keys first, in one write; nothing is readable from then on, nothing is left at the end, whatever comes
between.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from bson import encode
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from chassis.refusals import NotFound, Stale
from contracts.event import Received
from contracts.reports.events import ReportErasedV1
from services.reports import handlers, sealing
from services.reports.attachments.parts import Place
from services.reports.handlers import erasure, holds, units
from services.reports.handlers.inspection import inspect_attachment
from services.reports.inspection import Scanner
from services.reports.model.report import ReceiptUnknown
from services.reports.model.retention import Erased
from services.reports.settings import ReportsSettings
from services.reports.worker import ReportsWorker
from tests.integration.reports.attaching import Reporter, a_vault
from tests.integration.reports.building import CALL, DESK, HANDLER, NOW, a_report, by, progressed, report_of
from tests.integration.reports.bureau import know_the_bureau
from tests.integration.reports.operating import Operator
from tests.support.waiting import eventually

NAMED = {"mode": "named", "name": "张三", "phone": "13800000000"}
ENDED = datetime(2010, 3, 2, 1, 20, tzinfo=UTC)
# Long after everything that ended then.
AFTERWARDS = datetime(2040, 1, 1, tzinfo=UTC)
SETTLED = AFTERWARDS + timedelta(seconds=61)
TOMBSTONE = {
    *("_id", "kind", "category", "state", "outcome", "received_at", "erasure"),
    *("receipt_hash", "receipt_key_id", "case", "subject_unit_ids", "version", "sequence", "outbox"),
}


@pytest.fixture
def vault(store):
    return a_vault(store)


@pytest.fixture
def case_id(request):
    return f"case-{request.node.name[:60]}"


@pytest.fixture
def receipt(store, sealer, vault, case_id):
    """A report with everything that belongs to one, refused long ago."""
    call = replace(CALL, idempotency_key=case_id)
    receipt = handlers.submit_report(store, sealer, a_report(reporter=dict(NAMED)), call)["receipt"]
    progressed(store, sealer, receipt, case_id=case_id, handler_id=HANDLER.id, excluded_unit_ids=["unit-x"])
    for number in range(3):
        handlers.post_message(store, sealer, {"receipt": receipt, "text": f"补充{number}"}, CALL)
    handlers.post_case_message(store, sealer, {"case_id": case_id, "text": "答复"}, by(DESK))
    Reporter(store, vault, sealer, receipt).send(b"a file " * 1000, file_name="a.txt")
    handlers.read_case_report(store, sealer, {"case_id": case_id, "purpose": "p"}, by(DESK))
    end(store, sealer, receipt, case_id)
    return receipt


def end(store, sealer, receipt, case_id, sequence=2, outcome="refused", at=ENDED):
    state = {"refused": "not_accepted", None: "registered"}.get(outcome, "closed")
    progressed(
        store, sealer, receipt, case_id=case_id, sequence=sequence, handler_id=HANDLER.id, outcome=outcome, at=at,
        reporter_state=state, excluded_unit_ids=["unit-x"],
    )  # fmt: skip


def due_of(store, sealer, receipt, now=AFTERWARDS):
    """What erasure finds of this report, if it is due."""
    report_id = report_of(store, sealer, receipt)["_id"]
    return next((found for found in erasure.due(store, now) if found.report["_id"] == report_id), None)


def begun(store, sealer, receipt, now=AFTERWARDS):
    """The report's id, its keys destroyed."""
    found = due_of(store, sealer, receipt, now)
    assert erasure.begin(store, found, now)
    return found.report["_id"]


def erased(store, sealer, vault, receipt):
    """The report's id, erased to the end."""
    report_id = begun(store, sealer, receipt)
    assert report_id in list(erasure.complete(store, vault, SETTLED))
    return report_id


def sealed_in(value):
    """Everything sealed in a document: whoever finds one of these finds what could be opened."""
    if isinstance(value, bytes) and len(value) > 32:
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from sealed_in(inner)


def sealed_of(store, report_id):
    """Everything sealed that belongs to the report, as it is in the database now."""
    owned = [
        *store.db.reports.find({"_id": report_id}),
        *store.db.messages.find({"report_id": report_id}),
        *store.db.attachments.find({"report_id": report_id}),
    ]
    files = [attachment["_id"] for attachment in store.db.attachments.find({"report_id": report_id})]
    for file in files:
        owned += store.db["attachments.chunks"].find({"files_id": {"$regex": f"^{file}"}})
    return [sealed for document in owned for sealed in sealed_in(document)]


def found_anywhere(mongo_uri, database_prefix, wanted):
    """How many of these byte strings any document of the test's databases holds, as it is stored."""
    with MongoClient(mongo_uri, document_class=RawBSONDocument) as client:
        documents = [
            bytes(document.raw)
            for name in client.list_database_names()
            if name.startswith(database_prefix)
            for collection in client[name].list_collection_names()
            for document in client[name][collection].find()
        ]
    assert len(documents) > 10
    return sum(any(bytes(sealed) in document for document in documents) for sealed in wanted)


def test_nothing_of_the_content_is_left_in_the_database(store, sealer, vault, receipt, mongo_uri, database_prefix):
    report_id = report_of(store, sealer, receipt)["_id"]
    sealed = sealed_of(store, report_id)
    assert len(sealed) > 10
    assert found_anywhere(mongo_uri, database_prefix, sealed) == len(sealed)

    erased(store, sealer, vault, receipt)

    assert found_anywhere(mongo_uri, database_prefix, sealed) == 0
    assert set(store.db.reports.find_one({"_id": report_id})) <= TOMBSTONE


def test_a_tombstone_keeps_what_is_counted(store, sealer, vault, receipt, case_id):
    report_id = erased(store, sealer, vault, receipt)

    tombstone = store.reports.get(report_id)
    assert {name: tombstone[name] for name in ("kind", "category", "state", "outcome", "received_at", "erasure")} == {
        "kind": "report",
        "category": "money.gifts",
        "state": "not_accepted",
        "outcome": "refused",
        # The first of March in the bureau.
        "received_at": datetime(2026, 2, 28, 16, tzinfo=UTC),
        "erasure": {"state": "erased", "rule": "2026-01/report-refused", "at": AFTERWARDS},
    }
    assert tombstone["case"]["id"] == case_id


def test_all_keys_go_in_the_first_write(store, sealer, receipt):
    report_id = begun(store, sealer, receipt)

    remaining = store.reports.get(report_id)
    assert set(remaining) <= TOMBSTONE
    assert list(sealed_in({name: value for name, value in remaining.items() if name != "receipt_hash"})) == []


def test_from_the_first_step_on_both_sides_are_told_that_it_is_gone(store, sealer, vault, receipt, case_id):
    mine, of_case = {"receipt": receipt, "limit": 5, "cursor": None}, {"case_id": case_id, "purpose": "p"}
    page = {"limit": 5, "cursor": None}
    asked = [
        lambda: handlers.read_current(store, sealer, mine, CALL),
        lambda: handlers.list_messages(store, sealer, mine),
        lambda: handlers.post_message(store, sealer, {**mine, "text": "t"}, CALL),
        lambda: handlers.rate(store, sealer, {**mine, "satisfied": True, "reason": None}, CALL),
        lambda: Reporter(store, vault, sealer, receipt).begin(file_name="b.txt", content=b"b"),
        lambda: handlers.read_case_report(store, sealer, of_case, by(DESK)),
        lambda: handlers.list_case_messages(store, sealer, {**of_case, **page}, by(HANDLER)),
        lambda: handlers.post_case_message(store, sealer, {**of_case, "text": "t"}, by(DESK)),
        lambda: holds.hold_report(store, sealer, {**of_case, "reason": "r"}, by(DESK)),
        lambda: holds.read_hold(store, sealer, of_case, by(DESK)),
    ]

    begun(store, sealer, receipt)
    for ask in asked:
        with pytest.raises(Erased) as refused:
            ask()
        assert (refused.value.rule, refused.value.erased_at) == ("2026-01/report-refused", AFTERWARDS)
    list(erasure.complete(store, vault, SETTLED))
    for ask in asked:
        with pytest.raises(Erased):
            ask()


def test_who_may_not_know_of_a_report_does_not_learn_that_it_was_erased(store, sealer, vault, receipt, case_id):
    erased(store, sealer, vault, receipt)
    colleague = replace(DESK, unit_path=("bureau", "unit-x"))

    with pytest.raises(NotFound):
        handlers.read_case_report(store, sealer, {"case_id": case_id, "purpose": "p"}, by(colleague))
    with pytest.raises(ReceiptUnknown):
        handlers.read_current(store, sealer, {"receipt": sealing.new_receipt()}, CALL)


def test_nobody_ever_reads_half_a_report(store, sealer, vault, receipt):
    """While it is read without a pause, its keys are destroyed and a turn of erasure comes before its time."""
    outcomes, end_of_reading = [], Event()

    def read():
        while not end_of_reading.is_set():
            try:
                seen = handlers.read_current(store, sealer, {"receipt": receipt}, CALL)
                outcomes.append(len(seen["messages"]))
            except Erased:
                outcomes.append("erased")
            except BaseException as error:
                outcomes.append(error)

    reader = Thread(target=read)
    reader.start()
    try:
        eventually(lambda: len(outcomes) > 5)
        begun(store, sealer, receipt)
        assert list(erasure.complete(store, vault, AFTERWARDS + timedelta(seconds=59))) == []
        eventually(lambda: "erased" in outcomes)
    finally:
        end_of_reading.set()
        reader.join()

    assert set(outcomes) == {4, "erased"}
    assert outcomes == sorted(outcomes, key=lambda outcome: outcome == "erased")


@pytest.mark.parametrize("steps", [("attachments",), ("messages",), ("attachments", "messages"), ()])
def test_erasure_goes_on_wherever_it_was_broken_off(store, sealer, vault, receipt, steps, mongo_uri, database_prefix):
    sealed = sealed_of(store, report_of(store, sealer, receipt)["_id"])
    report_id = begun(store, sealer, receipt)
    if "attachments" in steps:
        handlers.attachments.erase_attachments(vault, report_id)
    if "messages" in steps:
        store.retention.remove_messages(report_id)

    assert erasure.run(store, vault, SETTLED) == 0

    assert store.reports.get(report_id)["erasure"]["state"] == "erased"
    assert found_anywhere(mongo_uri, database_prefix, sealed) == 0


def test_two_who_erase_at_once_tell_of_it_once(store, sealer, vault, receipt):
    report_id = begun(store, sealer, receipt)
    (mine,) = [report for report in store.retention.erasing(SETTLED) if report["_id"] == report_id]
    list(erasure.complete(store, vault, SETTLED))

    with pytest.raises(Stale):
        erasure._finish(store, mine)

    told = [event for event in store.reports.get(report_id)["outbox"] if event["type"] == ReportErasedV1.type()]
    assert [event["data"]["rule"] for event in told] == ["2026-01/report-refused"]


def test_what_is_not_over_yet_stays(store, sealer, receipt, case_id):
    ended = datetime(2026, 5, 5, tzinfo=UTC)
    end(store, sealer, receipt, case_id, sequence=3, at=ended)

    assert due_of(store, sealer, receipt, ended + timedelta(days=364)) is None
    assert due_of(store, sealer, receipt, ended + timedelta(days=365)).rule.id == "report-refused"


def test_a_report_that_is_reopened_has_not_ended(store, sealer, receipt, case_id):
    found = due_of(store, sealer, receipt)

    end(store, sealer, receipt, case_id, sequence=3, outcome=None)

    assert due_of(store, sealer, receipt) is None
    assert not erasure.begin(store, found, AFTERWARDS)
    assert handlers.read_current(store, sealer, {"receipt": receipt}, CALL)["messages"]


def test_a_report_that_ended_anew_is_kept_from_then_on(store, sealer, receipt, case_id):
    found = due_of(store, sealer, receipt)
    end(store, sealer, receipt, case_id, sequence=3, outcome=None)
    end(store, sealer, receipt, case_id, sequence=4, at=ENDED + timedelta(days=400))

    assert not erasure.begin(store, found, AFTERWARDS)
    assert due_of(store, sealer, receipt, ENDED + timedelta(days=500)) is None


def test_the_end_is_kept_to_the_hour(store, sealer, receipt):
    assert report_of(store, sealer, receipt)["ended_at"] == ENDED.replace(minute=0)


def test_a_hold_keeps_a_report_until_it_is_lifted(store, sealer, vault, receipt, case_id):
    before = due_of(store, sealer, receipt)
    said = {"case_id": case_id, "reason": "诉讼未结"}

    held = holds.hold_report(store, sealer, said, by(DESK))

    assert (held["held"], [entry["reason"] for entry in held["history"]]) == (True, ["诉讼未结"])
    assert due_of(store, sealer, receipt).held
    assert not erasure.begin(store, before, AFTERWARDS)
    assert not erasure.begin(store, due_of(store, sealer, receipt), AFTERWARDS)
    lifted = holds.lift_hold(store, sealer, {"case_id": case_id, "reason": "诉讼已结"}, by(DESK))
    assert [(entry["held"], entry["by_id"]) for entry in lifted["history"]] == [(True, DESK.id), (False, DESK.id)]
    assert holds.read_hold(store, sealer, said, by(HANDLER)) == lifted
    erased(store, sealer, vault, receipt)


def test_holding_twice_for_one_reason_is_one_hold_and_another_reason_is_kept_too(store, sealer, receipt, case_id):
    said = {"case_id": case_id, "reason": "诉讼未结"}
    first = holds.hold_report(store, sealer, said, by(DESK))

    assert holds.hold_report(store, sealer, said, by(DESK)) == first
    other = holds.hold_report(store, sealer, {**said, "reason": "审计"}, by(DESK))
    assert [entry["reason"] for entry in other["history"]] == ["诉讼未结", "审计"]


def test_lifting_a_hold_that_is_not_there_changes_nothing(store, sealer, receipt, case_id):
    before = report_of(store, sealer, receipt)

    lifted = holds.lift_hold(store, sealer, {"case_id": case_id, "reason": "r"}, by(DESK))

    assert (lifted["held"], lifted["history"]) == (False, [])
    assert report_of(store, sealer, receipt) == before


def test_the_reason_of_a_hold_is_not_in_clear(store, sealer, receipt, case_id):
    holds.hold_report(store, sealer, {"case_id": case_id, "reason": "planted-reason 某某诉讼"}, by(DESK))

    stored = store.db.reports.find_one({"case.id": case_id}, {"holds": 1, "held": 1})
    assert b"planted-reason" not in encode(stored)


def test_a_message_on_its_way_when_the_keys_go_is_refused_and_not_stored(store, sealer, receipt):
    report = report_of(store, sealer, receipt)
    message = {"_id": "on-its-way", "report_id": report["_id"], "author": "reporter", "at": NOW, "sealed": b"s"}
    report_id = begun(store, sealer, receipt)

    with pytest.raises(Erased):
        store.messages.post(message, lambda *_: None, 500)

    assert store.db.messages.count_documents({"_id": "on-its-way"}) == 0
    assert set(store.reports.get(report_id)) <= TOMBSTONE


def test_what_somebody_added_who_was_held_up_is_swept(store, sealer, vault, receipt):
    """As by a process that was frozen since before the erasure began."""
    report_id = erased(store, sealer, vault, receipt)
    late = {"report_id": report_id, "number": 9, "sealed": b"s" * 50}
    store.db.messages.insert_one({"_id": "late", **late})
    store.db.attachments.insert_one({"_id": "late", "report_id": report_id, "number": 9, "state": "uploading"})

    erasure.run(store, vault, SETTLED + timedelta(hours=1))

    assert store.db.messages.count_documents({"report_id": report_id}) == 0
    assert store.db.attachments.count_documents({"report_id": report_id}) == 0


def test_parts_that_an_inspection_put_after_the_erasure_are_removed_when_it_is_tried_again(
    store, sealer, vault, receipt
):
    (attachment,) = store.db.attachments.find({"report_id": report_of(store, sealer, receipt)["_id"]})
    report_id = erased(store, sealer, vault, receipt)
    vault.parts.put(Place(attachment["_id"], "clean", 0, 7), b"sealed")
    of_file = {"files_id": f"{attachment['_id']}.clean"}
    assert store.db["attachments.chunks"].count_documents(of_file) == 1
    data = {"report_id": report_id, "attachment_id": attachment["_id"], "author": "reporter"}
    event = Received("e", "reports.attachment_received.v1", attachment["_id"], 1, NOW, data)

    inspect_attachment(store, vault, sealer, Scanner(None), event)

    assert store.db["attachments.chunks"].count_documents(of_file) == 0


def test_reading_marks_on_their_way_leave_a_tombstone_as_it_is(store, sealer, receipt):
    report_id = report_of(store, sealer, receipt)["_id"]
    message = store.db.messages.find_one({"report_id": report_id})
    begun(store, sealer, receipt)
    before = store.reports.get(report_id)

    store.messages.mark_read(message, "staff")

    assert store.reports.get(report_id) == before


def test_a_rotation_that_read_the_keys_before_they_went_does_not_bring_them_back(store, sealer, receipt):
    report = report_of(store, sealer, receipt)
    report_id = begun(store, sealer, receipt)

    wrapped = sealer.rewrapped(report_id, report["data_key"])
    assert store.wrapped_keys.replace_data_keys([(report, wrapped)]) == 0
    identity = {"key_id": "another", "sealed_key": b"k" * 80}
    assert store.wrapped_keys.replace_identity_keys([(report, identity)]) == 0
    store.reports.move_receipt(report, b"h" * 32, "another")

    assert set(store.reports.get(report_id)) <= TOMBSTONE


def test_what_a_case_tells_late_leaves_a_tombstone_as_it_is(store, sealer, vault, receipt, case_id):
    for step in (begun, lambda *given: list(erasure.complete(store, vault, SETTLED))):
        step(store, sealer, receipt)
        before = report_of(store, sealer, receipt)
        for sequence in (1, 3, 9):
            end(store, sealer, receipt, case_id, sequence=sequence, outcome=None)
        assert report_of(store, sealer, receipt) == before


def test_what_was_written_to_a_report_after_its_keys_went_is_not_left_in_its_tombstone(store, sealer, vault, receipt):
    report_id = begun(store, sealer, receipt)
    store.db.reports.update_one({"_id": report_id}, {"$set": {"late": "planted"}})

    assert report_id in list(erasure.complete(store, vault, SETTLED))

    assert "late" not in store.db.reports.find_one({"_id": report_id})


def test_units_that_are_found_too_late_leave_a_tombstone_as_it_is(store, sealer, vault, receipt):
    know_the_bureau(store)
    report_id = erased(store, sealer, vault, receipt)
    before = store.db.reports.find_one({"_id": report_id})

    assert units.keep_from_units_in(store, report_id, ["东湖区司法局"]) == frozenset()

    assert store.db.reports.find_one({"_id": report_id}) == before


def test_what_was_to_be_told_of_a_report_is_still_told_after_its_keys_are_gone(store, sealer, receipt):
    before = report_of(store, sealer, receipt)

    report_id = begun(store, sealer, receipt)

    after = store.reports.get(report_id)
    assert len(before["outbox"]) > 3
    assert (after["outbox"], after["sequence"]) == (before["outbox"], before["sequence"])


def test_who_read_it_stays_on_record(store, sealer, vault, receipt):
    report_id = report_of(store, sealer, receipt)["_id"]
    before = list(store.db.accesses.find({"report_id": report_id}))
    assert before

    erased(store, sealer, vault, receipt)

    assert list(store.db.accesses.find({"report_id": report_id})) == before


def test_a_suggestion_goes_with_its_answer_and_is_still_counted(store, sealer, vault):
    suggested = a_report(kind="suggestion", category="service")
    receipt = handlers.submit_report(store, sealer, suggested, CALL)["receipt"]
    suggestion_id = report_of(store, sealer, receipt)["_id"]
    answer = {"suggestion_id": suggestion_id, "decision": "adopted", "because": "可行", "expected_version": None}
    handlers.answer_suggestion(store, sealer, answer, by(DESK))
    listing = {"state": "adopted", "overdue": False, "limit": 100, "cursor": None}
    before = handlers.list_suggestions(store, listing, by(DESK))["items"]

    report_id = erased(store, sealer, vault, receipt)

    after = handlers.list_suggestions(store, listing, by(DESK))["items"]
    assert len(after) == len(before)
    (gone,) = [item for item in after if item["id"] == report_id]
    assert (gone["state"], gone["erased_at"]) == ("adopted", AFTERWARDS)
    assert store.reports.get(report_id)["erasure"]["rule"] == "2026-01/suggestion-adopted"
    for ask in (
        lambda: handlers.read_suggestion(store, sealer, {"suggestion_id": suggestion_id, "purpose": "p"}, by(DESK)),
        lambda: handlers.answer_suggestion(store, sealer, answer, by(DESK)),
        lambda: handlers.read_current(store, sealer, {"receipt": receipt}, CALL),
    ):
        with pytest.raises(Erased):
            ask()


@pytest.fixture
def operator(tmp_path, mongo_uri, database_prefix):
    return Operator(tmp_path / "keys", mongo_uri, database_prefix)


@pytest.fixture
def many(store, sealer, receipt, case_id):
    """Four hundred reports that ended long ago, with a message each; their ids."""
    template = report_of(store, sealer, receipt)
    ids = [f"{case_id}-{number}" for number in range(400)]
    without_events = {name: value for name, value in template.items() if name != "outbox"}
    store.db.reports.insert_many(
        [
            {**without_events, "_id": id, "receipt_hash": id.encode(), "case": {**template["case"], "id": id}}
            for id in ids
        ]
    )
    store.db.messages.insert_many([{"_id": id, "report_id": id, "number": 1, "sealed": b"s" * 50} for id in ids])
    return ids


def test_a_dry_run_tells_what_would_go_and_touches_nothing(store, operator, receipt, many, case_id, sealer):
    holds.hold_report(store, sealer, {"case_id": case_id, "reason": "诉讼未结"}, by(DESK))
    before = list(store.db.reports.find())

    told = operator.run("retention", "dry-run")

    over = {"outcome": "refused", "ended_at": {"$lt": datetime(2011, 1, 1, tzinfo=UTC)}}
    would_go = store.db.reports.count_documents({**over, "held": {"$ne": True}})
    held = store.db.reports.count_documents({**over, "held": True})
    assert f"Would go: {would_go}. Kept by a hold: {held}." in told
    assert "2026-01/report-refused" in told
    assert "2010-03-02" in told
    assert list(store.db.reports.find()) == before
    assert "Would go: 0. Kept by a hold: 0." in operator.run("retention", "dry-run", "--on", "2011-03-01")


def test_a_run_that_is_killed_again_and_again_comes_to_its_end(store, operator, many):
    ours = {"_id": {"$in": many}}

    def killed(method, call, todo):
        before = store.db.reports.count_documents(ours | todo)
        place = f"services.reports.store.retention:Retention.{method}"
        operator.killed("retention", "run", "--yes", method=place, call=call, about=many[0].rpartition("-")[0])
        assert 0 < store.db.reports.count_documents(ours | todo) < before

    untouched, begun = {"erasure": {"$exists": False}}, {"erasure.state": "erasing"}
    killed("destroy_keys", 100, untouched)
    killed("destroy_keys", 150, untouched)
    operator.run("retention", "run", "--yes")
    assert store.db.reports.count_documents(ours | begun) == len(many)
    # Their minute is over.
    store.db.reports.update_many(ours, {"$set": {"erasure.at": datetime.now(UTC) - timedelta(minutes=2)}})
    killed("finish", 100, begun)
    killed("finish", 150, begun)
    operator.run("retention", "run", "--yes")

    assert store.db.messages.count_documents({"report_id": {"$in": many}}) == 0
    left = list(store.db.reports.find(ours))
    assert len(left) == len(many)
    assert all(set(report) <= TOMBSTONE and report["erasure"]["state"] == "erased" for report in left)
    assert all([event["type"] for event in report["outbox"]] == [ReportErasedV1.type()] for report in left)


class Turn:
    """The timer's turn, at a time of the test's own."""

    def turn(self, call):
        call(AFTERWARDS)


@pytest.mark.parametrize(("erases", "still_due"), [(False, True), (True, False)])
def test_the_worker_erases_what_is_over_unless_it_is_told_not_to(store, sealer, receipt, erases, still_due):
    worker = ReportsWorker()
    worker.store, worker.settings = store, ReportsSettings(sealer, erases=erases)

    worker.erase_due(Turn())

    assert bool(due_of(store, sealer, receipt)) is still_due


def test_the_worker_sweeps_what_comes_late_when_it_hears_of_the_erasure(store, sealer, vault, receipt, service_process):
    report_id = erased(store, sealer, vault, receipt)
    store.db.messages.insert_one({"_id": "late-to-the-worker", "report_id": report_id, "number": 9})

    service_process("services.reports.worker:ReportsWorker")
    service_process("services.reports.service:ReportsService")

    eventually(lambda: store.db.messages.count_documents({"report_id": report_id}) == 0)
