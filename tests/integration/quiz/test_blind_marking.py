"""Essays on a real database: marked by two who see neither the candidate nor each other, a third where they differ."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chassis.refusals import NotFound, WrongState
from contracts.quiz import operations
from services.quiz.handlers import marking
from services.quiz.model.marking import AlreadyMarked, InvalidMark
from tests.integration.quiz.building import (
    A_PAPER,
    MINUTE,
    NOW,
    SOME_ANSWERS,
    SOME_SCORE,
    TRAINER,
    a_member,
    a_paper,
    an_exam,
    by,
    grade,
    look,
    sit,
    standing_of,
)

RUBRIC = [{"text": "观点", "score": 4}, {"text": "论证", "score": 6}]
ESSAY = {"type": "essay", "options": [], "answer": "参考答案", "score": 10, "rubric": RUBRIC}
FIRST, SECOND, THIRD = (replace(TRAINER, id=f"marker-{number}", name="阅卷人") for number in range(3))


@pytest.fixture(scope="module")
def with_rubric(store):
    return an_exam(store, a_paper(store, [*A_PAPER, ESSAY]), pass_score=15)


@pytest.fixture(scope="module")
def plain(store):
    """One marker, no rubric."""
    paper = a_paper(store, [*A_PAPER, ESSAY | {"rubric": []}])
    return an_exam(store, paper, pass_score=15, marking={"markers": 1})


def waiting(store, exam, marker):
    page = marking.queue(store, {"exam_id": exam["id"], "limit": 200, "cursor": None}, by(marker))
    return operations.list_markings.dump(page)["items"]


def of(store, exam, attempt, marker=FIRST):
    """The marking of the attempt's essay, as this marker sees it."""
    id = marking.rules.marking_id(attempt["id"], attempt["questions"][4]["id"])
    return operations.get_marking.dump(marking.get(store, {"marking_id": id}, by(marker)))


def give(store, marking_of, marker, *points, now=NOW, **fields):
    given = {"points": list(points)} if points else {}
    request = operations.give_mark.load({"marking_id": marking_of["id"], "comment": "", **given, **fields})
    return operations.give_mark.dump(marking.give(store, request, by(marker, now)))


def mark(store, attempt, marker, place=4, **given):
    request = {"attempt_id": attempt["id"], "question_id": attempt["questions"][place]["id"], **given}
    return marking.mark_answer(store, operations.mark_answer.load(request), by(marker))


def written(store, exam, person, text="论述"):
    return sit(store, exam, person, (*SOME_ANSWERS, text))


def test_two_markers_who_agree_nearly_make_the_mean_count(store, with_rubric):
    person = a_member()
    attempt = written(store, with_rubric, person)
    (essay,) = [item for item in waiting(store, with_rubric, FIRST) if item["answer"] == "论述"]

    assert give(store, essay, FIRST, 3, 5)["state"] == "waiting"
    assert store.attempts.get(attempt["id"])["state"] == "submitted"
    assert standing_of(store, with_rubric, person) is None
    done = give(store, essay, SECOND, 4, 5.5)

    assert (done["state"], done["score"]) == ("done", 8.75)
    assert standing_of(store, with_rubric, person)["score"] == SOME_SCORE + 8.75
    grade(store, attempt)
    assert standing_of(store, with_rubric, person)["score"] == SOME_SCORE + 8.75


def test_two_markers_far_apart_call_for_a_third(store, with_rubric):
    attempt = written(store, with_rubric, a_member())
    essay = of(store, with_rubric, attempt)

    give(store, essay, FIRST, 1, 1)
    assert give(store, essay, SECOND, 4, 4)["state"] == "third"
    assert store.attempts.get(attempt["id"])["state"] == "submitted"
    done = give(store, essay, THIRD, 3, 4)

    assert (done["state"], done["score"]) == ("done", 7.5)
    assert store.attempts.get(attempt["id"])["score"] == SOME_SCORE + 7.5


def test_a_marker_sees_neither_the_candidate_nor_the_marks_of_others(store, with_rubric):
    person = a_member("candidate")
    attempt = written(store, with_rubric, person)
    essay = of(store, with_rubric, attempt)
    give(store, essay, FIRST, 3, 5, comment="第一评语")

    seen = of(store, with_rubric, attempt, SECOND)
    queued = [item for item in waiting(store, with_rubric, SECOND) if item["id"] == essay["id"]]

    for shown in (seen, *queued):
        assert shown["marks"] == []
        text = repr(shown)
        assert not [told for told in (person.id, attempt["id"], FIRST.id, "第一评语") if told in text]
    assert [mark["score"] for mark in of(store, with_rubric, attempt, FIRST)["marks"]] == [8.0]


def test_everything_about_a_mark_is_kept_and_shown_once_it_is_done(store, with_rubric):
    attempt = written(store, with_rubric, a_member())
    essay = of(store, with_rubric, attempt)
    give(store, essay, FIRST, 3, 5, comment="论证不足")
    give(store, essay, SECOND, 3, 6, now=NOW + MINUTE)

    marks = of(store, with_rubric, attempt, THIRD)["marks"]

    assert [(mark["by"], mark["points"], mark["comment"], mark["at"]) for mark in marks] == [
        (FIRST.id, [3.0, 5.0], "论证不足", "2026-03-10T01:00:00.000Z"),
        (SECOND.id, [3.0, 6.0], "", "2026-03-10T01:01:00.000Z"),
    ]


def test_nobody_marks_twice_or_their_own_answer_or_after_it_is_done(store, with_rubric):
    author = replace(TRAINER, id="marker-who-sat")
    attempt = written(store, with_rubric, author, "自己的答案")
    essay = of(store, with_rubric, attempt)

    assert essay["id"] not in {item["id"] for item in waiting(store, with_rubric, author)}
    with pytest.raises(NotFound):
        give(store, essay, author, 4, 6)
    with pytest.raises(NotFound):
        of(store, with_rubric, attempt, author)
    give(store, essay, FIRST, 4, 6)
    assert essay["id"] not in {item["id"] for item in waiting(store, with_rubric, FIRST)}
    with pytest.raises(AlreadyMarked):
        give(store, essay, FIRST, 4, 5)
    assert [mark["score"] for mark in give(store, essay, FIRST, 4, 6)["marks"]] == [10.0]
    give(store, essay, SECOND, 4, 6)
    with pytest.raises(WrongState):
        give(store, essay, THIRD, 4, 6)
    assert essay["id"] not in {item["id"] for item in waiting(store, with_rubric, THIRD)}


@pytest.mark.parametrize(
    "given", [{"score": 8}, {"points": [4]}, {"points": [4, 7]}, {"points": [4, 6], "score": 9}, {}]
)
def test_points_are_given_by_the_rubric(store, with_rubric, given):
    attempt = written(store, with_rubric, a_member())

    with pytest.raises(InvalidMark):
        give(store, of(store, with_rubric, attempt), FIRST, **given)
    assert of(store, with_rubric, attempt)["marks"] == []


def test_two_markers_at_the_same_moment_are_both_heard(store, with_rubric):
    attempt = written(store, with_rubric, a_member())
    essay = of(store, with_rubric, attempt)

    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda marker: give(store, essay, marker, 4, 5), (FIRST, SECOND)))

    assert [mark["score"] for mark in of(store, with_rubric, attempt)["marks"]] == [9.0, 9.0]
    assert store.attempts.get(attempt["id"])["score"] == SOME_SCORE + 9


def test_an_exam_may_have_one_marker(store, plain):
    person = a_member()
    attempt = written(store, plain, person)

    assert mark(store, attempt, FIRST, score=8) == {"id": attempt["id"], "state": "graded", "unmarked": 0}

    standing = standing_of(store, plain, person)
    assert (standing["score"], standing["passed"], len(standing["outbox"])) == (SOME_SCORE + 8, True, 1)
    with pytest.raises(WrongState):
        mark(store, attempt, SECOND, score=9)


def test_only_essays_are_marked_by_hand_and_not_above_their_score(store, plain):
    attempt = written(store, plain, a_member())

    with pytest.raises(InvalidMark):
        mark(store, attempt, FIRST, score=11)
    with pytest.raises(NotFound):
        mark(store, attempt, FIRST, place=0, score=1)


def test_what_waited_before_there_were_markings_is_marked_too(store, plain):
    attempt = written(store, plain, a_member())
    store.db["markings"].delete_many({"attempt_id": attempt["id"]})

    assert mark(store, attempt, FIRST, score=8)["state"] == "graded"


def test_an_essay_left_empty_waits_for_nobody(store, with_rubric):
    attempt = sit(store, with_rubric, a_member(), SOME_ANSWERS)

    assert store.attempts.get(attempt["id"])["score"] == SOME_SCORE


def test_a_candidate_sees_nothing_of_the_marking(store, with_rubric):
    person = a_member()
    attempt = written(store, with_rubric, person)
    give(store, of(store, with_rubric, attempt), FIRST, 3, 5)

    seen = look(store, attempt, person)

    assert (seen["state"], seen["score"], seen["review"]) == ("submitted", None, None)
    assert "观点" not in repr(seen)
