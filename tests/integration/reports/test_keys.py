"""Keys are changed under thousands of reports, beside the running service, and nothing is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import httpx
import orjson
import pytest
from nacl.bindings import crypto_box_seal_open

from chassis.config import read
from services.reports import handlers, key_files, keys, sealing
from services.reports.handlers import keys as key_handlers
from services.reports.model.keys import LOST, NEEDED
from services.reports.settings import load_settings
from tests.integration.reports.building import CALL, DESK, a_report, by, progressed, report_of
from tests.integration.reports.operating import Operator
from tests.support.waiting import eventually

MANY = 2000
NAMED = {"mode": "named", "name": "张三", "phone": "13800000000"}


@pytest.fixture
def operator(tmp_path, mongo_uri, database_prefix, store):
    store.reports._reports.delete_many({})
    return Operator(tmp_path / "keys", mongo_uri, database_prefix)


def sealer_of(operator):
    (settings,) = read(load_settings, environ=operator.environment)
    return settings.sealer


def submitted(store, sealer, call=CALL, **changes):
    return handlers.submit_report(store, sealer, a_report(**changes), call)["receipt"]


def many_reports(store, sealer, count):
    """Receipt by id of reports that are sealed with these keys, written in bulk."""
    template = report_of(store, sealer, submitted(store, sealer))
    reports, receipts = [], {}
    for number in range(count):
        report_id, data_key, receipt = f"many-{number}", sealing.new_data_key(), sealing.new_receipt()
        said = orjson.dumps({"title": f"第{number}件", "narrative": "经过", "subjects": []})
        report = {
            **template,
            "_id": report_id,
            "receipt_hash": sealer.receipt_hash(receipt),
            "data_key": sealer.seal_data_key(report_id, data_key, receipt),
            "content": sealing.seal_text(data_key, report_id, "content", said),
        }
        if number % 4 == 0:
            report["identity"] = sealer.seal_identity(report_id, f"张三{number}".encode())
        reports.append(report)
        receipts[report_id] = receipt
    store.db.reports.insert_many(reports)
    return receipts


def opened_by_staff(sealer, report):
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    return orjson.loads(sealing.open_text(data_key, report["_id"], "content", report["content"]))


def sealed_to(store, key_id):
    return store.db.reports.count_documents({"data_key.desk.key_id": key_id})


class Traffic:
    """People who report, write and read all the while, with the keys of a service that was restarted."""

    def __init__(self, store, sealer, receipts):
        self.store, self.sealer, self.receipts = store, sealer, list(receipts)
        self.written = {}
        self.failures = []
        self._end = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()

    def _run(self):
        turn = 0
        try:
            while not self._end.is_set():
                receipt = self.receipts[turn * 7 % len(self.receipts)]
                handlers.post_message(self.store, self.sealer, {"receipt": receipt, "text": f"补充{turn}"}, CALL)
                self.written[receipt] = f"补充{turn}"
                seen = handlers.read_current(self.store, self.sealer, {"receipt": receipt}, CALL)
                assert seen["messages"][-1]["text"] == f"补充{turn}"
                self.receipts.append(submitted(self.store, self.sealer))
                turn += 1
        except BaseException as error:
            self.failures.append(error)
            raise


def test_a_rotation_that_is_killed_again_and_again_ends_with_the_new_key_alone(store, operator):
    before = sealer_of(operator)
    old = before.desk_current
    receipts = many_reports(store, before, MANY)
    new = operator.run("keys", "add", "desk", "--file", str(operator.desk)).splitlines()[-1]
    during = sealer_of(operator)

    with Traffic(store, during, receipts.values()) as traffic:
        for batch in (80, 120):
            writing = "services.reports.store.keys:DeskKeys.replace_data_keys"
            operator.killed("keys", "rotate", "--batch", "5", method=writing, call=batch)
            assert 0 < sealed_to(store, old) < MANY
        several = [operator.begin("keys", "rotate", "--batch", "50") for _ in range(2)]
        outputs = [process.communicate(timeout=240)[0] for process in several]
    assert traffic.failures == []
    assert [process.returncode for process in several] == [0, 0], outputs
    assert sealed_to(store, old) == 0

    operator.run("keys", "remove", "desk", "--file", str(operator.desk), "--id", old)
    after = sealer_of(operator)
    assert list(after.desk) == [new]
    for report in store.db.reports.find({"_id": {"$in": list(receipts)}}):
        number = report["_id"].removeprefix("many-")
        assert opened_by_staff(after, report)["title"] == f"第{number}件"
        data_key = after.data_key_for_reporter(report["_id"], report["data_key"], receipts[report["_id"]])
        assert sealing.open_text(data_key, report["_id"], "content", report["content"])
    for receipt in traffic.receipts[MANY:]:
        assert opened_by_staff(after, report_of(store, after, receipt))["title"]
    for receipt, text in traffic.written.items():
        assert handlers.read_current(store, after, {"receipt": receipt}, CALL)["messages"][-1]["text"] == text


def test_a_dry_run_says_how_many_and_changes_nothing(store, operator):
    submitted(store, sealer_of(operator))
    operator.run("keys", "add", "desk", "--file", str(operator.desk))
    before = list(store.db.reports.find())

    assert "1 reports to seal" in operator.run("keys", "rotate", "--dry-run")

    assert list(store.db.reports.find()) == before


def test_what_is_sealed_to_any_of_several_older_keys_is_sealed_to_the_newest(store, operator):
    for _ in range(3):
        submitted(store, sealer_of(operator))
        operator.run("keys", "add", "desk", "--file", str(operator.desk))

    assert "Sealed anew: 3." in operator.run("keys", "rotate")

    assert sealed_to(store, sealer_of(operator).desk_current) == 3


def test_a_report_that_was_tampered_with_is_named_and_the_others_go_on(store, operator):
    sealer = sealer_of(operator)
    harmed, well = (report_of(store, sealer, submitted(store, sealer))["_id"] for _ in range(2))
    store.db.reports.update_one({"_id": harmed}, {"$set": {"data_key.desk.sealed": b"x" * 80}})
    operator.run("keys", "add", "desk", "--file", str(operator.desk))

    output = operator.run("keys", "rotate", status=1)

    assert f"Not opened, so left as they are: {harmed}." in output
    assert opened_by_staff(sealer_of(operator), store.reports.get(well))


def test_a_lost_desk_key_is_reported_by_its_id(store, operator):
    sealer = sealer_of(operator)
    lost = sealer.desk_current
    for _ in range(3):
        submitted(store, sealer)
    operator.desk.write_text(keys.write_key(b"n" * 32, keys.DESK_PRIVATE))

    assert f"The desk key {lost} is lost: 3 reports." in operator.run("keys", "check", status=1)
    assert f"3 reports are sealed to {lost}, which is not here" in operator.run("keys", "rotate", status=1)
    assert key_handlers.tell_missing(store, sealer_of(operator)) == {lost: 3}


def test_a_lookup_key_that_is_lost_is_reported_by_its_id(store, operator):
    sealer = sealer_of(operator)
    submitted(store, sealer)
    operator.lookup.write_text(keys.write_key(b"n" * 32, keys.LOOKUP))

    assert f"The lookup key {sealer.lookups[0].id} is lost: 1 reports." in operator.run("keys", "check", status=1)


def test_a_key_that_reports_need_is_not_taken_out(store, operator):
    submitted(store, sealer_of(operator))
    for kind, path, purpose in (
        ("desk", operator.desk, keys.DESK_PRIVATE),
        ("lookup", operator.lookup, keys.LOOKUP),
    ):
        (old,) = key_files.ids_in(path, purpose)
        operator.run("keys", "add", kind, "--file", str(path))

        refused = operator.run("keys", "remove", kind, "--file", str(path), "--id", old, status=1)

        assert f"1 reports still need {old}" in refused
        assert old in key_files.ids_in(path, purpose)


def test_a_lookup_key_stays_while_there_are_receipts_of_which_the_key_is_not_known(store, operator):
    submitted(store, sealer_of(operator))
    store.db.reports.update_many({}, {"$unset": {"receipt_key_id": ""}})
    (old,) = key_files.ids_in(operator.lookup, keys.LOOKUP)
    operator.run("keys", "add", "lookup", "--file", str(operator.lookup))

    refused = operator.run("keys", "remove", "lookup", "--file", str(operator.lookup), "--id", old, status=1)

    assert "1 reports still need" in refused
    assert old in key_files.ids_in(operator.lookup, keys.LOOKUP)


def test_a_receipt_under_an_older_lookup_key_works_and_is_found_by_the_newest_from_then_on(store, operator):
    before = sealer_of(operator)
    receipt, unused = submitted(store, before), submitted(store, before)
    operator.run("keys", "add", "lookup", "--file", str(operator.lookup))
    after = sealer_of(operator)

    assert handlers.read_current(store, after, {"receipt": receipt}, CALL)["kind"] == "report"

    old = before.lookups[0].id
    assert [state.reports for state in key_handlers.check(store, after) if state.id == old] == [1]
    newest_alone = replace(after, lookups=after.lookups[:1])
    assert handlers.read_current(store, newest_alone, {"receipt": receipt}, CALL)["kind"] == "report"
    assert [(s.kind, s.verdict) for s in key_handlers.check(store, newest_alone) if s.id == old] == [("lookup", LOST)]
    handlers.read_current(store, after, {"receipt": unused}, CALL)
    assert [state.id for state in key_handlers.check(store, after) if state.verdict in (LOST, NEEDED)] == []


def test_a_request_repeated_across_a_change_of_the_lookup_key_gets_the_first_answer(store, operator):
    key = replace(CALL, idempotency_key="repeated")
    first = submitted(store, sealer_of(operator), key)
    operator.run("keys", "add", "lookup", "--file", str(operator.lookup))

    assert submitted(store, sealer_of(operator), key) == first
    assert store.db.reports.count_documents({}) == 1


def test_a_message_and_a_rating_repeated_across_a_change_of_the_lookup_key_are_those_of_before(store, operator):
    key = replace(CALL, idempotency_key="repeated")
    before = sealer_of(operator)
    receipt = submitted(store, before)
    message, rating = {"receipt": receipt, "text": "补充"}, {"receipt": receipt, "satisfied": False, "reason": None}
    progressed(store, before, receipt, case_id="rated", reporter_state="handled", results=1)
    written, rated = handlers.post_message(store, before, message, key), handlers.rate(store, before, rating, key)
    progressed(store, before, receipt, case_id="rated", sequence=2, reporter_state="handled", results=2)
    operator.run("keys", "add", "lookup", "--file", str(operator.lookup))
    after = sealer_of(operator)

    assert handlers.post_message(store, after, message, key) == written
    assert handlers.rate(store, after, rating, key) == rated
    seen = handlers.read_current(store, after, {"receipt": receipt}, CALL)
    assert (len(seen["messages"]), len(seen["ratings"])) == (1, 1)


def test_intake_does_not_ask_for_older_keys_once_nobody_repeats_requests_made_under_them(store, operator):
    operator.run("keys", "add", "lookup", "--file", str(operator.lookup))
    sealer = sealer_of(operator)
    long_after = sealer.made_at + timedelta(hours=55)

    assert sealer.older_ids_of("report", "k", sealer.made_at) != []
    assert sealer.older_ids_of("report", "k", long_after) == []


def test_identities_move_to_a_new_custodian_and_only_there(store, operator, tmp_path):
    sealer = sealer_of(operator)
    receipts = [submitted(store, sealer, reporter=dict(NAMED)) for _ in range(3)]
    submitted(store, sealer)
    keys.generate(tmp_path / "new")
    public, private = (tmp_path / "new" / name for name in (keys.CUSTODIAN_PUBLIC_FILE, keys.CUSTODIAN_PRIVATE_FILE))
    arguments = ("--identities", "--custodian-key", str(operator.custodian), "--to", str(public))

    assert "3 identities to seal" in operator.run("keys", "rotate", *arguments, "--dry-run")
    assert "Sealed anew: 3." in operator.run("keys", "rotate", *arguments)
    assert "Sealed anew: 0." in operator.run("keys", "rotate", *arguments)

    (new,) = keys.read_keys(private.read_text(), keys.CUSTODIAN_PRIVATE)
    for receipt in receipts:
        report = report_of(store, sealer, receipt)
        data_key = crypto_box_seal_open(report["identity"]["sealed_key"], keys.public_key(new), new)
        identity = sealing.open_text(data_key, report["_id"], "identity", report["identity"]["sealed"])
        assert orjson.loads(identity)["name"] == "张三"
        assert report["identity"]["key_id"] == keys.key_id(keys.public_key(new))


def test_identities_that_another_key_is_needed_for_are_named(store, operator, tmp_path):
    sealer = sealer_of(operator)
    report_id = report_of(store, sealer, submitted(store, sealer, reporter=dict(NAMED)))["_id"]
    keys.generate(tmp_path / "new")
    wrong = tmp_path / "new" / keys.CUSTODIAN_PRIVATE_FILE
    public = tmp_path / "new" / keys.CUSTODIAN_PUBLIC_FILE

    output = operator.run(
        "keys", "rotate", "--identities", "--custodian-key", str(wrong), "--to", str(public), status=1
    )

    assert f"Not opened, so left as they are: {report_id}." in output


def test_a_service_whose_key_opens_nothing_says_so_and_goes_on(store, operator, service_process):
    sealer = sealer_of(operator)
    submitted(store, sealer)

    process = service_process("services.reports.service:ReportsService")

    eventually(lambda: sealer.desk_current in process.log())
    assert "desk key missing" in process.log()
    metrics = eventually(lambda: httpx.get(f"{process.url}/metrics", timeout=60).text)
    assert f'mingjing_reports_key_missing{{key_id="{sealer.desk_current}"}} 1.0' in metrics
    eventually(lambda: process.ready)


def test_staff_read_with_the_old_key_until_it_is_rotated(store, operator):
    receipt = submitted(store, sealer_of(operator))
    operator.run("keys", "add", "desk", "--file", str(operator.desk))
    after = sealer_of(operator)
    progressed(store, after, receipt, case_id="rotated")

    for _ in range(2):
        read_now = handlers.read_case_report(store, after, {"case_id": "rotated", "purpose": "p"}, by(DESK))
        assert read_now["title"] == "反映收受礼金"
        operator.run("keys", "rotate")
