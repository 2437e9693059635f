"""How long after a deadline an answer on its way is taken: each exam says it, the server's clock decides."""

from datetime import timedelta

import pytest

from chassis.refusals import WrongState
from services.quiz.handlers import attempts
from services.quiz.model.exam import InvalidExam
from tests.integration.quiz.building import (
    CLOSES,
    MINUTE,
    NOW,
    SECOND,
    a_member,
    an_exam,
    begin,
    change,
    grade,
    grant,
    look,
    save,
    submit,
)

DUE = NOW + 30 * MINUTE


@pytest.mark.parametrize("grace_seconds", [0, 1, 5, 60, 600])
def test_an_answer_is_taken_until_the_exams_own_grace_is_over(store, grace_seconds):
    exam, person = an_exam(store, grace_seconds=grace_seconds), a_member()
    attempt = begin(store, exam, person)
    over = DUE + timedelta(seconds=grace_seconds)

    save(store, attempt, person, 0, "B", 1, over - timedelta(milliseconds=1))

    with pytest.raises(WrongState):
        save(store, attempt, person, 0, "C", 2, over)


def test_the_server_hands_in_when_the_exams_own_grace_is_over_dated_to_the_deadline(store):
    exam, person = an_exam(store, grace_seconds=60), a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B", 1, DUE + 59 * SECOND)

    attempts.close_overdue(store, DUE + 59 * SECOND)
    still = store.attempts.get(attempt["id"])["state"]
    attempts.close_overdue(store, DUE + 60 * SECOND)

    handed_in = store.attempts.get(attempt["id"])
    assert (still, handed_in["state"], handed_in["by"]) == ("running", "submitted", "server")
    assert (handed_in["submitted_at"], handed_in["answers_stored"]) == (DUE, 1)


def test_who_hands_in_within_the_grace_has_handed_in_themselves(store):
    exam, person = an_exam(store, grace_seconds=60), a_member()
    attempt = begin(store, exam, person)

    submit(store, attempt, person, DUE + 59 * SECOND)

    assert store.attempts.get(attempt["id"])["by"] == "person"


def test_the_usual_grace_is_five_seconds_also_for_exams_of_before(store):
    exam, person = an_exam(store), a_member()
    assert exam["grace_seconds"] == 5
    store.db["exams"].update_one({"_id": exam["id"]}, {"$unset": {"grace_seconds": ""}})
    store.exams._kept.clear()

    attempt = begin(store, exam, person)

    assert store.attempts.get(attempt["id"])["locks_at"] == DUE + 5 * SECOND


def test_keys_wait_until_the_exams_own_grace_is_over(store):
    exam, person = an_exam(store, grace_seconds=600), a_member()
    attempt = begin(store, exam, person)
    submit(store, attempt, person)
    grade(store, attempt)

    assert look(store, attempt, person, CLOSES + 599 * SECOND)["review"] is None
    assert look(store, attempt, person, CLOSES + 600 * SECOND)["review"][0]["key"] == "B"


def test_another_grace_reaches_who_began_in_an_early_window_that_was_taken_back(store):
    exam, person = an_exam(store, opens_at=(NOW + MINUTE).isoformat()), a_member()
    grant(store, exam, person, opens_at=NOW - MINUTE)
    attempt = begin(store, exam, person)
    grant(store, exam, person)

    change(store, exam, grace_seconds=90)

    assert store.attempts.get(attempt["id"])["locks_at"] == DUE + 90 * SECOND


def test_the_grace_of_an_open_exam_stays(store):
    with pytest.raises(InvalidExam) as refusal:
        change(store, an_exam(store), grace_seconds=90)

    assert [error["field"] for error in refusal.value.errors] == ["grace_seconds"]
