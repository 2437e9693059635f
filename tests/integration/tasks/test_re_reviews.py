"""Sampling re-review of stored cases: drawn, judged once, handled anew; and who sees what of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chassis.ids import new_id
from chassis.refusals import Forbidden, Invalid, NotFound, WrongState
from contracts.tasks import operations
from services.tasks.handlers import conflicts, re_reviews, study
from services.tasks.model.calendar import end_of, local_day
from services.tasks.model.refusals import Forbidden as HadAPart
from services.tasks.model.sampling import lot
from tests.integration.tasks.building import (
    BUREAU,
    CALL,
    DESK,
    LEADER,
    NOW,
    SUPERVISOR,
    a_person,
    act,
    actor,
    by,
    get,
    history,
    opened,
)
from tests.integration.tasks.test_further_units import named

DAY = timedelta(days=1)


@pytest.fixture
def days(request, store):
    """Days of the test's own, on which nobody else closes cases."""
    number = store.db.counters.find_one_and_update({"_id": "days"}, {"$inc": {"last": 1}}, upsert=True)
    return NOW + (1000 + 30 * (number["last"] if number else 0)) * DAY


def handler_of(store, unit):
    person = actor("handler", id=f"handler-of-{unit}", path=(BUREAU, unit))
    study.know_people(store, [a_person(person)])
    return person


def closed(store, at, unit="re-unit", **changes):
    handler, desk = by(handler_of(store, unit), now=at), by(DESK, now=at)
    case_id = opened(store, **changes)
    act(store, case_id, "accept", desk)
    act(store, case_id, "assign", desk, handler_id=handler.actor.id)
    act(store, case_id, "start", handler)
    act(store, case_id, "record_step", handler, what="查阅账目", evidence=["账册"])
    act(store, case_id, "record_finding", handler, allegation=1, outcome="false", reason="不实")
    act(store, case_id, "conclude", handler)
    act(store, case_id, "tell_result", handler)
    act(store, case_id, "confirm_adequate", by(LEADER, now=at), reason="适当")
    act(store, case_id, "close", desk)
    return case_id


def drawn(store, at, call=None, days=1, **size):
    period = {"closed_from": f"{at:%Y-%m-%d}", "closed_to": f"{at + (days - 1) * DAY:%Y-%m-%d}"}
    request = operations.draw_re_reviews.load({**period, **(size or {"percent": 100})})
    return operations.draw_re_reviews.dump(re_reviews.draw_re_reviews(store, request, call or by(SUPERVISOR)))


def listed(store, who=SUPERVISOR, **filters):
    request = operations.list_re_reviews.load({"limit": 200, **filters})
    return re_reviews.list_re_reviews(store, request, by(who))["items"]


def judge(store, re_review, decision, call=None):
    request = {"re_review_id": re_review["id"], "decision": decision, "reason": "抽查"}
    return re_reviews.decide_re_review(store, operations.decide_re_review.load(request), call or by(SUPERVISOR))


def figures(store, draw, who=SUPERVISOR):
    return operations.get_re_review_draw.dump(re_reviews.get_draw(store, {"draw_id": draw["id"]}, by(who)))


def test_a_draw_takes_cases_closed_on_its_days_by_lot_and_keeps_how(store, days):
    before, after = closed(store, days - DAY), closed(store, days + DAY)
    there = [closed(store, days) for _ in range(5)]
    draw = drawn(store, days, count=2, seed="2026年第一批")
    assert (draw["population"], draw["drawn"], draw["seed"]) == (5, 2, "2026年第一批")
    assert draw["drawn_by"]["id"] == SUPERVISOR.id
    found = listed(store, draw_id=draw["id"])
    lowest = sorted(there, key=lambda id: lot("2026年第一批", id))[:2]
    assert {one["case"]["id"] for one in found} == set(lowest)
    assert {one["state"] for one in found} == {"open"}
    assert {before, after}.isdisjoint(one["case"]["id"] for one in found)


def test_the_last_moment_of_a_day_is_of_that_day_and_of_no_other(store, days):
    case_id = closed(store, end_of(local_day(days)))
    for other in (days - DAY, days + DAY):
        with pytest.raises(Invalid):
            drawn(store, other)
    assert [one["case"]["id"] for one in listed(store, draw_id=drawn(store, days)["id"])] == [case_id]


def test_a_case_that_was_closed_before_the_moment_was_kept_is_drawn_by_its_history(store, days):
    old, older = closed(store, days), closed(store, days - DAY)
    store.db.cases.update_many({"_id": {"$in": [old, older]}}, {"$unset": {"closed_at": 1}})
    assert [one["case"]["id"] for one in listed(store, draw_id=drawn(store, days)["id"])] == [old]


def test_every_unit_that_closed_a_case_has_one_drawn(store, days):
    closed(store, days, "small-unit")
    for _ in range(3):
        closed(store, days, "large-unit")
    units = {one["unit_id"]: (one["closed"], one["drawn"]) for one in drawn(store, days, percent=10)["units"]}
    assert units == {"small-unit": (1, 1), "large-unit": (3, 1)}


def test_without_a_seed_one_is_chosen_and_recorded(store, days):
    closed(store, days)
    seeds = {drawn(store, days)["seed"] for _ in range(2)}
    assert len(seeds) == 2


def test_nothing_to_draw_from_a_period_backwards_and_too_large_a_sample_are_refused(store, days, monkeypatch):
    with pytest.raises(Invalid):
        drawn(store, days)
    with pytest.raises(Invalid):
        drawn(store, days, days=0)
    for _ in range(2):
        closed(store, days)
    monkeypatch.setattr(re_reviews, "MOST", 1)
    with pytest.raises(Invalid) as refused:
        drawn(store, days)
    assert refused.value.errors[0]["parts"] == {"most": 1, "count": 2}
    assert listed(store, unit_id="re-unit", draw_id="none") == []


def test_the_same_request_twice_with_one_key_draws_once(store, days):
    closed(store, days)
    call = by(SUPERVISOR, idempotency_key=new_id())
    first = drawn(store, days, call)
    assert drawn(store, days, call) == first
    assert len(listed(store, draw_id=first["id"])) == 1


def test_an_adequate_handling_stays_closed_and_counts_for_its_unit(store, days):
    closed(store, days, "good-unit")
    case_id = closed(store, days, "other-unit")
    draw = drawn(store, days)
    judged = next(one for one in listed(store, draw_id=draw["id"]) if one["case"]["id"] == case_id)
    done = judge(store, judged, "adequate")
    assert (done["state"], done["reopened"], done["decided_by"]["id"]) == ("adequate", False, SUPERVISOR.id)
    assert get(store, case_id)["state"] == "closed"
    units = {one["unit_id"]: one for one in figures(store, draw)["units"]}
    assert (units["other-unit"]["adequate"], units["other-unit"]["adequate_share"]) == (1, 1.0)
    assert (units["good-unit"]["open"], units["good-unit"]["adequate_share"]) == (1, None)


def test_an_inadequate_handling_is_begun_anew_as_an_action_on_the_case(store, days):
    case_id = closed(store, days)
    (found,) = listed(store, draw_id=drawn(store, days)["id"])
    assert judge(store, found, "inadequate", by(SUPERVISOR, idempotency_key=new_id()))["reopened"] is True
    case = get(store, case_id)
    assert (case["state"], any(case["guards"].values())) == ("registered", False)
    line = history(store, case_id)["items"][-1]
    assert (line["action"], line["who"]["id"], line["why"]) == ("re_review_inadequate", SUPERVISOR.id, "抽查")
    event = store.db.cases.find_one({"_id": case_id})["outbox"][-1]["data"]
    assert (event["reporter_state"], event["text_code"]) == ("registered", "case.reopened")
    running = {one["rule"] for one in case["clocks"] if one["state"] == "running"}
    assert "tell_acceptance" in running


def test_a_re_review_is_decided_once_even_by_two_at_the_same_moment(store, days):
    case_id = closed(store, days)
    (found,) = listed(store, draw_id=drawn(store, days)["id"])

    def attempt(decision):
        try:
            return judge(store, found, decision)["state"]
        except WrongState as refused:
            return refused

    with ThreadPoolExecutor(2) as both:
        results = list(both.map(attempt, ["inadequate", "inadequate"]))
    assert sorted(map(str, results), key=len)[0] == "inadequate"
    assert sum(isinstance(one, WrongState) for one in results) == 1
    assert [line["action"] for line in history(store, case_id)["items"]].count("re_review_inadequate") == 1


def test_a_case_that_was_handled_anew_meanwhile_is_not_opened_again_by_a_second_draw(store, days):
    case_id = closed(store, days)
    first, second = (listed(store, draw_id=drawn(store, days)["id"])[0] for _ in range(2))
    judge(store, first, "inadequate")
    assert judge(store, second, "inadequate")["reopened"] is False
    assert get(store, case_id)["state"] == "registered"
    with pytest.raises(Invalid):
        drawn(store, days)


def test_whoever_had_a_part_in_the_handling_is_refused_and_the_re_review_stays_open(store, days):
    closed(store, days)
    (found,) = listed(store, draw_id=drawn(store, days)["id"])
    worked = actor("handler", "supervisor", id=handler_of(store, "re-unit").id)
    with pytest.raises(HadAPart):
        judge(store, found, "adequate", by(worked))
    with pytest.raises(NotFound):
        judge(store, {"id": "no-such"}, "adequate")
    assert listed(store, draw_id=found["draw_id"])[0]["state"] == "open"


def test_the_list_goes_by_state_unit_and_draw_page_by_page(store, days):
    for unit in ("list-unit", "list-unit", "list-other"):
        closed(store, days, unit)
    draw = drawn(store, days)
    judge(store, listed(store, draw_id=draw["id"], unit_id="list-other")[0], "adequate")
    assert {one["unit_id"] for one in listed(store, draw_id=draw["id"], state="done")} == {"list-other"}
    assert len(listed(store, unit_id="list-unit", state="open")) == 2
    assert len(listed(store, state="adequate", unit_id="list-other")) == 1
    first = re_reviews.list_re_reviews(store, operations.list_re_reviews.load({"limit": 2}), by(SUPERVISOR))
    following = operations.list_re_reviews.load({"limit": 1, "cursor": first["next_cursor"]})
    rest = re_reviews.list_re_reviews(store, following, by(SUPERVISOR))
    assert len({one["id"] for one in first["items"] + rest["items"]}) == 3


def test_a_leader_sees_nothing_of_cases_about_the_own_unit_nor_how_many_there_are(store, days):
    leader = actor("leader", id="own-leader", path=(BUREAU, "hidden-unit"))
    hidden = closed(store, days, "secret-unit", subject_unit_ids=["hidden-unit"])
    closed(store, days, "open-unit")
    draw = drawn(store, days)
    assert hidden not in {one["case"]["id"] for one in listed(store, leader, draw_id=draw["id"])}
    told = figures(store, draw, leader)
    assert (told["population"], told["drawn"], [one["unit_id"] for one in told["units"]]) == (None, 1, ["open-unit"])
    assert {one["closed"] for one in told["units"]} == {None}
    assert figures(store, draw)["drawn"] == 2
    page = re_reviews.list_draws(store, operations.list_re_review_draws.load({"limit": 1}), by(leader))
    assert [one["drawn"] for one in page["items"]] == [1]


def test_a_case_that_turns_out_to_be_about_the_leaders_unit_is_hidden_from_then_on(store, days):
    leader = actor("leader", id="late-leader", path=(BUREAU, "late-unit"))
    case_id = closed(store, days)
    draw = drawn(store, days)
    assert (figures(store, draw, leader)["drawn"], len(listed(store, leader, draw_id=draw["id"]))) == (1, 1)
    conflicts.keep_from_units(store, named(case_id, "late-unit", sequence=9))
    assert (figures(store, draw, leader)["drawn"], listed(store, leader, draw_id=draw["id"])) == (0, [])
    assert figures(store, draw)["drawn"] == 1


def test_a_draw_that_is_not_there_is_not_found_and_nobody_calls_without_an_account(store):
    with pytest.raises(NotFound):
        re_reviews.get_draw(store, {"draw_id": "none"}, by(SUPERVISOR))
    with pytest.raises(Forbidden):
        re_reviews.list_draws(store, {"limit": 1, "cursor": None}, CALL)
