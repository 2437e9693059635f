"""Every query of the service is served by an index: a full flow is run, and all that it asked is
explained.
"""

from datetime import timedelta

from contracts.tasks import operations
from services.tasks.handlers import correspondence, ratings, study
from services.tasks.handlers.due_dates import keep_due_dates
from services.tasks.handlers.oversight import oversee
from tests.integration.tasks.building import (
    DESK,
    HANDLER,
    NOW,
    SUPERVISOR,
    TRAINER,
    a_person,
    a_standing,
    act,
    an_exam,
    ask,
    by,
    get,
    history,
    investigating,
    opened,
    record,
)
from tests.integration.tasks.overseeing import asked_what_if
from tests.integration.tasks.test_correspondence import a_message
from tests.integration.tasks.test_ratings import a_rating
from tests.support.explaining import BY_READING_ALL, asked, stages, walk


def test_every_query_is_served_by_an_index(watched, recorder):
    run_everything(watched)
    commands = asked(recorder)
    assert len(commands) > 40
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command


FILTERS = [
    {},
    {"state": "registered"},
    {"category": "noise"},
    {"handler_id": HANDLER.id},
    {"unit_id": "office"},
    {"source": "report"},
    {"state": "registered", "category": "noise", "source": "report"},
    {"overdue": True},
    {"overdue": True, "state": "registered"},
    {"overdue": True, "category": "noise"},
    {"overdue": True, "handler_id": HANDLER.id},
    {"overdue": True, "unit_id": "office", "source": "report"},
    {"overdue": False},
]


def run_everything(store):
    late = NOW + timedelta(days=90)
    for _ in range(3):
        opened(store)
        case_id = investigating(store)
    act(store, case_id, "record_step", by(HANDLER, idempotency_key="indexed"), what="谈话")
    correspondence.note_messages(store, [a_message(case_id, 2), a_message(case_id, 1)])
    ratings.take_rating(store, a_rating(case_id))
    get(store, case_id)
    history(store, case_id, limit=1)
    for filters in FILTERS:
        for who in (DESK, SUPERVISOR, HANDLER):
            walk(lambda page, who=who, filters=filters: ask(store, who, now=late, **filters, **page))
    keep_due_dates(store, late)
    asked_what_if(store, case_id)
    oversee(store, late)
    study.know_people(store, [a_person(HANDLER, sequence=9)])
    study.know_exams(store, [an_exam("indexed")])
    study.credit_attempts(store, [a_standing(HANDLER.id, "indexed")])
    record(store, HANDLER)
    study.get_record(store, {"person_id": HANDLER.id}, by(TRAINER))
    for unit in ({}, {"unit_id": "office"}):
        walk(
            lambda page, unit=unit: study.list_records(
                store, operations.list_study_records.load({**unit, **page}), by(TRAINER)
            )
        )
