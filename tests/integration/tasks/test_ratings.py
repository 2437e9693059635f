"""What reporters think of the results, on stored cases: one effect or none, and once a re-examination by others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chassis import Reject
from contracts.reports.events import ReportRatedV1
from services.tasks.documents import case_of, entry_of
from services.tasks.handlers import ratings
from services.tasks.model.applying import replay
from services.tasks.model.opening import opened as freshly_opened
from services.tasks.model.refusals import Forbidden, Invalid
from tests.integration.tasks.building import (
    DESK,
    HANDLER,
    LEADER,
    NOW,
    OTHER_HANDLER,
    SUPERVISOR,
    act,
    by,
    get,
    history,
    investigating,
    opened,
    received,
)

THE_HOUR = NOW.replace(minute=0, second=0, microsecond=0)


def concluded(store, who=HANDLER, **changes):
    case_id = investigating(store, **changes)
    return to_the_result(store, case_id, who)


def to_the_result(store, case_id, who):
    act(store, case_id, "record_step", by(who), what="查阅账目", evidence=["账册"])
    act(store, case_id, "record_finding", by(who), allegation=1, outcome="substantiated", reason="属实")
    act(store, case_id, "record_disposition", by(who), allegation=1, measure="criticism", reason="依规")
    act(store, case_id, "conclude", by(who))
    act(store, case_id, "tell_result", by(who))
    return case_id


def closed(store):
    case_id = concluded(store)
    act(store, case_id, "confirm_adequate", by(LEADER), reason="适当")
    act(store, case_id, "close", by(DESK))
    return case_id


def a_rating(case_id, satisfied=False, number=1):
    data = {"report_id": case_id, "case_id": case_id, "satisfied": satisfied, "number": number}
    return replace(received(ReportRatedV1, case_id, sequence=number + 1, **data), time=THE_HOUR)


def rated(store, case_id, satisfied=False, number=1):
    ratings.take_rating(store, a_rating(case_id, satisfied, number))
    return get(store, case_id)


def progress(store, case_id):
    return [event["data"] for event in store.db.cases.find_one({"_id": case_id})["outbox"]]


def test_not_satisfied_takes_the_case_back_and_the_reporter_is_told_why_and_until_when(store):
    case_id = closed(store)
    case = rated(store, case_id)

    assert (case["state"], case["handler_id"], case["re_examination"], case["satisfied"]) == (
        "accepted", None, True, False,
    )  # fmt: skip
    assert case["allowed_actions"] == [
        "transfer", "assign", "exclude", "request_assistance", "suspend", "supervise", "merge",
    ]  # fmt: skip
    told = progress(store, case_id)[-1]
    assert (told["text_code"], told["re_examination"], told["results"]) == ("case.re_examined", True, 1)
    [clock] = told["reporter_clocks"]
    assert clock["rule"] == "re_examine"
    due = datetime.fromisoformat(clock["due_at"])
    assert (due - NOW).days == 30
    assert told["due_at"] == clock["due_at"]


def test_the_history_says_that_the_system_did_it_and_no_more_than_the_hour(store):
    case_id = concluded(store)
    rated(store, case_id)
    last = history(store, case_id)["items"][-1]

    assert (last["action"], last["who"], last["at"]) == ("re_examine", None, THE_HOUR)
    assert last["details"] == {"number": 1, "satisfied": False}


def test_whoever_had_a_part_in_the_first_round_has_none_in_the_second(store):
    case_id = closed(store)
    rated(store, case_id)
    with pytest.raises(Invalid):
        act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id)
    act(store, case_id, "assign", by(DESK), handler_id=OTHER_HANDLER.id)
    act(store, case_id, "start", by(OTHER_HANDLER))
    to_the_result(store, case_id, OTHER_HANDLER)
    with pytest.raises(Forbidden):
        act(store, case_id, "confirm_adequate", by(LEADER), reason="适当")
    act(store, case_id, "confirm_adequate", by(SUPERVISOR), reason="适当")

    assert act(store, case_id, "close", by(DESK))["state"] == "closed"
    told = progress(store, case_id)
    assert [event["results"] for event in told if event["text_code"] == "case.concluded"] == [1, 2]
    assert [event["sequence"] for event in store.db.cases.find_one({"_id": case_id})["outbox"]] == list(
        range(1, len(told) + 1)
    )


def test_the_stored_history_replays_to_the_stored_case_through_a_re_examination(store):
    case_id = closed(store)
    rated(store, case_id)
    act(store, case_id, "assign", by(DESK), handler_id=OTHER_HANDLER.id)
    rated(store, case_id, satisfied=True, number=2)
    document = store.db.cases.find_one({"_id": case_id})
    case = case_of(document)
    fresh = freshly_opened(
        id=case.id, number=case.number, category=case.category, source_kind="report", source_id=case.source_id,
        at=case.opened_at, reporter_mode=case.reporter_mode, excluded_unit_ids=case.excluded_unit_ids,
    )  # fmt: skip

    assert replay(fresh, map(entry_of, document["history"])) == case


def test_satisfied_is_recorded_and_moves_nothing(store):
    case_id = closed(store)
    case = rated(store, case_id, satisfied=True)

    assert (case["state"], case["satisfied"], case["re_examination"]) == ("closed", True, False)
    assert progress(store, case_id)[-1]["text_code"] is None
    for reader in (SUPERVISOR, LEADER):
        assert get(store, case_id, reader)["satisfied"] is True


def test_a_rating_that_is_delivered_again_has_no_second_effect(store):
    case_id = concluded(store)
    first = rated(store, case_id)

    assert rated(store, case_id) == first
    act(store, case_id, "assign", by(DESK), handler_id=OTHER_HANDLER.id)
    assert rated(store, case_id)["state"] == "assigned"


def test_a_rating_delivered_many_times_at_once_has_one_effect(store):
    case_id = concluded(store)
    before = get(store, case_id)["version"]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: ratings.take_rating(store, a_rating(case_id)), range(16)))

    assert get(store, case_id)["version"] == before + 1


@pytest.mark.parametrize("way", ["investigating", "registered", "reopened"])
def test_a_rating_that_comes_when_the_case_has_moved_on_is_recorded_and_moves_nothing(store, way):
    case_id = {"investigating": investigating, "registered": opened, "reopened": closed}[way](store)
    if way == "reopened":
        act(store, case_id, "reopen", by(DESK), reason="新证据")
    before = get(store, case_id)
    after = rated(store, case_id)

    assert after == before | {
        "satisfied": False,
        "version": before["version"] + 1,
    }


def test_a_second_not_satisfied_is_final(store):
    case_id = closed(store)
    rated(store, case_id)
    act(store, case_id, "assign", by(DESK), handler_id=OTHER_HANDLER.id)
    act(store, case_id, "start", by(OTHER_HANDLER))
    to_the_result(store, case_id, OTHER_HANDLER)
    case = rated(store, case_id, number=2)

    assert (case["state"], case["satisfied"]) == ("feedback", False)


def test_a_rating_of_a_suggestion_has_no_case_to_have_an_effect_on(store):
    data = {"report_id": "a-suggestion", "case_id": None, "satisfied": False, "number": 1}
    ratings.take_rating(store, received(ReportRatedV1, "a-suggestion", **data))

    assert store.case("a-suggestion") is None


def test_a_rating_of_a_case_that_there_is_not_goes_to_the_dead_letters_at_once(store):
    with pytest.raises(Reject):
        ratings.take_rating(store, a_rating("no-such-case"))


def test_a_review_that_is_late_is_overdue(store):
    case_id = concluded(store)
    rated(store, case_id)
    late = get(store, case_id, now=NOW + timedelta(days=31))

    assert {clock["rule"]: clock["state"] for clock in late["clocks"]}["re_examine"] == "missed"
