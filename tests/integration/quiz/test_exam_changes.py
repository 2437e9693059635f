"""Exams that are changed, cancelled or made up, and what is granted to single persons, on a real database."""

from datetime import timedelta

import pytest

from chassis.refusals import NotFound, Stale, WrongState
from contracts.quiz import operations
from contracts.quiz.events import ExamChangedV1
from services.quiz.handlers import attempts, exam_changes, exams, following
from services.quiz.model.exam import ExamNotOpen, InvalidExam, NoAttemptsLeft, TooSoon
from services.quiz.store import QuizStore
from tests.integration.quiz.building import (
    CLOSES,
    MINUTE,
    NOW,
    OPENS,
    SOME_ANSWERS,
    TRAINER,
    a_member,
    a_paper,
    an_exam,
    begin,
    by,
    change,
    grade,
    grant,
    look,
    save,
    sit,
    standing_of,
    submit,
)

DAY = timedelta(days=1)


@pytest.fixture
def exam(store):
    """Each test's own, since each changes it."""
    return an_exam(store)


def cancel(store, exam, now=NOW):
    return exam_changes.cancel(store, {"exam_id": exam["id"], "reason": "场地停电"}, by(TRAINER, now))


def mine(store, exam, person, now=NOW):
    page = operations.my_exams.dump(exams.mine(store, {"limit": 200, "cursor": None}, by(person, now)))
    return next((item for item in page["items"] if item["id"] == exam["id"]), None)


def told(store, exam):
    return [event["type"] for event in store.db["exams"].find_one({"_id": exam["id"]})["outbox"]]


def refused(exam_state, begin_it):
    with pytest.raises(ExamNotOpen) as refusal:
        begin_it()
    assert refusal.value.state == exam_state


def test_a_late_start_is_refused_but_a_running_attempt_goes_on(store):
    exam, early, late = an_exam(store, latest_start_at=NOW.isoformat()), a_member(), a_member()
    attempt = begin(store, exam, early)

    refused("late", lambda: begin(store, exam, late, NOW + MINUTE))

    assert begin(store, exam, early, NOW + MINUTE)["id"] == attempt["id"]
    assert mine(store, exam, late, NOW + MINUTE)["state"] == "missed"


def test_the_next_attempt_waits_from_the_handing_in(store):
    exam, person = an_exam(store, minutes_between_attempts=60), a_member()
    submit(store, begin(store, exam, person), person, NOW + 10 * MINUTE)

    with pytest.raises(TooSoon):
        begin(store, exam, person, NOW + 69 * MINUTE)

    assert mine(store, exam, person)["next_start_at"].startswith("2026-03-10T02:10:00")
    assert begin(store, exam, person, NOW + 70 * MINUTE)["number"] == 2


def test_more_minutes_move_the_deadline_of_a_running_attempt(store, exam):
    person, other = a_member(), a_member()
    attempt, others = begin(store, exam, person), begin(store, exam, other)
    save(store, attempt, person, 0, "A")

    grant(store, exam, person, extra_minutes=20)

    assert look(store, attempt, person)["due_at"].startswith("2026-03-10T01:50")
    assert look(store, others, other)["due_at"].startswith("2026-03-10T01:30")
    save(store, attempt, person, 0, "B", 2, NOW + 45 * MINUTE)
    with pytest.raises(WrongState):
        save(store, others, other, 0, "B", 2, NOW + 45 * MINUTE)


def test_what_another_process_granted_reaches_attempts_begun_before_it_is_known(store, exam):
    person, elsewhere = a_member(), QuizStore(store.client, store.db.name.removesuffix(store.database_name))
    assert elsewhere.db.name == store.db.name
    begin(elsewhere, exam, a_member())
    grant(store, exam, person, extra_minutes=20)
    stale = begin(elsewhere, exam, person)
    assert stale["due_at"] == NOW + 30 * MINUTE

    following.note_changes(elsewhere, NOW)

    assert store.attempts.get(stale["id"])["due_at"] == NOW + 50 * MINUTE
    assert begin(elsewhere, exam, person)["due_at"] == NOW + 50 * MINUTE


def test_another_window_and_further_attempts_are_the_persons_own(store):
    exam, person, other = an_exam(store, attempts_allowed=1), a_member(), a_member()
    grant(store, exam, person, closes_at=CLOSES + DAY, further_attempts=1)

    for _ in range(2):
        submit(store, begin(store, exam, person, CLOSES + MINUTE), person, CLOSES + MINUTE)

    with pytest.raises(NoAttemptsLeft):
        begin(store, exam, person, CLOSES + MINUTE)
    refused("closed", lambda: begin(store, exam, other, CLOSES + MINUTE))
    shown = mine(store, exam, person)
    assert (shown["attempts_allowed"], shown["closes_at"][:10]) == (2, "2026-03-12")


def test_keys_wait_for_the_last_personal_window(store, exam):
    person, later = a_member(), a_member()
    attempt = sit(store, exam, person)
    grant(store, exam, later, closes_at=CLOSES + DAY)

    held_back = look(store, attempt, person, CLOSES + MINUTE)
    shown = look(store, attempt, person, CLOSES + DAY + MINUTE)

    assert held_back["review"] is None
    assert shown["review"][0]["key"] == "B"


def test_who_is_exempted_has_nothing_to_sit_and_the_study_record_is_told(store, exam):
    person = a_member()
    grant(store, exam, person, exempt=True)

    refused("exempt", lambda: begin(store, exam, person))

    assert (mine(store, exam, person)["state"], mine(store, exam, person)["exempt"]) == ("exempt", True)
    event = store.db["exams"].find_one({"_id": exam["id"]})["outbox"][-1]
    assert (event["type"], event["data"]["exempt"]) == ("quiz.exam_changed.v1", [person.id])


def test_the_study_record_is_told_until_when_each_person_with_a_window_of_their_own_may_sit_it(store, exam):
    later, longer = a_member(), a_member()
    grant(store, exam, later, closes_at=CLOSES + DAY)
    # More minutes, or an earlier opening, end with the exam.
    grant(store, exam, longer, extra_minutes=10, opens_at=OPENS - DAY)

    def closings():
        event = store.db["exams"].find_one({"_id": exam["id"]})["outbox"][-1]
        return ExamChangedV1.schema().load(event["data"])["personal_closings"]

    assert closings() == [{"person_id": later.id, "closes_at": CLOSES + DAY}]
    grant(store, exam, later, extra_minutes=5)
    assert closings() == []


def test_what_was_granted_before_is_kept_with_who_and_why(store, exam):
    person = a_member()
    grant(store, exam, person, extra_minutes=10)
    grant(store, exam, person, extra_minutes=20, reason="复核")

    found = operations.list_overrides.dump(exam_changes.granted(store, {"exam_id": exam["id"]}))

    assert [(one["extra_minutes"], one["reason"]) for one in found["items"]] == [(20, "复核")]
    assert [(one["extra_minutes"], one["granted_by"]) for one in found["replaced"]] == [(10, TRAINER.id)]


def test_a_window_that_ends_before_it_begins_is_not_granted(store, exam):
    with pytest.raises(InvalidExam):
        grant(store, exam, a_member(), closes_at=OPENS - DAY)


def test_a_later_closing_reaches_those_whom_the_closing_would_have_cut_off(store, exam):
    person = a_member()
    attempt = begin(store, exam, person, CLOSES - MINUTE)
    assert attempt["due_at"] == CLOSES

    changed = change(store, exam, CLOSES - MINUTE, exam["version"], closes_at=CLOSES + DAY)

    assert store.attempts.get(attempt["id"])["due_at"] == CLOSES + 29 * MINUTE
    assert changed["version"] == exam["version"] + 1
    assert told(store, exam) == ["quiz.exam_published.v1", "quiz.exam_changed.v1"]
    with pytest.raises(Stale):
        change(store, exam, NOW, exam["version"], title="另一")


def test_an_open_exam_keeps_what_those_who_sit_it_went_by(store, exam):
    with pytest.raises(InvalidExam) as refusal:
        change(store, exam, pass_score=1, attempts_allowed=9)

    assert [error["field"] for error in refusal.value.errors] == ["attempts_allowed", "pass_score"]


def test_a_cancelled_exam_is_not_started_and_what_runs_is_handed_in_and_not_counted(store, exam):
    before, running = a_member(), a_member()
    sit(store, exam, before)
    attempt = begin(store, exam, running)
    for place, answer in enumerate(SOME_ANSWERS):
        save(store, attempt, running, place, answer)

    cancel(store, exam, NOW + MINUTE)
    cancel(store, exam, NOW + 2 * MINUTE)
    grade(store, attempt)

    refused("cancelled", lambda: begin(store, exam, a_member(), NOW + MINUTE))
    handed_in = store.attempts.get(attempt["id"])
    assert (handed_in["state"], handed_in["submitted_at"]) == ("graded", NOW + MINUTE)
    assert handed_in["score"] == 7.5
    assert standing_of(store, exam, running) is None
    assert standing_of(store, exam, before)["passed"]
    assert told(store, exam).count("quiz.exam_changed.v1") == 1
    assert mine(store, exam, running)["state"] == "cancelled"
    with pytest.raises(WrongState):
        grant(store, exam, running)


def test_an_attempt_begun_by_a_process_that_did_not_know_of_the_cancellation_is_handed_in(store, exam):
    elsewhere = QuizStore(store.client, store.db.name.removesuffix(store.database_name))
    begin(elsewhere, exam, a_member())
    cancel(store, exam)
    late = begin(elsewhere, exam, a_member(), NOW + MINUTE)

    following.note_changes(elsewhere, NOW + MINUTE)

    assert store.attempts.get(late["id"])["state"] == "submitted"


def test_a_make_up_is_for_those_who_missed_or_failed(store):
    paper = a_paper(store)
    exam = an_exam(store, paper, audience={"lines": ["lawyers"]})
    passed, failed, missed, unmarked, exempted, stranger = (a_member() for _ in range(6))
    stranger = a_member(line="notaries")
    sit(store, exam, passed)
    sit(store, exam, failed, ("A",))
    submit(store, begin(store, exam, unmarked), unmarked)
    grant(store, exam, exempted, exempt=True)
    window = {"opens_at": CLOSES.isoformat(), "closes_at": (CLOSES + DAY).isoformat()}
    make_up = an_exam(store, paper, make_up_of=exam["id"], **window)
    now = CLOSES + MINUTE

    for person in (passed, unmarked, exempted, stranger):
        with pytest.raises(NotFound):
            begin(store, make_up, person, now)
        assert mine(store, make_up, person, now) is None

    for person in (failed, missed):
        assert mine(store, make_up, person, now)["state"] == "open"
    sit(store, make_up, failed, now=now)
    (event,) = standing_of(store, make_up, failed)["outbox"]
    assert (event["data"]["makes_up"], event["data"]["passed"]) == (exam["id"], True)
    # Who has passed the make-up still sees it, and needs no further one.
    assert mine(store, make_up, failed, now)["passed"]
    request = operations.create_exam.load(
        {
            "title": "再补考",
            "paper_id": paper["id"],
            "make_up_of": make_up["id"],
            "time_limit_minutes": 30,
            "pass_score": 6,
            **window,
        }
    )
    another = exams.create(store, request, by(TRAINER, now))
    assert [mine(store, another, person, now) is None for person in (passed, failed, missed)] == [True, True, False]


def test_the_grade_is_shown_with_the_score_by_the_exams_own_scale(store):
    steps = [{"name": "过关", "english": "cleared", "from_percent": 70}]
    scale = {"version": "1", "source": "本所", "steps": steps}
    usual, own = an_exam(store), an_exam(store, grades=scale)
    person = a_member()
    attempts_of = [sit(store, exam, person) for exam in (usual, own)]

    assert [look(store, attempt, person)["grade"]["english"] for attempt in attempts_of] == ["pass", "cleared"]
    assert mine(store, own, person)["grade"] == {"name": "过关", "english": "cleared"}


def test_the_study_record_is_told_the_grade_of_what_counts_by_the_exams_own_scale(store):
    steps = [{"name": "过关", "english": "cleared", "from_percent": 70}]
    own = an_exam(store, grades={"version": "1", "source": "本所", "steps": steps})
    usual, best, failed = an_exam(store), a_member(), a_member()
    sit(store, own, best)
    sit(store, usual, best)
    # What counts is the best attempt, whatever the last one is worth.
    sit(store, usual, best, ("A",))
    sit(store, usual, failed, ("A",))

    told = {
        (exam["id"], person.id): [event["data"]["grade"] for event in standing_of(store, exam, person)["outbox"]]
        for exam, person in ((own, best), (usual, best), (usual, failed))
    }

    assert told[own["id"], best.id] == [{"name": "过关", "english": "cleared"}]
    assert told[usual["id"], best.id] == [{"name": "合格", "english": "pass"}] * 2
    assert told[usual["id"], failed.id] == [None]


def test_starting_reads_once_whatever_was_granted_or_changed(watched, recorder):
    exam, person = an_exam(watched), a_member()
    begin(watched, exam, a_member())
    grant(watched, exam, person, extra_minutes=5)
    recorder.commands.clear()

    attempts.start(watched, {"exam_id": exam["id"]}, by(person))

    assert [next(iter(command)) for command in recorder.commands if "find" in command] == ["find"]
