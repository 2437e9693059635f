"""Study records: credited once an exam, in whatever order and however often it is told."""

import itertools

import pytest

from chassis.refusals import NotFound
from contracts.tasks import operations
from services.tasks.handlers import study
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
