"""What cases tell, in whatever order and however often it comes."""

import itertools

import pytest

from services.reports import handlers
from tests.integration.reports.building import CALL, NOW, a_report, a_step, report_of

STATES = ("registered", "accepted", "in_progress", "closed")


@pytest.fixture
def receipt(store, sealer):
    return handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]


def steps_of(report_id, case_id):
    return [
        a_step(report_id, case_id, sequence, reporter_state=state, handler_id=f"handler-{sequence}")
        for sequence, state in enumerate(STATES, start=1)
    ]


def whole(store, sealer, receipt):
    """What is known of a report, apart from what no reader sees."""
    report = report_of(store, sealer, receipt)
    return {name: report[name] for name in ("state", "history", "due_at", "case", "progress_sequence")}


def test_the_reporter_sees_each_step_once_and_in_order(store, sealer, receipt):
    report_id = report_of(store, sealer, receipt)["_id"]

    handlers.show_progress(store, steps_of(report_id, "in-order"))

    seen = handlers.read_current(store, sealer, {"receipt": receipt}, CALL)
    assert [entry["state"] for entry in seen["history"]] == ["received", *STATES]
    assert seen["state"] == "closed"
    assert seen["due_at"] > NOW


def test_every_order_of_the_same_steps_ends_the_same(store, sealer):
    results = []
    for number, order in enumerate(itertools.permutations(range(4))):
        receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
        steps = steps_of(report_of(store, sealer, receipt)["_id"], f"order-{number}")
        for index in order:
            handlers.show_progress(store, [steps[index]])
        result = whole(store, sealer, receipt)
        result["case"].pop("id")
        results.append(result)

    assert all(result == results[0] for result in results)


def test_events_that_come_again_change_nothing(store, sealer, receipt):
    steps = steps_of(report_of(store, sealer, receipt)["_id"], "again")
    handlers.show_progress(store, steps)
    before = whole(store, sealer, receipt)

    handlers.show_progress(store, [steps[2], steps[0], steps[3], steps[3]])

    assert whole(store, sealer, receipt) == before


def test_a_group_may_hold_steps_of_many_cases_and_the_same_step_twice(store, sealer, receipt):
    other = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]
    mine = steps_of(report_of(store, sealer, receipt)["_id"], "mine")
    theirs = steps_of(report_of(store, sealer, other)["_id"], "theirs")

    handlers.show_progress(store, [mine[1], theirs[0], mine[0], mine[1], theirs[1]])

    for each in (receipt, other):
        history = handlers.read_current(store, sealer, {"receipt": each}, CALL)["history"]
        assert [entry["state"] for entry in history] == ["received", "registered", "accepted"]


def test_a_step_without_a_text_changes_who_may_read_but_not_what_the_reporter_sees(store, sealer, receipt):
    report_id = report_of(store, sealer, receipt)["_id"]

    handlers.show_progress(store, [a_step(report_id, "silent", 1, text_code=None, handler_id="h9")])
    handlers.show_progress(store, [a_step(report_id, "silent", 1, text_code=None, handler_id="h9")])

    report = report_of(store, sealer, receipt)
    assert len(report["history"]) == 1
    assert report["case"]["handler_id"] == "h9"


def test_cases_that_no_report_opened_concern_nobody_here(store):
    handlers.show_progress(store, [a_step(None, "from-a-clue", 1)])

    assert store.reports.of_case("from-a-clue") is None


def test_a_step_of_a_report_that_is_not_here_changes_nothing(store):
    before = store.db.reports.count_documents({})

    handlers.show_progress(store, [a_step("unknown", "of-nothing", 1)])

    assert store.db.reports.count_documents({}) == before
