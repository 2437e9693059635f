"""Merging, separating, splitting and what goes with them, on stored cases: one transaction each, and nothing lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chassis.refusals import NotFound, Stale
from services.tasks.documents import case_of, entry_of
from services.tasks.handlers import conflicts, study
from services.tasks.handlers.changes import CaseChanged
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
    OTHER_HANDLER,
    a_person,
    act,
    actor,
    ask,
    by,
    get,
    history,
    investigating,
    opened,
)
from tests.integration.tasks.test_further_units import named
from tests.integration.tasks.test_ratings import rated


def told(store, case_id):
    return [event["data"] for event in store.db.cases.find_one({"_id": case_id})["outbox"]]


def merge(store, case_id, into, call=None, **fields):
    return act(store, case_id, "merge", call or by(DESK), into=into, reason="同一事项", **fields)


def followed(store, **changes):
    """A case under investigation, and one that was merged into it."""
    leading, follower = investigating(store), opened(store, **changes)
    merge(store, follower, leading)
    return leading, follower


def to_the_end(store, case_id, allegations=(1, 2)):
    act(store, case_id, "record_step", by(HANDLER), what="查阅账目", evidence=["账册"])
    for number in allegations:
        act(store, case_id, "record_finding", by(HANDLER), allegation=number, outcome="false", reason="不实")
    act(store, case_id, "conclude", by(HANDLER))
    act(store, case_id, "tell_result", by(HANDLER))
    act(store, case_id, "confirm_adequate", by(LEADER), reason="适当")
    return act(store, case_id, "close", by(DESK))


def replays(store, case_id, **first):
    document = store.db.cases.find_one({"_id": case_id})
    case = case_of(document)
    fresh = freshly_opened(
        id=case.id, number=case.number, category=case.category, source_kind="report", source_id=case.source_id,
        at=case.opened_at, reporter_mode=case.reporter_mode, **first,
    )  # fmt: skip
    return replay(fresh, map(entry_of, document["history"])) == case


# -- merging


def test_a_merged_case_follows_to_the_end_and_each_step_is_told_under_its_own_receipt(store):
    leading, follower = followed(store, reporter_mode="anonymous")
    case = get(store, follower)
    assert (case["state"], case["merged_into"], case["handler_id"]) == ("merged", leading, HANDLER.id)
    assert get(store, leading)["follower_ids"] == [follower]
    assert get(store, follower, HANDLER)["id"] == follower

    assert to_the_end(store, leading)["state"] == "closed"
    events = told(store, follower)
    assert [event["text_code"] for event in events if event["text_code"]] == [
        "case.registered", "case.merged", "case.concluded", "case.result_told", "case.closed",
    ]  # fmt: skip
    assert (events[-1]["reporter_state"], events[-1]["outcome"], events[-1]["report_id"]) == (
        "closed", "false", follower,
    )  # fmt: skip
    assert (events[-1]["results"], events[-1]["result_told"]) == (1, True)
    sequences = [event["sequence"] for event in store.db.cases.find_one({"_id": follower})["outbox"]]
    assert sequences == list(range(1, len(sequences) + 1))
    assert replays(store, leading)
    assert replays(store, follower)


def test_the_leading_case_cannot_close_without_an_answer_to_what_was_merged(store):
    leading, _ = followed(store)
    with pytest.raises(CaseCannotClose) as refused:
        to_the_end(store, leading, allegations=(1,))
    assert refused.value.missing == ["finding:2"]


def test_a_named_reporter_who_follows_is_owed_the_result_in_time_and_the_anonymous_one_who_leads_is_told_of_no_day(
    store,
):
    leading = investigating(store, reporter_mode="anonymous")
    follower = opened(store, reporter_mode="named")
    merge(store, follower, leading)
    act(store, leading, "record_step", by(HANDLER), what="查阅", evidence=["账册"])
    for number in (1, 2):
        act(store, leading, "record_finding", by(HANDLER), allegation=number, outcome="false", reason="不实")
    act(store, leading, "conclude", by(HANDLER))

    assert "tell_result_named" in {clock["rule"] for clock in get(store, leading)["clocks"]}
    rules = [{clock["rule"] for clock in told(store, id)[-1]["reporter_clocks"]} for id in (leading, follower)]
    assert ["tell_result_named" in known for known in rules] == [False, True]


def test_of_two_time_limits_the_one_that_began_earlier_counts_on(store):
    early, late = opened(store), opened(store)
    act(store, early, "accept", by(DESK))
    act(store, late, "accept", by(DESK, now=NOW + timedelta(days=20)))
    merge(store, early, late, by(DESK, now=NOW + timedelta(days=30)))

    [due] = [clock["due_at"] for clock in get(store, late)["clocks"] if clock["rule"] == "handle"]
    assert (due - NOW).days == 60
    assert store.case(early)["next_due_at"].year == 9999


def test_whoever_must_keep_out_of_the_one_keeps_out_of_the_other(store):
    leading = opened(store)
    follower = opened(store, subject_unit_ids=[DISTRICT])
    merge(store, follower, leading)
    insider = actor("desk", id="insider", path=(BUREAU, DISTRICT))
    for case_id in (leading, follower):
        with pytest.raises(NotFound):
            get(store, case_id, insider)


def test_a_unit_that_turns_out_to_be_concerned_later_is_kept_from_all_of_them(store):
    leading, follower = followed(store)
    insider = actor("leader", id="insider-2", path=(BUREAU, "unit-z"))
    get(store, leading, insider)
    conflicts.keep_from_units(store, named(follower, "unit-z"))
    for case_id in (leading, follower):
        with pytest.raises(NotFound):
            get(store, case_id, insider)


@pytest.mark.parametrize("wrong", ["itself", "nowhere", "merged", "closed", "unseen", "not accepted"])
def test_what_a_case_cannot_be_merged_into(store, wrong):
    case_id = opened(store)
    into = {
        "itself": lambda: case_id,
        "nowhere": lambda: "no-such-case",
        "merged": lambda: followed(store)[1],
        "closed": lambda: _refused(store),
        "unseen": lambda: opened(store, subject_unit_ids=[BUREAU]),
        "not accepted": lambda: opened(store),
    }[wrong]()
    if wrong == "not accepted":
        act(store, case_id, "accept", by(DESK))
    with pytest.raises(Invalid) as refused:
        merge(store, case_id, into)
    assert refused.value.errors[0]["field"] == "into"
    assert get(store, case_id)["merged_into"] is None


def _refused(store):
    case_id = opened(store)
    act(store, case_id, "refuse", by(DESK), ground="no_substance", reason="无实质内容")
    return case_id


def test_merged_twice_it_is_merged_once(store):
    leading, follower = followed(store)
    with pytest.raises(WrongState) as refused:
        merge(store, follower, leading)
    assert refused.value.allowed == ["separate"]
    assert get(store, leading)["follower_ids"] == [follower]


def test_merged_by_two_at_once_it_is_merged_once(store):
    for _ in range(3):
        into, follower = [opened(store), opened(store)], opened(store)

        def attempt(leading, follower=follower):
            try:
                return merge(store, follower, leading)["merged_into"]
            except WrongState:
                return None

        with ThreadPoolExecutor(2) as both:
            done = [one for one in both.map(attempt, into) if one]
        assert done == [get(store, follower)["merged_into"]]
        assert [get(store, leading)["follower_ids"] for leading in into].count([follower]) == 1


def test_merged_while_the_leading_case_moves_the_case_ends_where_that_one_is(store):
    for _ in range(3):
        leading, follower = investigating(store), opened(store)

        def attempt(action, leading=leading, follower=follower):
            if action == "merge":
                return merge(store, follower, leading)
            return act(store, leading, "reassign", by(DESK), handler_id=OTHER_HANDLER.id, reason="调整")

        with ThreadPoolExecutor(2) as both:
            list(both.map(attempt, ["merge", "reassign"]))
        assert get(store, follower)["handler_id"] == get(store, leading)["handler_id"] == OTHER_HANDLER.id
        assert replays(store, follower)


def test_merged_with_one_key_twice_answers_the_same(store):
    leading, follower = investigating(store), opened(store)
    call = by(DESK, idempotency_key="merge-1")
    first = merge(store, follower, leading, call)
    assert merge(store, follower, leading, call) == first
    assert len(history(store, follower)["items"]) == 2


def test_what_follows_the_merged_case_goes_along(store):
    middle, last = followed(store)
    leading = investigating(store)
    merge(store, middle, leading)
    assert {get(store, id)["merged_into"] for id in (middle, last)} == {leading}
    assert set(get(store, leading)["follower_ids"]) == {middle, last}
    to_the_end(store, leading, allegations=(1, 2, 3))
    assert told(store, last)[-1]["reporter_state"] == "closed"


def test_a_reporter_who_follows_and_is_not_satisfied_has_the_leading_case_examined_again_once(store):
    leading, follower = followed(store)
    to_the_end(store, leading)
    rated(store, follower)

    case = get(store, leading)
    assert (case["state"], case["re_examination"], case["satisfied"]) == ("accepted", True, None)
    assert get(store, follower)["satisfied"] is False
    assert told(store, follower)[-1]["text_code"] == "case.re_examined"
    assert told(store, leading)[-1]["text_code"] == "case.re_examined_for_another"
    before = get(store, leading)["version"]
    rated(store, follower)
    assert get(store, leading)["version"] == before
    assert rated(store, leading)["state"] == "accepted"


def test_separated_it_is_registered_anew_and_the_leading_case_asks_no_more_for_it(store):
    leading, follower = followed(store)
    later = NOW + timedelta(days=9)
    case = act(store, follower, "separate", by(DESK, now=later), reason="并非同一事项")

    assert (case["state"], case["merged_into"], case["handler_id"]) == ("registered", None, None)
    running = {clock["rule"]: clock["started_at"] for clock in case["clocks"] if clock["state"] == "running"}
    assert running == dict.fromkeys(("register_and_route", "tell_acceptance", "tell_acceptance_named"), later)
    assert told(store, follower)[-1]["text_code"] == "case.separated"
    assert get(store, leading)["moved_allegations"] == [2]
    assert to_the_end(store, leading, allegations=(1,))["state"] == "closed"
    assert get(store, follower)["state"] == "registered"


# -- splitting


def divided(store, *numbers):
    case_id = opened(store)
    act(store, case_id, "accept", by(DESK), allegations=["收受礼金", "违规执业", "推诿"])
    act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id)
    act(store, case_id, "start", by(HANDLER))
    case = act(store, case_id, "split", by(DESK), allegation_numbers=list(numbers), reason="另案查处")
    return case_id, case["parts"][0]["id"]


def test_a_part_is_a_case_of_its_own_that_the_whole_waits_for(store):
    whole, part = divided(store, 2)
    case = get(store, part)
    assert (case["state"], case["split_from"], case["source"]) == ("accepted", whole, {"kind": "report", "id": whole})
    assert case["number"] != get(store, whole)["number"]
    events = told(store, part)
    assert (events[0]["report_id"], events[0]["part_of"], events[0]["text_code"]) == (None, whole, None)

    with pytest.raises(CaseCannotClose) as refused:
        to_the_end(store, whole, allegations=(1, 3))
    assert refused.value.missing == [f"part:{case['number']}"]
    act(store, part, "assign", by(DESK), handler_id=OTHER_HANDLER.id)
    act(store, part, "start", by(OTHER_HANDLER))
    act(store, part, "record_step", by(OTHER_HANDLER), what="查阅", evidence=["卷宗"])
    act(store, part, "record_finding", by(OTHER_HANDLER), allegation=1, outcome="substantiated", reason="属实")
    act(store, part, "record_disposition", by(OTHER_HANDLER), allegation=1, measure="criticism", reason="依规")
    act(store, part, "conclude", by(OTHER_HANDLER))
    act(store, part, "confirm_adequate", by(LEADER), reason="适当")
    assert act(store, part, "close", by(DESK))["state"] == "closed"
    assert not [event for event in told(store, part) if event["text_code"]]

    assert get(store, whole)["parts"] == [{"id": part, "number": case["number"], "over": True}]
    assert act(store, whole, "close", by(DESK))["state"] == "closed"
    # The strongest of all findings counts for how long the report is kept.
    assert told(store, whole)[-1]["outcome"] == "substantiated"
    assert replays(store, whole)


def test_a_reporter_who_follows_hears_how_it_ended_once_the_last_part_is_over(store):
    whole, follower = opened(store), opened(store)
    act(store, whole, "accept", by(DESK), allegations=["甲", "乙"])
    merge(store, follower, whole)
    act(store, whole, "split", by(DESK), allegation_numbers=[2], reason="另案")
    [part] = get(store, whole)["parts"]
    act(store, whole, "transfer", by(DESK), body="police", reason="管辖")
    assert told(store, follower)[-1]["outcome"] is None
    act(store, part["id"], "transfer", by(DESK), body="court", reason="涉诉")
    assert told(store, follower)[-1]["outcome"] == told(store, whole)[-1]["outcome"] == "transferred"


def test_what_was_split_off_has_no_finding_in_the_whole_and_the_numbers_of_the_rest_stay(store):
    whole, _ = divided(store, 1)
    with pytest.raises(Invalid) as refused:
        act(store, whole, "record_finding", by(HANDLER), allegation=1, outcome="false", reason="?")
    assert refused.value.errors == [{"field": "allegation", "message": "cases.allegation_moved"}]
    act(store, whole, "record_finding", by(HANDLER), allegation=3, outcome="false", reason="不实")


@pytest.mark.parametrize("numbers", [[1, 2, 3], [4], [2]])
def test_what_cannot_be_split_off(store, numbers):
    whole, part = divided(store, 2)
    with pytest.raises(Invalid) as refused:
        act(store, whole, "split", by(DESK), allegation_numbers=numbers, reason="?")
    assert refused.value.errors[0]["field"] == "allegation_numbers"
    with pytest.raises(WrongState):
        act(store, part, "split", by(DESK), allegation_numbers=[1], reason="?")
    with pytest.raises(CaseCannotClose):
        merge(store, whole, investigating(store))


def test_a_unit_that_turns_out_to_be_concerned_is_kept_from_the_parts_too(store):
    whole, part = divided(store, 2)
    insider = actor("leader", id="insider-3", path=(BUREAU, "unit-y"))
    conflicts.keep_from_units(store, named(whole, "unit-y"))
    for case_id in (whole, part):
        with pytest.raises(NotFound):
            get(store, case_id, insider)


def test_a_unit_that_a_merged_report_is_about_is_kept_from_the_parts_too(store):
    whole, part = divided(store, 2)
    insider = actor("desk", id="insider-4", path=(BUREAU, "unit-x"))
    assert get(store, part, insider)["id"] == part
    merge(store, opened(store, subject_unit_ids=["unit-x"]), whole)
    for case_id in (whole, part):
        with pytest.raises(NotFound):
            get(store, case_id, insider)
    assert history(store, part)["items"][-1]["action"] == "keep_from"
    assert told(store, part)[-1]["excluded_unit_ids"] == ["unit-x"]


# -- people


def test_a_joint_handler_finds_and_works_on_the_case_and_does_not_conclude_it(store):
    case_id = investigating(store)
    with pytest.raises(NotFound):
        get(store, case_id, OTHER_HANDLER)
    act(store, case_id, "join", by(DESK), handler_id=OTHER_HANDLER.id, reason="跨单位")
    assert case_id in {item["id"] for item in ask(store, OTHER_HANDLER, limit=200)["items"]}
    act(store, case_id, "record_step", by(OTHER_HANDLER), what="查阅", evidence=["账册"])
    act(store, case_id, "record_finding", by(OTHER_HANDLER), allegation=1, outcome="false", reason="不实")
    for action in ("conclude", "return", "tell_result"):
        with pytest.raises(Forbidden):
            act(store, case_id, action, by(OTHER_HANDLER), **({"reason": "?"} if action == "return" else {}))
    act(store, case_id, "unjoin", by(DESK), handler_id=OTHER_HANDLER.id, reason="完成")
    with pytest.raises(NotFound):
        get(store, case_id, OTHER_HANDLER)
    assert case_id not in {item["id"] for item in ask(store, OTHER_HANDLER, limit=200)["items"]}


def test_people_who_must_keep_out_neither_see_the_case_nor_find_it(store):
    case_id = investigating(store)
    second = actor("desk", id="second-desk")
    study.know_people(store, [a_person(second)])
    case = act(store, case_id, "exclude", by(DESK), person_ids=[second.id, HANDLER.id], reason="近亲属")

    assert (case["state"], case["handler_id"]) == ("returned", None)
    for who in (second, HANDLER):
        with pytest.raises(NotFound):
            get(store, case_id, who)
        assert case_id not in {item["id"] for item in ask(store, who, limit=200)["items"]}
    with pytest.raises(Invalid) as refused:
        act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id)
    assert refused.value.errors == [{"field": "handler_id", "message": "cases.person_concerned"}]


# -- what was done meanwhile


def test_who_acts_on_an_older_version_is_told_what_was_done_since_and_by_whom(store):
    case_id = opened(store)
    version = get(store, case_id)["version"]
    act(store, case_id, "accept", by(DESK))
    act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id)
    with pytest.raises(CaseChanged) as refused:
        act(store, case_id, "refuse", by(DESK), ground="no_substance", reason="?", expected_version=version)
    assert isinstance(refused.value, Stale)
    assert refused.value.changes == [
        {"action": "accept", "by": DESK.name, "at": NOW},
        {"action": "assign", "by": DESK.name, "at": NOW},
    ]
    assert refused.value.current_version == version + 2
