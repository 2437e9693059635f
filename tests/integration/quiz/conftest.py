"""What every test of the quiz service stands on: its store on a real database, full of other people's attempts."""

import pytest

from services.quiz.store import QuizStore
from tests.integration.quiz.building import a_member, an_exam, begin, save, sit
from tests.support.stores import store_fixture

store = store_fixture(QuizStore)


@pytest.fixture(scope="module")
def exam(store):
    """An exam with all types of question that a machine marks; open, three attempts, the highest counts."""
    return an_exam(store)


@pytest.fixture(autouse=True, scope="module")
def noise(store, exam):
    """Other people's attempts at this exam and at others, so that a query that matches too much is noticed."""
    for number in range(2):
        other = an_exam(store, title=f"其他考试{number}")
        for sat in (exam, other):
            sit(store, sat, a_member("noise"))
            running = a_member("noise")
            attempt = begin(store, sat, running)
            save(store, attempt, running, 0, "A")
