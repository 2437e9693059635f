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


def handled_by(handler_id, *joint, kept_from=(), persons=()):
    """A case as it tells of itself."""
    case = {"handler_id": handler_id, "excluded_unit_ids": list(kept_from)}
    return case | {"joint_handler_ids": list(joint), "excluded_person_ids": list(persons)}


def test_the_desk_reads_every_case():
    assert may_read_case_report(somebody("desk"), handled_by("p9"))


def test_a_handler_reads_their_own_case_and_no_other():
    assert may_read_case_report(somebody("handler"), handled_by("p1"))
    assert not may_read_case_report(somebody("handler"), handled_by("p2"))
    assert not may_read_case_report(somebody("handler"), handled_by(None))


def test_joint_handlers_read_the_case_as_the_first_one_does():
    assert may_read_case_report(somebody("handler"), handled_by("p2", "p1"))
    assert not may_read_case_report(somebody("member"), handled_by("p2", "p1"))


@pytest.mark.parametrize("role", ["desk", "handler"])
def test_whoever_must_keep_out_of_a_case_reads_nothing_of_it(role):
    assert not may_read_case_report(somebody(role), handled_by("p1", persons=["p1"]))
    assert not may_read_case_report(somebody(role), handled_by("p2", "p1", persons=["p1"]))


def test_a_case_that_told_nothing_of_joint_handlers_and_persons_has_none():
    assert may_read_case_report(somebody("handler"), {"handler_id": "p1", "excluded_unit_ids": []})


def test_a_former_handler_who_lost_the_role_reads_nothing():
    assert not may_read_case_report(somebody("member"), handled_by("p1"))


@pytest.mark.parametrize(
    "role", ["custodian", "supervisor", "admin", "auditor", "leader", "editor", "trainer", "member"]
)
def test_no_other_role_reads_a_case(role):
    assert not may_read_case_report(somebody(role), handled_by("p1"))
    assert not may_read_suggestion(somebody(role), [])


@pytest.mark.parametrize("excluded", [["u1"], ["other", "u1"], ["root"]])
def test_nobody_of_a_reported_unit_or_below_it_reads(excluded):
    reader = somebody("desk", "handler")

    assert not may_read_case_report(reader, handled_by("p1", kept_from=excluded))
    assert not may_read_case_report(reader, handled_by("p1"), excluded)
    assert not may_read_case_report(reader, handled_by("p1", kept_from=["other"]), excluded)
    assert not may_read_suggestion(somebody("desk"), excluded)


def test_the_level_above_a_reported_unit_still_reads():
    assert may_read_case_report(somebody("desk", units=("root",)), handled_by(None, kept_from=["u1"]))


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
