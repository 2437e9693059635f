"""Ratings on a real database: one a result, two in all, each told of once with nothing of its reason."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chassis.refusals import IdempotencyKeyReused
from contracts.reports import operations
from contracts.reports.events import ReportRatedV1
from services.reports import handlers
from services.reports.model import report as rules
from tests.integration.reports.building import CALL, DESK, a_report, by, later, progressed, report_of


@pytest.fixture
def receipt(store, sealer, request):
    """Of a report with its first result."""
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    has_result(store, sealer, receipt, request, number=1, sequence=5)
    return receipt


def has_result(store, sealer, receipt, request, *, number, sequence, state="handled"):
    told = {"reporter_state": state, "state": "feedback", "results": number}
    progressed(store, sealer, receipt, case_id=f"rated-{request.node.name}", sequence=sequence, **told)


def taken_in_hand_again(store, sealer, receipt, request, *, sequence):
    told = {"reporter_state": "accepted", "state": "accepted", "results": 1, "re_examination": True}
    progressed(store, sealer, receipt, case_id=f"rated-{request.node.name}", sequence=sequence, **told)


def rate(store, sealer, receipt, satisfied, reason=None, call=CALL):
    return handlers.rate(store, sealer, {"receipt": receipt, "satisfied": satisfied, "reason": reason}, call)


def told(store, sealer, receipt):
    outbox = report_of(store, sealer, receipt)["outbox"]
    return [event["data"] for event in outbox if event["type"] == ReportRatedV1.type()]


def seen(store, sealer, receipt):
    return handlers.read_current(store, sealer, {"receipt": receipt}, CALL)


def test_a_rating_is_told_of_with_its_number_and_without_its_reason(store, sealer, receipt):
    assert seen(store, sealer, receipt)["may_rate"] is True
    rate(store, sealer, receipt, False, "planted-reason")

    report = report_of(store, sealer, receipt)
    assert told(store, sealer, receipt) == [
        {"report_id": report["_id"], "case_id": report["case"]["id"], "satisfied": False, "number": 1}
    ]
    assert "planted" not in str(report)
    assert seen(store, sealer, receipt)["may_rate"] is False


def test_of_the_time_of_a_rating_only_the_hour_is_kept_and_told(store, sealer, receipt):
    rated = rate(store, sealer, receipt, True)

    (kept,) = report_of(store, sealer, receipt)["ratings"]
    assert rated["at"] == kept["at"] == CALL.now.replace(minute=0, second=0, microsecond=0)


def test_the_same_again_is_the_same_rating_and_one_event(store, sealer, receipt):
    first = rate(store, sealer, receipt, False, "没有答复")

    assert rate(store, sealer, receipt, False, "没有答复", later(hours=2)) == first
    assert len(told(store, sealer, receipt)) == 1
    with pytest.raises(rules.AlreadyRated):
        rate(store, sealer, receipt, True)


def test_ratings_at_once_are_one(store, sealer, receipt):
    with ThreadPoolExecutor(8) as threads:
        given = list(threads.map(lambda _: rate(store, sealer, receipt, False, "慢"), range(16)))

    assert all(rating == given[0] for rating in given)
    assert len(told(store, sealer, receipt)) == 1


def test_after_the_re_examination_the_new_result_is_rated_once_more_and_that_is_final(store, sealer, receipt, request):
    first = rate(store, sealer, receipt, False, "没有查清")
    taken_in_hand_again(store, sealer, receipt, request, sequence=6)
    with pytest.raises(rules.NotYetRated):
        rate(store, sealer, receipt, True)
    has_result(store, sealer, receipt, request, number=2, sequence=9)

    second = rate(store, sealer, receipt, False, "没有查清")
    assert (first["number"], second["number"]) == (1, 2)
    assert [event["number"] for event in told(store, sealer, receipt)] == [1, 2]
    has_result(store, sealer, receipt, request, number=3, sequence=12)
    with pytest.raises(rules.AlreadyRated):
        rate(store, sealer, receipt, True)
    now = seen(store, sealer, receipt)
    assert (now["ratings"], now["rating"], now["may_rate"]) == ([first, second], second, False)


def test_the_first_rating_repeated_while_the_case_is_examined_again_is_still_the_first(store, sealer, receipt, request):
    first = rate(store, sealer, receipt, False)
    taken_in_hand_again(store, sealer, receipt, request, sequence=6)

    assert rate(store, sealer, receipt, False) == first
    assert len(told(store, sealer, receipt)) == 1


def test_a_key_stands_for_its_rating_even_when_another_could_be_given(store, sealer, receipt, request):
    call = replace(CALL, idempotency_key="rated-once")
    first = rate(store, sealer, receipt, False, call=call)
    taken_in_hand_again(store, sealer, receipt, request, sequence=6)
    has_result(store, sealer, receipt, request, number=2, sequence=9)

    assert rate(store, sealer, receipt, False, call=call) == first
    with pytest.raises(IdempotencyKeyReused):
        rate(store, sealer, receipt, True, call=call)
    assert rate(store, sealer, receipt, True)["number"] == 2


def test_a_message_that_comes_between_does_not_lose_a_rating(store, sealer, receipt):
    def write(number):
        handlers.post_message(store, sealer, {"receipt": receipt, "text": f"第{number}"}, CALL)

    with ThreadPoolExecutor(4) as threads:
        writing = [threads.submit(write, number) for number in range(12)]
        rating = rate(store, sealer, receipt, False, "慢")
        for each in writing:
            each.result()

    assert seen(store, sealer, receipt)["ratings"] == [rating]
    sequences = [event["sequence"] for event in report_of(store, sealer, receipt)["outbox"]]
    assert sequences == list(range(1, 15))


def test_the_desk_reads_every_rating_with_its_reason(store, sealer, receipt, request):
    rate(store, sealer, receipt, False, "没有查清")
    load = operations.read_case_report.load({"case_id": f"rated-{request.node.name}"})
    read = operations.read_case_report.dump(handlers.read_case_report(store, sealer, load, by(DESK)))

    assert [(rating["satisfied"], rating["reason"]) for rating in read["ratings"]] == [(False, "没有查清")]
    assert read["rating"] == read["ratings"][-1]


def test_a_rating_of_a_suggestion_has_no_case(store, sealer):
    suggestion = a_report(kind="suggestion", category="service")
    receipt = handlers.submit_report(store, sealer, suggestion, CALL)["receipt"]
    suggestion_id = report_of(store, sealer, receipt)["_id"]
    answer = {"suggestion_id": suggestion_id, "decision": "adopted", "because": "可行", "expected_version": None}
    handlers.answer_suggestion(store, sealer, answer, by(DESK))
    rate(store, sealer, receipt, True)

    assert told(store, sealer, receipt)[0]["case_id"] is None
    with pytest.raises(rules.AlreadyRated):
        rate(store, sealer, receipt, False)
