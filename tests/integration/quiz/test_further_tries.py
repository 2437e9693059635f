"""Somebody's second and third try: other questions in another order, and a regrade that concerns them all."""

from datetime import timedelta

import pytest

from contracts.quiz import operations
from contracts.quiz.events import AttemptGradedV1
from services.quiz.handlers import exam_changes, papers, questions, regrades
from services.quiz.model.paper import InvalidPaper
from tests.integration.quiz.building import (
    A_PAPER,
    MINUTE,
    NOW,
    SOME_SCORE,
    TRAINER,
    a_member,
    a_paper,
    a_question,
    an_exam,
    begin,
    by,
    grade,
    look,
    mark_essay,
    regrade,
    save,
    sit,
    standing_of,
    submit,
)
from tests.integration.quiz.practising import book, enter, ids

DAY = timedelta(days=1)
PAGE = {"limit": 200, "cursor": None}
OPEN_BOOK = {"key": "immediately", "correctness": "immediately"}


def tries(store, exam, person, count):
    """What each try of the person was asked, in order."""
    asked = []
    for _ in range(count):
        attempt = begin(store, exam, person)
        asked.append([question["id"] for question in attempt["questions"]])
        submit(store, attempt, person)
    return asked


def test_each_try_at_a_drawn_paper_asks_another_variant(store):
    for _ in range(30):
        questions.create(store, a_question(category="再抽"), by(TRAINER))
    cells = [{"category": "再抽", "count": 5, "score": 2}]
    request = operations.create_paper.load({"title": "抽", "kind": "drawn", "blueprint": cells, "variants": 3})
    exam = an_exam(store, papers.create(store, request, by(TRAINER)), pass_score=1)

    asked = tries(store, exam, a_member(), 3)

    assert len({frozenset(one) for one in asked}) == 3


def test_the_tries_of_one_person_are_in_orders_of_their_own(store):
    paper = a_paper(store, [{"answer": "B"}] * 8)
    exam = an_exam(store, paper, shuffle={"questions": True, "options": True}, pass_score=1)

    orders = [{tuple(one) for one in tries(store, exam, a_member(), 3)} for _ in range(5)]

    # By lot one person may have the same order three times, five of them never.
    assert max(map(len, orders)) > 1


def test_papers_that_name_no_seed_are_drawn_by_seeds_of_their_own(store):
    for _ in range(2):
        questions.create(store, a_question(category="各抽"), by(TRAINER))
    request = {"title": "抽", "kind": "drawn", "blueprint": [{"category": "各抽", "count": 1, "score": 1}]}
    loaded = operations.create_paper.load(request)

    assert len({papers.create(store, loaded, by(TRAINER))["seed"] for _ in range(4)}) == 4


def change_key(attempt, key):
    return {"question_id": attempt["questions"][0]["id"], "kind": "key", "answer": key}


def foretold(store, exam, *changes):
    request = {"exam_id": exam["id"], "changes": list(changes), "reason": "更正"}
    proposed = regrades.propose(store, operations.propose_regrade.load(request), by(TRAINER))
    found = regrades.changes(store, {"regrade_id": proposed["id"], **PAGE})["items"]
    return proposed, {one["person_id"]: (one["before"], one["after"]) for one in found}


@pytest.mark.parametrize("grading", ["highest", "last", "first", "average"])
def test_a_preview_counts_all_tries_by_the_grading_rule_and_comes_true(store, grading):
    exam, person, other = an_exam(store, grading=grading), a_member(), a_member()
    # The new key C gives to some tries and takes from others.
    for answers in (("C",), ("B", None, None, None), ("C", None, None, "1921")):
        attempt = sit(store, exam, person, answers)
    for answers in (("C",), ("B", None, None, "1921")):
        sit(store, exam, other, answers)
    before = {who.id: standing_of(store, exam, who)["score"] for who in (person, other)}

    proposed, changes = foretold(store, exam, change_key(attempt, "C"))
    regrades.apply(store, {"regrade_id": proposed["id"]}, by(TRAINER))
    regrades.work_off(store, NOW)

    after = {who.id: standing_of(store, exam, who)["score"] for who in (person, other)}
    assert changes == {id: (before[id], after[id]) for id in before if before[id] != after[id]}
    assert proposed["summary"]["attempts_changed"] == 5
    assert proposed["summary"]["people_changed"] == len(changes)


def test_a_preview_names_nobody_whose_attempt_does_not_count_since_the_exam_was_cancelled(store):
    exam, counted, cut_off = an_exam(store), a_member(), a_member()
    sit(store, exam, counted, ("C",))
    attempt = begin(store, exam, cut_off)
    save(store, attempt, cut_off, 0, "C")
    exam_changes.cancel(store, {"exam_id": exam["id"], "reason": "停电"}, by(TRAINER, NOW + MINUTE))
    grade(store, attempt)

    proposed, changes = foretold(store, exam, change_key(attempt, "C"))
    regrades.apply(store, {"regrade_id": proposed["id"]}, by(TRAINER))
    regrades.work_off(store, NOW)

    assert changes == {counted.id: (0.0, 2.0)}
    assert standing_of(store, exam, cut_off) is None
    # It was marked anew all the same, and its person may see so.
    assert (proposed["summary"]["attempts"], proposed["summary"]["attempts_changed"]) == (2, 2)
    assert [one["after"] for one in look(store, attempt, cut_off, NOW + MINUTE)["errata"]] == [2.0]


def test_a_regrade_keeps_what_markers_gave(store):
    essay = {"type": "essay", "options": [], "answer": None, "score": 10}
    exam, person = an_exam(store, a_paper(store, [*A_PAPER, essay])), a_member()
    attempt = sit(store, exam, person, ("C", ["A"], True, "1921", "论述"))
    mark_essay(store, attempt, 4, score=7)
    assert standing_of(store, exam, person)["score"] == SOME_SCORE - 2 + 7

    regrade(store, exam, change_key(attempt, "C"))

    assert standing_of(store, exam, person)["score"] == SOME_SCORE + 7


def test_a_regrade_reaches_every_try_in_the_wrong_question_book(store):
    exam, person = an_exam(store, review=OPEN_BOOK), a_member()
    for _ in range(2):
        attempt = sit(store, exam, person, ("A", ["A", "C"], False, "1921"))
        enter(store, exam, person, NOW)
    wrong = attempt["questions"][0]["id"]
    assert ids(book(store, person)) == [wrong]

    regrade(store, exam, change_key(attempt, "A"))
    enter(store, exam, person, NOW)

    assert ids(book(store, person)) == []


@pytest.mark.parametrize("shuffled", ["questions", "options"])
def test_what_alone_is_asked_to_be_shuffled_is_shuffled(store, shuffled):
    paper = a_paper(store, [{"answer": "B"}] * 6)
    shuffle = {"questions": False, "options": False} | {shuffled: True}
    exam = an_exam(store, paper, shuffle=shuffle, pass_score=1)

    begun = [begin(store, exam, a_member())["questions"] for _ in range(12)]

    orders = {
        "questions": {tuple(question["id"] for question in asked) for asked in begun},
        "options": {tuple(option["key"] for option in question["options"]) for asked in begun for question in asked},
    }
    other = "options" if shuffled == "questions" else "questions"
    assert len(orders[shuffled]) > 2
    assert len(orders[other]) == 1


def test_a_regrade_that_is_applied_twice_at_the_same_moment_is_applied_once(store, monkeypatch):
    exam, person = an_exam(store), a_member()
    attempt = sit(store, exam, person, ("C",))
    proposed, _ = foretold(store, exam, change_key(attempt, "C"))
    original, both = store.transaction, []

    def overtaken(effect):
        monkeypatch.setattr(store, "transaction", original)
        both.append(regrades.apply(store, {"regrade_id": proposed["id"]}, by(TRAINER)))
        return original(effect)

    monkeypatch.setattr(store, "transaction", overtaken)
    both.append(regrades.apply(store, {"regrade_id": proposed["id"]}, by(TRAINER)))
    regrades.work_off(store, NOW)

    assert [one["state"] for one in both] == ["applying", "applying"]
    assert store.regrades.corrections(exam["id"])["number"] == 1
    assert len(store.attempts.get(attempt["id"])["errata"]) == 1


def test_a_paper_is_not_made_of_a_question_that_is_retired(store):
    ids = [questions.create(store, a_question(), by(TRAINER))["id"] for _ in range(2)]
    questions.update(store, {"question_id": ids[1], "expected_version": None, "state": "retired"}, by(TRAINER))
    request = operations.create_paper.load({"title": "卷", "kind": "fixed", "question_ids": ids})

    with pytest.raises(InvalidPaper) as refused:
        papers.create(store, request, by(TRAINER))

    assert [error["field"] for error in refused.value.errors] == ["question_ids.1"]


def counted_of(store, exam, person):
    """Of each event which attempt counted, by its number, and after how many days it was handed in."""
    standing = standing_of(store, exam, person)
    numbers = {mark["attempt_id"]: mark["number"] for mark in standing["marks"].values()}
    events = [AttemptGradedV1.schema().load(event["data"]) for event in standing["outbox"]]
    return [(numbers[event["counted_attempt_id"]], (event["counted_at"] - NOW) / DAY) for event in events]


def sit_daily(store, exam, person, *tries):
    """A try a day from NOW on; the last one."""
    for day, answers in enumerate(tries):
        attempt = sit(store, exam, person, answers, now=NOW + day * DAY)
    return attempt


@pytest.mark.parametrize(
    ("grading", "counted"),
    [
        ("highest", [(1, 0), (2, 1), (2, 1)]),
        ("last", [(1, 0), (2, 1), (3, 2)]),
        ("first", [(1, 0), (1, 0), (1, 0)]),
        ("average", [(1, 0), (2, 1), (3, 2)]),
    ],
)
def test_it_is_told_which_try_counts_and_when_it_was_handed_in(store, grading, counted):
    exam, person = an_exam(store, grading=grading, closes_at=(NOW + 9 * DAY).isoformat()), a_member()

    sit_daily(store, exam, person, (), ("B",), ("B",))

    assert counted_of(store, exam, person) == counted


def test_a_regrade_that_lets_another_try_count_tells_so_even_where_the_score_stays(store):
    paper = a_paper(store, [{"answer": "B"}, {"answer": "B"}])
    exam = an_exam(store, paper, pass_score=1, closes_at=(NOW + 9 * DAY).isoformat())
    person, same = a_member(), a_member()
    # Both tries reach the same: one by the key that is corrected, the other not.
    sit_daily(store, exam, person, ("B", None), (None, "B"))
    attempt = sit_daily(store, exam, same, (None, "B"), ("B", None))
    assert counted_of(store, exam, person) == [(1, 0), (1, 0)]
    before = standing_of(store, exam, person)["score"]

    regrade(store, exam, change_key(attempt, "C"), now=NOW + 2 * DAY)

    assert standing_of(store, exam, person)["score"] == before
    assert counted_of(store, exam, person) == [(1, 0), (1, 0), (2, 1)]
    # Whose first try counts as it did is not told of again.
    assert counted_of(store, exam, same) == [(1, 0), (1, 0)]


def test_a_try_that_was_counted_before_its_date_was_kept_is_told_with_it(store):
    exam, person = an_exam(store, closes_at=(NOW + 9 * DAY).isoformat()), a_member()
    sit_daily(store, exam, person, ("B",))
    id = f"{exam['id']}:{person.id}"
    store.db["standings"].update_one({"_id": id}, {"$unset": {"marks.1.submitted_at": ""}})

    sit(store, exam, person, (), now=NOW + DAY)

    assert counted_of(store, exam, person)[-1] == (1, 0)
