"""Who could be given a stored case, with what they have in hand; and the bodies outside."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.ids import new_id
from chassis.refusals import Forbidden, NotFound
from contracts.tasks import operations
from services.tasks.handlers import routing, study
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    NOW,
    SUPERVISOR,
    a_person,
    act,
    actor,
    by,
    opened,
)

TEAM = "routing-team"


def handler(store, id, *, unit=TEAM, line="lawyers", active=True):
    """A handler of the tests' own unit, whom no other test gives a case."""
    person = replace(actor("handler", id=id, path=(BUREAU, unit)), line=line)
    study.know_people(store, [a_person(person, active=active)])
    return person


def candidates(store, case_id, who=DESK, *, now=NOW, **filters):
    request = operations.list_candidates.load({"case_id": case_id, **filters})
    return operations.list_candidates.dump(routing.list_candidates(store, request, by(who, now=now)))


def given_to(store, person, at=NOW, **changes):
    case_id = opened(store, **changes)
    act(store, case_id, "accept", by(DESK, now=at))
    act(store, case_id, "assign", by(DESK, now=at), handler_id=person.id)
    return case_id


def test_candidates_come_with_their_load_those_of_the_line_and_with_less_to_do_first(store):
    busy, idle = (handler(store, f"{name}-{new_id()}") for name in ("busy", "idle"))
    stranger = handler(store, f"stranger-{new_id()}", line="notaries")
    handler(store, f"gone-{new_id()}", active=False)
    for _ in range(2):
        given_to(store, busy)
    returned = given_to(store, busy)
    act(store, returned, "return", by(busy), reason="回避")
    case_id = opened(store, category="lawyers.overcharging")
    found = candidates(store, case_id, unit_id=TEAM)
    assert found["line"] == "lawyers"
    mine = [one for one in found["items"] if one["person_id"] in (busy.id, idle.id, stranger.id)]
    assert [(one["person_id"], one["line"], one["open"], one["overdue"]) for one in mine] == [
        (idle.id, "lawyers", 0, 0), (busy.id, "lawyers", 2, 0), (stranger.id, "notaries", 0, 0),
    ]  # fmt: skip
    assert not [one for one in found["items"] if one["person_id"].startswith("gone")]


def test_the_overdue_ones_of_a_handler_are_counted_as_the_list_of_cases_counts_them(store):
    late = handler(store, f"late-{new_id()}")
    given_to(store, late)
    given_to(store, late, NOW + timedelta(days=50))
    found = candidates(store, opened(store), unit_id=TEAM, now=NOW + timedelta(days=70))
    (one,) = [one for one in found["items"] if one["person_id"] == late.id]
    assert (one["open"], one["overdue"]) == (2, 1)


def test_candidates_are_of_the_unit_or_below_and_of_the_line_that_are_asked_for(store):
    inside = handler(store, f"inside-{new_id()}", unit="routing-other")
    case_id = opened(store)
    assert [one["person_id"] for one in candidates(store, case_id, unit_id="routing-other")["items"]] == [inside.id]
    assert candidates(store, case_id, unit_id="routing-other", line="forensic")["items"] == []
    everybody = {one["person_id"] for one in candidates(store, case_id)["items"]}
    assert {inside.id, HANDLER.id} <= everybody
    assert DESK.id not in everybody


def test_who_is_asked_for_in_a_unit_is_found_in_the_units_below_it(store):
    below = actor("handler", id=f"below-{new_id()}", path=(BUREAU, "routing-above", "routing-below"))
    study.know_people(store, [a_person(below)])
    case_id = opened(store)
    for unit_id in ("routing-above", "routing-below"):
        assert [one["person_id"] for one in candidates(store, case_id, unit_id=unit_id)["items"]] == [below.id]


def test_a_case_that_stands_still_is_in_hand_and_what_ends_at_this_very_moment_is_not_overdue(store):
    person = handler(store, f"waiting-{new_id()}", unit=f"routing-{new_id()}")
    act(store, given_to(store, person), "suspend", by(DESK), reason="等待鉴定")
    end = store.case(given_to(store, person))["next_due_at"]
    for now, overdue in ((end, 0), (end + timedelta(milliseconds=1), 1)):
        [one] = candidates(store, opened(store), unit_id=person.unit_id, now=now)["items"]
        assert (one["open"], one["overdue"]) == (2, overdue)


def test_those_who_must_not_be_given_the_case_are_apart_with_every_reason(store):
    concerned, kept_out, free = (
        handler(store, f"{name}-{new_id()}", unit=unit)
        for name, unit in (("concerned", "routing-unit"), ("kept-out", TEAM), ("free", TEAM))
    )
    case_id = opened(store, subject_unit_ids=["routing-unit"])
    act(store, case_id, "accept", by(DESK))
    act(store, case_id, "exclude", by(DESK), person_ids=[kept_out.id], reason="近亲属")
    found = candidates(store, case_id)
    reasons = {one["person_id"]: one["reasons"] for one in found["excluded"]}
    assert (reasons[concerned.id], reasons[kept_out.id]) == (["unit_concerned"], ["person_concerned"])
    assert free.id in {one["person_id"] for one in found["items"]}
    assert not {one["person_id"] for one in found["items"]} & set(reasons)


def test_no_figure_tells_the_desk_of_a_case_about_its_own_unit(store):
    somebody = handler(store, f"somebody-{new_id()}")
    outsider = actor("desk", id="outside-desk", path=(BUREAU, "routing-elsewhere"))
    insider = actor("desk", id="inside-desk", path=(BUREAU, "routing-hidden"))
    given_to(store, somebody, subject_unit_ids=["routing-hidden"])
    case_id = opened(store)

    def load(who):
        found = candidates(store, case_id, who, unit_id=TEAM)["items"]
        return next(one["open"] for one in found if one["person_id"] == somebody.id)

    assert (load(outsider), load(insider)) == (1, 0)


def test_no_figure_tells_the_desk_of_a_case_from_which_it_must_keep_out(store):
    somebody = handler(store, f"somebody-{new_id()}")
    kept_out = actor("desk", id=f"desk-{new_id()}", path=(BUREAU, "routing-elsewhere"))
    study.know_people(store, [a_person(kept_out)])
    hidden = given_to(store, somebody)
    given_to(store, somebody)
    act(store, hidden, "exclude", by(DESK), person_ids=[kept_out.id], reason="近亲属")
    case_id, late = opened(store), NOW + timedelta(days=90)

    def load(who):
        found = candidates(store, case_id, who, unit_id=TEAM, now=late)["items"]
        return next((one["open"], one["overdue"]) for one in found if one["person_id"] == somebody.id)

    assert (load(DESK), load(kept_out)) == ((2, 2), (1, 1))


def test_candidates_are_for_the_desk_that_may_know_of_the_case(store):
    case_id = opened(store, subject_unit_ids=[DISTRICT])
    insider = actor("desk", id="insider", path=(BUREAU, DISTRICT))
    for who in (insider, actor("handler", id="nobody")):
        with pytest.raises(NotFound):
            candidates(store, case_id, who)
    both = actor("desk", "supervisor", id="both", path=(BUREAU, DISTRICT))
    for who in (LEADER, SUPERVISOR, both):
        with pytest.raises(Forbidden):
            candidates(store, case_id, who)


def test_the_bodies_are_named_in_the_language_of_whoever_asks_with_the_grounds_of_the_day(store):
    def bodies(language):
        answer = routing.list_outside_bodies(store, {}, by(HANDLER, language=language))
        return {one["code"]: one for one in operations.list_outside_bodies.dump(answer)["items"]}

    assert (bodies("zh-CN")["police"]["name"], bodies("en")["police"]["name"]) == ("公安机关", "Police")
    assert bodies("en")["police"]["transfer"]["article"] == "3"
    assert bodies("en")["court"]["assistance"] is None
