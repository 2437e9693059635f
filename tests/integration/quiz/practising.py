"""Practice, as the handlers of the quiz service get it."""

from __future__ import annotations

from datetime import timedelta

from contracts.event import Received
from contracts.quiz import operations
from contracts.quiz.events import AttemptGradedV1
from services.quiz.handlers import practice, questions, wrong_questions
from services.quiz.settings import QuizSettings
from tests.integration.quiz.building import CLOSES, TRAINER, a_question, by, standing_of

# When the exams of other tests are over for everybody, and their keys may be seen.
AFTER = CLOSES + timedelta(days=3)
SETTINGS = QuizSettings(practice_questions=5)
FULL = QuizSettings(practice_questions=10)
DAY = timedelta(days=1)


def a_bank(store, count=6, **fields):
    """So many new questions of a line that nobody else has; their ids."""
    return [questions.create(store, a_question(**fields), by(TRAINER))["id"] for _ in range(count)]


def todays(store, person, now=AFTER, settings=SETTINGS):
    """The set as it leaves the service."""
    return operations.get_practice.dump(practice.today(store, settings, by(person, now)))


def ids(shown):
    """The questions of a set, or of a page of the book."""
    return [item["question"]["id"] for item in shown.get("questions", shown.get("items"))]


def singles(shown):
    """The single choices of a set, whose key is B here; the bank has other types, too."""
    return [item["question"]["id"] for item in shown["questions"] if item["question"]["type"] == "single"]


def right(store, question_id):
    """A right answer to any question of the bank."""
    key = questions.get(store, {"question_id": question_id})["answer"]
    return key[0] if key and isinstance(key, list) and len(key[0]) > 1 else key


def practise(store, person, question_id, answer="B", sequence=1, now=AFTER, **fields):
    """Answers a question of today's set; what the person is told."""
    request = operations.answer_practice.load(
        {"question_id": question_id, "answer": answer, "sequence": sequence, **fields}
    )
    return operations.answer_practice.dump(practice.answer(store, request, by(person, now)))


def told_graded(store, exam, person):
    """The last event of a standing, as the consumer gets it."""
    *_, sealed = standing_of(store, exam, person)["outbox"]
    return Received(
        id=sealed["id"],
        type=sealed["type"],
        subject=sealed["subject"],
        sequence=sealed["sequence"],
        time=AFTER,
        data=AttemptGradedV1.schema().load(sealed["data"]),
    )


def enter(store, exam, person, now):
    """Lets the graded attempt into the book, as event and clock would."""
    wrong_questions.let_enter(store, [told_graded(store, exam, person)])
    wrong_questions.take_in(store, now)


def book(store, person, now=AFTER, **filters):
    """The first page of the person's book, as it leaves the service."""
    request = operations.list_wrong_questions.load(filters)
    return operations.list_wrong_questions.dump(wrong_questions.list_page(store, request, by(person, now)))


def know(store, person, question_id, now=AFTER):
    """“I know it”."""
    wrong_questions.remove(store, {"question_id": question_id}, by(person, now))
