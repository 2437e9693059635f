"""Sessions that several branches hold together: each counts them once, and each person is counted where they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chassis.refusals import NotFound
from contracts.call import Actor
from contracts.tasks import operations
from services.tasks.handlers import study_sessions, year_end
from services.tasks.store import TasksStore
from tests.integration.tasks.building import BUREAU, LEADER, TRAINER, actor, by
from tests.integration.tasks.studying import (
    BEGAN,
    NOW,
    SPEAKERS,
    a_session,
    a_unit,
    attend,
    change,
    entries,
    figures,
    know_unit,
    member,
    people,
)
from tests.integration.tasks.test_study_sessions import listed, weeks

MONDAY = BEGAN - timedelta(days=2)


@pytest.fixture
def branches(store: TasksStore) -> tuple[str, str, str]:
    """A unit, and two branches below it."""
    top = a_unit(store)
    for name in ("one", "two"):
        know_unit(store, BUREAU, top, f"{top}-{name}")
    return top, f"{top}-one", f"{top}-two"


def week_of(store: TasksStore, unit_id: str) -> dict[str, Any]:
    (week,) = weeks(store, unit_id)[unit_id]
    return week


def numbers(store: TasksStore, unit_id: str) -> tuple[int, int]:
    week = week_of(store, unit_id)
    return week["held"], week["counted"]


def test_a_session_held_jointly_counts_once_for_the_week_of_each_branch(store, branches):
    top, one, two = branches
    for day in range(3):
        a_session(store, one, joint_unit_ids=[two], starts_at=MONDAY + timedelta(days=day))
    a_session(store, two, starts_at=MONDAY)
    a_session(store, two, joint_unit_ids=[one], starts_at=MONDAY, speakers=SPEAKERS[:1])

    found = weeks(store, top)

    assert [(found[id][0]["held"], found[id][0]["counted"]) for id in branches] == [(0, 0), (4, 3), (5, 4)]
    assert (week_of(store, one)["met"], week_of(store, two)["met"], week_of(store, top)["met"]) == (True, True, False)


def test_person_times_and_coverage_of_a_joint_session_are_of_ones_own_people(store, branches):
    top, one, two = branches
    for name, branch in (("a", one), ("b", one), ("c", two)):
        member(store, f"{top}-{name}", BUREAU, top, branch)
    attend(store, a_session(store, one, joint_unit_ids=[two]), f"{top}-a", f"{top}-c")

    shown = {id: figures(store, unit_id=id)["total"] for id in branches}

    assert [shown[id]["person_times"] for id in branches] == [2, 1, 1]
    assert [(shown[id]["people"], shown[id]["covered"]) for id in branches] == [(3, 2), (2, 1), (1, 1)]
    assert [entry["person_id"] for entry in entries(store, unit_id=two)] == [f"{top}-c"]
    assert people(store, "uncovered", unit_id=top) == [f"{top}-b"]


def test_who_is_in_a_branch_that_holds_it_jointly_sees_the_session_and_it_counts_for_their_year(store, branches):
    top, one, two = branches
    session = a_session(store, one, joint_unit_ids=[two])
    person = member(store, f"{top}-mine", BUREAU, top, two)
    stranger = actor("member", id=f"{top}-stranger", path=(BUREAU, "elsewhere"))

    def shown_to(who: Actor) -> dict[str, Any]:
        found = study_sessions.get_session(store, {"session_id": session["id"]}, by(who, now=NOW))
        return dict(operations.get_study_session.dump(found))

    assert (shown_to(person)["unit_id"], shown_to(person)["joint_unit_ids"]) == (one, [two])
    with pytest.raises(NotFound):
        shown_to(stranger)
    for filters in ({}, {"branch_id": two}, {"unit_id": two}):
        assert session["id"] in listed(store, person, **filters)
        assert session["id"] in listed(store, LEADER, **filters)
    assert session["id"] in listed(store, LEADER, unit_id=top)
    assert session["id"] not in listed(store, stranger)
    request = {"person_id": person.id, "year": 2026}
    parts = {part["measure"]: part for part in year_end.get_mark(store, request, by(TRAINER, now=NOW))["parts"]}
    assert (parts["sessions"]["reached"], parts["sessions"]["of"]) == (0.0, 1.0)


def test_a_list_by_branch_shows_each_session_once_and_in_order(store, branches):
    _, one, two = branches
    made = [
        a_session(store, first, joint_unit_ids=[second], starts_at=BEGAN - timedelta(hours=hours))["id"]
        for hours, first, second in ((0, one, two), (1, two, one), (2, one, two))
    ]
    cursor, seen = None, []
    while True:
        request = operations.list_study_sessions.load({"branch_id": two, "limit": 1, "cursor": cursor})
        page = study_sessions.list_sessions(store, request, by(LEADER, now=NOW))
        seen += [session["_id"] for session in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == made


def test_a_branch_that_joins_or_leaves_later_counts_the_session_from_then_on_or_no_more(store, branches):
    _, one, two = branches
    session = a_session(store, one)
    assert (numbers(store, one), numbers(store, two)) == ((1, 1), (0, 0))

    joined = change(store, session, joint_unit_ids=[two])
    assert (joined["joint_unit_ids"], joined["changes"][-1]["fields"]) == ([two], ["joint_unit_ids"])
    assert (numbers(store, one), numbers(store, two)) == ((1, 1), (1, 1))
    assert session["id"] in listed(store, LEADER, unit_id=two)

    assert change(store, session, joint_unit_ids=[])["joint_unit_ids"] == []
    assert (numbers(store, one), numbers(store, two)) == ((1, 1), (0, 0))
    assert session["id"] not in listed(store, LEADER, unit_id=two)

    change(store, session, joint_unit_ids=[two])
    change(store, session, withdrawn=True, reason="取消")
    assert (numbers(store, one), numbers(store, two)) == ((0, 0), (0, 0))


def test_a_session_of_before_sessions_were_held_jointly_is_of_its_branch_alone(store, branches):
    _, one, two = branches
    session = a_session(store, one)
    store.db.study_sessions.update_one({"_id": session["id"]}, {"$unset": {"joint_unit_ids": ""}})

    shown = study_sessions.get_session(store, {"session_id": session["id"]}, by(LEADER, now=NOW))

    assert operations.get_study_session.dump(shown)["joint_unit_ids"] == []
    assert (numbers(store, one), numbers(store, two)) == ((1, 1), (0, 0))
    assert listed(store, LEADER, branch_id=one) == {session["id"]}
    assert change(store, session, joint_unit_ids=[two])["joint_unit_ids"] == [two]
