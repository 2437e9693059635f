"""What comes late or twice: a submission after the deadline, a second delivery, a change that was cut short."""

from datetime import timedelta

import pytest

from contracts.quiz import operations
from services.quiz.handlers import exam_changes, following, grading
from services.quiz.store import QuizStore
from tests.integration.quiz.building import (
    MINUTE,
    NOW,
    SECOND,
    TRAINER,
    a_member,
    an_exam,
    begin,
    by,
    save,
    standing_of,
    submit,
    submitted,
)


@pytest.fixture
def exam(store):
    """Each test's own."""
    return an_exam(store)


def elsewhere(store):
    """Another process of the service, which keeps no exam yet."""
    return QuizStore(store.client, store.db.name.removesuffix(store.database_name))


def grant(store, exam, person, **fields):
    request = {"exam_id": exam["id"], "person_id": person.id, "reason": "因病"} | fields
    return exam_changes.grant(store, operations.put_override.load(request), by(TRAINER))


def due(store, attempt):
    return store.attempts.get(attempt["id"])["due_at"]


def test_who_hands_in_after_the_deadline_has_handed_in_at_it_by_the_servers_hand(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B")

    receipt = submit(store, attempt, person, attempt["due_at"] + timedelta(hours=1))

    document = store.attempts.get(attempt["id"])
    assert (receipt["submitted_at"], document["by"]) == (attempt["due_at"], "server")
    (event,) = document["outbox"]
    assert event["data"]["by"] == "server"


def test_who_hands_in_within_the_grace_has_handed_in_then(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)

    receipt = submit(store, attempt, person, attempt["due_at"] + 4 * SECOND)

    assert receipt["submitted_at"] == attempt["due_at"] + 4 * SECOND
    assert store.attempts.get(attempt["id"])["by"] == "person"


def test_two_deliveries_at_the_same_moment_mark_once(store, exam, monkeypatch):
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B")
    submit(store, attempt, person)
    event = submitted(store.attempts.get(attempt["id"]))
    original, after_the_first = store.attempts.grade, []

    def overtaken(graded):
        monkeypatch.setattr(store.attempts, "grade", original)
        grading.grade(store, [event])
        after_the_first.append(store.attempts.get(attempt["id"]))
        original(graded)

    monkeypatch.setattr(store.attempts, "grade", overtaken)
    grading.grade(store, [event])

    assert store.attempts.get(attempt["id"]) == after_the_first[0]
    assert len(standing_of(store, exam, person)["outbox"]) == 1


def test_a_change_that_was_cut_short_is_followed_by_any_process(store, exam, monkeypatch):
    person = a_member()
    attempt = begin(store, exam, person)
    with monkeypatch.context() as crash:
        crash.setattr(exam_changes, "follow", lambda *_: (_ for _ in ()).throw(ConnectionError))
        with pytest.raises(ConnectionError):
            grant(store, exam, person, extra_minutes=20)
    assert due(store, attempt) == NOW + 30 * MINUTE

    following.note_changes(elsewhere(store), NOW + SECOND)

    assert due(store, attempt) == NOW + 50 * MINUTE


def test_what_began_by_the_former_state_is_looked_for_until_none_can_be_on_its_way(store, exam):
    person, stale = a_member(), elsewhere(store)
    begin(stale, exam, a_member())
    grant(store, exam, person, extra_minutes=20)
    following.note_changes(store, NOW)
    # By a process that ends before it learns of the change.
    attempt = begin(stale, exam, person)

    following.note_changes(elsewhere(store), NOW + 5 * SECOND)

    assert due(store, attempt) == NOW + 50 * MINUTE


def test_a_change_is_not_looked_after_for_ever(store, exam):
    grant(store, exam, a_member(), extra_minutes=20)

    following.note_changes(store, NOW + following.FOLLOWED)

    assert exam["id"] not in {found["_id"] for found in store.exams.not_followed()}
