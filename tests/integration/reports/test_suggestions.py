"""Suggestions on a real database: by when they are answered, how the desk finds them, what their makers read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.refusals import Invalid, Stale
from contracts.reports import operations
from services.reports import handlers
from services.reports.model import report as rules
from tests.integration.reports.building import CALL, DESK, NOW, a_report, by, report_of

DUE = datetime(2026, 5, 1, 15, 59, 59, 999_000, tzinfo=UTC)


def suggested(store, sealer, now=NOW, **changes):
    """The receipt and the id of a fresh suggestion."""
    request = a_report(kind="suggestion", category="service", title="延长窗口时间", **changes)
    receipt = handlers.submit_report(store, sealer, request, replace(CALL, now=now))["receipt"]
    return receipt, report_of(store, sealer, receipt)["_id"]


def answered(store, sealer, suggestion_id, decision="adopted", because="下月起中午不休息。", version=None):
    request = {"suggestion_id": suggestion_id, "decision": decision, "because": because, "expected_version": version}
    return handlers.answer_suggestion(store, sealer, operations.answer_suggestion.load(request), by(DESK))


def listed(store, now=NOW, **filters):
    """The ids of the suggestions that the desk finds."""
    request = operations.list_suggestions.load({"limit": 200, **filters})
    return [item["id"] for item in handlers.list_suggestions(store, request, by(DESK, now=now))["items"]]


def seen(store, sealer, receipt):
    return handlers.read_current(store, sealer, {"receipt": receipt}, CALL)


def test_whoever_suggests_and_the_desk_read_by_when_it_is_answered(store, sealer):
    receipt, suggestion_id = suggested(store, sealer)

    assert seen(store, sealer, receipt)["due_at"] == DUE
    read = handlers.read_suggestion(store, sealer, {"suggestion_id": suggestion_id, "purpose": "p"}, by(DESK))
    assert read["due_at"] == DUE


def test_a_report_is_not_due_for_an_answer(store, sealer):
    receipt = handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]

    assert "due_at" not in report_of(store, sealer, receipt)


def test_the_desk_finds_what_is_overdue_the_longest_overdue_first(store, sealer):
    _, late = suggested(store, sealer, now=NOW - timedelta(days=70))
    _, later = suggested(store, sealer, now=NOW - timedelta(days=80))
    _, in_time = suggested(store, sealer)
    _, done = suggested(store, sealer, now=NOW - timedelta(days=90))
    answered(store, sealer, done)

    found = listed(store, overdue=True)

    assert [one for one in found if one in (late, later, in_time, done)] == [later, late]
    assert in_time not in listed(store, now=DUE, overdue=True)
    assert in_time in listed(store, now=DUE + timedelta(milliseconds=1), overdue=True)
    assert late in listed(store, state="received", overdue=True)
    assert late not in listed(store, state="adopted", overdue=True)


def test_the_desk_of_a_unit_concerned_does_not_find_it_overdue(store, sealer):
    _, concerned = suggested(store, sealer, now=NOW - timedelta(days=70), subjects=[{"unit_id": "bureau"}])

    assert concerned not in listed(store, overdue=True)


@pytest.mark.parametrize("decision", ["adopted", "partly_adopted", "not_adopted"])
def test_an_answer_ends_the_wait_and_is_told_in_a_line_of_its_own(store, sealer, decision):
    receipt, suggestion_id = suggested(store, sealer)

    told = answered(store, sealer, suggestion_id, decision)

    assert (told["state"], told["due_at"]) == (decision, None)
    mine = seen(store, sealer, receipt)
    assert (mine["state"], mine["due_at"], mine["answer"]["decision"]) == (decision, None, decision)
    assert [entry["text_code"] for entry in mine["history"]] == [
        "reports.progress.suggestion_received",
        f"reports.progress.{decision}",
    ]
    assert suggestion_id in listed(store, state=decision)


def test_an_answer_to_what_was_read_at_another_version_is_stale(store, sealer):
    _, suggestion_id = suggested(store, sealer)
    version = store.reports.get(suggestion_id)["version"]

    with pytest.raises(Stale) as refused:
        answered(store, sealer, suggestion_id, version=version + 1)

    assert refused.value.current_version == version
    assert store.reports.get(suggestion_id)["state"] == "received"
    assert answered(store, sealer, suggestion_id, version=version)["version"] == version + 1


def test_the_same_answer_again_is_the_same_whatever_version_it_builds_on(store, sealer):
    _, suggestion_id = suggested(store, sealer)
    version = store.reports.get(suggestion_id)["version"]

    first = answered(store, sealer, suggestion_id, version=version)

    assert answered(store, sealer, suggestion_id, version=version) == first


def test_another_answer_is_refused_with_and_without_a_version(store, sealer):
    _, suggestion_id = suggested(store, sealer)
    first = answered(store, sealer, suggestion_id)

    with pytest.raises(rules.AlreadyAnswered):
        answered(store, sealer, suggestion_id, "not_adopted")
    with pytest.raises(rules.AlreadyAnswered):
        answered(store, sealer, suggestion_id, "not_adopted", version=first["version"])
    with pytest.raises(Stale):
        answered(store, sealer, suggestion_id, "not_adopted", version=first["version"] - 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subjects": [{"unit": "某所"}] * 21}, "subjects"),
        ({"details": {"amount": 5}}, "details.amount"),
    ],
)
def test_what_the_shorter_form_does_not_ask_for_is_refused_and_not_stored(store, sealer, changes, field):
    before = store.db.reports.count_documents({})

    with pytest.raises(Invalid) as refused:
        suggested(store, sealer, **changes)

    assert field in [error["field"] for error in refused.value.errors]
    assert store.db.reports.count_documents({}) == before
