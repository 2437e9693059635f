"""What every test of the quiz service stands on: its store on a real database, full of other people's attempts."""

import pytest

from services.quiz.store import QuizStore
from tests.integration.quiz.building import a_member, an_exam, begin, save, sit
from tests.support.stores import store_fixture

store = store_fixture(QuizStore)


@pytest.fixture(scope="module")
def exam(store):
    """An exam with all types of question that a machine marks; open, three attempts, the highest counts."""
    exam = an_exam(store)
    for _ in range(2):
        others_sit(store, exam)
    return exam


@pytest.fixture(autouse=True, scope="module")
def noise(store):
    """Other people's attempts at other exams, so that a query that matches too much is noticed."""
    for number in range(2):
        others_sit(store, an_exam(store, title=f"其他考试{number}"))


def others_sit(store, exam):
    """One hands in, one is at it."""
    sit(store, exam, a_member("noise"))
    running = a_member("noise")
    attempt = begin(store, exam, running)
    save(store, attempt, running, 0, "A")
