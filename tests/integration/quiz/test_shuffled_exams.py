"""Exams whose questions and options are shuffled: prepared with the exam, and nothing that is counted depends on it."""

from services.quiz.handlers import attempts, exam_statistics
from tests.integration.quiz.building import (
    NOW,
    TRAINER,
    a_member,
    a_paper,
    an_exam,
    begin,
    by,
    grade,
    look,
    regrade,
    save,
    standing_of,
    submit,
)

SHUFFLED = {"questions": True, "options": True}
OPEN_BOOK = {"key": "immediately", "correctness": "immediately"}


def a_shuffled_exam(store, **fields):
    given = [{"answer": "B"}, {"answer": "C"}, {"answer": "D", "fixed_options": True}, {"answer": "A"}]
    return an_exam(store, a_paper(store, given), shuffle=SHUFFLED, pass_score=1, **fields)


def choose(store, attempt, person, text):
    """Answers each question with the option that reads so, wherever it stands."""
    for place, question in enumerate(attempt["questions"]):
        key = next(option["key"] for option in question["options"] if option["text"] == text)
        save(store, attempt, person, place, key)
    submit(store, attempt, person)
    grade(store, attempt)


def orders(attempt):
    return [
        (question["id"], tuple(option["key"] for option in question["options"])) for question in attempt["questions"]
    ]


def test_neighbours_see_other_orders_and_each_the_same_again(store):
    exam = a_shuffled_exam(store)
    people = [a_member() for _ in range(20)]
    begun = {person.id: begin(store, exam, person) for person in people}

    assert len({tuple(orders(attempt)) for attempt in begun.values()}) > 5
    for person in people:
        assert orders(begin(store, exam, person)) == orders(begun[person.id])
        assert orders(look(store, begun[person.id], person)) == orders(begun[person.id])
    fixed = exam_statistics.forms_of(store, exam)[0]["questions"][2]["id"]
    assert {dict(orders(attempt))[fixed] for attempt in begun.values()} == {tuple("ABCD")}


def test_the_same_texts_earn_the_same_and_are_looked_back_upon_as_they_were_shown(store):
    exam, people = a_shuffled_exam(store, review=OPEN_BOOK), [a_member() for _ in range(6)]

    for person in people:
        attempt = begin(store, exam, person)
        choose(store, attempt, person, "选项B")
        seen = look(store, attempt, person)
        assert (seen["score"], orders(seen)) == (2.0, orders(attempt))
        assert [one["question_id"] for one in seen["review"]] == [question["id"] for question in seen["questions"]]
        assert {(one["answer"], one["correct"]) for one in seen["review"]} == {("B", True), ("B", False)}


def test_a_regrade_and_the_statistics_name_options_by_their_keys(store):
    exam, people = a_shuffled_exam(store), [a_member() for _ in range(6)]
    for person in people:
        choose(store, begin(store, exam, person), person, "选项B")
    first = exam_statistics.forms_of(store, exam)[0]["questions"][1]["id"]

    regrade(store, exam, {"question_id": first, "kind": "key", "answer": "B"})

    assert {standing_of(store, exam, person)["score"] for person in people} == {4.0}
    figures = exam_statistics.get(store, {"exam_id": exam["id"], "attempts": "first"}, by(TRAINER))
    for item in figures["items"]:
        assert {one["key"]: one["all"] for one in item["options"]} == {"A": 0, "B": 6, "C": 0, "D": 0}


def test_starting_a_shuffled_exam_reads_as_much_as_any(watched, recorder):
    exam = a_shuffled_exam(watched)
    for _ in range(3):
        begin(watched, exam, a_member())
    recorder.commands.clear()

    attempts.start(watched, {"exam_id": exam["id"]}, by(a_member(), NOW))

    assert [next(iter(command)) for command in recorder.commands] == ["find"]
