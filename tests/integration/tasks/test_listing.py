"""Lists: every filter, overdue by the clocks, pages, and nothing that is not the reader's to know of."""

from datetime import timedelta

import pytest

from chassis.refusals import Forbidden
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
    act,
    actor,
    ask,
    by,
    investigating,
    opened,
)


def ids(page):
    return [case["id"] for case in page["items"]]


def test_each_filter_finds_its_cases_and_no_others(store):
    mine = investigating(store, category="filters")
    fresh = opened(store, category="filters")
    assert ids(ask(store, DESK, category="filters", state="investigating")) == [mine]
    assert ids(ask(store, DESK, category="filters", state="registered")) == [fresh]
    assert ids(ask(store, DESK, category="filters", handler_id=HANDLER.id)) == [mine]
    assert ids(ask(store, DESK, category="filters", unit_id="office")) == [mine]
    assert ids(ask(store, DESK, category="filters", source="clue")) == []
    assert set(ids(ask(store, DESK, category="filters", source="report"))) == {mine, fresh}


def test_a_handler_gets_own_cases_only_and_none_by_asking_for_anothers(store):
    mine = investigating(store, category="own")
    opened(store, category="own")
    assert ids(ask(store, HANDLER, category="own")) == [mine]
    assert ids(ask(store, OTHER_HANDLER, category="own")) == []
    assert ids(ask(store, OTHER_HANDLER, category="own", handler_id=HANDLER.id)) == []


def test_a_case_about_a_unit_is_in_no_list_of_that_unit_but_in_the_supervisors(store):
    hidden = opened(store, category="concerned", subject_unit_ids=[DISTRICT])
    for role in ("desk", "leader", "handler"):
        inside = actor(role, id="inside", path=(BUREAU, DISTRICT, "branch"))
        assert ids(ask(store, inside, category="concerned")) == []
    assert ids(ask(store, DESK, category="concerned")) == [hidden]
    supervisor_inside = actor("supervisor", path=(BUREAU, DISTRICT))
    assert ids(ask(store, supervisor_inside, category="concerned")) == [hidden]
    assert ids(ask(store, LEADER, category="concerned")) == [hidden]


def test_others_have_no_list_of_cases(store):
    with pytest.raises(Forbidden):
        ask(store, MEMBER)


def test_overdue_cases_come_the_longest_overdue_first(store):
    late = opened(store, category="late")
    later = opened(store, category="late", received_at=NOW + timedelta(days=2))
    done = opened(store, category="late")
    act(store, done, "accept", by(DESK))
    at = NOW + timedelta(days=20)
    assert ids(ask(store, DESK, category="late", overdue=True, now=at)) == [late, later]
    assert ids(ask(store, SUPERVISOR, category="late", overdue=True, now=NOW)) == []
    assert ids(ask(store, DESK, category="late", overdue=False, now=at)) == [done]
    [clock, *_] = ask(store, DESK, category="late", overdue=True, now=at)["items"][0]["clocks"]
    assert clock["state"] == "missed"


def test_a_suspended_case_is_not_overdue_until_its_stopped_clock_has_run_on(store):
    case_id = investigating(store, category="stopped")
    act(store, case_id, "suspend", by(DESK, now=NOW + timedelta(days=10)), reason="等待鉴定")
    assert ids(ask(store, DESK, category="stopped", overdue=True, now=NOW + timedelta(days=300))) == []
    act(store, case_id, "resume", by(DESK, now=NOW + timedelta(days=110)))
    assert ids(ask(store, DESK, category="stopped", overdue=True, now=NOW + timedelta(days=159))) == []
    assert ids(ask(store, DESK, category="stopped", overdue=True, now=NOW + timedelta(days=162))) == [case_id]


@pytest.mark.parametrize("overdue", [{}, {"overdue": True}])
def test_pages_show_every_case_once(store, overdue):
    category = f"paged-{bool(overdue)}"
    expected = {opened(store, category=category, received_at=NOW + timedelta(hours=n // 3)) for n in range(9)}
    seen, cursor = [], None
    while True:
        page = ask(store, DESK, category=category, limit=2, cursor=cursor, now=NOW + timedelta(days=60), **overdue)
        seen += ids(page)
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 9
    assert set(seen) == expected


@pytest.mark.parametrize("sort", ["newest", "oldest", "due", "number"])
def test_a_case_that_does_not_change_is_shown_once_while_others_change(store, sort):
    """Between any two pages cases are opened, leave the list and move within it."""
    category = f"moving-{sort}"
    case_ids = [opened(store, category=category, received_at=NOW + timedelta(hours=n)) for n in range(12)]
    still, moving = case_ids[::2], case_ids[1::2]
    seen, cursor = [], None
    while True:
        page = ask(store, DESK, category=category, state="registered", sort=sort, limit=3, cursor=cursor)
        seen += ids(page)
        cursor = page["next_cursor"]
        if cursor is None:
            break
        act(store, moving.pop(), "accept", by(DESK))
        opened(store, category=category, received_at=NOW + timedelta(hours=len(seen)))
    assert [one for one in seen if one in still] == (still if sort in ("oldest", "due") else still[::-1])


def test_orders_numbers_and_times_of_opening(store):
    category = "ordered"
    first, second, third = (opened(store, category=category, received_at=NOW + timedelta(days=n)) for n in (2, 0, 1))
    assert ids(ask(store, DESK, category=category)) == [first, third, second]
    assert ids(ask(store, DESK, category=category, sort="oldest")) == [second, third, first]
    assert ids(ask(store, DESK, category=category, sort="number")) == [third, second, first]
    number = store.case(second)["number"]
    assert ids(ask(store, DESK, category=category, number=number)) == [second]
    # The year and a zero: numbers that were taken ahead leave gaps, so that these three may lie on both sides of 100.
    assert ids(ask(store, DESK, category=category, number=number[:6])) == [third, second, first]
    since, until = ((NOW + timedelta(days=n)).isoformat() for n in (1, 2))
    assert ids(ask(store, DESK, category=category, opened_from=since, opened_to=until)) == [third]


def test_what_the_list_of_a_leader_tells_of_time_are_the_clocks_that_a_leader_may_know_of(store):
    category = "leak"
    case_id = opened(store, category=category)
    due = NOW + timedelta(days=3)
    store.db.cases.update_one({"_id": case_id}, {"$set": {"next_due_at": due, "open_due_at": due + timedelta(days=9)}})
    other = opened(store, category=category, received_at=NOW - timedelta(days=10))
    for after, known, unknown in (
        (4, [case_id], []),
        (6, [case_id, other], [other]),
        (13, [case_id, other], [other, case_id]),
    ):
        at = NOW + timedelta(days=after)
        assert ids(ask(store, DESK, category=category, overdue=True, now=at)) == known
        assert ids(ask(store, LEADER, category=category, overdue=True, now=at)) == unknown
    assert ids(ask(store, LEADER, category=category, sort="due")) == [other, case_id]
    first = ask(store, LEADER, category=category, sort="due", limit=1)
    assert ids(first) == [other]
    assert ids(ask(store, LEADER, category=category, sort="due", limit=1, cursor=first["next_cursor"])) == [case_id]


def test_of_overdue_cases_those_with_a_unit_and_those_without_are_asked_for_apart(store):
    given, waiting = investigating(store, category="apart"), opened(store, category="apart")
    late = NOW + timedelta(days=99)
    for unassigned, found in ((True, [waiting]), (False, [given])):
        assert ids(ask(store, DESK, now=late, category="apart", overdue=True, unassigned=unassigned)) == found


def test_what_ends_at_this_very_moment_is_not_overdue(store):
    case_id = investigating(store, category="moment")
    end = store.case(case_id)["next_due_at"]
    for now, found in ((end, []), (end + timedelta(milliseconds=1), [case_id])):
        assert ids(ask(store, DESK, now=now, category="moment", overdue=True)) == found
