"""Study sessions: what they must show, who attended by list and by code, and what follows in the records."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chassis.refusals import Invalid, NotFound, Stale, WrongState
from contracts.tasks import operations
from services.tasks.handlers import attendance, courses, study, study_sessions
from services.tasks.model.check_in import NoCheckInKey, WrongCheckInCode, code_for
from tests.integration.tasks.building import BUREAU, LEADER, TRAINER, actor, an_exam, by
from tests.integration.tasks.studying import (
    BEGAN,
    KEY,
    NOW,
    SPEAKERS,
    a_course,
    a_session,
    attend,
    change,
    know_unit,
    member,
    record_of,
)


@pytest.fixture(autouse=True, scope="module")
def branch(store):
    know_unit(store, BUREAU)
    know_unit(store, BUREAU, "branch")
    know_unit(store, BUREAU, "other-branch")
    for name in ("a", "b", "c"):
        member(store, name, BUREAU, "branch")
    member(store, "stranger-to-it", BUREAU, "other-branch")


def sessions_of(person_id, store):
    return [(e["ref"], e["credits"]) for e in record_of(store, person_id)["entries"] if e["kind"] == "session"]


def check_in(store, person, code, now=NOW - timedelta(hours=5)):
    request = operations.check_in.load({"code": code})
    return operations.check_in.dump(attendance.check_in(store, KEY, request, by(person, now=now)))


def listed(store, who, **asked):
    request = operations.list_study_sessions.load(asked)
    return {one["id"] for one in study_sessions.list_sessions(store, request, by(who, now=NOW))["items"]}


def test_a_session_with_too_few_main_speakers_is_kept_and_says_that_it_does_not_count(store):
    # The same person twice is one speaker.
    short = a_session(store, "branch", speakers=[*SPEAKERS[:2], SPEAKERS[0]])
    assert (short["counts"], short["warnings"]) == (False, ["too_few_speakers"])
    made_good = change(store, short, speakers=SPEAKERS)
    assert (made_good["counts"], made_good["warnings"], made_good["version"]) == (True, [], 2)


def test_a_session_is_of_a_unit_and_a_course_that_there_are(store):
    for wrong in ({"unit_id": "nowhere"}, {"course_id": "none"}):
        with pytest.raises(Invalid):
            a_session(store, **{"unit_id": "branch", **wrong})


def test_who_attended_has_an_entry_with_the_credits_and_who_is_struck_out_loses_it(store):
    session = a_session(store, "branch")
    assert attend(store, session, "a", "b")["attended"] == 2
    assert sessions_of("a", store).count((session["id"], 1.5)) == 1
    changed = attend(store, session, "b", "c")
    assert changed["attended"] == 2
    assert (session["id"], 1.5) not in sessions_of("a", store)
    assert (session["id"], 1.5) in sessions_of("c", store)
    # Back again, and once only.
    attend(store, session, "a", "b", "c")
    attend(store, session, "a", "b", "c")
    assert sessions_of("a", store).count((session["id"], 1.5)) == 1


def test_every_change_of_the_attendance_is_on_record(store):
    session = a_session(store, "branch")
    attend(store, session, "a", "b")
    attend(store, session, "b")
    shown = study_sessions.get_session(store, {"session_id": session["id"]}, by(LEADER, now=NOW))
    noted = [(one["what"], one["added"], one["removed"], one["by"]) for one in shown["changes"]]
    assert noted == [("attendance", ["a", "b"], [], TRAINER.id), ("attendance", [], ["a"], TRAINER.id)]
    assert shown["version"] == 3


def test_a_change_of_the_session_changes_the_entries_and_its_withdrawal_takes_them_back_for_good(store):
    session = a_session(store, "branch")
    attend(store, session, "a")
    change(store, session, credits=2.0, title="改期学习", starts_at=BEGAN - timedelta(days=1))
    [entry] = [one for one in record_of(store, "a")["entries"] if one["ref"] == session["id"]]
    assert (entry["credits"], entry["title"], entry["at"]) == (2.0, "改期学习", "2026-03-03T01:00:00.000Z")
    before = record_of(store, "a")["credits"]
    withdrawn = change(store, session, withdrawn=True, reason="重复登记")
    assert (withdrawn["withdrawn"], withdrawn["attended"], withdrawn["changes"][-1]["reason"]) == (True, 0, "重复登记")
    assert record_of(store, "a")["credits"] == before - 2.0
    for act in (lambda: attend(store, session, "a"), lambda: change(store, session, credits=1.0)):
        with pytest.raises(WrongState):
            act()


def test_an_edit_that_builds_on_an_older_version_is_refused(store):
    session = a_session(store, "branch")
    attend(store, session, "a")
    request = operations.set_attendance.load({"session_id": session["id"], "expected_version": 1, "person_ids": []})
    with pytest.raises(Stale):
        attendance.set_attendance(store, request, by(TRAINER, now=NOW))
    assert (session["id"], 1.5) in sessions_of("a", store)


def test_nobody_attends_what_has_not_begun_and_nobody_unknown_attends(store):
    later = a_session(store, "branch", starts_at=NOW + timedelta(days=1))
    with pytest.raises(Invalid):
        attend(store, later, "a")
    with pytest.raises(Invalid) as refused:
        attend(store, a_session(store, "branch"), "a", "no-such-person")
    assert refused.value.errors == [{"field": "person_ids.1", "message": "study.unknown_person"}]


def test_a_member_checks_in_by_the_code_that_is_shown_and_once(store):
    session, during = a_session(store, "branch"), NOW - timedelta(hours=5)
    person = member(store, "in-time", BUREAU, "branch")
    shown = attendance.get_code(store, KEY, {"session_id": session["id"]}, by(TRAINER, now=during))
    assert shown["svg"].startswith("<svg")
    assert [check_in(store, person, shown["code"])["already"] for _ in range(2)] == [False, True]
    assert sessions_of("in-time", store) == [(session["id"], 1.5)]
    page = attendance.list_attendance(
        store, operations.list_attendance.load({"session_id": session["id"]}), by(TRAINER, now=NOW)
    )
    assert [(one["person_id"], one["source"]) for one in page["items"]] == [("in-time", "check_in")]


def test_many_check_in_at_the_same_moment_and_each_is_counted_once(store):
    session, during = a_session(store, "branch"), NOW - timedelta(hours=5)
    crowd = [member(store, f"crowd-{number}", BUREAU, "branch") for number in range(12)]
    code = code_for(KEY, session["id"], during)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda person: check_in(store, person, code), [*crowd, *crowd]))
    assert sum(not one["already"] for one in answers) == len(crowd)
    assert store.study_sessions.get(session["id"])["attended"] == len(crowd)
    assert store.study_sessions.present(session["id"]) == {person.id for person in crowd}


@pytest.mark.parametrize("late", [timedelta(seconds=-31), timedelta(seconds=61)])
def test_a_code_from_another_time_counts_for_nothing(store, late):
    session, during = a_session(store, "branch"), NOW - timedelta(hours=5)
    with pytest.raises(WrongCheckInCode):
        check_in(store, actor("member", id="a"), code_for(KEY, session["id"], during), during + late)


def test_a_code_of_another_key_or_session_counts_for_nothing(store):
    session, during = a_session(store, "branch"), NOW - timedelta(hours=5)
    other = a_session(store, "branch")
    genuine = code_for(KEY, session["id"], during)
    for forged in (code_for(b"x" * 32, session["id"], during), genuine.replace(session["id"], other["id"]), "MJQ1", ""):
        with pytest.raises(WrongCheckInCode):
            attendance.check_in(store, KEY, {"code": forged}, by(actor("member", id="a"), now=during))


def test_without_a_key_there_is_no_code_and_outside_its_time_none_is_shown_or_taken(store):
    session = a_session(store, "branch")
    with pytest.raises(NoCheckInKey):
        attendance.get_code(store, None, {"session_id": session["id"]}, by(TRAINER, now=BEGAN))
    for moment in (BEGAN - timedelta(minutes=31), BEGAN + timedelta(hours=2, minutes=31)):
        with pytest.raises(WrongState):
            attendance.get_code(store, KEY, {"session_id": session["id"]}, by(TRAINER, now=moment))
        with pytest.raises(WrongState):
            check_in(store, actor("member", id="a"), code_for(KEY, session["id"], moment), moment)


def test_members_see_the_sessions_of_their_own_units_and_those_that_they_attended(store):
    own, others = a_session(store, "branch"), a_session(store, "other-branch")
    above = a_session(store, BUREAU)
    somebody = actor("member", id="a", path=(BUREAU, "branch"))
    assert {own["id"], above["id"]} <= listed(store, somebody)
    assert others["id"] not in listed(store, somebody)
    assert others["id"] not in listed(store, somebody, unit_id="other-branch")
    with pytest.raises(NotFound):
        study_sessions.get_session(store, {"session_id": others["id"]}, by(somebody, now=NOW))
    attend(store, others, "a")
    seen = study_sessions.get_session(store, {"session_id": others["id"]}, by(somebody, now=NOW))
    assert (seen["attended_by_me"], seen["changes"]) == (True, [])
    assert {own["id"], others["id"], above["id"]} <= listed(store, LEADER)
    assert own["id"] not in listed(store, TRAINER, branch_id="other-branch")


def weeks(store, unit_id, first="2026-03-02", last="2026-03-08", now=NOW):
    request = operations.list_study_weeks.load({"unit_id": unit_id, "from": first, "to": last})
    answer = operations.list_study_weeks.dump(study_sessions.list_weeks(store, request, by(LEADER, now=now)))
    assert answer["rules"][0]["source"]
    return {one["unit_id"]: one["weeks"] for one in answer["items"]}


def test_a_branch_meets_the_weekly_rule_with_three_sessions_of_three_speakers(store):
    know_unit(store, BUREAU, "ruled")
    know_unit(store, BUREAU, "ruled", "ruled-below")
    monday = BEGAN - timedelta(days=2)
    for day in (0, 1):
        a_session(store, "ruled", starts_at=monday + timedelta(days=day))
    a_session(store, "ruled", starts_at=monday, speakers=SPEAKERS[:1])
    a_session(store, "ruled-below", starts_at=monday)
    change(store, a_session(store, "ruled", starts_at=monday), withdrawn=True, reason="取消")
    # Sunday is the last day of the week, and what is planned is not held.
    a_session(store, "ruled", starts_at=monday + timedelta(days=6))
    a_session(store, "ruled", starts_at=monday + timedelta(days=7))
    [week] = weeks(store, "ruled")["ruled"]
    assert (week["held"], week["counted"], week["missing"], week["met"]) == (3, 2, 1, False)
    [week] = weeks(store, "ruled", now=monday + timedelta(days=8))["ruled"]
    assert (week["held"], week["counted"], week["missing"], week["met"]) == (4, 3, 0, True)
    [below] = weeks(store, "ruled")["ruled-below"]
    assert (below["counted"], below["met"]) == (1, False)


def test_a_course_is_done_by_attending_a_session_of_it_and_is_required_of_those_whom_it_is_for(store):
    person = member(store, "on-course", BUREAU, "course-unit", line="notaries")
    assert record_of(store, person.id)["required"] == {"done": 0, "of": 0}
    required = a_course(store, lines=["notaries"], units=["course-unit"])
    elective = a_course(store, required=False, title="选修课")
    assert record_of(store, person.id)["required"] == {"done": 0, "of": 1}
    attend(store, a_session(store, "branch", course_id=required), person.id)
    for _ in range(2):
        attend(store, a_session(store, "branch", course_id=elective), person.id)
    attend(store, a_session(store, "branch"), person.id)
    kept = record_of(store, person.id)
    assert kept["required"] == {"done": 1, "of": 1}
    # Two sessions of one course are one course; sessions of none are neither required nor elective.
    assert kept["elective"] == {"done": 1, "credits": 3.0}
    assert kept["credits"] == 6.0


def test_what_is_waived_counts_as_done_and_is_shown_as_waived_until_it_is_withdrawn(store):
    person = member(store, "waived", BUREAU, "waived-unit")
    study.know_exams(store, [an_exam("waivable", audience={"lines": [], "units": ["waived-unit"], "roles": []})])
    course = a_course(store, units=["waived-unit"])
    assert record_of(store, person.id)["required"] == {"done": 0, "of": 2}
    for kind, ref in (("exam", "waivable"), ("course", course)):
        request = operations.grant_waiver.load({"person_id": person.id, "kind": kind, "ref": ref, "reason": "产假"})
        kept = operations.grant_waiver.dump(courses.grant_waiver(store, request, by(TRAINER, now=NOW)))
    assert kept["required"] == {"done": 2, "of": 2}
    assert {(one["kind"], one["reason"], one["by"]) for one in kept["entries"]} == {("waiver", "产假", TRAINER.id)}
    assert kept["credits"] == 0
    for again in (False, True):
        kept = courses.withdraw_waiver(store, {"person_id": person.id, "ref": course}, by(TRAINER, now=NOW))
        assert kept["required"] == {"done": 1, "of": 2}
        with pytest.raises(NotFound):
            courses.withdraw_waiver(store, {"person_id": person.id, "ref": course}, by(TRAINER, now=NOW))
        if not again:
            courses.grant_waiver(
                store, {"person_id": person.id, "kind": "course", "ref": course, "reason": "再次"}, by(TRAINER, now=NOW)
            )


def test_only_what_is_required_can_be_waived_and_only_for_people_there_are(store):
    elective = a_course(store, required=False)
    wrong = {"a": [(elective, Invalid), ("nothing", Invalid)], "nobody-here": [(elective, NotFound)]}
    for person_id, cases in wrong.items():
        for ref, refusal in cases:
            request = {"person_id": person_id, "kind": "course", "ref": ref, "reason": "免"}
            with pytest.raises(refusal):
                courses.grant_waiver(store, request, by(TRAINER, now=NOW))
