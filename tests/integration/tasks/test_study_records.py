"""Study records: credited once an exam, in whatever order and however often it is told."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.refusals import NotFound
from contracts.quiz.events import AttemptGradedV1
from contracts.tasks import operations
from services.tasks.handlers import study
from services.tasks.handlers.year_end import get_mark
from tests.integration.tasks.building import (
    BUREAU,
    DISTRICT,
    LEADER,
    MEMBER,
    TRAINER,
    a_person,
    a_standing,
    actor,
    an_exam,
    by,
    record,
)


def ask(store, who, **filters):
    return study.list_records(store, operations.list_study_records.load(filters), by(who))


def test_an_exam_is_credited_once_whatever_is_told_in_which_order(store):
    standings = [(sequence, 60.0 + sequence) for sequence in (1, 2, 3)]
    for number, order in enumerate(itertools.permutations(standings)):
        person = actor("member", id=f"sitter-{number}")
        for sequence, score in [*order, order[0]]:
            standing = a_standing(person.id, "exam-1", sequence=sequence, score=score)
            study.credit_attempts(store, [standing])
        kept = record(store, person)
        [entry] = kept["entries"]
        assert entry["score"] == 63.0
        assert kept["credits"] == 2.0


def test_a_whole_group_with_repetitions_is_credited_once(store):
    people = [f"grouped-{number}" for number in range(20)]
    events = [a_standing(person, exam) for person in people for exam in ("exam-1", "exam-2")]
    study.credit_attempts(store, [*events, *events])
    study.credit_attempts(store, events)
    for person in people:
        assert record(store, actor("member", id=person))["credits"] == 4.0


def test_a_regrade_that_takes_the_pass_away_takes_the_credits_away(store):
    person = actor("member", id="regraded")
    study.credit_attempts(store, [a_standing(person.id, "exam-1")])
    failed = a_standing(person.id, "exam-1", sequence=2, passed=False, credits=0.0, score=50.0)
    study.credit_attempts(store, [failed])
    kept = record(store, person)
    assert (kept["credits"], kept["required"]["done"]) == (0.0, 0)


def test_an_entry_shows_the_grade_that_was_told_last_and_none_where_none_was(store):
    person, good = actor("member", id="graded"), {"name": "良好", "english": "good"}

    def shown():
        (entry,) = operations.get_my_study_record.dump(record(store, person))["entries"]
        return entry.get("grade", "absent")

    study.credit_attempts(store, [a_standing(person.id, "exam-1", grade=good)])
    with_grade = shown()
    study.credit_attempts(store, [a_standing(person.id, "exam-1", sequence=2, grade=None, score=50.0, passed=False)])

    assert (with_grade, shown()) == (good, "absent")


def test_an_event_of_before_there_were_grades_is_credited(store):
    person, old = actor("member", id="ungraded"), a_standing("ungraded", "exam-1")
    told = {name: value for name, value in AttemptGradedV1.schema().dump(old.data).items() if name != "grade"}

    study.credit_attempts(store, [replace(old, data=AttemptGradedV1.schema().load(told))])

    (entry,) = operations.get_my_study_record.dump(record(store, person))["entries"]
    assert (entry["score"], "grade" in entry) == (81.0, False)


WEEK = timedelta(weeks=1)
SAT = datetime(2026, 12, 30, 2, tzinfo=UTC)


def kept_of(store, person, exam_id="exam-1"):
    """Day and week of the entry in the record, and of the one by itself."""
    (entry,) = [one for one in record(store, person)["entries"] if one["ref"] == exam_id]
    alone = store.study_entries.one(person.id, "exam", exam_id)
    assert (entry["at"], entry["attempt_id"]) == (alone["at"], alone["attempt_id"])
    return entry["attempt_id"], entry["at"], alone["week"]


def test_an_entry_is_of_the_day_of_the_attempt_that_counts_and_moves_with_it(store):
    person = actor("member", id="counted")
    first = {"counted_attempt_id": "try-1", "counted_at": SAT}
    study.credit_attempts(store, [a_standing(person.id, "exam-1", submitted_at=SAT, **first)])
    # A later try that counts for nothing, in the next year.
    study.credit_attempts(store, [a_standing(person.id, "exam-1", sequence=2, submitted_at=SAT + WEEK, **first)])
    before = kept_of(store, person)
    # A regrade of the first lets the second count.
    second = {"counted_attempt_id": "try-2", "counted_at": SAT + WEEK}
    study.credit_attempts(store, [a_standing(person.id, "exam-1", sequence=3, submitted_at=SAT, **second)])

    assert before == ("try-1", SAT, "2026-12-28")
    assert kept_of(store, person) == ("try-2", SAT + WEEK, "2027-01-04")


def test_the_year_in_which_an_exam_is_marked_is_that_of_the_attempt_that_counts(store):
    person = actor("member", id="marked-in-year")
    study.know_people(store, [a_person(person)])
    first = {"counted_attempt_id": "try-1", "counted_at": SAT}
    study.credit_attempts(store, [a_standing(person.id, "exam-y", submitted_at=SAT + WEEK, **first)])

    def exams_of(year):
        request = {"person_id": person.id, "year": year}
        (part,) = [one for one in get_mark(store, request, by(TRAINER))["parts"] if one["measure"] == "exams"]
        return [one["ref"] for one in part["entries"]]

    assert (exams_of(2026), exams_of(2027)) == (["exam-y"], [])


def test_an_event_of_before_the_counted_attempt_was_told_is_of_the_day_of_its_own(store):
    person, old = actor("member", id="uncounted"), a_standing("uncounted", "exam-1", submitted_at=SAT)
    told = AttemptGradedV1.schema().dump(old.data)
    del told["counted_at"], told["counted_attempt_id"]

    study.credit_attempts(store, [replace(old, data=AttemptGradedV1.schema().load(told))])

    assert kept_of(store, person) == (old.data["attempt_id"], SAT, "2026-12-28")


def test_a_title_that_looks_like_an_expression_is_kept_as_it_is(store):
    person = actor("member", id="dollars")
    study.credit_attempts(store, [a_standing(person.id, "exam-1", exam_title="$entries 与 $$ROOT")])
    assert record(store, person)["entries"][0]["title"] == "$entries 与 $$ROOT"


def test_required_counts_the_exams_for_the_person(store):
    learner = actor("member", id="learner", path=(BUREAU, "study-unit"))
    study.know_people(store, [a_person(learner)])
    audience = {"lines": [], "units": ["study-unit"], "roles": []}
    elsewhere = {"lines": [], "units": ["another-unit"], "roles": []}
    study.know_exams(
        store,
        [
            an_exam("required-1", audience=audience),
            an_exam("required-2", audience=audience),
            an_exam("required-3", audience=elsewhere),
            an_exam("elective-1", audience=audience, required=False),
        ],
    )
    study.credit_attempts(
        store, [a_standing(learner.id, "required-1"), a_standing(learner.id, "elective-1", required=False)]
    )
    kept = study.get_record(store, {"person_id": learner.id}, by(TRAINER))
    assert kept["required"] == {"done": 1, "of": 2}
    assert kept["elective"] == {"done": 1, "credits": 2.0}
    assert kept["credits"] == 4.0


def test_a_person_without_any_quiz_has_an_empty_record(store):
    kept = record(store, MEMBER)
    assert kept["entries"] == []
    assert kept["credits"] == 0


def test_a_record_is_shown_to_its_person_trainer_and_leader_and_to_nobody_else(store):
    for who in (MEMBER, TRAINER, LEADER):
        assert study.get_record(store, {"person_id": MEMBER.id}, by(who))["person_id"] == MEMBER.id
    for who in (actor("member", id="curious"), actor("desk"), actor("admin"), actor("editor")):
        with pytest.raises(NotFound):
            study.get_record(store, {"person_id": MEMBER.id}, by(who))
    with pytest.raises(NotFound):
        study.get_record(store, {"person_id": "no-such-person"}, by(TRAINER))


def test_the_records_of_a_unit_are_those_of_its_active_people_and_of_the_units_below(store):
    above = actor("member", id="of-unit-above", path=(BUREAU, "unit-above"))
    below = actor("member", id="of-unit-below", path=(BUREAU, "unit-above", "unit-below"))
    gone = actor("member", id="of-unit-gone", path=(BUREAU, "unit-above"))
    study.know_people(store, [a_person(above), a_person(below), a_person(gone, active=False)])
    listed = ask(store, TRAINER, unit_id="unit-above")
    assert [kept["person_id"] for kept in listed["items"]] == [above.id, below.id]
    assert [kept["person_id"] for kept in ask(store, TRAINER, unit_id="unit-below")["items"]] == [below.id]
    assert MEMBER.id in [kept["person_id"] for kept in ask(store, LEADER)["items"]]


def test_who_moved_is_listed_where_they_are_now_whatever_comes_late(store):
    before = actor("member", id="mover", path=(BUREAU, "old-unit"))
    after = actor("member", id="mover", path=(BUREAU, DISTRICT, "new-unit"))
    study.know_people(store, [a_person(after, sequence=2), a_person(before)])
    assert ask(store, TRAINER, unit_id="old-unit")["items"] == []
    assert [kept["person_id"] for kept in ask(store, TRAINER, unit_id="new-unit")["items"]] == ["mover"]


def test_answers_have_the_form_of_the_contract(store):
    study.credit_attempts(store, [a_standing("shaped", "exam-1")])
    kept = operations.get_my_study_record.dump(record(store, actor("member", id="shaped")))
    assert set(kept) == {"person_id", "credits", "points", "required", "elective", "entries"}
    assert set(kept["entries"][0]) == {"kind", "ref", "title", "at", "score", "credits"}


def test_a_list_shows_the_figures_of_whole_records_and_their_newest_entries_page_by_page(store):
    path = (BUREAU, "paged-unit")
    people = [actor("member", id=f"paged-{number}", path=path) for number in range(5)]
    study.know_people(store, [a_person(one) for one in people])
    busy = people[1]
    days = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(study.LISTED + 5)]
    shuffled = sorted(range(len(days)), key=lambda day: (day * 7) % 11)
    standings = [a_standing(busy.id, f"exam-{day}", submitted_at=days[day]) for day in shuffled]
    study.credit_attempts(store, standings)

    pages, cursor = [], None
    while not pages or cursor:
        page = ask(store, TRAINER, unit_id="paged-unit", limit=2, cursor=cursor)
        pages.append(operations.list_study_records.dump(page)["items"])
        cursor = page["next_cursor"]

    assert [len(page) for page in pages] == [2, 2, 1]
    listed = {kept["person_id"]: kept for page in pages for kept in page}
    assert list(listed) == [one.id for one in people]
    shown, whole = listed[busy.id], operations.get_study_record.dump(record(store, busy))
    assert (len(shown["entries"]), shown["entries_total"]) == (study.LISTED, len(days))
    assert [entry["ref"] for entry in shown["entries"]] == [f"exam-{day}" for day in range(len(days) - 1, 4, -1)]
    assert len(whole["entries"]) == len(days)
    figures = ("credits", "points", "required", "elective")
    assert [shown[name] for name in figures] == [whole[name] for name in figures]
    assert listed[people[0].id]["entries_total"] == 0
