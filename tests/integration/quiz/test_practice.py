"""The daily set: the same on every device, nothing of an exam that keeps its keys, answers durable and counted once."""

from datetime import timedelta

import pytest

from chassis.refusals import NotFound
from contracts.quiz import operations
from services.quiz.handlers import papers, practice, questions
from services.quiz.model.attempt import SequenceTaken
from services.quiz.model.grading import InvalidAnswer
from tests.integration.quiz.building import TRAINER, a_member, a_paper, an_exam, by, sit
from tests.integration.quiz.practising import (
    AFTER,
    DAY,
    FULL,
    SETTINGS,
    a_bank,
    enter,
    ids,
    practise,
    right,
    singles,
    todays,
)


@pytest.fixture(scope="module", autouse=True)
def bank(store):
    return a_bank(store, 12, lines=["lawyers"], explanation="解析", legal_basis="依据")


@pytest.fixture
def person():
    return a_member()


def credited(store, person, now=AFTER):
    day = store.practice.day(practice.day_id(person.id, practice.rules.day_of(now)))
    return [event["data"] for event in day.get("outbox", [])]


def test_a_set_is_capped_and_the_same_all_day(store, person):
    morning = todays(store, person)
    a_bank(store, 5, lines=["lawyers"])
    evening = todays(store, person, AFTER + timedelta(hours=10))

    assert len(morning["questions"]) == SETTINGS.practice_questions
    assert ids(evening) == ids(morning)


def test_two_devices_that_ask_first_at_once_get_one_set(store, person, monkeypatch):
    first = todays(store, person)
    # The second device looked before the first had written.
    looked = iter([None])
    real = store.practice.day
    monkeypatch.setattr(store.practice, "day", lambda id, session=None: next(looked, real(id, session)))

    assert ids(todays(store, person)) == ids(first)


def test_nothing_of_the_key_is_shown_before_the_answer_and_all_of_it_with_it(store, person):
    asked = singles(todays(store, person))[0]
    (shown,) = [item for item in todays(store, person)["questions"] if item["question"]["id"] == asked]
    feedback = practise(store, person, asked, "A")
    (again,) = [item for item in todays(store, person)["questions"] if item["question"]["id"] == asked]

    assert shown["feedback"] is None
    assert shown["question"].keys() == {"id", "type", "stem", "options", "score"}
    assert (feedback["correct"], feedback["answer"]) == (False, "A")
    assert again["feedback"] == {name: value for name, value in feedback.items() if name != "points"}


def test_a_right_answer_earns_points_and_comes_again_after_days(store, person):
    first, second, *_ = singles(todays(store, person))

    right, wrong = practise(store, person, first, "B"), practise(store, person, second, "C")

    assert (right["correct"], right["points"], wrong["points"]) == (True, 1, 1)
    assert right["due_on"] > wrong["due_on"] > todays(store, person)["day"]
    assert [event["points"] for event in credited(store, person)] == [1, 1]
    assert [event["answered"] for event in credited(store, person)] == [1, 2]


def test_the_same_save_again_changes_nothing(store, person):
    question, *_ = singles(todays(store, person))

    first = practise(store, person, question, "B")

    assert practise(store, person, question, "B") == first
    assert len(credited(store, person)) == 1


def test_the_first_answer_of_the_day_stands_since_it_told_the_key(store, person):
    question, *_ = singles(todays(store, person))
    first = practise(store, person, question, "A", 1)

    later = practise(store, person, question, "B", 2)

    assert later == first
    assert later["points"] == 0
    with pytest.raises(SequenceTaken):
        practise(store, person, question, "B", 1)


def test_not_to_know_is_an_answer_and_one_of_another_form_is_none(store, person):
    question, other, *_ = singles(todays(store, person))

    assert not practise(store, person, question, None)["correct"]
    with pytest.raises(InvalidAnswer):
        practise(store, person, other, ["B"])


def test_the_days_points_are_capped(store, person):
    days = [AFTER + number * 40 * DAY for number in range(4)]
    for now in days:
        for question in ids(todays(store, person, now)):
            told = practise(store, person, question, right(store, question), now=now)

    assert todays(store, person, days[-1])["points"] == told["points"] == todays(store, person, days[-1])["points_cap"]


def test_what_is_due_is_in_the_next_set_first(store, person):
    wrong, *_ = singles(todays(store, person))
    practise(store, person, wrong, "A")

    tomorrow = todays(store, person, AFTER + DAY)["questions"][0]

    assert (tomorrow["question"]["id"], tomorrow["reason"]) == (wrong, "due")


def test_an_answer_on_its_way_at_midnight_is_counted_to_the_set_it_was_shown_in(store, person):
    shown = todays(store, person)
    question, other, *_ = singles(shown)
    midnight = practice.rules.midnight(practice.rules.day_of(AFTER) + DAY)

    practise(store, person, question, now=midnight + timedelta(minutes=30), day=shown["day"])

    with pytest.raises(NotFound):
        practise(store, person, other, now=midnight + timedelta(minutes=61), day=shown["day"])
    (told,) = credited(store, person)
    assert told["day"] == shown["day"]
    assert told["credited_at"] < midnight.isoformat()


def test_others_sets_and_questions_outside_the_set_are_not_answered(store, person, bank):
    mine = ids(todays(store, person))
    outside = next(id for id in bank if id not in mine)

    with pytest.raises(NotFound):
        practise(store, person, outside)
    with pytest.raises(NotFound):
        practise(store, a_member(), mine[0])


OPEN, UPCOMING, OVER = (-1, 1), (1, 2), (-9, -8)
AT_ONCE = {"key": "immediately", "correctness": "immediately"}


@pytest.mark.parametrize(
    ("line", "window", "review"),
    [
        ("open", OPEN, AT_ONCE),
        ("upcoming", UPCOMING, AT_ONCE),
        ("open and later", OPEN, {}),
        ("keys never", OVER, {"key": "never"}),
        ("results never", OVER, {"correctness": "never"}),
    ],
)
def test_no_question_of_an_exam_that_keeps_its_keys_is_ever_in_a_set(store, line, window, review):
    paper = a_paper(store, [{"lines": [line]}] * 6)
    opens, closes = ((AFTER + days * DAY).isoformat() for days in window)

    def asked():
        return {id for _ in range(4) for id in ids(todays(store, a_member(line=line), settings=FULL))}

    # Without the exam they would be asked.
    assert asked() & set(paper["question_ids"])
    an_exam(store, paper, opens_at=opens, closes_at=closes, review=review)

    assert not asked() & set(paper["question_ids"])


def test_the_questions_of_an_exam_that_is_over_and_shows_its_keys_are_practised(store):
    paper = a_paper(store, [{"lines": ["over"]}] * 3)
    an_exam(store, paper)

    found = {id for _ in range(9) for id in ids(todays(store, a_member(line="over"), AFTER, FULL))}

    assert found & set(paper["question_ids"])


def test_a_question_that_an_exam_begins_to_hold_back_leaves_the_sets_that_were_made(store, person):
    answered, *_ = singles(todays(store, person))
    practise(store, person, answered)
    made = ids(todays(store, person))
    mine = [questions.get(store, {"question_id": id}) for id in made[:2]]
    request = {"title": "卷", "kind": "fixed", "question_ids": [question["id"] for question in mine]}
    paper = papers.create(store, operations.create_paper.load(request), by(TRAINER))
    closes = AFTER + timedelta(hours=2)
    an_exam(store, paper, opens_at=AFTER.isoformat(), closes_at=closes.isoformat(), pass_score=1)

    assert ids(todays(store, person)) == made[2:]
    with pytest.raises(NotFound):
        practise(store, person, made[1])
    assert ids(todays(store, person, closes + timedelta(minutes=1))) == made


def test_a_question_that_is_retired_leaves_the_set(store):
    own = a_bank(store, 5, lines=["retiring"])
    person = a_member(line="retiring")
    made = ids(todays(store, person, settings=FULL))
    gone = next(id for id in made if id in own)
    questions.update(store, {"question_id": gone, "expected_version": None, "state": "retired"}, by(TRAINER))

    assert gone not in ids(todays(store, person))
    with pytest.raises(NotFound):
        practise(store, person, gone)


def test_an_empty_bank_gives_an_empty_set_that_is_not_kept(store, person, monkeypatch):
    monkeypatch.setattr(store.practice, "pool", list)

    assert todays(store, person)["questions"] == []
    monkeypatch.undo()
    assert todays(store, person)["questions"]


def test_a_weak_category_is_asked_before_others(store):
    weak = a_bank(store, 8, lines=["weak"], category="warning")
    paper = a_paper(store, [{"lines": ["weak"], "category": "warning"}] * 2)
    exam, person = an_exam(store, paper, pass_score=1), a_member(line="weak")
    sit(store, exam, person, ("A", "A"))
    enter(store, exam, person, AFTER)

    shown = todays(store, person)["questions"]

    assert [item["reason"] for item in shown[:2]] == ["due", "due"]
    asked_for_weakness = [item["question"]["id"] for item in shown if item["reason"] == "weak"]
    assert len(asked_for_weakness) == 2
    assert set(asked_for_weakness) <= set(weak)
