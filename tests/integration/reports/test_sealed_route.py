"""What is about the head of the bureau: sealed to the level above from the first moment on, handed over, opened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt, crypto_box_seal_open
from nacl.exceptions import CryptoError

from chassis.config import read
from chassis.refusals import NotFound
from services.reports import handlers, keys, sealing
from services.reports.above import arriving, bundles
from services.reports.above.bundles import Bundle
from services.reports.attachments.sealing import SEALED_PART_BYTES
from services.reports.handlers import attachments, erasure
from services.reports.model.report import ContentUnreadable
from services.reports.settings import load_settings
from tests.integration.reports.attaching import Reporter, a_vault
from tests.integration.reports.building import CALL, NOW, a_report, by, progressed, report_of
from tests.integration.reports.bureau import EAST, FIRM, OFFICE, ROOT, know_the_bureau, person
from tests.integration.reports.operating import Operator
from tests.support.attachments.filler import a_text

ABOUT_THE_HEAD = [{"unit": "市司法局", "position": "局长", "name": "钱某"}]
NAMED = {"mode": "named", "name": "张三丰", "phone": "13900001357"}
SAID = ("他在会上收下礼金", "13900001357", "张三丰", "我还有录音", "证据.txt")


@pytest.fixture(scope="module")
def operator(tmp_path_factory, mongo_uri, database_prefix):
    return Operator(tmp_path_factory.mktemp("operator") / "keys", mongo_uri, database_prefix)


@pytest.fixture(scope="module")
def sealer(operator):
    (settings,) = read(load_settings, environ=operator.environment)
    return settings.sealer


@pytest.fixture(scope="module")
def superior_key(operator, tmp_path_factory):
    """The private key of the level above, taken away from the bureau."""
    away = tmp_path_factory.mktemp("above") / keys.SUPERIOR_PRIVATE_FILE
    shutil.move(operator.folder / keys.SUPERIOR_PRIVATE_FILE, away)
    return away


@pytest.fixture
def receipt(store, sealer):
    know_the_bureau(store)
    report = a_report(subjects=ABOUT_THE_HEAD, narrative=SAID[0], reporter=NAMED)
    return handlers.submit_report(store, sealer, report, CALL)["receipt"]


@pytest.fixture
def report(store, sealer, receipt):
    return report_of(store, sealer, receipt)


@pytest.fixture
def files(store, sealer, receipt):
    """Two files of the reporter's: one in one part, one in several."""
    reporter = Reporter(store, a_vault(store), sealer, receipt)
    contents = [a_text(5000), a_text(2_600_000)]
    for content in contents:
        reporter.send(content, "证据.txt")
    return contents


def bureau_keys(operator):
    """Every key that anybody in the bureau has, the custodian's private one too."""
    purposes = {
        keys.DESK_FILE: keys.DESK_PRIVATE,
        keys.LOOKUP_FILE: keys.LOOKUP,
        keys.CUSTODIAN_PRIVATE_FILE: keys.CUSTODIAN_PRIVATE,
        keys.CUSTODIAN_PUBLIC_FILE: keys.CUSTODIAN_PUBLIC,
        keys.SUPERIOR_PUBLIC_FILE: keys.SUPERIOR_PUBLIC,
    }
    assert {file.name for file in operator.folder.iterdir()} == set(purposes)
    return [
        key
        for name, purpose in purposes.items()
        for key in keys.read_keys((operator.folder / name).read_text(), purpose)
    ]


def binaries(value):
    """Every sealed text below a document."""
    if isinstance(value, bytes):
        yield bytes(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from binaries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from binaries(inner)


def test_it_is_sealed_to_the_level_above_and_to_the_receipt_alone(report, sealer):
    assert report["route"] == "above"
    assert set(report["data_key"]) == {"above", "reporter"}
    assert report["data_key"]["above"]["key_id"] == sealer.superior_id
    assert "identity" not in report
    assert report["identity_above"]["key_id"] == sealer.superior_id
    assert ROOT in report["subject_unit_ids"]


def test_nothing_of_it_opens_with_all_keys_of_the_bureau(store, operator, superior_key, report, receipt, sealer, files):
    handlers.post_message(store, sealer, {"receipt": receipt, "text": SAID[3]}, CALL)
    held = [
        report,
        *store.db.messages.find({"report_id": report["_id"]}),
        *store.db.attachments.find({"report_id": report["_id"]}),
    ]
    sealed = list(binaries(held))
    assert len(sealed) > 8

    for key in bureau_keys(operator):
        for text in sealed:
            with pytest.raises((CryptoError, ValueError)):
                crypto_box_seal_open(text, keys.public_key(key), key)
            for place in (b"", f"mingjing.report\\x001\\x00{report['_id']}\\x00content".encode()):
                with pytest.raises((CryptoError, ValueError)):
                    crypto_aead_xchacha20poly1305_ietf_decrypt(text[25:], place, text[1:25], key)


def test_the_event_tells_the_route_and_nothing_of_the_content(report):
    (event,) = report["outbox"]

    assert event["data"]["route"] == "above"
    assert event["data"]["subject_unit_ids"] == [ROOT]
    assert not [text for text in SAID if text in str(event)]


@pytest.mark.parametrize("unit", [ROOT, OFFICE, EAST, FIRM])
@pytest.mark.parametrize("role", ["desk", "handler", "leader"])
def test_staff_find_nothing_whoever_they_are(store, sealer, receipt, report, unit, role):
    who = person(role, of=unit)
    case_id = f"case-{report['_id']}"
    progressed(store, sealer, receipt, case_id=case_id, handler_id=who.id)
    reading = {"case_id": case_id, "purpose": "test", "limit": 10, "cursor": None}
    for attempt in (
        lambda: handlers.read_case_report(store, sealer, reading, by(who)),
        lambda: handlers.list_case_messages(store, sealer, reading, by(who)),
        lambda: handlers.post_case_message(store, sealer, {"case_id": case_id, "text": "?"}, by(who)),
        lambda: attachments.list_for_staff(store, a_vault(store), sealer, reading, by(who)),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert store.db.accesses.count_documents({"report_id": report["_id"]}) == 0


def test_not_even_a_reader_without_a_unit_finds_it(store, sealer, receipt, report):
    """The way is closed by the route itself, not only by the units that are hidden from."""
    case_id = f"case-{report['_id']}"
    progressed(store, sealer, receipt, case_id=case_id)
    store.db.reports.update_one({"_id": report["_id"]}, {"$set": {"subject_unit_ids": []}})

    with pytest.raises(NotFound):
        handlers.read_case_report(store, sealer, {"case_id": case_id, "purpose": "t"}, by(person("desk")))


def test_the_reporter_is_told_and_goes_on_writing_under_the_same_seal(store, sealer, receipt):
    handlers.post_message(store, sealer, {"receipt": receipt, "text": SAID[3]}, CALL)

    seen = handlers.read_current(store, sealer, {"receipt": receipt}, CALL)

    assert seen["history"][0]["text_code"] == "reports.progress.received_for_above"
    assert [message["text"] for message in seen["messages"]] == [SAID[3]]


def test_the_level_above_opens_what_was_handed_over(
    store, operator, superior_key, report, receipt, sealer, files, tmp_path
):
    handlers.post_message(store, sealer, {"receipt": receipt, "text": SAID[3]}, CALL)
    assert report["_id"] in operator.run("sealed-reports", "list")

    bundle = str(tmp_path / "out" / f"{report['_id']}.sealed.zip")
    assert bundle in operator.run("sealed-reports", "export", "--to", str(tmp_path / "out"), "--id", report["_id"])
    packed = Path(bundle).read_bytes()
    assert not [text for text in (*SAID, "钱某", receipt) if text.encode() in packed]
    opened = operator.run("sealed-reports", "open", bundle, "--key", str(superior_key), "--to", str(tmp_path / "in"))

    folder = tmp_path / "in" / report["_id"]
    assert str(folder) in opened
    said = json.loads((folder / "report.json").read_text())
    assert (said["narrative"], said["subjects"][0]["name"]) == (SAID[0], "钱某")
    assert said["identity"] == {"name": "张三丰", "phone": "13900001357"}
    assert [message["text"] for message in said["messages"]] == [SAID[3]]
    assert [one["file_name"] for one in said["attachments"]] == ["证据.txt", "证据.txt"]
    assert [(folder / one["file"]).read_bytes() for one in said["attachments"]] == files


def test_no_key_of_the_bureau_opens_a_bundle(operator, superior_key, report, tmp_path):
    operator.run("sealed-reports", "export", "--to", str(tmp_path), "--id", report["_id"])
    bundle = str(tmp_path / f"{report['_id']}.sealed.zip")
    for key in bureau_keys(operator):
        file = tmp_path / "disguised.key"
        file.write_text(keys.write_key(key, keys.SUPERIOR_PRIVATE))
        told = operator.run("sealed-reports", "open", bundle, "--key", str(file), "--to", str(tmp_path / "x"), status=1)
        assert "which is not in the file" in told
    told = operator.run(
        "sealed-reports", "open", bundle, "--key", str(operator.desk), "--to", str(tmp_path / "x"), status=1
    )
    assert "is no private key of the level above" in told
    assert not (tmp_path / "x").exists()


def test_every_handing_over_is_recorded_and_only_what_is_new_goes_again(
    store, operator, report, receipt, sealer, tmp_path
):
    def handed_over():
        return operator.run("sealed-reports", "export", "--to", str(tmp_path), "--by", "王机要")

    assert report["_id"] in handed_over()
    assert report["_id"] not in handed_over()
    handlers.post_message(store, sealer, {"receipt": receipt, "text": SAID[3]}, CALL)
    assert report["_id"] in handed_over()

    exports = store.db.reports.find_one({"_id": report["_id"]})["exports"]
    assert [(entry["by"], entry["messages"]) for entry in exports] == [("王机要", 0), ("王机要", 1)]


def test_what_was_never_handed_over_is_not_erased_however_long_ago_it_ended(store, operator, report, tmp_path):
    ended = {"outcome": "transferred", "ended_at": NOW.replace(year=NOW.year - 5)}
    store.db.reports.update_one({"_id": report["_id"]}, {"$set": ended})

    def due():
        return [one.report["_id"] for one in erasure.due(store, NOW)]

    assert report["_id"] not in due()
    operator.run("sealed-reports", "export", "--to", str(tmp_path), "--id", report["_id"])
    assert report["_id"] in due()


def test_a_handing_over_that_broke_off_is_on_record_and_counts_for_nothing(store, operator, report, files, tmp_path):
    ended = {"outcome": "transferred", "ended_at": NOW.replace(year=NOW.year - 5)}
    store.db.reports.update_one({"_id": report["_id"]}, {"$set": ended})
    (tmp_path / f".{report['_id']}.sealed.zip.unfinished").mkdir()

    for _ in range(2):
        told = operator.run("sealed-reports", "export", "--to", str(tmp_path), "--by", "王机要", status=1)
        assert "It is safe to try again" in told
    assert report["_id"] not in [one.report["_id"] for one in erasure.due(store, NOW)]
    exports = store.db.reports.find_one({"_id": report["_id"]})["exports"]
    assert [(entry["by"], entry["unfinished"]) for entry in exports] == [("王机要", True)] * 2

    (tmp_path / f".{report['_id']}.sealed.zip.unfinished").rmdir()
    assert report["_id"] in operator.run("sealed-reports", "export", "--to", str(tmp_path))
    assert report["_id"] not in operator.run("sealed-reports", "export", "--to", str(tmp_path))
    assert report["_id"] in [one.report["_id"] for one in erasure.due(store, NOW)]


def test_a_bundle_that_was_changed_on_its_way_is_not_opened(operator, superior_key, report, files, tmp_path):
    operator.run("sealed-reports", "export", "--to", str(tmp_path), "--id", report["_id"])
    bundle = tmp_path / f"{report['_id']}.sealed.zip"
    whole = bundle.read_bytes()
    for changed in (whole[: len(whole) // 2], whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:], b"PK nothing"):
        bundle.write_bytes(changed)
        operator.run(
            "sealed-reports", "open", str(bundle), "--key", str(superior_key), "--to", str(tmp_path / "x"), status=1
        )


def test_a_bundle_made_up_by_somebody_else_writes_nowhere_and_passes_no_part_of_a_file_for_it(
    operator, superior_key, report, receipt, sealer, files, tmp_path
):
    operator.run("sealed-reports", "export", "--to", str(tmp_path), "--id", report["_id"])
    whole, forged = Bundle(tmp_path / f"{report['_id']}.sealed.zip"), tmp_path / "forged.zip"
    private_keys = keys.read_keys(superior_key.read_text(), keys.SUPERIOR_PRIVATE)
    data_key = sealer.data_key_for_reporter(report["_id"], report["data_key"], receipt)
    record = {name: value for name, value in whole.record.items() if name != "attachments"}
    content = sealing.seal_text(data_key, "../elsewhere", "content", b"{}")
    elsewhere = record | {"report_id": "../elsewhere", "content": content, "identity": None, "messages": []}
    cut = [
        bundles.SealedAttachment(about, list(whole.parts(about, SEALED_PART_BYTES))[:-1])
        for about in whole.record["attachments"]
    ]

    for number, (told, sent) in enumerate(((elsewhere, []), (record, cut[:1]), (record, cut[1:]))):
        bundles.write(forged, told, sent)
        with pytest.raises(ContentUnreadable):
            arriving.opened(Bundle(forged), private_keys, tmp_path / "in" / str(number))
    assert not list(tmp_path.rglob("elsewhere"))


def test_only_reports_of_this_route_are_handed_over(store, operator, sealer, tmp_path):
    other = report_of(store, sealer, handlers.submit_report(store, sealer, a_report(), CALL)["receipt"])

    assert store.above.get(other["_id"]) is None
    assert other["_id"] not in operator.run("sealed-reports", "list")
    told = operator.run("sealed-reports", "export", "--to", str(tmp_path), "--id", other["_id"], status=1)
    assert "No sealed report has the id" in told


def test_rotating_the_desks_keys_leaves_it_as_it_is(operator, report, store):
    operator.run("keys", "add", "desk", "--file", str(operator.desk))
    operator.run("keys", "rotate")

    assert store.db.reports.find_one({"_id": report["_id"]})["data_key"] == report["data_key"]
