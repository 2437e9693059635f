"""Practice and the wrong-question book while an exam goes on for single persons, and questions nobody can practise."""

from datetime import timedelta

import pytest

from services.quiz.handlers import wrong_questions
from services.quiz.model.exam import GRACE
from tests.integration.quiz.building import CLOSES, MINUTE, NOW, a_member, a_paper, an_exam, grant, sit
from tests.integration.quiz.practising import AFTER, DAY, FULL, a_bank, book, enter, ids, todays, told_graded

AT_ONCE = {"key": "immediately", "correctness": "immediately"}


def test_the_book_waits_for_the_last_personal_window_and_then_takes_the_attempt_in(store):
    exam, person = an_exam(store, a_paper(store, [{"answer": "B"}]), pass_score=1), a_member()
    grant(store, exam, a_member(), closes_at=CLOSES + DAY)
    sit(store, exam, person, ("A",))
    enter(store, exam, person, NOW)

    wrong_questions.take_in(store, CLOSES + GRACE)
    assert ids(book(store, person, CLOSES + GRACE)) == []

    wrong_questions.take_in(store, CLOSES + DAY + GRACE)
    assert len(ids(book(store, person, CLOSES + DAY + GRACE))) == 1


@pytest.mark.parametrize("ago", [timedelta(hours=1), timedelta(days=3)], ids=["just closed", "closed for days"])
def test_nobody_practises_the_questions_of_an_exam_that_is_still_open_to_one(store, ago):
    line = f"still open after {ago.total_seconds():.0f} s"
    paper = a_paper(store, [{"lines": [line]}] * 4)
    window = {"opens_at": (AFTER - 5 * DAY).isoformat(), "closes_at": (AFTER - ago).isoformat()}
    exam = an_exam(store, paper, review=AT_ONCE, pass_score=1, **window)

    def asked(now):
        return {id for _ in range(4) for id in ids(todays(store, a_member(line=line), now, FULL))}

    assert asked(AFTER) & set(paper["question_ids"])
    grant(store, exam, a_member(), closes_at=AFTER + timedelta(hours=1))

    assert not asked(AFTER) & set(paper["question_ids"])
    assert asked(AFTER + timedelta(hours=1) + MINUTE) & set(paper["question_ids"])


@pytest.mark.parametrize(
    ("fields", "practised"),
    [({}, True), ({"type": "essay", "options": [], "answer": "参考"}, False)],
    ids=["a choice", "an essay"],
)
def test_only_what_is_marked_at_once_is_practised(store, fields, practised):
    line = f"practised {practised}"
    bank = set(a_bank(store, 3, lines=[line], **fields))

    asked = {id for _ in range(4) for id in ids(todays(store, a_member(line=line), settings=FULL))}

    assert bool(asked & bank) is practised


def test_all_that_wait_enter_their_books_at_once_however_many(store, monkeypatch):
    monkeypatch.setattr(wrong_questions, "BATCH", 1)
    exam, people = an_exam(store, a_paper(store, [{"answer": "B"}]), review=AT_ONCE, pass_score=1), []
    for _ in range(3):
        people.append(a_member())
        sit(store, exam, people[-1], ("A",))
        wrong_questions.let_enter(store, [told_graded(store, exam, people[-1])])

    wrong_questions.take_in(store, NOW)

    assert [len(ids(book(store, person, NOW))) for person in people] == [1, 1, 1]
