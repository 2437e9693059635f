"""The wrong-question book: what enters it, when, and what leaves it."""

from datetime import timedelta

import pytest

from chassis.refusals import NotFound, Stale
from contracts.quiz import operations
from services.quiz.handlers import papers, questions, wrong_questions
from services.quiz.model.exam import GRACE
from tests.integration.quiz.building import CLOSES, NOW, TRAINER, a_member, a_paper, an_exam, by, grade, sit
from tests.integration.quiz.practising import AFTER, DAY, book, enter, ids, know, practise, todays

NOW_AND_ALL = {"key": "immediately", "correctness": "immediately"}


@pytest.fixture
def person():
    return a_member()


def failed(store, person, review=None, given=({"answer": "B"}, {"answer": "B"}), **fields):
    """An exam sat with one right answer and one wrong, and the ids of its questions, right and wrong."""
    paper = a_paper(store, given)
    exam = an_exam(store, paper, review=review or {}, pass_score=1, **fields)
    sit(store, exam, person, ("B", "A"))
    return exam, *paper["question_ids"]


def test_a_wrong_answer_enters_the_book_when_the_review_rules_show_it_and_not_before(store, person):
    exam, _, wrong = failed(store, person)

    enter(store, exam, person, NOW)
    wrong_questions.take_in(store, CLOSES + GRACE - timedelta(milliseconds=1))
    assert ids(book(store, person, CLOSES)) == []

    wrong_questions.take_in(store, CLOSES + GRACE)
    (entry,) = book(store, person, CLOSES + GRACE)["items"]
    assert entry["question"]["id"] == wrong
    assert (entry["wrong"], entry["answered"], entry["key"]) == (1, 1, "B")


def test_it_enters_at_once_where_the_keys_are_shown_at_once(store, person):
    exam, _, wrong = failed(store, person, NOW_AND_ALL)

    enter(store, exam, person, NOW)

    assert ids(book(store, person, NOW)) == [wrong]


def test_an_attempt_waits_on_where_its_exam_was_given_more_time(store, person):
    exam, _, wrong = failed(store, person)
    enter(store, exam, person, NOW)
    later = CLOSES + DAY
    store.db["exams"].update_one({"_id": exam["id"]}, {"$set": {"closes_at": later, "shut_at": later}})
    store.exams._kept.clear()

    wrong_questions.take_in(store, CLOSES + GRACE)
    assert ids(book(store, person, CLOSES + GRACE)) == []

    wrong_questions.take_in(store, later + GRACE)
    assert ids(book(store, person, later + GRACE)) == [wrong]


@pytest.mark.parametrize("what", ["key", "correctness"])
def test_nothing_enters_of_an_exam_that_never_shows_its_keys_or_results(store, person, what):
    exam, *_ = failed(store, person, {what: "never"})

    enter(store, exam, person, AFTER + 400 * DAY)

    assert ids(book(store, person, AFTER + 400 * DAY)) == []


def test_an_attempt_that_is_told_of_twice_counts_once(store, person):
    exam, *_ = failed(store, person, NOW_AND_ALL)

    for _ in range(2):
        enter(store, exam, person, NOW)

    assert [entry["wrong"] for entry in book(store, person)["items"]] == [1]


def test_taking_in_that_was_cut_short_is_finished_and_counts_once(store, person, monkeypatch):
    exam, *_ = failed(store, person, NOW_AND_ALL)
    with monkeypatch.context() as cut:
        cut.setattr(store.practice, "entered", lambda waiting: (_ for _ in ()).throw(Stale()))
        with pytest.raises(Stale):
            enter(store, exam, person, NOW)

    wrong_questions.take_in(store, NOW)

    assert [entry["wrong"] for entry in book(store, person)["items"]] == [1]


def test_an_answer_in_practice_enters_and_counts(store, person):
    exam, _, wrong = failed(store, person, NOW_AND_ALL)
    enter(store, exam, person, NOW)

    practise(store, person, wrong, "C", now=_when_asked(store, person, wrong))

    (entry,) = [one for one in book(store, person)["items"] if one["question"]["id"] == wrong]
    assert (entry["wrong"], entry["answered"]) == (2, 2)


def test_what_the_person_knows_leaves_the_book_and_is_not_due(store, person):
    exam, _, wrong = failed(store, person, NOW_AND_ALL)
    enter(store, exam, person, NOW)

    know(store, person, wrong)
    know(store, person, wrong)

    assert ids(book(store, person)) == []
    assert all(item["reason"] != "due" for item in todays(store, person)["questions"])


def test_nobody_removes_from_anothers_book(store, person):
    exam, right, wrong = failed(store, person, NOW_AND_ALL)
    enter(store, exam, person, NOW)

    for who, what in ((a_member(), wrong), (person, right), (person, "unknown")):
        with pytest.raises(NotFound):
            know(store, who, what)
    assert ids(book(store, person)) == [wrong]
    assert ids(book(store, a_member())) == []


def test_the_book_is_listed_by_category(store, person):
    given = ({"answer": "B"}, {"answer": "B", "category": "警示教育"})
    exam, _, wrong = failed(store, person, NOW_AND_ALL, given)
    enter(store, exam, person, NOW)

    assert ids(book(store, person, category="警示教育")) == [wrong]
    assert ids(book(store, person, category="warning")) == [wrong]
    assert ids(book(store, person, category="law")) == []


def test_a_question_that_changed_is_shown_as_it_is_now(store, person):
    exam, _, wrong = failed(store, person, NOW_AND_ALL)
    enter(store, exam, person, NOW)
    change = {"question_id": wrong, "expected_version": None, "stem": f"新题干{wrong}", "answer": "D"}
    questions.update(store, change, by(TRAINER))

    (entry,) = book(store, person)["items"]

    assert (entry["question"]["stem"], entry["key"], entry["changed"]) == (f"新题干{wrong}", "D", True)


@pytest.mark.parametrize("how", [{"state": "retired"}, {"valid_to": "2026-03-01"}], ids=["retired", "repealed"])
def test_a_retired_or_repealed_question_leaves_the_book_and_is_listed_as_such(store, person, how):
    exam, _, wrong = failed(store, person, NOW_AND_ALL)
    enter(store, exam, person, NOW)
    questions.update(store, {"question_id": wrong, "expected_version": None, **how}, by(TRAINER))

    assert ids(book(store, person)) == []
    (entry,) = book(store, person, state="retired")["items"]
    assert (entry["question"]["id"], entry["state"]) == (wrong, "retired")


def test_a_question_that_a_later_exam_asks_is_listed_without_its_key(store, person):
    exam, _, wrong = failed(store, person, NOW_AND_ALL)
    enter(store, exam, person, NOW)
    request = operations.create_paper.load({"title": "卷", "kind": "fixed", "question_ids": [wrong]})
    later = {"opens_at": (AFTER + DAY).isoformat(), "closes_at": (AFTER + 2 * DAY).isoformat(), "pass_score": 1}
    an_exam(store, papers.create(store, request, by(TRAINER)), **later)

    (entry,) = book(store, person)["items"]

    assert entry["key_withheld"]
    assert not {"key", "explanation", "legal_basis"} & entry.keys()


def test_a_mark_given_anew_takes_the_question_out(store, person):
    exam, _, wrong = failed(store, person, NOW_AND_ALL)
    enter(store, exam, person, NOW)
    store.db["attempts"].update_one({"person_id": person.id}, {"$set": {f"marks.{wrong}": 2.0}})

    enter(store, exam, person, NOW)

    assert ids(book(store, person)) == []


def test_the_book_is_read_page_by_page(store, person):
    exam = an_exam(store, a_paper(store, [{"answer": "B"}] * 5), review=NOW_AND_ALL)
    attempt = sit(store, exam, person, ("A",) * 5)
    grade(store, attempt)
    enter(store, exam, person, NOW)

    found, cursor = [], None
    for _ in range(3):
        page = book(store, person, limit=2, **({"cursor": cursor} if cursor else {}))
        found, cursor = found + ids(page), page["next_cursor"]

    assert sorted(found) == sorted(question["id"] for question in attempt["questions"])
    assert cursor is None


def _when_asked(store, person, question_id):
    """The first day after all exams on which the person's set has the question."""
    days = (AFTER + number * DAY for number in range(30))
    return next(now for now in days if question_id in ids(todays(store, person, now)))
