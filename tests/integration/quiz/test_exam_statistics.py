"""Statistics and hints of an exam on a real database: of what is graded, while more comes, and after a regrade."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.refusals import NotFound
from contracts.quiz import operations
from services.quiz.handlers import exam_statistics, hints, papers, questions, regrades
from tests.integration.quiz.building import (
    NOW,
    SECOND,
    TRAINER,
    a_member,
    a_paper,
    a_question,
    an_exam,
    begin,
    by,
    grade,
    save,
    sit,
    submit,
)

COLLEAGUE = replace(TRAINER, id="colleague")


def statistics(store, exam, of="first", now=NOW):
    request = {"exam_id": exam["id"], "attempts": of}
    return operations.exam_statistics.dump(exam_statistics.get(store, request, by(TRAINER, now)))


@pytest.fixture
def held(store):
    """Four questions of one point: two single ones, a multiple one, an essay that few answer."""
    given = [
        {"answer": "B", "score": 1},
        {"answer": "A", "score": 1},
        {"type": "multiple", "answer": ["A", "C"], "score": 1},
    ]
    return an_exam(store, a_paper(store, given), pass_score=1)


def test_figures_are_of_the_graded_attempts(store, held):
    for answers in (("B", "A", ["A", "C"]), ("B", "A", ["A"]), ("C", "A", None), ("B", "D", ["B", "D"])):
        sit(store, held, a_member(), answers)

    found = statistics(store, held)

    assert (found["attempts"], found["graded"], found["mean"], found["median"]) == (4, 4, 1.75, 1.5)
    assert found["distribution"] == [0, 0, 0, 2, 0, 0, 1, 0, 0, 1]
    first, second, third = found["items"]
    assert (first["facility"], second["facility"], third["facility"]) == (0.75, 0.75, 0.25)
    assert [(option["key"], option["right"], option["all"]) for option in first["options"]] == [
        ("A", False, 0),
        ("B", True, 3),
        ("C", False, 1),
        ("D", False, 0),
    ]
    assert [option["all"] for option in third["options"]] == [2, 1, 1, 1]


def test_each_attempt_that_comes_is_counted_and_nothing_is_computed_twice(store, held, monkeypatch):
    person = a_member()
    sit(store, held, person, ("B",))
    assert statistics(store, held)["graded"] == 1
    sit(store, held, a_member(), ("B", "A"))
    sit(store, held, person, ("B", "A", ["A", "C"]))

    found = {of: statistics(store, held, of) for of in ("first", "last", "highest", "all")}
    monkeypatch.setattr(exam_statistics, "read", None)
    again = {of: statistics(store, held, of, NOW + SECOND) for of in found}

    assert again == found
    assert {of: (figures["attempts"], figures["mean"]) for of, figures in found.items()} == {
        "first": (2, 1.5),
        "last": (2, 2.5),
        "highest": (2, 2.5),
        "all": (3, 2.0),
    }


def test_an_attempt_that_comes_while_figures_are_computed_is_counted_the_next_time(store, held, monkeypatch):
    sit(store, held, a_member(), ("B",))
    original = exam_statistics.read

    def read(*args):
        found = original(*args)
        sit(store, held, a_member(), ("C",))
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(exam_statistics, "read", read)
        assert statistics(store, held)["attempts"] == 1
    assert statistics(store, held)["attempts"] == 2


def test_a_regrade_makes_the_figures_anew_and_a_void_question_has_none(store, held):
    for answer in "CCB":
        attempt = sit(store, held, a_member(), (answer, "A"))
    assert statistics(store, held)["items"][0]["facility"] == 0.3333
    changes = [
        {"question_id": attempt["questions"][0]["id"], "kind": "key", "answer": "C"},
        {"question_id": attempt["questions"][1]["id"], "kind": "void"},
    ]
    request = {"exam_id": held["id"], "changes": changes, "reason": "更正", "notice": None}
    regrade = regrades.propose(store, request, by(TRAINER))
    regrades.apply(store, {"regrade_id": regrade["id"]}, by(TRAINER))
    assert statistics(store, held)["attempts"] == 0
    regrades.work_off(store, NOW)

    found = statistics(store, held)

    assert found["attempts"] == 3
    assert [item["facility"] for item in found["items"]] == [0.6667, 0.0]
    assert [option["key"] for option in found["items"][0]["options"] if option["right"]] == ["C"]


def test_of_drawn_papers_each_question_is_over_those_who_were_asked_it(store):
    for _ in range(6):
        questions.create(store, a_question(category="抽题统计", score=1), by(TRAINER))
    blueprint = [{"category": "抽题统计", "count": 3, "score": 2}]
    request = {"title": "抽", "kind": "drawn", "blueprint": blueprint, "seed": 5, "variants": 4}
    paper = papers.create(store, operations.create_paper.load(request), by(TRAINER))
    exam = an_exam(store, paper, pass_score=2)
    asked = [question["id"] for _ in range(12) for question in sit(store, exam, a_member(), ("B",))["questions"]]

    found = statistics(store, exam)

    assert {item["question_id"]: item["asked"] for item in found["items"] if item["asked"]} == {
        id: asked.count(id) for id in asked
    }
    assert sum(item["facility"] * item["asked"] for item in found["items"] if item["asked"]) == pytest.approx(
        12, abs=0.01
    )


def look(store, exam, trainer=TRAINER, now=NOW):
    return operations.exam_hints.dump(hints.get(store, {"exam_id": exam["id"]}, by(trainer, now)))


def judge(store, exam, hint, trainer=TRAINER, judgement="to_be_asked"):
    request = {"exam_id": exam["id"], "hint_id": hint["id"], "judgement": judgement, "reason": "与本人核实"}
    return operations.judge_hint.dump(hints.judge(store, operations.judge_hint.load(request), by(trainer)))


@pytest.fixture(scope="module")
def long(store):
    given = [{"answer": "B", "score": 1, "stem": f"{'很长的题干' * 10}{number}"} for number in range(8)]
    return an_exam(store, a_paper(store, given), pass_score=1)


def rush(store, exam, person, seconds=1):
    attempt = begin(store, exam, person)
    for place in range(8):
        save(store, attempt, person, place, "B", now=NOW + (place + 1) * timedelta(seconds=seconds))
    submit(store, attempt, person, NOW + timedelta(minutes=20))
    grade(store, attempt)
    return attempt


def test_who_answers_faster_than_one_reads_is_a_hint_for_a_trainer(store, long):
    person = a_member()
    attempt = rush(store, long, person)
    rush(store, long, a_member(), seconds=30)

    (hint,) = [item for item in look(store, long)["items"] if person.id in item["person_ids"]]

    assert (hint["kind"], hint["attempt_ids"], len(hint["questions"])) == ("rushed", [attempt["id"]], 8)
    assert all(question["seconds"] == 1 for question in hint["questions"])
    assert store.attempts.get(attempt["id"])["score"] == 8


def test_who_looked_and_what_they_made_of_it_is_kept(store, long):
    person = a_member()
    rush(store, long, person)
    hint = next(item for item in look(store, long, COLLEAGUE, NOW + SECOND)["items"] if person.id in item["person_ids"])
    judge(store, long, hint)
    judge(store, long, hint, COLLEAGUE, "nothing")

    seen = look(store, long, TRAINER, NOW + 2 * SECOND)

    (again,) = [item for item in seen["items"] if item["id"] == hint["id"]]
    assert [(judged["by"], judged["judgement"], judged["reason"]) for judged in again["judgements"]] == [
        (TRAINER.id, "to_be_asked", "与本人核实"),
        (COLLEAGUE.id, "nothing", "与本人核实"),
    ]
    assert seen["looks"][0] == {"by": COLLEAGUE.id, "at": "2026-03-10T01:00:01.000Z"}
    assert look(store, long)["looks"][0]["by"] == TRAINER.id


def test_nobody_sees_or_judges_a_hint_about_themselves(store, long):
    author = replace(TRAINER, id="trainer-who-rushed")
    rush(store, long, author)
    (hint,) = [item for item in look(store, long)["items"] if author.id in item["person_ids"]]

    assert hint["id"] not in {item["id"] for item in look(store, long, author)["items"]}
    with pytest.raises(NotFound):
        judge(store, long, hint, author)
    with pytest.raises(NotFound):
        judge(store, long, {"id": "0" * 32})
