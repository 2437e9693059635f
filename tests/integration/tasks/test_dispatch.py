"""What stored cases send out: document numbers that are used once, and answers that are waited for."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.ids import new_id
from services.tasks.documents import case_of, entry_of
from services.tasks.handlers.oversight import oversee
from services.tasks.model.applying import replay
from services.tasks.model.opening import opened as freshly_opened
from services.tasks.model.refusals import CaseCannotClose, Invalid, WrongState
from tests.integration.tasks.building import (
    DESK,
    HANDLER,
    NOW,
    SUPERVISOR,
    act,
    by,
    get,
    history,
    investigating,
    opened,
)
from tests.integration.tasks.overseeing import stages

# Numbers count on from case to case: these tests have a year of their own each where it matters.
IN_2027 = replace(by(DESK), now=NOW + timedelta(days=365))
IN_2028 = replace(by(DESK), now=NOW + timedelta(days=731))


def transferred(store, call=None, **fields):
    case_id = opened(store)
    body = {"body": "police", "reason": "管辖"}
    return act(store, case_id, "transfer", call or by(DESK), **{**body, **fields})


def clock(case, rule):
    return [one for one in case["clocks"] if one["rule"] == rule]


def test_each_transfer_has_the_next_document_number_of_the_year_and_another_kind_its_own(store):
    numbers = [transferred(store, IN_2027)["transfer"]["document_number"] for _ in range(2)]
    case_id = investigating(store)
    asked = act(store, case_id, "request_assistance", IN_2027, body="court", what="调取卷宗", reason="核实")
    assert numbers == ["明司转〔2027〕1号", "明司转〔2027〕2号"]
    assert asked["assistance"][0]["document_number"] == "明司协〔2027〕1号"
    assert transferred(store)["transfer"]["document_number"].startswith("明司转〔2026〕")


@pytest.mark.parametrize(("hour", "minute", "year"), [(15, 59, 2040), (16, 0, 2041)])
def test_the_year_of_a_number_is_that_of_the_bureaus_wall(store, hour, minute, year):
    """Midnight in the bureau is four in the afternoon, UTC."""
    moment = datetime(2040, 12, 31, hour, minute, tzinfo=UTC)
    assert f"〔{year}〕" in transferred(store, replace(by(DESK), now=moment))["transfer"]["document_number"]


def test_a_number_that_was_written_by_hand_is_kept_never_given_again_and_never_taken_twice(store):
    written = transferred(store, IN_2028, document_number="明司转〔2028〕2号")
    assert written["transfer"]["document_number"] == "明司转〔2028〕2号"
    given = [transferred(store, IN_2028)["transfer"]["document_number"] for _ in range(2)]
    assert given == ["明司转〔2028〕1号", "明司转〔2028〕3号"]
    before = opened(store)
    with pytest.raises(Invalid) as refused:
        act(store, before, "transfer", IN_2028, body="police", reason="管辖", document_number="明司转〔2028〕3号")
    assert refused.value.errors[0]["field"] == "document_number"
    assert get(store, before)["state"] == "registered"


def test_many_transfers_at_once_have_numbers_without_a_gap_and_a_refused_one_uses_none(store):
    call = replace(by(DESK), now=NOW + timedelta(days=1100))
    with pytest.raises(Invalid):
        act(store, opened(store), "transfer", call, body="other", reason="管辖")
    with ThreadPoolExecutor(4) as several:
        done = list(several.map(lambda _: transferred(store, call)["transfer"]["document_number"], range(8)))
    assert sorted(done) == sorted(f"明司转〔2029〕{count}号" for count in range(1, 9))


def test_of_several_who_transfer_one_case_at_once_only_the_one_who_does_uses_a_number(store):
    call = replace(by(DESK), now=NOW + timedelta(days=1500))

    def attempt(case_id):
        try:
            return act(store, case_id, "transfer", call, body="police", reason="管辖")["transfer"]["document_number"]
        except WrongState as refused:
            return refused

    used = []
    for _ in range(3):
        case_id = opened(store)
        with ThreadPoolExecutor(6) as several:
            results = list(several.map(attempt, [case_id] * 6))
        used += [result for result in results if isinstance(result, str)]
    assert used == [f"明司转〔2030〕{count}号" for count in (1, 2, 3)]


def test_the_same_request_twice_with_one_key_uses_one_number(store):
    case_id = opened(store)
    call = by(DESK, idempotency_key=new_id())
    first = act(store, case_id, "transfer", call, body="police", reason="管辖")
    assert act(store, case_id, "transfer", call, body="police", reason="管辖") == first
    numbers = store.db.dispatches.find({"case_id": case_id})
    assert [one["_id"] for one in numbers] == [first["transfer"]["document_number"]]


def test_the_answer_of_the_body_is_recorded_once_and_meets_its_clock_on_the_day_it_was_given(store):
    case = transferred(store, body="other", body_name="省司法厅")
    assert [one["state"] for one in clock(case, "transfer_acknowledged")] == ["running"]
    late = by(SUPERVISOR, now=NOW + timedelta(days=40))
    answer = {"answered_on": date(2026, 3, 10).isoformat(), "answer_number": "省厅收〔2026〕7号", "reason": "已受理"}
    known = act(store, case["id"], "acknowledge_transfer", replace(late, idempotency_key=new_id()), **answer)
    assert known["state"] == "transferred"
    assert known["transfer"] == {
        "body": "other", "body_name": "省司法厅", "document_number": case["transfer"]["document_number"],
        "at": NOW, "state": "acknowledged", "answer_number": "省厅收〔2026〕7号", "answered_on": "2026-03-10",
    }  # fmt: skip
    assert [one["state"] for one in clock(known, "transfer_acknowledged")] == ["met"]
    with pytest.raises(WrongState):
        act(store, case["id"], "acknowledge_transfer", late, **answer)


@pytest.mark.parametrize("answered_on", ["2026-03-01", "2026-03-03"], ids=["before the transfer", "in the future"])
def test_an_answer_is_given_between_the_transfer_and_today(store, answered_on):
    case = transferred(store)
    with pytest.raises(Invalid) as refused:
        act(store, case["id"], "acknowledge_transfer", by(DESK), answered_on=answered_on, reason="已受理")
    assert refused.value.errors[0]["field"] == "answered_on"


def test_a_case_that_the_body_declines_begins_anew_with_the_clocks_of_acceptance(store):
    case = transferred(store)
    later = by(DESK, now=NOW + timedelta(days=20))
    back = act(store, case["id"], "take_back", later, reason="不属其管辖")
    assert (back["state"], back["transfer"]["state"]) == ("registered", "declined")
    running = {one["rule"] for one in back["clocks"] if one["state"] == "running"}
    assert running == {"register_and_route", "tell_acceptance", "tell_acceptance_named"}
    assert store.db.cases.find_one({"_id": case["id"]})["next_due_at"] > later.now
    again = act(store, case["id"], "transfer", later, body="court", reason="涉诉")
    assert again["transfer"]["document_number"] != case["transfer"]["document_number"]


def test_a_body_that_does_not_answer_never_makes_the_case_overdue(store):
    case = transferred(store)
    much_later = by(DESK, now=NOW + timedelta(days=400))
    assert [one["state"] for one in clock(get(store, case["id"], now=much_later.now), "transfer_acknowledged")] == [
        "missed"
    ]
    assert store.db.cases.find_one({"_id": case["id"]})["next_due_at"].year == 9999


def test_a_body_that_does_not_answer_is_pressed_for_it_and_the_handling_unit_is_not(store):
    case = transferred(store)
    oversee(store, NOW + timedelta(days=17))
    oversee(store, NOW + timedelta(days=60))
    assert stages(store, case["id"]) == [("urge", []), ("supervise", [])]
    assert get(store, case["id"])["level"] == 0


def test_what_goes_to_the_level_above_is_numbered_apart_so_that_no_gap_tells_the_desk_of_it(store):
    call = replace(by(DESK), now=NOW + timedelta(days=1900))
    above = replace(by(SUPERVISOR), now=call.now)
    sealed = opened(store, subject_unit_ids=["bureau"], route="above")
    assert transferred(store, call)["transfer"]["document_number"] == "明司转〔2031〕1号"
    sent = act(store, sealed, "transfer", above, body="省司法厅", reason="涉及主要负责人")
    assert sent["transfer"]["document_number"] == "明司报〔2031〕1号"
    assert transferred(store, call)["transfer"]["document_number"] == "明司转〔2031〕2号"
    known = act(store, sealed, "acknowledge_transfer", above, answered_on=f"{call.now:%Y-%m-%d}", reason="已接收")
    assert known["allowed_actions"] == ["take_back", "exclude", "reopen"]
    back = act(store, sealed, "take_back", above, reason="退回")
    assert [one["rule"] for one in back["clocks"] if one["state"] == "running"] == ["forward_above"]


def test_several_requests_for_assistance_run_at_once_each_with_its_own_clock(store):
    case_id = investigating(store)
    act(store, case_id, "request_assistance", by(HANDLER), body="police", what="户籍", reason="核实身份")
    act(store, case_id, "request_assistance", by(DESK), unit_id="district", what="台账", reason="核实")
    asked = act(store, case_id, "request_assistance", by(DESK), body="某银行", what="流水", reason="核实")
    assert [(one["number"], one["body"], one["body_name"], one["unit_id"]) for one in asked["assistance"]] == [
        (1, "police", None, None), (2, None, None, "district"), (3, "other", "某银行", None),
    ]  # fmt: skip
    answered = act(store, case_id, "record_assistance", by(HANDLER), request=2, what="台账属实", evidence=["台账"])
    assert [one["state"] for one in answered["assistance"]] == ["open", "answered", "open"]
    assert [(one["ref"], one["state"]) for one in clock(answered, "assist")] == [
        ("1", "running"), ("2", "met"), ("3", "running"),
    ]  # fmt: skip
    withdrawn = act(store, case_id, "withdraw_assistance", by(HANDLER), request=3, reason="已另行取得")
    assert [one["ref"] for one in clock(withdrawn, "assist")] == ["1", "2"]
    with pytest.raises(Invalid):
        act(store, case_id, "record_assistance", by(HANDLER), request=3, what="?")


def test_a_case_is_not_concluded_while_assistance_is_awaited(store):
    case_id = investigating(store)
    act(store, case_id, "record_step", by(HANDLER), what="查阅", evidence=["账册"])
    act(store, case_id, "request_assistance", by(HANDLER), body="police", what="户籍", reason="核实身份")
    act(store, case_id, "record_finding", by(HANDLER), allegation=1, outcome="false", reason="不实")
    with pytest.raises(CaseCannotClose) as refused:
        act(store, case_id, "conclude", by(HANDLER))
    assert refused.value.missing == ["assistance:1"]
    act(store, case_id, "record_assistance", by(HANDLER), request=1, what="无此人")
    assert act(store, case_id, "conclude", by(HANDLER))["state"] == "feedback"


def test_a_suspension_that_waits_for_assistance_stops_the_case_and_not_whoever_helps(store):
    case_id = investigating(store)
    with pytest.raises(Invalid):
        act(store, case_id, "suspend", by(DESK), ground="awaiting_assistance", reason="等待协查")
    act(store, case_id, "request_assistance", by(HANDLER), body="police", what="户籍", reason="核实身份")
    waiting = act(store, case_id, "suspend", by(DESK), ground="awaiting_assistance", reason="等待协查")
    assert [one["state"] for one in clock(waiting, "handle") + clock(waiting, "assist")] == ["paused", "running"]
    act(store, case_id, "record_assistance", by(DESK), request=1, what="已查明")
    assert act(store, case_id, "resume", by(DESK))["state"] == "investigating"


def test_the_reporter_is_not_told_whom_the_bureau_has_written_to(store):
    case_id = investigating(store)
    act(store, case_id, "request_assistance", by(HANDLER), body="police", what="户籍", reason="核实身份")
    told = store.db.cases.find_one({"_id": case_id})["outbox"][-1]["data"]
    assert {one["rule"] for one in told["reporter_clocks"]}.isdisjoint({"assist", "transfer_acknowledged"})
    assert told["text_code"] is None


def test_what_was_sent_replays_from_the_stored_history(store):
    case_id = investigating(store)
    act(store, case_id, "request_assistance", by(HANDLER), body="police", what="户籍", reason="核实身份")
    act(store, case_id, "return", by(HANDLER), reason="应当回避")
    act(store, case_id, "transfer", by(DESK), body="court", reason="涉诉")
    act(store, case_id, "acknowledge_transfer", by(DESK), answered_on="2026-03-02", reason="已接收")
    act(store, case_id, "take_back", by(DESK), reason="退回")
    document = store.db.cases.find_one({"_id": case_id})
    case = case_of(document)
    assert [one.state for one in case.assistance] == ["withdrawn"]
    fresh = freshly_opened(
        id=case.id, number=case.number, category=case.category, source_kind="report", source_id=case.source_id,
        at=case.opened_at, reporter_mode=case.reporter_mode, excluded_unit_ids=case.excluded_unit_ids,
    )  # fmt: skip
    assert replay(fresh, map(entry_of, document["history"])) == case
    assert history(store, case_id)["items"][-2]["details"]["answered_on"] == "2026-03-02"
