"""Intake on a real database: one write, one receipt, however often it is sent."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.refusals import IdempotencyKeyReused, Invalid
from contracts.reports import receipt as receipts
from services.reports import forms, handlers, sealing
from services.reports.model.report import ContentUnreadable
from tests.integration.reports.building import CALL, NOW, a_report, later, report_of


def keyed(key, **changes):
    return replace(CALL, idempotency_key=key, **changes)


def test_a_report_is_one_document_that_carries_its_event(store, sealer):
    answer = handlers.submit_report(store, sealer, a_report(), CALL)

    report = report_of(store, sealer, answer["receipt"])
    (event,) = report["outbox"]
    assert event["type"] == "reports.report_submitted.v1"
    assert event["subject"] == report["_id"]
    assert event["data"] == {
        "report_id": report["_id"],
        "kind": "report",
        "category": "money.gifts",
        "reporter_mode": "anonymous",
        "received_at": "2026-03-02T01:00:00.000Z",
        "subject_unit_ids": [],
        "route": "bureau",
    }


def test_the_reporter_is_told_the_moment_but_only_the_hour_is_kept(store, sealer):
    answer = handlers.submit_report(store, sealer, a_report(), CALL)

    report = report_of(store, sealer, answer["receipt"])
    assert answer["received_at"] == "2026-03-02T01:15:08.412Z"
    assert report["received_at"] == NOW.replace(minute=0, second=0, microsecond=0)
    assert receipts.read(answer["receipt"]) == answer["receipt"]


def test_how_long_a_repetition_is_answered_tells_no_more_than_the_hour_either(store, sealer):
    answer = handlers.submit_report(store, sealer, a_report(), keyed("until"))

    until = report_of(store, sealer, answer["receipt"])["replay"]["until"]
    assert until == NOW.replace(minute=0, second=0, microsecond=0) + timedelta(hours=48)


def test_the_units_that_a_report_names_are_told_to_whoever_routes_it(store, sealer):
    subjects = [{"unit_id": "unit-x"}, {"name": "王某", "unit_id": "unit-x"}, {"unit_id": "unit-y"}]

    answer = handlers.submit_report(store, sealer, a_report(subjects=subjects), CALL)

    report = report_of(store, sealer, answer["receipt"])
    assert report["outbox"][0]["data"]["subject_unit_ids"] == ["unit-x", "unit-y"]


def test_an_anonymous_report_has_no_identity(store, sealer):
    answer = handlers.submit_report(store, sealer, a_report(), CALL)

    assert "identity" not in report_of(store, sealer, answer["receipt"])


def test_a_form_that_never_was_is_not_told(store):
    with pytest.raises(Invalid) as refused:
        handlers.get_form({"kind": "report", "version": "1999-01"}, CALL)

    assert [problem["field"] for problem in refused.value.errors] == ["version"]


def test_what_the_desks_key_opens_tells_nothing_of_who_wrote(store, sealer):
    named = {"mode": "named", "name": "欧阳若水", "phone": "13700001111", "address": "某路七号"}
    answer = handlers.submit_report(store, sealer, a_report(reporter=named), CALL)

    report = report_of(store, sealer, answer["receipt"])
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    content = sealing.open_text(data_key, report["_id"], "content", report["content"]).decode()
    assert "反映收受礼金" in content
    assert not [word for word in named.values() if word in content]
    with pytest.raises(ContentUnreadable):
        sealing.open_text(data_key, report["_id"], "identity", report["identity"]["sealed"])


def test_each_report_has_a_key_of_its_own(store, sealer):
    reports = [
        report_of(store, sealer, handlers.submit_report(store, sealer, a_report(), CALL)["receipt"]) for _ in range(3)
    ]

    assert len({sealer.data_key_for_desk(report["_id"], report["data_key"]) for report in reports}) == 3


def test_a_report_keeps_the_version_of_its_form(store, sealer):
    answer = handlers.submit_report(store, sealer, a_report(), CALL)

    assert report_of(store, sealer, answer["receipt"])["form_version"] == forms.current()["version"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "nonsense"}, "category"),
        ({"form_version": "1999-01"}, "form_version"),
        ({"occurred_on": "2026-03-03"}, "occurred_on"),
        ({"reporter": {"mode": "named", "name": "张三"}}, "reporter.phone"),
    ],
)
def test_what_the_form_refuses_is_not_stored(store, sealer, changes, field):
    before = store.db.reports.count_documents({})

    with pytest.raises(Invalid) as refused:
        handlers.submit_report(store, sealer, a_report(**changes), CALL)

    assert [error["field"] for error in refused.value.errors] == [field]
    assert store.db.reports.count_documents({}) == before


def test_the_day_begins_in_the_bureaus_time_zone(store, sealer):
    """17:00 UTC is 01:00 of the next day in Shanghai."""
    evening = replace(CALL, now=NOW.replace(hour=17))

    assert handlers.submit_report(store, sealer, a_report(occurred_on="2026-03-03"), evening)["receipt"]


def test_the_same_request_again_gets_the_same_receipt(store, sealer):
    first = handlers.submit_report(store, sealer, a_report(), keyed("same"))
    again = handlers.submit_report(store, sealer, a_report(), keyed("same", now=NOW + timedelta(minutes=5)))

    assert again == first
    assert report_of(store, sealer, first["receipt"]) is not None


def test_the_same_key_with_another_body_is_refused(store, sealer):
    handlers.submit_report(store, sealer, a_report(), keyed("reused"))

    with pytest.raises(IdempotencyKeyReused):
        handlers.submit_report(store, sealer, a_report(title="另一件事"), keyed("reused"))


def test_without_a_key_two_equal_requests_are_two_reports(store, sealer):
    receipts_given = {handlers.submit_report(store, sealer, a_report(), CALL)["receipt"] for _ in range(2)}

    assert len(receipts_given) == 2


def test_many_at_once_with_one_key_are_one_report(store, sealer):
    before = store.db.reports.count_documents({})

    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda _: handlers.submit_report(store, sealer, a_report(), keyed("burst")), range(16))
        )

    assert len({answer["receipt"] for answer in answers}) == 1
    assert store.db.reports.count_documents({}) == before + 1


def test_after_two_days_the_sealed_answer_is_erased_and_the_report_stays_one(store, sealer):
    first = handlers.submit_report(store, sealer, a_report(), keyed("old"))
    handlers.submit_report(store, sealer, a_report(), keyed("young", now=NOW + timedelta(hours=47)))
    before = store.db.reports.count_documents({})

    handlers.forget_replays(store, later(hours=49).now)

    assert "replay" not in report_of(store, sealer, first["receipt"])
    with pytest.raises(IdempotencyKeyReused):
        handlers.submit_report(store, sealer, a_report(), keyed("old"))
    assert handlers.submit_report(store, sealer, a_report(), keyed("young"))["receipt"]
    assert store.db.reports.count_documents({}) == before
