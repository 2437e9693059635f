"""Actions on stored cases: once in effect, against the right version, recorded and told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chassis.refusals import IdempotencyKeyReused, NotFound, Stale
from services.tasks.documents import case_of, entry_of
from services.tasks.handlers import study
from services.tasks.model.applying import replay
from services.tasks.model.opening import opened as freshly_opened
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid, WrongState
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    NOW,
    OFFICE,
    OTHER_HANDLER,
    SUPERVISOR,
    a_person,
    act,
    actor,
    by,
    get,
    history,
    investigating,
    opened,
)


def outbox(store, case_id):
    return store.db.cases.find_one({"_id": case_id})["outbox"]


def through_to_closing(store, case_id):
    act(store, case_id, "record_step", by(HANDLER), what="查阅账目", evidence=["账册"])
    act(store, case_id, "record_finding", by(HANDLER), allegation=1, outcome="substantiated", reason="属实")
    act(store, case_id, "record_disposition", by(HANDLER), allegation=1, measure="criticism", reason="依规")
    act(store, case_id, "conclude", by(HANDLER))
    act(store, case_id, "tell_result", by(HANDLER))
    act(store, case_id, "confirm_adequate", by(LEADER), reason="适当")
    return act(store, case_id, "close", by(DESK))


def test_a_case_from_report_to_closing_with_each_step_told_in_order(store):
    case_id = investigating(store)
    closed = through_to_closing(store, case_id)
    assert closed["state"] == "closed"
    assert all(closed["guards"].values())
    events = outbox(store, case_id)
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["data"]["reporter_state"] == "closed"
    assert events[-1]["data"]["due_at"] is None
    assert {event["data"]["text_code"] for event in events} >= {"case.accepted", "case.result_told", "case.closed"}


def test_the_stored_history_replays_to_the_stored_case(store):
    case_id = investigating(store, subject_unit_ids=["x"])
    act(store, case_id, "suspend", by(DESK, now=NOW + timedelta(days=3)), reason="等待鉴定")
    act(store, case_id, "resume", by(DESK, now=NOW + timedelta(days=9)))
    through_to_closing(store, case_id)
    document = store.db.cases.find_one({"_id": case_id})
    case = case_of(document)
    fresh = freshly_opened(
        id=case.id, number=case.number, category=case.category, source_kind="report", source_id=case.source_id,
        at=case.opened_at, reporter_mode=case.reporter_mode, excluded_unit_ids=case.excluded_unit_ids,
    )  # fmt: skip
    assert replay(fresh, map(entry_of, document["history"])) == case


def test_closing_too_early_changes_nothing_and_says_what_is_missing(store):
    case_id = investigating(store)
    before = get(store, case_id)
    with pytest.raises(CaseCannotClose) as refused:
        act(store, case_id, "close", by(DESK))
    assert refused.value.missing[:3] == ["step", "evidence", "finding:1"]
    assert get(store, case_id) == before


def test_an_action_meant_for_an_earlier_version_is_stale(store):
    case_id = opened(store)
    act(store, case_id, "accept", by(DESK), expected_version=1)
    with pytest.raises(Stale) as refused:
        act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id, expected_version=1)
    assert refused.value.current_version == 2


def test_of_two_actions_at_once_the_second_is_decided_on_what_the_first_left(store):
    for _ in range(5):
        case_id = opened(store)

        def attempt(action, case_id=case_id):
            fields = {"ground": "no_substance", "reason": "无实质内容"} if action == "refuse" else {}
            try:
                return act(store, case_id, action, by(DESK), **fields)["state"]
            except WrongState as refused:
                return refused

        with ThreadPoolExecutor(2) as both:
            results = list(both.map(attempt, ["accept", "refuse"]))
        assert sum(isinstance(result, str) for result in results) == 1
        assert get(store, case_id)["version"] == 2
        assert len(outbox(store, case_id)) == 2


def test_the_same_request_twice_with_one_key_acts_once_and_answers_the_same(store):
    case_id = opened(store)
    call = by(DESK, idempotency_key="k1")
    first = act(store, case_id, "accept", call)
    assert act(store, case_id, "accept", call) == first
    assert get(store, case_id)["version"] == 2
    with pytest.raises(IdempotencyKeyReused):
        act(store, case_id, "accept", call, reason="另一理由")


def test_a_refused_action_leaves_its_key_free(store):
    case_id = opened(store)
    call = by(DESK, idempotency_key="k2")
    with pytest.raises(WrongState):
        act(store, case_id, "resume", call)
    assert act(store, case_id, "accept", call)["state"] == "accepted"


def test_a_case_that_is_not_yours_to_know_of_is_not_found(store):
    case_id = investigating(store, subject_unit_ids=[DISTRICT])
    insider = actor("desk", id="insider", path=(BUREAU, DISTRICT))
    for who in (OTHER_HANDLER, insider, actor("handler", id=HANDLER.id, path=(BUREAU, DISTRICT))):
        with pytest.raises(NotFound):
            get(store, case_id, who)
        with pytest.raises(NotFound):
            history(store, case_id, who)
        with pytest.raises(NotFound):
            act(store, case_id, "suspend", by(who), reason="?")
    with pytest.raises(NotFound):
        get(store, "no-such-case")


def test_a_handler_may_be_known_by_identity_only_and_must_still_be_one(store):
    case_id = opened(store)
    act(store, case_id, "accept", by(DESK))
    leaver = actor("handler", id="leaver")
    with pytest.raises(Invalid):
        act(store, case_id, "assign", by(DESK), handler_id=leaver.id)
    study.know_people(store, [a_person(leaver)])
    study.know_people(store, [a_person(leaver, sequence=3, active=False), a_person(leaver, sequence=2)])
    with pytest.raises(Invalid):
        act(store, case_id, "assign", by(DESK), handler_id=leaver.id)
    assert act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id)["unit_id"] == OFFICE


def test_the_history_says_who_when_from_to_and_why_and_keeps_details_for_those_of_the_file(store):
    case_id = investigating(store)
    act(store, case_id, "record_step", by(HANDLER), what="谈话要点", evidence=["笔录"])
    act(store, case_id, "suspend", by(DESK), reason="等待鉴定")
    *_, step, suspended = history(store, case_id, HANDLER)["items"]
    assert step["details"] == {"what": "谈话要点", "evidence": ["笔录"]}
    assert suspended["who"] == {"id": DESK.id, "name": DESK.name}
    assert (suspended["from"], suspended["to"], suspended["why"]) == ("investigating", "suspended", "等待鉴定")
    assert suspended["at"] == NOW
    for reader in (SUPERVISOR, LEADER):
        assert all(entry["details"] == {} for entry in history(store, case_id, reader)["items"])


def test_the_history_comes_page_by_page(store):
    case_id = investigating(store)
    whole = history(store, case_id)["items"]
    pages, cursor = [], None
    while True:
        page = history(store, case_id, limit=3, cursor=cursor)
        pages += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == whole
    assert len(whole) == 4


def test_who_acts_without_the_role_is_refused_though_they_may_read(store):
    case_id = investigating(store)
    for who in (SUPERVISOR, LEADER, HANDLER):
        with pytest.raises(Forbidden):
            act(store, case_id, "suspend", by(who), reason="?")


def test_the_desk_decides_on_an_objection_that_was_kept(store):
    case_id = opened(store)
    act(store, case_id, "accept", by(DESK))
    act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id)
    act(store, case_id, "object", by(HANDLER), reason="不属职权")
    with pytest.raises(Invalid):
        act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id)
    assert "insist" in get(store, case_id)["allowed_actions"]
    assert act(store, case_id, "insist", by(DESK), reason="属职权")["handler_id"] == HANDLER.id
    assert "insist" not in get(store, case_id)["allowed_actions"]
