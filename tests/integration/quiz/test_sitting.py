"""Sitting an exam on a real database: one attempt at a time, nothing lost, the server's clock."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chassis.refusals import NotFound, WrongState
from contracts.quiz import operations
from services.quiz.handlers import attempts
from services.quiz.model.attempt import SequenceTaken
from services.quiz.model.exam import ExamNotOpen, NoAttemptsLeft
from services.quiz.model.grading import InvalidAnswer
from tests.integration.quiz.building import (
    CLOSES,
    MINUTE,
    NOW,
    OPENS,
    SECOND,
    TRAINER,
    a_member,
    an_exam,
    begin,
    by,
    look,
    save,
    submit,
)


def stored(store, attempt):
    found = store.attempts.get(attempt["id"])
    places = {question["id"]: place for place, question in enumerate(attempt["questions"])}
    return {places[id]: (kept["answer"], kept["sequence"]) for id, kept in found["answers"].items()}


def test_a_running_attempt_is_resumed_with_what_was_saved(store, exam):
    person = a_member()
    first = begin(store, exam, person)
    save(store, first, person, 0, "C", 4)

    again = begin(store, exam, person, NOW + MINUTE)

    assert again["id"] == first["id"]
    assert again["due_at"] == first["due_at"] == NOW + timedelta(minutes=30)
    assert again["questions"] == first["questions"]
    (answer,) = again["answers"]
    assert (answer["answer"], answer["sequence"], answer["saved_at"]) == ("C", 4, NOW)


def test_two_windows_that_start_at_once_get_one_attempt(store, exam):
    person = a_member()

    with ThreadPoolExecutor(8) as windows:
        begun = list(windows.map(lambda _: begin(store, exam, person), range(8)))

    assert len({attempt["id"] for attempt in begun}) == 1
    assert store.db["attempts"].count_documents({"person_id": person.id}) == 1


def test_attempts_are_numbered_and_limited(store):
    exam, person = an_exam(store, attempts_allowed=2), a_member()

    numbers = []
    for _ in range(2):
        attempt = begin(store, exam, person)
        numbers.append(attempt["number"])
        submit(store, attempt, person)

    assert numbers == [1, 2]
    with pytest.raises(NoAttemptsLeft):
        begin(store, exam, person)


def test_the_request_that_began_an_attempt_gets_it_again_when_it_is_repeated(store, exam):
    person = a_member()
    attempt = begin(store, exam, person, idempotency_key="k1")
    submit(store, attempt, person)

    assert begin(store, exam, person, idempotency_key="k1")["id"] == attempt["id"]
    assert begin(store, exam, person, idempotency_key="k2")["number"] == 2


@pytest.mark.parametrize(("moment", "state"), [(OPENS - SECOND, "upcoming"), (CLOSES, "closed")])
def test_an_exam_is_begun_only_within_its_window(store, exam, moment, state):
    with pytest.raises(ExamNotOpen) as refused:
        begin(store, exam, a_member(), moment)
    assert refused.value.state == state


def test_an_exam_for_others_does_not_exist(store):
    exam = an_exam(store, audience={"lines": ["notaries"]})

    with pytest.raises(NotFound):
        begin(store, exam, a_member(line="lawyers"))
    assert begin(store, exam, a_member(line="notaries"))["number"] == 1


def test_an_older_sequence_never_overwrites_a_newer_one(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)

    assert save(store, attempt, person, 0, "B", 5) == {"sequence": 5, "saved_at": NOW}
    assert save(store, attempt, person, 0, "A", 3, NOW + SECOND) == {"sequence": 5, "saved_at": NOW}
    assert stored(store, attempt) == {0: ("B", 5)}


def test_null_clears_and_a_late_older_save_does_not_bring_the_answer_back(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B", 1)
    save(store, attempt, person, 0, None, 3)
    save(store, attempt, person, 0, "C", 2)

    assert stored(store, attempt) == {0: (None, 3)}
    assert submit(store, attempt, person)["answers_stored"] == 0


def test_a_repeated_save_is_answered_as_the_first_even_after_the_end(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    first = save(store, attempt, person, 0, "B", 1)
    submit(store, attempt, person)

    assert save(store, attempt, person, 0, "B", 1, NOW + MINUTE) == first


def test_another_answer_under_the_same_sequence_is_not_said_to_be_saved(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B", 1)

    with pytest.raises(SequenceTaken):
        save(store, attempt, person, 0, "C", 1)


def test_answers_are_taken_until_the_grace_is_over_and_never_after(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    due = attempt["due_at"]

    save(store, attempt, person, 0, "A", 1, due + 4 * SECOND)
    with pytest.raises(WrongState):
        save(store, attempt, person, 0, "B", 2, due + 5 * SECOND)
    assert stored(store, attempt) == {0: ("A", 1)}


def test_nothing_is_saved_after_the_submission(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    submit(store, attempt, person)

    with pytest.raises(WrongState) as refused:
        save(store, attempt, person, 0, "B", 1)
    assert (refused.value.state, refused.value.allowed) == ("submitted", [])


def test_others_attempts_do_not_exist(store, exam):
    person, stranger = a_member(), a_member()
    attempt = begin(store, exam, person)
    requests = [
        lambda: save(store, attempt, stranger, 0, "B", 1),
        lambda: submit(store, attempt, stranger),
        lambda: look(store, attempt, stranger),
        lambda: save(store, {**attempt, "id": f"{attempt['id']}x"}, person, 0, "B", 1),
        lambda: save(store, {**attempt, "id": "nothing"}, person, 0, "B", 1),
    ]

    for request in requests:
        with pytest.raises(NotFound):
            request()
    assert stored(store, attempt) == {}


def test_a_question_of_another_paper_is_not_answered_here(store, exam):
    person = a_member()
    attempt, other = begin(store, exam, person), begin(store, an_exam(store), person)

    with pytest.raises(NotFound):
        save(store, {**attempt, "questions": other["questions"]}, person, 0, "B", 1)


def test_an_answer_of_the_wrong_shape_is_refused_and_what_was_there_stays(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B", 1)

    with pytest.raises(InvalidAnswer):
        save(store, attempt, person, 0, "Z", 2)
    assert stored(store, attempt) == {0: ("B", 1)}


def test_a_submission_counts_what_is_stored_and_says_the_same_again(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B")
    save(store, attempt, person, 1, ["A", "C"])
    save(store, attempt, person, 2, None)

    receipt = submit(store, attempt, person)

    assert receipt == receipt | {"state": "submitted", "answers_stored": 2, "submitted_at": NOW}
    assert submit(store, attempt, person, NOW + MINUTE) == receipt


def test_a_receipt_lists_what_was_stored_with_a_hash_that_a_person_can_compute(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B", 7)
    save(store, attempt, person, 1, ["C", "A"], 8, NOW + SECOND)
    save(store, attempt, person, 2, None, 9)
    save(store, attempt, person, 3, "一九二一", 10)

    receipt = operations.submit_attempt.dump(submit(store, attempt, person, NOW + MINUTE))

    of = {question["id"]: place for place, question in enumerate(attempt["questions"])}
    listed = {of[answer["question_id"]]: answer for answer in receipt["answers"]}
    assert {place: (answer["sequence"], answer["answered"]) for place, answer in listed.items()} == {
        0: (7, True),
        1: (8, True),
        2: (9, False),
        3: (10, True),
    }
    assert listed[1]["saved_at"] == "2026-03-10T01:00:01.000Z"
    # By hand, as contracts.quiz.operations.attempts.SubmittedAttempt tells it, from what the person knows.
    given = {0: '"B"', 1: '["A","C"]', 2: "null", 3: '"一九二一"'}
    parts = [
        f'{{"answer":{given[of[id]]},"question_id":"{id}","saved_at":"{listed[of[id]]["saved_at"]}",'
        f'"sequence":{listed[of[id]]["sequence"]}}}'
        for id in sorted(of)
    ]
    text = f'{{"answers":[{",".join(parts)}],"attempt_id":"{attempt["id"]}","submitted_at":"2026-03-10T01:01:00.000Z"}}'
    assert receipt["answers_hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert operations.submit_attempt.dump(submit(store, attempt, person, NOW + timedelta(hours=1))) == receipt


def test_the_receipt_of_who_vanished_is_dated_to_the_deadline(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B")
    attempts.close_overdue(store, attempt["due_at"] + timedelta(hours=3))
    handed_in = store.attempts.get(attempt["id"])

    receipt = submit(store, attempt, person, NOW + timedelta(hours=4))

    assert (len(receipt["answers"]), receipt["answers_hash"]) == (1, handed_in["answers_hash"])
    store.db["attempts"].update_one({"_id": attempt["id"]}, {"$unset": {"answers_hash": ""}})
    assert submit(store, attempt, person, NOW + timedelta(hours=4)) == receipt


def test_a_submission_is_one_write_with_its_event(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    submit(store, attempt, person)

    (event,) = store.attempts.get(attempt["id"])["outbox"]
    assert event["type"] == "quiz.attempt_submitted.v1"
    assert event["data"] == {
        "attempt_id": attempt["id"],
        "exam_id": exam["id"],
        "person_id": person.id,
        "submitted_at": "2026-03-10T01:00:00.000Z",
        "by": "person",
    }


def test_saves_and_submissions_at_the_same_moment_agree_on_what_is_stored(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)

    def saves(sequence):
        try:
            return save(store, attempt, person, 0, "ABCD"[sequence % 4], sequence)["sequence"]
        except WrongState:
            return 0

    with ThreadPoolExecutor(6) as devices:
        acknowledged = [devices.submit(saves, sequence) for sequence in range(1, 40)]
        receipts = [devices.submit(submit, store, attempt, person) for _ in range(4)]
    told = max(future.result() for future in acknowledged)

    document = store.attempts.get(attempt["id"])
    assert len({repr(future.result()) for future in receipts}) == 1
    assert stored(store, attempt).get(0, (None, 0))[1] == told
    assert document["answers_stored"] == len(document["answers"])
    assert len(document["outbox"]) == 1


def test_the_server_hands_in_for_those_who_vanished(store, exam):
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B")

    attempts.close_overdue(store, attempt["due_at"] + 4 * SECOND)
    assert store.attempts.get(attempt["id"])["state"] == "running"
    attempts.close_overdue(store, attempt["due_at"] + timedelta(hours=3))

    document = store.attempts.get(attempt["id"])
    assert (document["state"], document["by"], document["answers_stored"]) == ("submitted", "server", 1)
    assert document["submitted_at"] == attempt["due_at"]
    assert submit(store, attempt, person, NOW + timedelta(hours=4))["submitted_at"] == attempt["due_at"]


def test_who_comes_back_after_the_deadline_begins_anew_and_the_old_attempt_is_handed_in(store, exam):
    person = a_member()
    first = begin(store, exam, person)

    second = begin(store, exam, person, first["due_at"] + MINUTE)

    assert second["number"] == 2
    assert store.attempts.get(first["id"])["state"] == "submitted"


def test_a_trainer_may_look_at_an_attempt(store, exam):
    attempt = begin(store, exam, a_member())

    assert attempts.get(store, {"attempt_id": attempt["id"]}, by(TRAINER))["state"] == "running"
