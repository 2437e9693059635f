"""Exams given as practice, on a real database: feedback at once, nothing credited, nothing of another exam told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from chassis.refusals import NotFound, WrongState
from contracts.quiz import operations
from services.quiz.handlers import attempts, exam_changes, exams, feedback, papers, practice, wrong_questions
from services.quiz.model.exam import InvalidExam
from services.quiz.model.practice_exam import AnswerTold, NoFeedback, QuestionsWithheld
from tests.integration.quiz.building import (
    CLOSES,
    MINUTE,
    NOW,
    SOME_ANSWERS,
    SOME_SCORE,
    TRAINER,
    a_member,
    a_paper,
    an_exam,
    begin,
    by,
    grade,
    look,
    regrade,
    save,
    sit,
    standing_of,
    submit,
)
from tests.integration.quiz.practising import DAY, FULL, book, ids

LATER = CLOSES + 10 * DAY


def a_practice(store, paper=None, **fields):
    """Open at NOW, and for long after the other exams are over."""
    usual = {"mode": "practice", "closes_at": LATER.isoformat(), "attempts_allowed": 9, "credits": None}
    return an_exam(store, paper, **(usual | fields))


def tell(store, attempt, person, place, now=NOW):
    """Feedback on the answer to the question at this place, as it leaves the service."""
    request = {"attempt_id": attempt["id"], "question_id": attempt["questions"][place]["id"]}
    return operations.tell_answer.dump(feedback.tell(store, request, by(person, now)))


def mine(store, exam, person):
    page = exams.mine(store, {"limit": 200, "cursor": None}, by(person))
    return next(item for item in operations.my_exams.dump(page)["items"] if item["id"] == exam["id"])


def wrong_fields(refusal):
    return [(error["field"], error["message"]) for error in refusal.value.errors]


@pytest.fixture
def person():
    return a_member()


def test_each_answer_may_be_looked_at_at_once(store, person):
    attempt = begin(store, a_practice(store), person)
    for place, answer in enumerate(SOME_ANSWERS):
        save(store, attempt, person, place, answer, sequence=place + 1)

    told = [tell(store, attempt, person, place) for place in range(4)]

    assert [(one["correct"], one["score"], one["max_score"]) for one in told] == [
        (True, 2, 2), (False, 1.5, 3), (False, 0, 1), (True, 4, 4),
    ]  # fmt: skip
    assert [one["key"] for one in told] == ["B", ["A", "C"], False, ["1921", "一九二一"]]
    assert (told[0]["explanation"], told[0]["legal_basis"], told[0]["sequence"]) == ("解析一", "依据一", 1)


def test_an_answer_of_which_was_told_stands_and_the_others_may_change(store, person):
    attempt = begin(store, a_practice(store), person)
    save(store, attempt, person, 0, "A", 5)
    first = tell(store, attempt, person, 0)

    with pytest.raises(AnswerTold):
        save(store, attempt, person, 0, "B", 6)
    save(store, attempt, person, 1, ["A"], 1)
    save(store, attempt, person, 1, ["A", "C"], 2)

    # An older save on its way, and the same one again, are answered as ever.
    assert save(store, attempt, person, 0, "C", 4)["sequence"] == 5
    assert save(store, attempt, person, 0, "A", 5)["sequence"] == 5
    assert tell(store, attempt, person, 0, NOW + MINUTE) == first
    assert tell(store, attempt, person, 1)["correct"]


def test_a_save_and_feedback_at_the_same_moment_never_leave_a_told_answer_changed(store, person):
    attempt = begin(store, a_practice(store), person)
    save(store, attempt, person, 0, "A", 1)

    def saves(sequence):
        try:
            save(store, attempt, person, 0, "ABCD"[sequence % 4], sequence)
        except AnswerTold:
            return

    with ThreadPoolExecutor(6) as devices:
        saved = [devices.submit(saves, sequence) for sequence in range(2, 40)]
        told = [devices.submit(tell, store, attempt, person, 0) for _ in range(3)]
        for done in saved:
            done.result()

    (kept,) = look(store, attempt, person)["answers"]
    assert {(one.result()["answer"], one.result()["sequence"]) for one in told} == {(kept["answer"], kept["sequence"])}


def test_a_save_that_comes_between_reading_and_telling_is_what_is_told_of(store, person, monkeypatch):
    attempt = begin(store, a_practice(store), person)
    save(store, attempt, person, 0, "A", 1)
    real, saves = store.attempts.get, iter([lambda: save(store, attempt, person, 0, "B", 2)])

    def read(id, session=None):
        found = real(id, session)
        next(saves, lambda: None)()
        return found

    monkeypatch.setattr(store.attempts, "get", read)

    told = tell(store, attempt, person, 0)

    assert (told["answer"], told["sequence"], told["correct"]) == ("B", 2, True)


def test_nothing_stored_is_nothing_to_be_told_of_and_not_to_know_is_an_answer(store, person):
    attempt = begin(store, a_practice(store), person)

    with pytest.raises(NotFound):
        tell(store, attempt, person, 0)

    save(store, attempt, person, 0, None, 1)
    assert not tell(store, attempt, person, 0)["correct"]


def test_what_was_told_is_there_again_on_another_device(store, person):
    exam = a_practice(store)
    attempt = begin(store, exam, person)
    for place in (0, 1):
        save(store, attempt, person, place, SOME_ANSWERS[place])
    told = tell(store, attempt, person, 0)

    resumed = operations.start_attempt.dump(begin(store, exam, person, NOW + MINUTE))

    assert resumed["feedback"] == look(store, attempt, person)["feedback"] == [told]
    ordinary = begin(store, an_exam(store), person)
    assert "feedback" not in operations.start_attempt.dump(ordinary)


def test_others_ask_in_vain_and_so_does_everybody_when_it_is_over(store, person):
    attempt = begin(store, a_practice(store), person)
    save(store, attempt, person, 0, "A")

    with pytest.raises(NotFound):
        tell(store, attempt, a_member(), 0)
    with pytest.raises(WrongState):
        tell(store, attempt, person, 0, NOW + 31 * MINUTE)
    submit(store, attempt, person)
    with pytest.raises(WrongState):
        tell(store, attempt, person, 0)


def test_an_exam_gives_no_feedback(store, person):
    attempt = begin(store, an_exam(store, review=dict.fromkeys(("score", "key", "correctness"), "immediately")), person)
    save(store, attempt, person, 0, "B")

    with pytest.raises(NoFeedback):
        tell(store, attempt, person, 0)

    save(store, attempt, person, 0, "A", 2)
    assert "told_at" not in str(store.attempts.get(attempt["id"])["answers"])


def test_a_practice_is_marked_and_shown_and_credits_nothing(store, person):
    exam = a_practice(store)
    attempt = sit(store, exam, person)

    seen = look(store, attempt, person)

    assert (seen["score"], seen["review"][0]["key"], seen["review"][0]["explanation"]) == (SOME_SCORE, "B", "解析一")
    assert standing_of(store, exam, person) is None
    assert (exam["credits"], exam["review"]) == (0, dict.fromkeys(exam["review"], "immediately"))
    shown = mine(store, exam, person)
    assert (shown["mode"], shown["state"], shown["score"], shown["passed"]) == ("practice", "open", None, None)
    kinds = [event["type"] for event in store.db["attempts"].find_one({"_id": attempt["id"]})["outbox"]]
    assert kinds == ["quiz.attempt_submitted.v1"]


def test_a_regrade_of_a_practice_credits_nothing_either(store, person):
    exam = a_practice(store)
    attempt = sit(store, exam, person)

    regrade(store, exam, {"question_id": attempt["questions"][2]["id"], "kind": "void"})

    assert look(store, attempt, person)["score"] == SOME_SCORE + 1
    assert standing_of(store, exam, person) is None


def test_what_a_regrade_of_a_practice_tells_is_held_back_with_its_questions(store, person):
    paper = a_paper(store)
    exam = a_practice(store, paper)
    attempt = sit(store, exam, person)
    regrade(store, exam, {"question_id": paper["question_ids"][2], "kind": "void"}, notice="第三题应选对。")

    def told():
        (listed,), (seen,) = mine(store, exam, person)["errata"], look(store, attempt, person)["errata"]
        return [(one["notice"], one["before"], one["after"]) for one in (listed, seen)]

    before = told()
    an_exam(store, paper)

    assert before == [(None, None, None), ("第三题应选对。", SOME_SCORE, SOME_SCORE + 1)]
    assert told() == [(None, None, None)] * 2


def test_feedback_is_by_the_keys_as_they_were_corrected(store, person):
    exam = a_practice(store)
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "C")
    regrade(store, exam, {"question_id": attempt["questions"][0]["id"], "kind": "key", "answer": "C"})

    told = tell(store, attempt, person, 0)

    assert (told["correct"], told["key"]) == (True, "C")


def test_wrong_answers_of_a_practice_enter_the_book_at_once(store, person):
    attempt = sit(store, a_practice(store), person)

    wrong_questions.take_in(store, NOW + timedelta(days=365))

    asked = [question["id"] for question in attempt["questions"]]
    assert sorted(ids(book(store, person, LATER))) == sorted(asked[1:3])


def test_a_practice_cannot_ask_what_an_exam_that_is_not_over_asks(store):
    paper = a_paper(store)
    an_exam(store, paper, opens_at=CLOSES.isoformat(), closes_at=(CLOSES + DAY).isoformat())

    with pytest.raises(InvalidExam) as refusal:
        a_practice(store, paper)

    assert wrong_fields(refusal) == [("paper_id", "paper.question_withheld")] * 4
    assert {error["parts"]["question_id"] for error in refusal.value.errors} == set(paper["question_ids"])


@pytest.mark.parametrize("grace_seconds", [0, 300])
def test_a_practice_may_ask_an_exams_questions_when_the_last_answer_to_it_was_taken(store, person, grace_seconds):
    paper, closes = a_paper(store), NOW - timedelta(seconds=grace_seconds)
    times = {"opens_at": (NOW - DAY).isoformat(), "closes_at": (closes + timedelta(seconds=1)).isoformat()}
    late = an_exam(store, paper, grace_seconds=grace_seconds, **times)
    with pytest.raises(InvalidExam):
        a_practice(store, paper)

    store.db["exams"].update_one({"_id": late["id"]}, {"$set": {"closes_at": closes, "shut_at": closes}})

    assert a_practice(store, paper)["mode"] == "practice"


def test_a_practice_never_asks_what_an_exam_never_shows(store):
    paper = a_paper(store)
    over = {"opens_at": (NOW - 9 * DAY).isoformat(), "closes_at": (NOW - 8 * DAY).isoformat()}
    an_exam(store, paper, review={"key": "never"}, **over)

    with pytest.raises(InvalidExam):
        a_practice(store, paper)


def test_an_exam_that_is_made_later_silences_the_practice_until_it_is_over(store, person):
    paper = a_paper(store)
    exam = a_practice(store, paper)
    before = sit(store, exam, person)
    attempt = begin(store, exam, person)
    for place, answer in enumerate(SOME_ANSWERS):
        save(store, attempt, person, place, answer)
    told = tell(store, attempt, person, 0)

    one_of_them = {"title": "卷", "kind": "fixed", "question_ids": paper["question_ids"][:1]}
    later = papers.create(store, operations.create_paper.load(one_of_them), by(TRAINER))
    an_exam(store, later, pass_score=1)

    with pytest.raises(QuestionsWithheld):
        tell(store, attempt, person, 0)
    assert begin(store, exam, person)["feedback"] == []
    assert tell(store, attempt, person, 1)["key"] == ["A", "C"]
    # Whoever begins now would read the exam's questions.
    with pytest.raises(QuestionsWithheld):
        begin(store, exam, a_member())
    submit(store, attempt, person)
    grade(store, attempt)
    for graded in (before, attempt):
        seen = look(store, graded, person)
        assert (seen["score"], seen["passed"], seen["grade"]) == (None, None, None)
        assert set(seen["review"][0]) == {"question_id", "answer"}
        assert seen["review"][1]["key"] == ["A", "C"]
    after = CLOSES + MINUTE
    seen = look(store, attempt, person, after)
    assert (seen["score"], seen["review"][0]["key"]) == (SOME_SCORE, told["key"])


def test_what_is_withheld_when_the_book_is_filled_does_not_enter_it(store, person):
    paper = a_paper(store)
    sit(store, a_practice(store, paper), person, ("A", ["B"], True, "一九二二"))
    an_exam(store, paper)

    wrong_questions.take_in(store, NOW + MINUTE)

    assert ids(book(store, person, NOW + MINUTE)) == []


def test_a_practice_withholds_nothing_from_the_daily_practice_or_from_another(store, person):
    paper = a_paper(store)
    a_practice(store, paper)

    assert a_practice(store, paper)["question_count"] == 4
    assert not practice.withheld(store, NOW) & set(paper["question_ids"])
    assert practice.today(store, FULL, by(person, NOW))["day"]


def test_a_practice_asks_no_essays(store):
    paper = a_paper(store, [{}, {"type": "essay", "options": [], "answer": None, "score": 9}])

    with pytest.raises(InvalidExam) as refusal:
        a_practice(store, paper, pass_score=1)

    assert wrong_fields(refusal) == [("paper_id", "paper.essay_in_practice")]


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"required": True}, "required"), ({"credits": 2}, "credits"), ({"review": {"key": "after_close"}}, "review")],
)
def test_a_practice_is_not_required_not_credited_and_hides_nothing(store, fields, field):
    with pytest.raises(InvalidExam) as refusal:
        a_practice(store, **fields)
    assert wrong_fields(refusal) == [(field, "exam.not_of_a_practice")]

    opens = {"opens_at": CLOSES.isoformat()}
    exam = a_practice(store, **opens)
    request = operations.update_exam.load({"exam_id": exam["id"], "expected_version": None, **fields})
    with pytest.raises(InvalidExam) as refusal:
        exam_changes.update(store, request, by(TRAINER))
    assert wrong_fields(refusal) == [(field, "exam.not_of_a_practice")]


def test_neither_does_a_practice_make_up_an_exam_nor_an_exam_a_practice(store):
    held = {a_practice: an_exam(store), an_exam: a_practice(store)}

    for hold, former in held.items():
        with pytest.raises(InvalidExam) as refusal:
            hold(store, make_up_of=former["id"])
        assert wrong_fields(refusal) == [("make_up_of", "exam.not_of_a_practice")]


def test_an_exam_of_before_there_were_practices_is_an_exam(store, person):
    exam = an_exam(store)
    store.db["exams"].update_one({"_id": exam["id"]}, {"$unset": {"mode": "", "grace_seconds": "", "left_out": ""}})
    store.exams._kept.clear()
    shown = operations.get_exam.dump(exams.get(store, {"exam_id": exam["id"]}))

    assert (shown["mode"], shown["grace_seconds"], shown["left_out"]) == ("exam", 5, [])
    sit(store, exam, person)
    assert standing_of(store, exam, person)["passed"]
    assert mine(store, exam, person)["mode"] == "exam"


def test_an_exam_of_which_nothing_else_is_said_earns_one_credit_and_keeps_its_keys_until_it_closes(store):
    exam = operations.get_exam.dump(an_exam(store, credits=None))

    assert (exam["mode"], exam["credits"], exam["grace_seconds"]) == ("exam", 1, 5)
    assert exam["review"] == dict.fromkeys(("correctness", "key", "explanation"), "after_close") | {
        "score": "immediately"
    }


def test_saving_in_a_practice_and_in_an_exam_reads_nothing(watched, recorder):
    person = a_member()
    begun = [begin(watched, exam, person) for exam in (a_practice(watched), an_exam(watched))]
    for attempt in begun:
        save(watched, attempt, person, 0, "A", 1)
    recorder.commands.clear()

    for attempt in begun:
        save(watched, attempt, person, 0, "B", 2)

    assert [next(iter(command)) for command in recorder.commands] == ["update", "update"]
    (practised, examined) = [command["updates"][0]["q"] for command in recorder.commands]
    assert [name for name in practised if name.endswith("told_at")]
    assert not [name for name in examined if name.endswith("told_at")]


def test_a_start_of_an_exam_asks_nothing_about_practice(watched, recorder):
    exam, person = an_exam(watched), a_member()
    begin(watched, exam, a_member())
    recorder.commands.clear()

    attempts.start(watched, {"exam_id": exam["id"]}, by(person))

    assert [command["find"] for command in recorder.commands if "find" in command] == ["attempts"]
