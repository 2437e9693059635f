"""Figures of the study record where they are easily wrong: by kind, of speakers named twice, of other years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis import clock
from chassis.refusals import NotFound
from contracts.quiz.events import PracticeCreditedV1
from contracts.tasks import operations
from services.tasks.handlers import certificates, courses, study, year_end
from services.tasks.store import TasksStore
from tests.integration.tasks.building import BUREAU, LEADER, TRAINER, a_standing, an_exam, by, received
from tests.integration.tasks.studying import (
    BEGAN,
    HOME,
    NOW,
    SPEAKERS,
    a_course,
    a_session,
    a_unit,
    attend,
    change,
    entries,
    figures,
    member,
    people,
    record_of,
    statements,
)
from tests.integration.tasks.test_study_sessions import weeks
from tests.unit.tasks.test_certificate_page import lines


@pytest.fixture
def unit(store: TasksStore) -> str:
    return a_unit(store)


def practise(store: TasksStore, person_id: str) -> None:
    day = BEGAN.date()
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    data = {"person_id": person_id, "day": day, "answered": 1, "right": 1, "points": 1, "rule": "2021-1"}
    study.credit_practice(store, [received(PracticeCreditedV1, f"{person_id}:{day}", **data, credited_at=at)])


def test_speakers_who_are_named_twice_do_not_make_a_session_count_for_the_week(store, unit):
    monday = BEGAN - timedelta(days=2)
    twice = [*SPEAKERS[:2], {"name": SPEAKERS[0]["name"]}]
    made = [a_session(store, unit, starts_at=monday + timedelta(hours=n), speakers=twice) for n in range(3)]
    [week] = weeks(store, unit)[unit]
    assert (week["held"], week["counted"], week["met"]) == (3, 0, False)

    change(store, made[0], speakers=SPEAKERS)

    [week] = weeks(store, unit)[unit]
    assert (week["counted"], week["missing"]) == (1, 2)


@pytest.mark.parametrize(("kind", "who"), [("session", "attended"), ("exam", "passed"), ("practice", "practised")])
@pytest.mark.parametrize("by_what", ["unit", "line", "week"])
def test_figures_of_one_kind_are_of_that_kind_down_to_their_entries(store, unit, kind, who, by_what):
    for name in ("attended", "passed", "practised", "none"):
        member(store, f"{unit}-{name}", BUREAU, unit)
    attend(store, a_session(store, unit), f"{unit}-attended")
    study.credit_attempts(store, [a_standing(f"{unit}-passed", f"{unit}-exam", submitted_at=BEGAN, required=False)])
    practise(store, f"{unit}-practised")

    answer = figures(store, unit_id=unit, by=by_what, kind=kind)

    (item,) = answer["items"]
    for shown in (answer["total"], item):
        assert (shown["person_times"], shown["people"], shown["covered"]) == (1, 4, 1)
    assert item["filter"]["kind"] == kind
    [entry] = entries(store, **item["filter"])
    assert (entry["kind"], entry["person_id"]) == (kind, f"{unit}-{who}")
    assert people(store, "covered", **item["filter"]) == [f"{unit}-{who}"]
    assert figures(store, unit_id=unit)["total"]["person_times"] == 3


def test_an_exam_that_is_failed_after_all_leaves_its_person_behind(store, unit):
    person = member(store, f"{unit}-failed", BUREAU, unit)
    audience = {"lines": [], "units": [unit], "roles": []}
    study.know_exams(store, [an_exam(f"{unit}-exam", audience=audience, closes_at=BEGAN)])
    study.credit_attempts(store, [a_standing(person.id, f"{unit}-exam", submitted_at=BEGAN)])
    assert people(store, "behind", unit_id=unit) == []

    regraded = {"sequence": 2, "passed": False, "credits": 0.0, "score": 50.0, "submitted_at": BEGAN}
    study.credit_attempts(store, [a_standing(person.id, f"{unit}-exam", **regraded)])

    assert people(store, "behind", unit_id=unit) == [person.id]
    assert figures(store, unit_id=unit)["total"]["covered"] == 0


def test_what_is_waived_is_not_behind_and_once_withdrawn_it_is_again(store, unit):
    person = member(store, f"{unit}-waived", BUREAU, unit)
    course = a_course(store, units=[unit], due_on="2026-03-03")
    assert people(store, "behind", unit_id=unit) == [person.id]
    waiver = {"person_id": person.id, "kind": "course", "ref": course, "reason": "产假"}

    courses.grant_waiver(store, waiver, by(TRAINER, now=NOW))
    assert people(store, "behind", unit_id=unit) == []
    # What is waived is no study.
    assert figures(store, unit_id=unit)["total"] == {
        "person_times": 0, "credits": 0.0, "people": 1, "covered": 0, "behind": 0,
    }  # fmt: skip

    courses.withdraw_waiver(store, waiver, by(TRAINER, now=NOW))
    assert people(store, "behind", unit_id=unit) == [person.id]


def mark_of(store: TasksStore, person_id: str, year: int = 2026, now: datetime = NOW) -> dict[str, Any]:
    request = operations.get_year_mark.load({"person_id": person_id, "year": year})
    shown = operations.get_year_mark.dump(year_end.get_mark(store, request, by(LEADER, now=now)))
    return {part["measure"]: part for part in shown["parts"]}


def test_what_is_due_in_another_year_is_not_missing_in_this_one(store, unit):
    person = member(store, f"{unit}-marked", BUREAU, unit)
    audience = {"lines": [], "units": [unit], "roles": []}
    # The last moment of the year in the bureau, and the first of the next.
    ends = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    exams = {
        f"{unit}-this": ends,
        f"{unit}-next": ends + timedelta(minutes=1),
        f"{unit}-last": NOW - timedelta(days=90),
    }
    study.know_exams(store, [an_exam(id, audience=audience, closes_at=at) for id, at in exams.items()])
    undated = a_course(store, units=[unit])

    part = mark_of(store, person.id)["required"]

    assert (part["of"], part["missing"]) == (2, sorted([f"{unit}-this", undated]))
    assert f"{unit}-next" in mark_of(store, person.id, 2027)["required"]["missing"]


def test_sessions_that_are_only_planned_are_not_missed_yet(store, unit):
    person = member(store, f"{unit}-attending", BUREAU, unit)
    held = a_session(store, unit)
    attend(store, held, person.id)
    a_session(store, unit, starts_at=NOW + timedelta(days=7))
    change(store, a_session(store, unit, starts_at=BEGAN - timedelta(days=1)), withdrawn=True, reason="取消")

    assert mark_of(store, person.id)["sessions"]["marks"] == 20.0
    assert mark_of(store, person.id, now=NOW + timedelta(days=8))["sessions"]["marks"] == 10.0


def test_a_session_that_is_moved_or_renamed_moves_in_every_record(store, unit):
    person = member(store, f"{unit}-moved", BUREAU, unit)
    session = a_session(store, unit)
    attend(store, session, person.id)

    starts = BEGAN - timedelta(days=8)
    change(store, session, starts_at=starts, ends_at=starts + timedelta(hours=1))
    assert [entry["at"] for entry in record_of(store, person.id)["entries"]] == ["2026-02-24T01:00:00.000Z"]
    assert figures(store, unit_id=unit)["total"]["person_times"] == 0

    change(store, session, title="改名")
    assert [entry["title"] for entry in record_of(store, person.id)["entries"]] == ["改名"]


def test_a_record_shows_the_newest_entry_first(store, unit):
    person = member(store, f"{unit}-orderly", BUREAU, unit)
    for days in (2, 0, 1):
        attend(store, a_session(store, unit, starts_at=BEGAN - timedelta(days=days)), person.id)

    shown = [entry["at"] for entry in record_of(store, person.id)["entries"]]

    assert shown == sorted(shown, reverse=True)


def test_who_has_the_day_on_which_a_course_is_due_is_not_behind_before_it_is_over(store, unit):
    person = member(store, f"{unit}-in-time", BUREAU, unit)
    a_course(store, units=[unit], due_on="2026-03-04")
    midnight = datetime(2026, 3, 4, 16, tzinfo=UTC)

    assert people(store, "behind", unit_id=unit, now=midnight - timedelta(minutes=1)) == []
    assert people(store, "behind", unit_id=unit, now=midnight + timedelta(minutes=1)) == [person.id]


def test_another_record_store_is_told_of_each_change_by_a_statement_with_an_id_of_its_own(store, unit):
    person, at = member(store, f"{unit}-told", BUREAU, unit), NOW + timedelta(hours=1)
    session = a_session(store, unit, title="初名")
    attend(store, session, person.id, now=at)
    before = statements(store, at + timedelta(hours=1))

    change(store, session, title="改名")
    after = statements(store, at + timedelta(hours=1))

    [first], [anew] = (
        [one for one in told if one["object"]["id"].endswith(session["id"])] for told in (before, after)
    )  # fmt: skip
    names = [one["object"]["definition"]["name"]["zh-CN"] for one in (first, anew)]
    assert names == ["初名", "改名"]
    assert anew["id"] != first["id"]
    [voiding] = [one for one in after if one["object"]["id"] == first["id"]]
    assert voiding["verb"]["id"].endswith("/voided")
    # When it happened, not when it was told.
    assert first["timestamp"] == anew["timestamp"] == "2026-03-04T01:00:00.000Z"


def test_a_certificate_holds_no_more_once_its_exam_is_failed_after_all(store, unit):
    person = member(store, f"{unit}-certified", BUREAU, unit)
    study.credit_attempts(store, [a_standing(person.id, f"{unit}-exam", submitted_at=BEGAN)])
    request = operations.issue_certificate.load({"person_id": person.id, "kind": "exam", "ref": f"{unit}-exam"})
    code = certificates.issue(store, None, request, by(person, now=NOW))["code"]
    assert certificates.verify(store, {"code": code}, by(None))["valid"]

    regraded = {"sequence": 2, "passed": False, "credits": 0.0, "score": 50.0, "submitted_at": BEGAN}
    study.credit_attempts(store, [a_standing(person.id, f"{unit}-exam", **regraded)])

    assert not certificates.verify(store, {"code": code}, by(None))["valid"]
    with pytest.raises(NotFound):
        certificates.print_certificate(store, {"code": code}, by(person))


GOOD = {"name": "良好", "english": "good"}
EXCELLENT = {"name": "优秀", "english": "excellent"}


def test_a_certificate_and_its_verification_show_the_grade_that_the_record_has_now(store, unit):
    person, exam = member(store, f"{unit}-graded", BUREAU, unit), f"{unit}-exam"
    study.credit_attempts(store, [a_standing(person.id, exam, submitted_at=BEGAN, grade=GOOD)])
    request = operations.issue_certificate.load({"person_id": person.id, "kind": "exam", "ref": exam})
    code = certificates.issue(store, None, request, by(person, now=NOW))["code"]

    def shown() -> tuple[Any, str]:
        printed = certificates.print_certificate(store, {"code": code}, by(person))["content"]
        verified = operations.verify_certificate.dump(certificates.verify(store, {"code": code}, by(None)))
        return verified["grade"], next(line for line in lines(printed) if "Credits" in line)

    assert shown() == (GOOD, "学时 Credits：2　等级 Grade：良好 good")
    better = {"sequence": 2, "score": 95.0, "submitted_at": BEGAN, "grade": EXCELLENT}
    study.credit_attempts(store, [a_standing(person.id, exam, **better)])
    assert shown() == (EXCELLENT, "学时 Credits：2　等级 Grade：优秀 excellent")
    study.credit_attempts(store, [a_standing(person.id, exam, **{**better, "sequence": 3, "grade": None})])
    assert shown() == (None, "学时 Credits：2")


def test_a_certificate_of_a_session_has_no_grade(store, unit):
    person, session = member(store, f"{unit}-ungraded", BUREAU, unit), a_session(store, unit)
    attend(store, session, person.id)
    request = operations.issue_certificate.load({"person_id": person.id, "kind": "session", "ref": session["id"]})
    code = certificates.issue(store, None, request, by(person, now=NOW))["code"]

    verified = operations.verify_certificate.dump(certificates.verify(store, {"code": code}, by(None)))

    assert (verified["valid"], verified["grade"]) == (True, None)


def test_another_record_store_is_told_the_grade_and_a_better_one_by_another_statement(store, unit):
    person, exam, at = member(store, f"{unit}-told-grade", BUREAU, unit), f"{unit}-exam", NOW + timedelta(hours=1)

    def told() -> list[tuple[str, Any]]:
        found = statements(store, clock.now() + timedelta(hours=1))
        of_exam = [one for one in found if one["object"]["id"].endswith(f"/{exam}")]
        return [(one["id"], one["result"]["extensions"].get(f"{HOME}/xapi/grade")) for one in of_exam]

    study.credit_attempts(store, [a_standing(person.id, exam, submitted_at=at, grade=GOOD)])
    [(first, grade)] = told()
    better = {"sequence": 2, "score": 95.0, "submitted_at": at, "grade": EXCELLENT}
    study.credit_attempts(store, [a_standing(person.id, exam, **better)])
    [(second, better_grade)] = told()

    assert (grade, better_grade) == ({"zh-CN": "良好", "en-US": "good"}, {"zh-CN": "优秀", "en-US": "excellent"})
    assert first != second
