"""What is said of evidence: sealed under the key of its case's file, opened for those who read the file, and seen to be
changed when it was."""

import pytest
from bson import encode

from chassis.refusals import IdempotencyKeyReused, NotFound
from contracts.call import Actor
from services.reports import handlers, sealing
from services.reports.handlers import keys
from services.reports.model.report import ContentUnreadable, KeyMissing
from services.reports.sealing import Sealer
from tests.integration.reports.building import CALL, DESK, HANDLER, a_report, progressed, report_of
from tests.integration.reports.gathering import ACT, CONTENT, an_officer, nobodys_case
from tests.integration.reports.writing import OTHER_HANDLER
from tests.support.explaining import BY_READING_ALL, asked, stages

DESK_OF_UNIT_A = Actor("desk-a", "某人", frozenset({"desk"}), "unit-a", ("bureau", "unit-a"))


@pytest.fixture
def reported(store, sealer):
    """The handler of a case that a report opened."""
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    case_id = report_of(store, sealer, receipt)["_id"]
    progressed(store, sealer, receipt, case_id=case_id, handler_id=HANDLER.id)
    return an_officer(store, sealer, case_id)


@pytest.fixture
def unreported(store, sealer):
    """The handler of a case that nobody reported."""
    case_id = f"clue-{sealing.new_id()}"
    nobodys_case(store, case_id)
    return an_officer(store, sealer, case_id)


@pytest.fixture(params=["reported", "unreported"])
def officer(request):
    """The handler of either."""
    return request.getfixturevalue(request.param)


def sealed_item(content, acts=(), item=1, file=None):
    return {"item": item, "content": content, "acts": list(acts), "file": file}


def accesses(store, case_id):
    return list(store.db.accesses.find({"case_id": case_id}).sort("_id", 1))


def test_what_was_kept_is_opened_again_and_the_reading_is_recorded(store, officer):
    kept = officer.keep(obtained_on=None, obtained_at="2026-03-01T09:00:00+08:00", sha256="a" * 64)
    act = officer.keep_act()

    [opened] = officer.as_(DESK).open(sealed_item(kept, [act]), purpose="核对")

    expected = {**CONTENT, "obtained_on": None, "obtained_at": "2026-03-01T01:00:00.000Z", "place": None}
    assert opened["content"] == {**expected, "sha256": "a" * 64}
    assert opened["acts"] == [{"id": act["id"], **ACT}]
    assert (opened["intact"], opened["file"]) == (True, None)
    [access] = accesses(store, officer.case_id)
    assert (access["what"], access["actor_id"], access["purpose"]) == ("evidence", DESK.id, "核对")


def test_nothing_of_it_is_kept_in_clear(store, officer):
    officer.keep()
    officer.keep_act()
    for name in store.db.list_collection_names():
        for document in store.db[name].find():
            for said in (*CONTENT.values(), *ACT.values()):
                assert said.encode() not in encode(document), name


def test_the_same_request_twice_keeps_one_text_and_another_under_its_key_is_refused(store, officer):
    assert officer.keep("k1") == officer.keep("k1")
    assert officer.keep_act("k1")["id"] != officer.keep("k1")["id"]
    with pytest.raises(IdempotencyKeyReused):
        officer.keep("k1", title="另一件")
    assert store.db.evidence_texts.count_documents({"case_id": officer.case_id}) == 2


def test_who_does_not_read_the_file_neither_keeps_nor_opens(store, officer):
    kept = officer.keep()
    for person in (OTHER_HANDLER, Actor("s", "督导", frozenset({"supervisor"}), "x", ("x",))):
        with pytest.raises(NotFound):
            officer.as_(person).open(sealed_item(kept))
        with pytest.raises(NotFound):
            officer.as_(person).keep()
    with pytest.raises(NotFound):
        an_officer(store, officer.sealer, "no-such-case").keep()
    assert accesses(store, officer.case_id) == []


def test_a_unit_that_turns_out_to_be_concerned_is_kept_out_whatever_order_is_told_in(store, unreported):
    kept = unreported.keep()
    assert unreported.as_(DESK_OF_UNIT_A).open(sealed_item(kept))
    nobodys_case(store, unreported.case_id, sequence=3, excluded_unit_ids=["unit-a"], handler_id=OTHER_HANDLER.id)
    nobodys_case(store, unreported.case_id, sequence=2)
    for person in (DESK_OF_UNIT_A, HANDLER, OTHER_HANDLER):
        with pytest.raises(NotFound):
            unreported.as_(person).open(sealed_item(kept))
    assert unreported.as_(DESK).open(sealed_item(kept))[0]["intact"]


def test_a_part_of_a_case_has_a_file_of_its_own_for_its_own_handler(store, sealer, reported, unreported):
    # Whose part it is is told only where the whole has a reporter.
    for officer, whole in ((reported, reported.case_id), (unreported, None)):
        part = f"part-{sealing.new_id()}"
        nobodys_case(store, part, part_of=whole, handler_id=OTHER_HANDLER.id)
        theirs = an_officer(store, sealer, part).as_(OTHER_HANDLER)
        kept = theirs.keep()
        assert theirs.open(sealed_item(kept))[0]["intact"]
        with pytest.raises(NotFound):
            theirs.as_(HANDLER).open(sealed_item(kept))
        with pytest.raises(NotFound):
            officer.as_(OTHER_HANDLER).keep()
        report_id = store.db.reports.find_one({"case.id": officer.case_id}, {"_id": 1})
        file = store.db.case_files.find_one({"_id": part})
        assert file.get("report_id") == (report_id["_id"] if report_id else None)


def test_joint_handlers_work_on_the_evidence_too(store, unreported):
    kept = unreported.keep()
    nobodys_case(store, unreported.case_id, sequence=2, joint_handler_ids=[OTHER_HANDLER.id])
    assert unreported.as_(OTHER_HANDLER).open(sealed_item(kept))[0]["intact"]
    assert unreported.as_(OTHER_HANDLER).keep()


def test_a_text_that_was_changed_exchanged_or_removed_is_seen(store, officer):
    kept, other, act = officer.keep(), officer.keep(title="另一件"), officer.keep_act()
    item = sealed_item(kept, [act])
    sealed = store.db.evidence_texts.find_one({"_id": other["id"]})["sealed"]
    swapped = {"id": kept["id"], "digest": other["digest"]}

    store.db.evidence_texts.update_one({"_id": kept["id"]}, {"$set": {"sealed": sealed}})
    [opened] = officer.open(item)
    assert (opened["intact"], opened["content"], len(opened["acts"])) == (False, None, 1)
    [opened] = officer.open(sealed_item(swapped))
    assert (opened["intact"], opened["content"]) == (False, None)

    store.db.evidence_texts.delete_one({"_id": act["id"]})
    [opened] = officer.open(sealed_item(other, [act]))
    assert (opened["intact"], opened["acts"]) == (False, [])


def test_a_text_that_was_sealed_anew_is_not_the_one_that_the_chain_names(store, officer):
    """Whoever holds the keys can make a text that opens: the chain still names the first."""
    kept = officer.keep()
    [opened] = officer.open(sealed_item({**kept, "digest": "0" * 64}))
    assert (opened["intact"], opened["content"]) == (False, None)


def test_a_text_of_another_case_does_not_open_in_this_one(reported, unreported):
    kept = unreported.keep()
    [opened] = reported.open(sealed_item(kept))
    assert (opened["intact"], opened["content"]) == (False, None)


def test_the_key_of_a_reported_case_s_file_opens_with_its_report_alone(store, sealer, reported):
    reported.keep()
    file = store.db.case_files.find_one({"_id": reported.case_id})
    report = store.db.reports.find_one({"case.id": reported.case_id})
    assert file["report_id"] == report["_id"]
    assert "desk" not in file["data_key"]
    other = store.db.reports.find_one({"case.id": {"$ne": reported.case_id}, "data_key.desk": {"$exists": True}})
    key = sealer.data_key_for_desk(other["_id"], other["data_key"])
    with pytest.raises(ContentUnreadable):
        sealing.open_text(key, report["_id"], f"case-file/{reported.case_id}", file["data_key"]["report"])


def test_the_desk_s_key_can_be_changed_and_evidence_still_opens(store, sealer, unreported):
    kept = unreported.keep()
    newer = bytes([31]) * 32
    rotated = Sealer.of(
        (newer, bytes([11]) * 32), sealer.custodian_public, bytes([13]) * 32, superior_public=sealer.superior_public
    )
    lost = Sealer.of((newer,), sealer.custodian_public, bytes([13]) * 32, superior_public=sealer.superior_public)
    assert next(iter(sealer.desk)) in keys.missing(store, lost)

    before = keys.to_rotate(store, rotated)
    assert sum(batch.done for batch in keys.rotate(store, rotated, 100)) == before > 0

    assert keys.to_rotate(store, rotated) == 0
    [opened] = an_officer(store, lost, unreported.case_id).open(sealed_item(kept))
    assert opened["content"]["title"] == CONTENT["title"]
    with pytest.raises(KeyMissing):
        unreported.open(sealed_item(kept))
    back = Sealer.of(
        (bytes([11]) * 32, newer), sealer.custodian_public, bytes([13]) * 32, superior_public=sealer.superior_public
    )
    assert sum(batch.done for batch in keys.rotate(store, back, 100)) == before


def test_every_query_about_evidence_is_served_by_an_index(watched, sealer, recorder):
    nobodys_case(watched, "clue-indexed")
    officer = an_officer(watched, sealer, "clue-indexed")
    kept, act = officer.keep("indexed"), officer.keep_act()
    officer.send(1, b"recorded " * 900, "a.txt")
    officer.open(sealed_item(kept, [act]))
    officer.fetch(1)
    assert [item for item, _, _ in officer.originals()] == [1]
    upload = officer.begin(2, file_name="b.txt", length=70_000)
    officer.cancel(2, upload)
    newer = Sealer.of(
        (bytes([33]) * 32, bytes([11]) * 32), sealer.custodian_public, bytes([13]) * 32,
        superior_public=sealer.superior_public,
    )  # fmt: skip
    keys.check(watched, newer)
    assert sum(batch.done for batch in keys.rotate(watched, newer, 100)) > 0
    commands = asked(recorder)
    assert len(commands) > 20
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command
