"""People who must keep out: desk and supervision group order it for each other, it holds wherever cases are read, and
somebody is always left who can act.
"""

from datetime import timedelta

import pytest

from chassis.refusals import NotFound
from services.tasks.handlers import study
from services.tasks.handlers.notices import make_notices
from services.tasks.model.refusals import Forbidden, Invalid
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    NOW,
    OTHER_HANDLER,
    SUPERVISOR,
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
from tests.integration.tasks.noticing import Staff, inbox, unread
from tests.integration.tasks.overseeing import asked_what_if, overdue
from tests.integration.tasks.test_clues import take_up
from tests.integration.tasks.test_counts import count
from tests.integration.tasks.test_exports import export

SECOND_DESK = actor("desk", id="desk-2", path=(BUREAU, DISTRICT))
SECOND_SUPERVISOR = actor("supervisor", id="supervisor-2", path=(BUREAU,))
LATE = NOW + timedelta(days=300)
# Of the desk on one side, of the supervision group on the other; each with who keeps them out.
OTHER_SIDE = [(SECOND_DESK, SUPERVISOR), (SECOND_SUPERVISOR, DESK), (LEADER, SUPERVISOR), (OTHER_HANDLER, SUPERVISOR)]
PAIRS = ("who", "by_whom")


@pytest.fixture(autouse=True, scope="module")
def the_other_side(store, noise):
    study.know_people(store, [a_person(one) for one in (SECOND_DESK, SUPERVISOR, SECOND_SUPERVISOR)])
    yield
    people = (SECOND_DESK, SUPERVISOR, SECOND_SUPERVISOR)
    study.know_people(store, [a_person(one, active=False, sequence=9) for one in people])


def keep_out(store, case_id, by_whom, *persons):
    return act(store, case_id, "exclude", by(by_whom), person_ids=[one.id for one in persons], reason="反映的是本人")


def shown(store, who, **filters):
    return {item["id"] for item in ask(store, who, limit=200, **filters)["items"]}


@pytest.mark.parametrize(PAIRS, OTHER_SIDE, ids=lambda one: one.id)
def test_it_holds_in_lists_counts_the_inventory_and_the_case_itself(store, who, by_whom):
    case_id = investigating(store)
    if who is OTHER_HANDLER:
        act(store, case_id, "join", by(DESK), handler_id=who.id, reason="协助")
    before = count(store, who, now=LATE)["total"]
    late = overdue(store, who, LATE, "unit")["overdue"]
    assert case_id in shown(store, who)

    keep_out(store, case_id, by_whom, who)

    assert case_id not in shown(store, who)
    assert case_id not in shown(store, who, overdue=True, now=LATE)
    assert count(store, who, now=LATE)["total"] == before - 1
    assert overdue(store, who, LATE, "unit")["overdue"] == late - 1
    with pytest.raises(NotFound):
        get(store, case_id, who)
    with pytest.raises(NotFound):
        history(store, case_id, who)
    with pytest.raises(NotFound):
        asked_what_if(store, case_id, who)
    with pytest.raises(NotFound):
        act(store, case_id, "supervise", by(who), reason="?")
    with pytest.raises(NotFound):
        export(store, case_id, by(who))
    # Whoever is left works on as before.
    assert get(store, case_id, DESK)["handler_id"] == HANDLER.id


@pytest.mark.parametrize(PAIRS, OTHER_SIDE, ids=lambda one: one.id)
def test_it_is_on_record_with_who_ordered_it_and_why(store, who, by_whom):
    case_id = opened(store)
    keep_out(store, case_id, by_whom, who)

    line = history(store, case_id)["items"][-1]
    assert (line["action"], line["who"]["id"], line["why"]) == ("exclude", by_whom.id, "反映的是本人")
    assert line["details"] == {"person_ids": [who.id]}
    event = store.db.cases.find_one({"_id": case_id})["outbox"][-1]
    assert event["data"]["excluded_person_ids"] == [who.id]


def test_the_supervision_group_sees_who_is_kept_out_and_leaders_do_not(store):
    case_id = investigating(store)
    keep_out(store, case_id, DESK, SECOND_SUPERVISOR)
    assert get(store, case_id, SUPERVISOR)["excluded_person_ids"] == [SECOND_SUPERVISOR.id]
    assert get(store, case_id, LEADER)["excluded_person_ids"] == []


def test_notices_of_it_are_gone_and_none_come(store):
    staff = Staff(store, "kept-out")
    try:
        case_id = opened(store)
        act(store, case_id, "accept", by(DESK))
        act(store, case_id, "assign", by(DESK), handler_id=staff.handler.id)
        act(store, case_id, "return", by(staff.handler), reason="移交")
        make_notices(store, NOW)
        mine = [one["case_id"] for one in inbox(store, staff.desk)]
        assert case_id in mine
        before = unread(store, staff.desk)

        keep_out(store, case_id, SUPERVISOR, staff.desk)
        act(store, case_id, "assign", by(DESK), handler_id=staff.other.id)
        act(store, case_id, "return", by(staff.other), reason="移交")
        make_notices(store, NOW)

        assert case_id not in [one["case_id"] for one in inbox(store, staff.desk)]
        assert unread(store, staff.desk) == before - mine.count(case_id)
        assert store.db.notices.count_documents({"case_id": case_id, "person_id": staff.desk.id}) == mine.count(case_id)
    finally:
        staff.leave()


def test_a_supervisor_keeps_out_no_other_supervisor_and_nobody_else_anybody(store):
    case_id = investigating(store)
    with pytest.raises(Forbidden) as refused:
        keep_out(store, case_id, SUPERVISOR, SECOND_SUPERVISOR)
    assert refused.value.why == "cases.kept_out_by_the_desk"
    for person in (LEADER, HANDLER):
        with pytest.raises(Forbidden):
            keep_out(store, case_id, person, SECOND_SUPERVISOR)
    assert get(store, case_id, SUPERVISOR)["excluded_person_ids"] == []


@pytest.mark.parametrize("changes", [{"route": "above"}, {"subject_unit_ids": [BUREAU]}], ids=["above", "the bureau"])
def test_a_case_that_no_desk_may_know_of_is_kept_from_a_supervisor_by_another(store, changes):
    case_id = opened(store, **changes)
    keep_out(store, case_id, SUPERVISOR, SECOND_SUPERVISOR)
    assert case_id not in shown(store, SECOND_SUPERVISOR)
    with pytest.raises(NotFound):
        get(store, case_id, SECOND_SUPERVISOR)
    with pytest.raises(Invalid) as refused:
        keep_out(store, case_id, SUPERVISOR, SUPERVISOR)
    assert refused.value.errors == [{"field": "person_ids", "message": "cases.nobody_left.supervisor"}]


@pytest.mark.parametrize(
    ("first", "last", "by_whom"),
    [(SECOND_DESK, DESK, SUPERVISOR), (SECOND_SUPERVISOR, SUPERVISOR, DESK)],
    ids=["desk", "supervisor"],
)
def test_the_last_who_could_act_cannot_be_kept_out(store, first, last, by_whom):
    case_id = opened(store)
    keep_out(store, case_id, by_whom, first)
    version = get(store, case_id, last)["version"]
    with pytest.raises(Invalid) as refused:
        keep_out(store, case_id, by_whom, last)
    (role,) = last.roles
    assert refused.value.errors == [{"field": "person_ids", "message": f"cases.nobody_left.{role}"}]
    assert get(store, case_id, last)["version"] == version


def test_neither_a_clue_nor_a_merger_leaves_nobody(store):
    with pytest.raises(Invalid) as refused:
        take_up(store, excluded_person_ids=[SUPERVISOR.id, SECOND_SUPERVISOR.id])
    assert refused.value.errors == [{"field": "excluded_person_ids", "message": "cases.nobody_left.supervisor"}]
    one, other = opened(store), opened(store)
    keep_out(store, one, DESK, SUPERVISOR)
    keep_out(store, other, DESK, SECOND_SUPERVISOR)
    with pytest.raises(Invalid) as refused:
        act(store, one, "merge", by(DESK), into=other, reason="同一事项")
    assert refused.value.errors == [{"field": "into", "message": "cases.nobody_left.supervisor"}]


def test_who_keeps_out_of_a_whole_keeps_out_of_its_parts_and_of_what_follows_it(store):
    whole, follower = opened(store), opened(store)
    act(store, whole, "accept", by(DESK), allegations=["甲", "乙"])
    [part] = act(store, whole, "split", by(DESK), allegation_numbers=[2], reason="另案")["parts"]
    act(store, part["id"], "assign", by(DESK), handler_id=OTHER_HANDLER.id)
    act(store, follower, "merge", by(DESK), into=whole, reason="同一事项")

    keep_out(store, whole, SUPERVISOR, OTHER_HANDLER, SECOND_DESK)

    for case_id in (whole, part["id"], follower):
        for who in (OTHER_HANDLER, SECOND_DESK):
            with pytest.raises(NotFound):
                get(store, case_id, who)
    left = get(store, part["id"])
    assert (left["state"], left["handler_id"]) == ("returned", None)
    assert history(store, part["id"])["items"][-1]["who"]["id"] == SUPERVISOR.id


def test_nobody_is_left_out_of_a_part_either(store):
    whole = opened(store)
    act(store, whole, "accept", by(DESK), allegations=["甲", "乙"])
    [part] = act(store, whole, "split", by(DESK), allegation_numbers=[2], reason="另案")["parts"]
    keep_out(store, part["id"], DESK, SECOND_SUPERVISOR)
    with pytest.raises(Invalid):
        keep_out(store, whole, DESK, SUPERVISOR)
    # Those who are kept out of a part alone still see the whole.
    assert get(store, whole, SECOND_SUPERVISOR)["id"] == whole
