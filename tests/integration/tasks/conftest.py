"""What every test of the tasks service stands on: its store on a real database, full of other people's
cases.
"""

from __future__ import annotations

import pytest

from services.tasks.handlers import study
from services.tasks.store import TasksStore
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    MEMBER,
    OTHER_HANDLER,
    TRAINER,
    a_person,
    a_standing,
    act,
    actor,
    an_exam,
    by,
    opened,
)
from tests.support.stores import store_fixture

store = store_fixture(TasksStore)


@pytest.fixture(autouse=True, scope="module")
def noise(store):
    """Other people, their cases in several states, and their exams, so that a query that matches too much
    shows.
    """
    stranger = actor("handler", id="stranger", path=(BUREAU, DISTRICT))
    people = (DESK, HANDLER, OTHER_HANDLER, LEADER, TRAINER, MEMBER, stranger)
    study.know_people(store, [a_person(person) for person in people])
    for _ in range(3):
        opened(store, category="noise", subject_unit_ids=["elsewhere"])
        case_id = opened(store, category="noise", reporter_mode="anonymous")
        act(store, case_id, "accept", by(DESK))
        act(store, case_id, "assign", by(DESK), handler_id=stranger.id)
    study.know_exams(store, [an_exam("noise", required=False)])
    study.credit_attempts(store, [a_standing(stranger.id, "noise"), a_standing("nobody", "noise")])
