"""The inventory of overdue cases and what-if agree with the list and the clocks, and tell no more than one may know."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chassis.refusals import Forbidden, NotFound
from services.tasks.handlers import study
from services.tasks.model.refusals import Invalid, WrongState
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    MEMBER,
    NOW,
    OTHER_HANDLER,
    SUPERVISOR,
    a_person,
    act,
    actor,
    ask,
    by,
    get,
    investigating,
    opened,
)
from tests.integration.tasks.overseeing import after, asked_what_if, concluded, overdue
from tests.support.explaining import BY_READING_ALL, asked, stages

READERS = (DESK, LEADER, SUPERVISOR, actor("desk", "supervisor", id="both"))


def listed(store, who, now, **filters):
    found, cursor = [], None
    while True:
        page = ask(store, who, now=now, overdue=True, limit=7, cursor=cursor, **filters)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def agree(store, who, now):
    """Every figure is the number of the records behind it, and all of them together are the whole list."""
    everything = listed(store, who, now)
    for kind in ("unit", "handler"):
        answer = overdue(store, who, now, kind)
        assert answer["overdue"] == len(everything)
        for figure in answer["items"]:
            names = ("unit_id",) if kind == "unit" else ("unit_id", "handler_id")
            filters = {name: figure[name] for name in names if figure[name] is not None}
            if figure["unit_id"] is None:
                filters["unassigned"] = True
            records = listed(store, who, now, **filters)
            assert len(records) == figure["overdue"], figure
            assert figure["days"] >= 0
    return len(everything)


def test_each_figure_is_the_number_of_the_records_in_the_list_for_every_reader_at_every_moment(store):
    investigating(store)
    for days in (0, 3):
        act(store, opened(store, received_at=after(days=days)), "accept", by(DESK))
    joint = investigating(store)
    act(store, joint, "join", by(DESK), handler_id=OTHER_HANDLER.id, reason="联合办理")
    told_late = investigating(store)
    concluded(store, told_late, after(days=30))
    hidden = investigating(store, subject_unit_ids=[DISTRICT])
    insider = actor("leader", id="insider", path=(BUREAU, DISTRICT))
    for days in (0, 14, 16, 40, 60, 62, 100):
        counts = {who.id: agree(store, who, after(days=days)) for who in (*READERS, insider)}
        assert counts["insider"] <= counts["leader"] <= counts["desk"]
    at = after(days=62)
    assert hidden in [case["id"] for case in listed(store, LEADER, at)]
    assert hidden not in [case["id"] for case in listed(store, insider, at)]


def test_the_oldest_is_told_with_its_days(store):
    study.know_people(store, [a_person(worker := actor("handler", id="worker", path=(BUREAU, "lonely")))])
    case_id = opened(store)
    act(store, case_id, "accept", by(DESK))
    act(store, case_id, "assign", by(DESK), handler_id=worker.id)
    [figure] = [one for one in overdue(store, DESK, after(days=63))["items"] if one["unit_id"] == "lonely"]
    assert (figure["overdue"], figure["days"]) == (1, 3)
    [handle] = [clock for clock in get(store, case_id)["clocks"] if clock["rule"] == "handle"]
    assert figure["oldest_due_at"] == handle["due_at"]


def test_the_unit_with_the_most_comes_first_and_of_equal_ones_that_with_the_oldest(store):
    at = after(days=70)
    for unit, starts in (("a-one", (5,)), ("b-older", (4,)), ("c-two", (5, 5))):
        study.know_people(store, [a_person(worker := actor("handler", id=f"of-{unit}", path=(BUREAU, unit)))])
        for days in starts:
            case_id = opened(store, received_at=after(days=days))
            act(store, case_id, "accept", by(DESK, now=after(days=days)))
            act(store, case_id, "assign", by(DESK, now=after(days=days)), handler_id=worker.id)
    found = [one["unit_id"] for one in overdue(store, DESK, at)["items"]]
    assert [unit for unit in found if unit in ("a-one", "b-older", "c-two")] == ["c-two", "b-older", "a-one"]


def test_a_case_is_in_the_figure_of_everybody_who_handles_it_and_once_in_all(store):
    first, second = (actor("handler", id=f"{name}-of-two", path=(BUREAU, "two")) for name in ("first", "second"))
    study.know_people(store, [a_person(one) for one in (first, second)])
    before = overdue(store, DESK, after(days=63), "handler")["overdue"]
    case_id = opened(store)
    act(store, case_id, "accept", by(DESK))
    act(store, case_id, "assign", by(DESK), handler_id=first.id)
    act(store, case_id, "join", by(DESK), handler_id=second.id, reason="联合办理")
    answer = overdue(store, DESK, after(days=63), "handler")
    figures = {one["handler_id"]: one["overdue"] for one in answer["items"] if one["unit_id"] == "two"}
    assert figures == {first.id: 1, second.id: 1}
    assert answer["overdue"] == before + 1


def test_a_result_that_only_a_signed_report_is_owed_is_overdue_to_those_who_read_the_file_alone(store):
    signed, unsigned = (investigating(store, category="owed", reporter_mode=mode) for mode in ("named", "anonymous"))
    for case_id in (signed, unsigned):
        concluded(store, case_id, NOW)
    at = after(days=40)
    assert [case["id"] for case in listed(store, DESK, at, category="owed")] == [signed]
    assert [case["id"] for case in ask(store, HANDLER, now=at, overdue=True, category="owed")["items"]] == [signed]
    for who in (LEADER, SUPERVISOR, READERS[3]):
        assert listed(store, who, at, category="owed") == []
        in_order = ask(store, who, now=at, category="owed", overdue=False)["items"]
        assert {case["id"] for case in in_order} == {signed, unsigned}
        by_unit = {one["unit_id"]: one["overdue"] for one in overdue(store, who, at)["items"]}
        for_desk = {one["unit_id"]: one["overdue"] for one in overdue(store, DESK, at)["items"]}
        assert by_unit.get("office", 0) < for_desk["office"]
    assert store.db.cases.find_one({"_id": unsigned})["open_due_at"] is None


def test_who_has_no_list_has_no_inventory(store):
    with pytest.raises(Forbidden):
        overdue(store, MEMBER, NOW)


def test_the_inventory_is_one_query_by_an_index(watched, recorder):
    investigating(watched)
    before = len(asked(recorder))
    for who in READERS:
        for kind in ("unit", "handler"):
            overdue(watched, who, after(days=90), kind)
    commands = asked(recorder)[before:]
    assert len(commands) == 2 * len(READERS)
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command


def test_what_if_answers_those_who_may_read_the_case_by_the_clocks_that_they_may_know_of(store):
    case_id = investigating(store)
    before = store.db.cases.find_one({"_id": case_id})
    plan = {"suspend_on": "2026-03-10", "resume_on": "2026-03-20", "extend_days": 20}
    for who in (DESK, HANDLER, LEADER, SUPERVISOR):
        [handle] = [one for one in asked_what_if(store, case_id, who, **plan) if one["rule"] == "handle"]
        assert handle["due_at"] - handle["due_at_now"] == timedelta(days=30)
        assert [one["stage"] for one in handle["stages"]] == ["remind", "urge", "supervise", "escalate"]
    assert store.db.cases.find_one({"_id": case_id}) == before
    concluded(store, case_id, NOW)
    assert [one["rule"] for one in asked_what_if(store, case_id, DESK)] == ["tell_result_named"]
    assert asked_what_if(store, case_id, SUPERVISOR) == []


def test_what_if_is_what_is_then_really_done(store):
    case_id = investigating(store)
    [foretold] = asked_what_if(store, case_id, suspend_on=date(2026, 3, 10).isoformat(), resume_on="2026-04-20")
    act(store, case_id, "suspend", by(DESK, now=after(days=8)), reason="等待鉴定")
    done = act(store, case_id, "resume", by(DESK, now=after(days=49)))
    assert done["clocks"][-1]["due_at"] == foretold["due_at"]


def test_what_if_is_refused_where_the_case_is_not_ones_own_or_cannot_be_suspended(store):
    case_id = investigating(store, subject_unit_ids=[DISTRICT])
    insider = actor("desk", id="insider", path=(BUREAU, DISTRICT))
    for who in (OTHER_HANDLER, insider):
        with pytest.raises(NotFound):
            asked_what_if(store, case_id, who)
    with pytest.raises(WrongState) as refused:
        asked_what_if(store, opened(store), suspend_on="2026-03-10")
    assert "accept" in refused.value.allowed
    with pytest.raises(Invalid):
        asked_what_if(store, case_id, extend_days=31)
