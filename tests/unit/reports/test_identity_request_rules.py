"""Identity requests: states by the clock, who may know and decide, and what the reporter reads of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from marshmallow import ValidationError

from contracts.reports import operations
from contracts.reports.schemas import identity_requests as schemas
from services.reports.model import identity_requests as rules
from services.reports.model.report import Reader

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def request(state="approved", **changes):
    fields = {"case_id": "c1", "requester_id": "asker", "purpose": "talk", "state": state, "asked_at": NOW - 3 * HOUR}
    if state != "asked":
        fields |= {"decided_at": NOW - 2 * HOUR}
    if state in ("approved", "revoked", "over"):
        fields |= {"until": NOW + HOUR}
    return fields | changes


def person(id="somebody", *roles, units=("bureau",)):
    return Reader(id, frozenset(roles), frozenset(units))


@pytest.mark.parametrize(("until", "state"), [(HOUR, "approved"), (timedelta(0), "over"), (-HOUR, "over")])
def test_what_was_approved_is_over_once_its_time_is_past(until, state):
    assert rules.standing(request(until=NOW + until), NOW) == state


@pytest.mark.parametrize("state", ["asked", "refused", "revoked", "over"])
def test_nothing_but_an_approved_request_is_open(state):
    with pytest.raises(rules.IdentityRequestState) as refused:
        rules.check_open(request(state), NOW)
    assert refused.value.state == state


def test_an_approved_request_is_open_until_its_time_and_not_a_moment_longer():
    rules.check_open(request(until=NOW + timedelta(milliseconds=1)), NOW)
    with pytest.raises(rules.IdentityRequestState):
        rules.check_open(request(until=NOW), NOW)


def report(about=(), excluded=(), persons=(), parts=()):
    case = {"id": "c1", "excluded_unit_ids": list(excluded), "excluded_person_ids": list(persons)}
    return {"subject_unit_ids": list(about), "case": case, "parts": list(parts)}


@pytest.mark.parametrize("role", ["custodian", "supervisor", "auditor"])
def test_those_who_follow_know_of_everybodys_requests(role):
    assert rules.may_know(person("x", role), request(), report())
    assert rules.sees_all(person("x", role))


@pytest.mark.parametrize("role", ["desk", "handler", "leader", "admin", "member"])
def test_others_know_of_their_own_alone(role):
    assert not rules.may_know(person("x", role), request(), report())
    assert rules.may_know(person("asker", role), request(), report())
    assert not rules.sees_all(person("x", role))


@pytest.mark.parametrize("kept_from_east", [report(about=["east"]), report(excluded=["east"])], ids=["report", "case"])
def test_nobody_of_a_unit_that_report_or_case_is_kept_from_knows_of_a_request(kept_from_east):
    for who in (person("asker", "desk", units=("bureau", "east")), person("c", "custodian", units=("east",))):
        assert not rules.may_know(who, request(), kept_from_east)


def test_nobody_who_is_kept_out_of_the_case_knows_of_a_request():
    kept_out = report(persons=["c"])

    assert not rules.may_know(person("c", "custodian"), request(), kept_out)
    assert rules.may_know(person("other", "custodian"), request(), kept_out)


def test_for_a_part_of_a_case_those_count_who_are_kept_out_of_the_part():
    split = report(excluded=["east"], parts=[{"id": "c2", "excluded_unit_ids": ["west"]}])
    east, west = (person("c", "custodian", units=(unit,)) for unit in ("east", "west"))

    assert [rules.may_know(who, request(), split) for who in (east, west)] == [False, True]
    assert [rules.may_know(who, request(case_id="c2"), split) for who in (east, west)] == [True, False]


def test_nobody_decides_their_own_request():
    with pytest.raises(rules.OwnIdentityRequest):
        rules.check_decidable(person("asker", "custodian"), request("asked"))


@pytest.mark.parametrize("state", ["approved", "refused", "revoked", "over"])
def test_a_request_is_decided_once(state):
    with pytest.raises(rules.IdentityRequestState):
        rules.check_decidable(person("c", "custodian"), request(state))


@pytest.mark.parametrize(
    ("who", "state", "takes"),
    [
        (person("c", "custodian"), "asked", True),
        (person("c", "custodian"), "approved", False),
        (person("asker", "custodian", "desk"), "asked", False),
        (person("s", "supervisor"), "asked", False),
    ],
)
def test_the_key_is_for_the_custodian_who_may_decide_and_while_that_is_to_be_done(who, state, takes):
    assert rules.may_take_key(who, request(state)) == takes


def test_reasons_are_for_the_custodian_and_who_asked():
    readers = [person("c", "custodian"), person("asker", "handler"), person("s", "supervisor"), person("a", "auditor")]
    assert [rules.may_read_reasons(who, "asker") for who in readers] == [True, True, False, False]


def test_the_reporter_reads_purpose_states_times_and_hours_and_nothing_of_staff():
    hour = NOW.replace(minute=0)
    seen = rules.seen_by_reporter(request(decided_by="c", ended_by="c"), [(hour, 2)], NOW)

    assert seen == {
        "state": "approved",
        "purpose": "talk",
        "asked_at": NOW - 3 * HOUR,
        "decided_at": NOW - 2 * HOUR,
        "open_from": NOW - 2 * HOUR,
        "open_until": NOW + HOUR,
        "openings": [{"at": hour, "times": 2}],
    }


def test_what_was_revoked_could_be_opened_until_then():
    seen = rules.seen_by_reporter(request("revoked", ended_at=NOW - HOUR), [], NOW)

    assert (seen["open_from"], seen["open_until"]) == (NOW - 2 * HOUR, NOW - HOUR)


def test_what_ended_late_could_be_opened_no_longer_than_it_was_allowed():
    seen = rules.seen_by_reporter(request("over", until=NOW - HOUR, ended_at=NOW), [], NOW)

    assert seen["open_until"] == NOW - HOUR


def test_what_was_refused_could_never_be_opened():
    seen = rules.seen_by_reporter(request("refused"), [], NOW)

    assert (seen["open_from"], seen["open_until"]) == (None, None)


def test_the_history_has_a_line_for_everything_that_happened_in_the_order_of_time():
    history = [
        {"sequence": 0, "at": NOW - 4 * HOUR, "state": "received", "text_code": "received"},
        {"sequence": 5, "at": NOW - 2.5 * HOUR, "state": "in_progress", "text_code": "accepted"},
    ]
    seen = rules.seen_by_reporter(request("over", until=NOW - HOUR / 2), [(NOW - HOUR, 3)], NOW)

    told = rules.with_requests(history, [seen])

    assert [entry["text_code"].rpartition(".")[2] for entry in told] == [
        "received", "identity_asked", "accepted", "identity_approved", "identity_opened", "identity_over",
    ]  # fmt: skip
    assert [entry["state"] for entry in told] == ["received"] * 2 + ["in_progress"] * 4


def test_a_refusal_is_a_line_and_no_end():
    seen = rules.seen_by_reporter(request("refused"), [], NOW)

    told = rules.with_requests([], [seen])

    assert [entry["text_code"].rpartition(".")[2] for entry in told] == ["identity_asked", "identity_refused"]


ASKING = {"case_id": "c", "purpose": "talk", "reason": "核实", "hours": 24, "public_key": "A" * 43 + "="}


def test_the_contract_takes_what_a_client_sends():
    assert operations.ask_for_identity.load(ASKING) == ASKING


@pytest.mark.parametrize(
    "changes",
    [
        {"hours": 0},
        {"hours": schemas.MOST_HOURS + 1},
        {"hours": "24"},
        {"purpose": "curiosity"},
        {"reason": " "},
        {"public_key": "A" * 44},
        {"public_key": "A" * 40},
        {"public_key": "A" * 42 + "B="},
        {"public_key": "密钥"},
        {"public_key": 7},
    ],
    ids=str,
)
def test_the_contract_refuses(changes):
    with pytest.raises(ValidationError) as refused:
        operations.ask_for_identity.load(ASKING | changes)
    assert list(refused.value.messages) == list(changes)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"approved": True}, "sealed_key"),
        ({"approved": False, "sealed_key": "A" * 1526 + "=="}, "sealed_key"),
        ({"approved": False, "hours": 3}, "hours"),
        ({"approved": True, "sealed_key": "A" * 1528}, "sealed_key"),
    ],
    ids=["approved without a key", "refused with a key", "refused for hours", "too long a key"],
)
def test_a_key_and_hours_go_with_an_approval(said, wrong):
    with pytest.raises(ValidationError) as refused:
        operations.decide_identity_request.load({"request_id": "q", "reason": "依规", **said})
    assert list(refused.value.messages) == [wrong]
