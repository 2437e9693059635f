"""What the reporter is told of the time limits, and what staff who do not read the file are not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from marshmallow import ValidationError

from contracts.tasks import operations
from contracts.tasks.events import CaseProgressedV1
from tests.integration.tasks.building import (
    DESK,
    HANDLER,
    LEADER,
    NOW,
    SUPERVISOR,
    act,
    ask,
    by,
    get,
    investigating,
    opened,
)


def told(store, case_id):
    """The newest event about the case."""
    return store.db.cases.find_one({"_id": case_id})["outbox"][-1]["data"]


def clocks(store, case_id):
    return {clock["rule"]: clock for clock in told(store, case_id)["reporter_clocks"]}


def extended(store, case_id, **fields):
    return act(store, case_id, "extend", by(LEADER), days=20, approver_id=LEADER.id, reason="机密理由", **fields)


def test_of_a_new_case_the_nearest_day_alone_is_told(store):
    event = told(store, opened(store))

    assert "reporter_clocks" not in event
    assert CaseProgressedV1.schema().load(event)["reporter_clocks"] == []
    assert event["due_at"] is not None


def test_a_named_reporter_is_told_the_clocks_of_named_reports_and_an_anonymous_one_is_not(store):
    for mode, rules in (("named", {"tell_acceptance_named"}), ("anonymous", set())):
        case_id = investigating(store, reporter_mode=mode)
        assert set(clocks(store, case_id)) == {"register_and_route", "tell_acceptance", "handle"} | rules


def test_what_was_done_tells_when_and_what_runs_tells_until_when(store):
    case_id = investigating(store)
    acceptance, handling = clocks(store, case_id)["tell_acceptance"], clocks(store, case_id)["handle"]

    assert (acceptance["state"], acceptance["met_at"]) == ("met", "2026-03-02T01:00:00.000Z")
    assert (handling["state"], handling["met_at"], handling["moved"]) == ("running", None, [])


@pytest.mark.parametrize("ground", [None, "complex", "many_persons", "needs_expertise", "other_body_involved"])
def test_an_extension_tells_its_ground_and_both_days_and_never_its_reason(store, ground):
    case_id = investigating(store)
    before = clocks(store, case_id)["handle"]["due_at"]
    extended(store, case_id, **({"ground": ground} if ground else {}))
    handling, event = clocks(store, case_id)["handle"], told(store, case_id)

    [move] = handling["moved"]
    assert move["reason"] == f"extension.{ground or 'complex'}"
    assert (move["due_before"], move["due_after"]) == (before, handling["due_at"])
    assert event["text_code"] == f"case.extended.{ground or 'complex'}"
    assert "机密理由" not in str(event)


@pytest.mark.parametrize(("action", "ground"), [("extend", "no_substance"), ("extend", "whim"), ("refuse", "complex")])
def test_a_ground_of_another_action_is_refused(action, ground):
    fields = {"reason": "理由", **({"days": 5, "approver_id": "p"} if action == "extend" else {})}
    with pytest.raises(ValidationError) as refused:
        operations.act_on_case.load({"case_id": "c", "action": action, "ground": ground, **fields})
    assert list(refused.value.messages) == ["ground"]


def test_while_a_case_is_suspended_no_day_is_told_and_resuming_tells_the_new_one(store):
    case_id = investigating(store)
    before = clocks(store, case_id)["handle"]["due_at"]
    act(store, case_id, "suspend", by(DESK, now=NOW + timedelta(days=2)), reason="等待鉴定")
    assert (clocks(store, case_id)["handle"]["state"], clocks(store, case_id)["handle"]["due_at"]) == ("paused", None)

    act(store, case_id, "resume", by(DESK, now=NOW + timedelta(days=12)))
    handling = clocks(store, case_id)["handle"]
    assert [move["reason"] for move in handling["moved"]] == ["suspension", "resumption"]
    assert handling["moved"][-1]["due_before"] == before < handling["due_at"] == handling["moved"][-1]["due_after"]


def test_of_a_round_before_nothing_is_told_any_more(store):
    case_id = opened(store)
    act(store, case_id, "refuse", by(DESK), ground="no_substance", reason="无")
    act(store, case_id, "reopen", by(DESK, now=NOW + timedelta(days=3)), reason="补充材料")

    assert {clock["started_at"] for clock in told(store, case_id)["reporter_clocks"]} == {"2026-03-05T01:00:00.000Z"}


def test_staff_who_do_not_read_the_file_are_not_shown_whether_a_report_was_signed(store):
    signed, unsigned = (investigating(store, reporter_mode=mode) for mode in ("named", "anonymous"))

    def shown(case_id, who):
        return [clock["rule"] for clock in get(store, case_id, who)["clocks"]]

    for who in (SUPERVISOR, LEADER):
        assert shown(signed, who) == shown(unsigned, who)
        listed = {case["id"]: case["clocks"] for case in ask(store, who, state="investigating", limit=200)["items"]}
        assert [c["rule"] for c in listed[signed]] == [c["rule"] for c in listed[unsigned]]
    for who in (DESK, HANDLER):
        assert "tell_acceptance_named" in shown(signed, who)
