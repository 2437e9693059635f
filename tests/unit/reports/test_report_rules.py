"""Who may read what, and how little is kept of a reporter's time."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import clock
from services.reports.model import report as rules
from services.reports.model.report import Reader, may_read_case_report, may_read_suggestion


def somebody(*roles, id="p1", units=("root", "u1")):
    return Reader(id, frozenset(roles), frozenset(units))


def test_the_desk_reads_every_case():
    assert may_read_case_report(somebody("desk"), handler_id="p9", excluded_unit_ids=[])


def test_a_handler_reads_their_own_case_and_no_other():
    assert may_read_case_report(somebody("handler"), handler_id="p1", excluded_unit_ids=[])
    assert not may_read_case_report(somebody("handler"), handler_id="p2", excluded_unit_ids=[])
    assert not may_read_case_report(somebody("handler"), handler_id=None, excluded_unit_ids=[])


def test_a_former_handler_who_lost_the_role_reads_nothing():
    assert not may_read_case_report(somebody("member"), handler_id="p1", excluded_unit_ids=[])


@pytest.mark.parametrize(
    "role", ["custodian", "supervisor", "admin", "auditor", "leader", "editor", "trainer", "member"]
)
def test_no_other_role_reads_a_case(role):
    assert not may_read_case_report(somebody(role), handler_id="p1", excluded_unit_ids=[])
    assert not may_read_suggestion(somebody(role), [])


@pytest.mark.parametrize("excluded", [["u1"], ["other", "u1"], ["root"]])
def test_nobody_of_a_reported_unit_or_below_it_reads(excluded):
    assert not may_read_case_report(somebody("desk", "handler"), handler_id="p1", excluded_unit_ids=excluded)
    assert not may_read_suggestion(somebody("desk"), excluded)


def test_the_level_above_a_reported_unit_still_reads():
    assert may_read_case_report(somebody("desk", units=("root",)), handler_id=None, excluded_unit_ids=["u1"])


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_kept_time_tells_the_hour_only(moment):
    kept = clock.to_the_hour(moment)

    assert (kept.minute, kept.second, kept.microsecond) == (0, 0, 0)
    assert 0 <= (moment - kept).total_seconds() < 3600


def test_a_full_hour_stays_itself():
    moment = datetime(2026, 3, 1, 9, tzinfo=UTC)

    assert clock.to_the_hour(moment) == moment


def test_only_what_was_said_is_sealed():
    said = rules.without_absent(
        {"title": "t", "place": "", "subjects": [{"name": "n", "unit": None}], "occurred_on": None}
    )

    assert said == {"title": "t", "subjects": [{"name": "n"}]}
