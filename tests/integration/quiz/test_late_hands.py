"""What comes late or twice: a submission after the deadline, a second delivery, a change that was cut short."""

from datetime import timedelta

import pytest

from chassis.refusals import WrongState
from contracts.quiz import operations
from services.quiz.handlers import attempts, exam_changes, exams, following, grading
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
    grant,
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


def mine(store, exam, person, now):
    page = operations.my_exams.dump(exams.mine(store, {"limit": 200, "cursor": None}, by(person, now)))
    return next(item for item in page["items"] if item["id"] == exam["id"])


def test_an_attempt_whose_time_is_over_runs_no_more_though_nobody_came_to_it_yet(store):
    exam, person = an_exam(store, attempts_allowed=1), a_member()
    attempt = begin(store, exam, person)

    in_grace, over = (mine(store, exam, person, attempt["due_at"] + seconds * SECOND) for seconds in (4, 5))

    assert (in_grace["state"], in_grace["running_attempt_id"]) == ("open", attempt["id"])
    assert (over["state"], over["running_attempt_id"]) == ("sat", None)


def test_more_than_one_batch_of_those_who_vanished_is_handed_in_at_once(store, exam, monkeypatch):
    monkeypatch.setattr(attempts, "BATCH", 2)
    begun = [begin(store, exam, a_member()) for _ in range(5)]

    attempts.close_overdue(store, NOW + timedelta(hours=1))

    assert {store.attempts.get(attempt["id"])["state"] for attempt in begun} == {"submitted"}


def test_grading_in_a_process_that_has_not_heard_of_a_cancellation_credits_nobody(store, exam):
    person, unaware = a_member(), elsewhere(store)
    begin(unaware, exam, a_member())
    exam_changes.cancel(store, {"exam_id": exam["id"], "reason": "停电"}, by(TRAINER, NOW + MINUTE))
    late = begin(unaware, exam, person, NOW + 2 * MINUTE)
    save(unaware, late, person, 0, "B", now=NOW + 2 * MINUTE)
    submit(unaware, late, person, NOW + 3 * MINUTE)

    grading.grade(unaware, [submitted(unaware.attempts.get(late["id"]))])

    assert store.attempts.get(late["id"])["score"] == 2.0
    assert standing_of(store, exam, person) is None


def test_a_cancellation_says_why_and_is_told_as_one(store, exam):
    person = a_member()
    begin(store, exam, person)

    exam_changes.cancel(store, {"exam_id": exam["id"], "reason": "场地停电"}, by(TRAINER, NOW + MINUTE))

    assert mine(store, exam, person, NOW + MINUTE)["cancelled_because"] == "场地停电"
    *_, event = store.db["exams"].find_one({"_id": exam["id"]})["outbox"]
    assert (event["type"], event["data"]["cancelled_at"]) == ("quiz.exam_changed.v1", "2026-03-10T01:01:00.000Z")


def test_a_cancellation_that_was_cut_short_is_finished_when_it_is_asked_for_again(store, exam, monkeypatch):
    attempt = begin(store, exam, a_member())
    request = {"exam_id": exam["id"], "reason": "停电"}
    with monkeypatch.context() as crash:
        crash.setattr(exam_changes, "follow", lambda *_: (_ for _ in ()).throw(ConnectionError))
        with pytest.raises(ConnectionError):
            exam_changes.cancel(store, request, by(TRAINER, NOW + MINUTE))

    exam_changes.cancel(store, request, by(TRAINER, NOW + 2 * MINUTE))

    handed_in = store.attempts.get(attempt["id"])
    assert (handed_in["state"], handed_in["submitted_at"]) == ("submitted", NOW + MINUTE)


def test_a_save_that_something_stood_against_is_never_said_to_be_saved(store, exam, monkeypatch):
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "A", 3)
    # As when the attempt was locked when the save came and is open again when it is looked at.
    monkeypatch.setattr(store.attempts, "save", lambda *_: False)

    for place, sequence in ((0, 4), (1, 1)):
        with pytest.raises(WrongState):
            save(store, attempt, person, place, "B" if place == 0 else ["A"], sequence)
    assert save(store, attempt, person, 0, "B", 2)["sequence"] == 3


def test_a_deadline_that_was_moved_has_its_grace_too(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    grant(store, exam, person, extra_minutes=20)
    moved = attempt["due_at"] + 20 * MINUTE

    assert save(store, attempt, person, 0, "A", 1, moved + 4 * SECOND)["sequence"] == 1
    with pytest.raises(WrongState):
        save(store, attempt, person, 0, "B", 2, moved + 5 * SECOND)


def test_a_save_that_comes_while_the_attempt_is_handed_in_is_in_it_and_in_its_receipt(store, exam, monkeypatch):
    person = a_member()
    attempt = begin(store, exam, person)
    original = store.attempts.update

    def overtaken(*args, **kwargs):
        monkeypatch.setattr(store.attempts, "update", original)
        save(store, attempt, person, 0, "B", 1)
        return original(*args, **kwargs)

    monkeypatch.setattr(store.attempts, "update", overtaken)
    receipt = submit(store, attempt, person)

    assert (receipt["answers_stored"], [one["sequence"] for one in receipt["answers"]]) == (1, [1])
    store.db["attempts"].update_one({"_id": attempt["id"]}, {"$unset": {"answers_hash": ""}})
    # Computed anew from what is stored.
    assert submit(store, attempt, person) == receipt


def test_the_database_itself_keeps_a_second_attempt_from_running(store, exam):
    person = a_member()
    running = store.attempts.get(begin(store, exam, person)["id"])
    own = ("outbox", "sequence", "version")
    second = {name: value for name, value in running.items() if name not in own} | {"_id": "second", "number": 2}

    assert not store.attempts.insert(second)
