"""What the form takes is stored with the report, sealed, and given back to those who may read it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from chassis.refusals import Invalid
from contracts.reports import operations
from services.reports import forms, handlers
from tests.integration.reports.building import CALL, DESK, a_report, by, progressed, report_of
from tests.support.form_filling import reports

DETAILS = {"amount": 3000.5, "paid_how": ["cash"], "reported_before": True, "reported_to": ["hotline"]}


@given(reports())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
def test_every_report_that_keeps_the_rules_of_its_form_is_stored_with_its_version(store, sealer, made):
    form, report = made

    request = operations.submit_report.load({**report, "form_version": form.version})
    stored = report_of(store, sealer, handlers.submit_report(store, sealer, request, CALL)["receipt"])

    assert (stored["form_version"], stored["kind"], stored["category"]) == (
        form.version,
        form.kind,
        report["category"],
    )


def test_staff_read_the_answers_as_they_were_given(store, sealer):
    receipt = handlers.submit_report(store, sealer, a_report(details={**DETAILS, "danger_why": ""}), CALL)["receipt"]
    progressed(store, sealer, receipt, case_id="with-answers")

    read = handlers.read_case_report(store, sealer, {"case_id": "with-answers", "purpose": "p"}, by(DESK))

    told = operations.read_case_report.dump(read)
    assert told["details"] == DETAILS
    assert "hotline" not in str(report_of(store, sealer, receipt))


def test_a_report_without_answers_is_read_without(store, sealer):
    receipt = handlers.submit_report(store, sealer, a_report(details=None), CALL)["receipt"]
    progressed(store, sealer, receipt, case_id="without-answers")

    read = handlers.read_case_report(store, sealer, {"case_id": "without-answers", "purpose": "p"}, by(DESK))

    assert read["details"] == {}


def test_answers_are_part_of_what_a_repeated_request_must_repeat(store, sealer):
    key = replace(CALL, idempotency_key="with answers")
    first = handlers.submit_report(store, sealer, a_report(details=DETAILS), key)

    turned = dict(reversed(DETAILS.items()))
    assert handlers.submit_report(store, sealer, a_report(details=turned), key) == first


@pytest.mark.parametrize(
    ("moment", "taken"),
    [
        (datetime(2027, 6, 30, 15, 59, tzinfo=UTC), True),
        # Two days for repeated requests: to the end of 2 July in Shanghai.
        (datetime(2027, 7, 2, 15, 59, tzinfo=UTC), True),
        (datetime(2027, 7, 2, 16, 0, tzinfo=UTC), False),
    ],
)
def test_an_earlier_version_is_taken_until_its_last_day_and_then_told_to_be_over(store, sealer, moment, taken):
    request, call = a_report(form_version="2026-01"), replace(CALL, now=moment)

    if taken:
        receipt = handlers.submit_report(store, sealer, request, call)["receipt"]
        assert report_of(store, sealer, receipt)["form_version"] == "2026-01"
    else:
        with pytest.raises(Invalid) as refused:
            handlers.submit_report(store, sealer, request, call)
        assert refused.value.errors == [{"field": "form_version", "message": "reports.form.version_over"}]


def test_the_newest_version_is_never_over(store, sealer):
    request = a_report(form_version=forms.current()["version"])

    assert handlers.submit_report(store, sealer, request, replace(CALL, now=datetime(2090, 1, 1, tzinfo=UTC)))
