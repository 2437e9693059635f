"""Items of evidence on a real database: recorded with their case, never changed unseen, struck out and not deleted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chassis import Reject
from chassis.ids import new_id
from chassis.refusals import Forbidden, IdempotencyKeyReused, Invalid, NotFound
from contracts.reports.events import ContentAccessedV1, EvidenceFileReceivedV1
from contracts.tasks import operations
from services.tasks.handlers import evidence
from services.tasks.model import custody
from services.tasks.model.refusals import EvidenceWithdrawn, WrongState
from services.tasks.model.refusals import Forbidden as NotYourAction
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    NOW,
    OTHER_HANDLER,
    SUPERVISOR,
    act,
    actor,
    by,
    get,
    history,
    investigating,
    opened,
    received,
)
from tests.support.explaining import BY_READING_ALL, asked, stages, walk


def kept(letter="a"):
    return {"id": f"text-{letter}", "digest": letter * 64}


def add(store, case_id, call=None, **changes):
    request = {"case_id": case_id, "kind": "document", "content": kept(), **changes}
    return evidence.add(store, operations.add_evidence.load(request), call or by(HANDLER))


def item_of(store, case_id, item=1, who=DESK):
    return evidence.get_item(store, operations.get_evidence.load({"case_id": case_id, "item": item}), by(who))


def listed(store, case_id, who=DESK, **page):
    return evidence.list_items(store, operations.list_evidence.load({"case_id": case_id, **page}), by(who))


def hand_over(store, case_id, call=None, *, item=1, **changes):
    request = {"case_id": case_id, "item": item, "act": "handed_over", "content": kept("b"), **changes}
    return evidence.record_custody(store, operations.record_custody.load(request), call or by(HANDLER))


def withdraw(store, case_id, call=None, *, item=1):
    request = {"case_id": case_id, "item": item, "content": kept("c")}
    return evidence.withdraw(store, operations.withdraw_evidence.load(request), call or by(HANDLER))


def a_file(case_id, item=1, **changes):
    data = {
        "case_id": case_id,
        "item": item,
        "attachment_id": f"file-{case_id}",
        "staff_id": HANDLER.id,
        "digest": "d" * 64,
        "at": NOW,
    }
    return received(EvidenceFileReceivedV1, f"file-{case_id}", **{**data, **changes})


def an_opening(case_id, item=1, **changes):
    access_id = new_id()
    data = {
        "access_id": access_id,
        "report_id": case_id,
        "case_id": case_id,
        "actor_id": DESK.id,
        "what": "evidence_file",
        "attachment_id": f"file-{case_id}",
        "copy": "original",
        "evidence_item": item,
        "purpose_code": "case_handling",
        "at": NOW,
    }
    return received(ContentAccessedV1, access_id, **{**data, **changes})


def acts(store, case_id, item=1):
    return [link["act"] for link in item_of(store, case_id, item)["custody"]]


def test_an_item_is_an_action_on_its_case_and_counts_for_the_guard(store):
    case_id = investigating(store)
    act(store, case_id, "record_step", by(HANDLER), what="谈话")
    assert not get(store, case_id)["guards"]["investigated"]

    first, second = add(store, case_id), add(store, case_id, kind="object")

    assert (first["item"], second["item"]) == (1, 2)
    assert (first["state"], first["links"], first["broken_at"]) == ("kept", 1, None)
    assert get(store, case_id)["guards"]["investigated"]
    last = history(store, case_id, HANDLER)["items"][-1]
    assert (last["action"], last["details"], last["why"]) == ("add_evidence", {"item": 2}, None)


def test_what_was_written_down_as_a_text_of_a_step_counts_as_before(store):
    case_id = investigating(store)
    act(store, case_id, "record_step", by(HANDLER), what="谈话", evidence=["笔录"])
    assert get(store, case_id)["guards"]["investigated"]


def test_only_the_handler_records_items_and_only_while_it_is_investigated(store):
    case_id = opened(store)
    act(store, case_id, "accept", by(DESK))
    act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id)
    with pytest.raises(WrongState):
        add(store, case_id)
    with pytest.raises(NotYourAction):
        add(store, case_id, by(DESK))
    assert listed(store, case_id)["items"] == []
    assert get(store, case_id)["version"] == 3


def test_a_joint_handler_works_on_the_evidence_too(store):
    case_id = investigating(store)
    act(store, case_id, "join", by(DESK), handler_id=OTHER_HANDLER.id, reason="联合办理")
    assert add(store, case_id, by(OTHER_HANDLER))["recorded_by"]["id"] == OTHER_HANDLER.id
    assert hand_over(store, case_id, by(OTHER_HANDLER))["number"] == 2
    assert item_of(store, case_id, who=OTHER_HANDLER)["links"] == 2


def test_who_does_not_read_the_file_sees_no_item(store):
    case_id = investigating(store, subject_unit_ids=[DISTRICT])
    add(store, case_id)
    insider = actor("desk", id="insider", path=(BUREAU, DISTRICT))
    for who in (OTHER_HANDLER, insider):
        for ask in (item_of, listed):
            with pytest.raises(NotFound):
                ask(store, case_id, who=who)
        for do in (add, hand_over, withdraw):
            with pytest.raises(NotFound):
                do(store, case_id, by(who))
    for who in (SUPERVISOR, LEADER):
        for ask in (item_of, listed):
            with pytest.raises(Forbidden):
                ask(store, case_id, who=who)
        with pytest.raises(Forbidden):
            hand_over(store, case_id, by(who))


def test_custody_grows_link_by_link_also_after_the_case_moved_on(store):
    case_id = investigating(store)
    add(store, case_id)
    act(store, case_id, "return", by(HANDLER), reason="移送")
    link = hand_over(store, case_id, by(DESK), at=NOW - timedelta(hours=2))

    found = item_of(store, case_id)

    assert found["custody"][-1] == link
    assert (link["number"], link["by"]["id"], link["at"]) == (2, DESK.id, NOW - timedelta(hours=2))
    assert link["previous"] == found["custody"][0]["hash"]
    assert (found["head"], found["links"], found["broken_at"]) == (link["hash"], 2, None)


def test_an_act_that_is_still_to_come_is_refused(store):
    case_id = investigating(store)
    add(store, case_id)
    with pytest.raises(Invalid):
        hand_over(store, case_id, at=NOW + timedelta(minutes=1))
    with pytest.raises(NotFound):
        hand_over(store, case_id, item=2)


def test_a_full_custody_takes_no_further_act_by_hand_but_what_the_system_records(store, monkeypatch):
    monkeypatch.setattr(custody, "MOST_LINKS", 2)
    case_id = investigating(store)
    add(store, case_id)
    hand_over(store, case_id)
    with pytest.raises(Forbidden) as refused:
        hand_over(store, case_id)
    assert refused.value.why == "evidence.custody_full"
    evidence.note_opening(store, an_opening(case_id))
    withdraw(store, case_id)
    assert acts(store, case_id) == ["recorded", "handed_over", "file_opened", "withdrawn"]


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ({"$set": {"custody.0.content.digest": "e" * 64}}, 1),
        ({"$set": {"custody.1.by.id": "somebody"}}, 2),
        ({"$set": {"custody.1.recorded_at": NOW + timedelta(milliseconds=1)}}, 2),
        ({"$pop": {"custody": 1}}, 2),
        ({"$pop": {"custody": -1}}, 1),
        ({"$set": {"kind": "object"}}, 1),
        ({"$set": {"head": "0" * 64}}, 3),
    ],
    ids=str,
)
def test_a_change_in_the_database_is_seen(store, change, broken_at):
    case_id = investigating(store)
    add(store, case_id)
    hand_over(store, case_id)
    store.db.evidence.update_one({"_id": f"{case_id}.1"}, change)
    assert item_of(store, case_id)["broken_at"] == broken_at
    assert listed(store, case_id)["items"][0]["broken_at"] == broken_at


def test_what_was_struck_out_stays_and_counts_no_more(store):
    case_id = investigating(store)
    act(store, case_id, "record_step", by(HANDLER), what="谈话")
    add(store, case_id)

    link = withdraw(store, case_id)

    assert link["act"] == "withdrawn"
    found = item_of(store, case_id)
    assert (found["state"], acts(store, case_id)) == ("withdrawn", ["recorded", "withdrawn"])
    assert not get(store, case_id)["guards"]["investigated"]
    with pytest.raises(EvidenceWithdrawn):
        withdraw(store, case_id)
    with pytest.raises(EvidenceWithdrawn):
        evidence.expect_file(store, {"case_id": case_id, "item": 1}, by(HANDLER))
    assert add(store, case_id)["item"] == 2


def test_striking_out_what_was_recorded_in_an_earlier_round_takes_nothing_from_this_one(store):
    case_id = investigating(store)
    add(store, case_id)
    act(store, case_id, "return", by(HANDLER), reason="退")
    act(store, case_id, "transfer", by(DESK), body="other", body_name="市纪委监委", reason="移送")
    act(store, case_id, "reopen", by(DESK), reason="重新办理")
    act(store, case_id, "accept", by(DESK))
    act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id)
    act(store, case_id, "start", by(HANDLER))
    act(store, case_id, "record_step", by(HANDLER), what="谈话")
    assert not get(store, case_id)["guards"]["investigated"]
    assert add(store, case_id)["item"] == 2

    withdraw(store, case_id, item=1)

    assert get(store, case_id)["guards"]["investigated"]


def test_the_same_request_twice_records_once(store):
    case_id = investigating(store)
    call = by(HANDLER, idempotency_key=f"add-{case_id}")
    assert add(store, case_id, call) == add(store, case_id, call)
    with pytest.raises(IdempotencyKeyReused):
        add(store, case_id, call, kind="object")
    handed = by(HANDLER, idempotency_key=f"hand-{case_id}")
    assert hand_over(store, case_id, handed) == hand_over(store, case_id, handed)
    assert acts(store, case_id) == ["recorded", "handed_over"]


def test_items_and_acts_at_once_get_numbers_and_places_of_their_own(store):
    case_id = investigating(store)
    with ThreadPoolExecutor(3) as together:
        numbers = list(together.map(lambda _: add(store, case_id)["item"], range(3)))
    assert sorted(numbers) == [1, 2, 3]
    with ThreadPoolExecutor(3) as together:
        links = list(together.map(lambda _: hand_over(store, case_id)["number"], range(3)))
    assert sorted(links) == [2, 3, 4]
    assert item_of(store, case_id)["broken_at"] is None


def test_an_item_whose_document_cannot_be_written_leaves_no_action_behind(store):
    case_id = investigating(store)
    store.db.evidence.insert_one({"_id": f"{case_id}.1", "case_id": "other", "number": 1})
    with pytest.raises(Exception, match="duplicate key"):
        add(store, case_id)
    assert history(store, case_id)["items"][-1]["action"] == "start"


def test_a_file_that_came_is_put_on_its_item_once(store):
    case_id = investigating(store)
    add(store, case_id)
    for _ in range(2):
        evidence.attach_file(store, a_file(case_id))
    found = item_of(store, case_id)
    assert found["file"] == {"id": f"file-{case_id}", "digest": "d" * 64}
    assert [link["act"] for link in found["custody"]] == ["recorded", "file_attached"]
    assert found["broken_at"] is None


def test_each_opening_of_its_file_is_a_link_and_other_readings_are_none(store):
    case_id = investigating(store)
    add(store, case_id)
    opening = an_opening(case_id)
    for event in (opening, opening, an_opening(case_id, copy="clean"), an_opening(case_id, what="evidence")):
        evidence.note_opening(store, event)
    links = item_of(store, case_id)["custody"][1:]
    assert [(link["act"], link["copy"], link["by"]["id"]) for link in links] == [
        ("file_opened", "original", DESK.id),
        ("file_opened", "clean", DESK.id),
    ]
    assert links[0]["ref"] == opening.data["access_id"]


def test_an_opening_that_comes_while_another_is_recorded_breaks_no_chain(store, monkeypatch):
    case_id = investigating(store)
    add(store, case_id)
    meanwhile, get_item = [an_opening(case_id, copy="clean")], store.evidence.get

    def and_then_the_other(*asked, **options):
        found = get_item(*asked, **options)
        if meanwhile:
            evidence.note_opening(store, meanwhile.pop())
        return found

    monkeypatch.setattr(store.evidence, "get", and_then_the_other)
    evidence.note_opening(store, an_opening(case_id))
    found = item_of(store, case_id)
    assert [link["copy"] for link in found["custody"]] == [None, "clean", "original"]
    assert found["broken_at"] is None


def test_an_event_about_an_item_that_there_is_not_is_kept_for_people_to_look_at(store):
    with pytest.raises(Reject):
        evidence.attach_file(store, a_file("no-such-case"))
    with pytest.raises(Reject):
        evidence.note_opening(store, an_opening("no-such-case"))


def test_the_list_comes_page_by_page_in_order(store):
    case_id = investigating(store)
    for _ in range(5):
        add(store, case_id)
    first = listed(store, case_id, limit=2)
    second = listed(store, case_id, limit=3, cursor=first["next_cursor"])
    assert [item["item"] for item in (*first["items"], *second["items"])] == [1, 2, 3, 4, 5]
    assert second["next_cursor"] is None


def test_every_query_about_evidence_is_served_by_an_index(watched, recorder):
    case_id = investigating(watched)
    add(watched, case_id, by(HANDLER, idempotency_key="indexed"))
    hand_over(watched, case_id)
    evidence.attach_file(watched, a_file(case_id))
    evidence.note_opening(watched, an_opening(case_id))
    walk(lambda page: listed(watched, case_id, **page))
    withdraw(watched, case_id)
    commands = asked(recorder)
    assert len(commands) > 10
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command
