"""Regrades on a real database: previewed, applied once, resumed after a crash, told to those concerned and to the
record.
"""

from datetime import timedelta

import pytest

from chassis.refusals import WrongState
from contracts.quiz import operations
from services.quiz.handlers import exams, grading, marking, regrades
from services.quiz.model.regrade import InvalidRegrade, PreviewOutdated
from tests.integration.quiz.building import (
    A_PAPER,
    CLOSES,
    MINUTE,
    NOW,
    SOME_SCORE,
    TRAINER,
    a_member,
    a_paper,
    an_exam,
    begin,
    by,
    grade,
    look,
    save,
    sit,
    standing_of,
    submit,
    submitted,
)

LATER = NOW + MINUTE
PAGE = {"limit": 200, "cursor": None}


@pytest.fixture
def held(store):
    return an_exam(store, pass_score=8)


def question(attempt, place=0):
    return attempt["questions"][place]["id"]


def propose(store, exam, *changes, now=LATER, **fields):
    request = {"exam_id": exam["id"], "changes": list(changes), "reason": "答案有误", **fields}
    return operations.propose_regrade.dump(
        regrades.propose(store, operations.propose_regrade.load(request), by(TRAINER, now))
    )


def apply(store, regrade, now=LATER):
    return operations.apply_regrade.dump(regrades.apply(store, {"regrade_id": regrade["id"]}, by(TRAINER, now)))


def regraded(store, exam, *changes, **fields):
    regrade = propose(store, exam, *changes, **fields)
    apply(store, regrade)
    regrades.work_off(store, LATER)
    return operations.get_regrade.dump(regrades.get(store, {"regrade_id": regrade["id"]}))


def key(attempt, answer, place=0, kind="key"):
    return {"question_id": question(attempt, place), "kind": kind, "answer": answer}


def void(attempt, place):
    return {"question_id": question(attempt, place), "kind": "void"}


def score(store, attempt):
    return store.attempts.get(attempt["id"])["score"]


def told(store, exam, person):
    return [event["data"] for event in standing_of(store, exam, person)["outbox"]]


def test_a_preview_says_who_changes_and_changes_nothing(store, held):
    gains, loses, stays = a_member("a"), a_member("b"), a_member("c")
    sit(store, held, gains, ("C", ["A", "C"], None, "1921"))
    attempt = sit(store, held, loses, ("B", ["A", "C"], None, "1921"))
    sit(store, held, stays, ("A",))
    before = list(store.db["attempts"].find({"exam_id": held["id"]})), list(store.db["standings"].find())

    regrade = propose(store, held, key(attempt, "C"))

    page = operations.list_regrade_changes.dump(regrades.changes(store, {"regrade_id": regrade["id"], **PAGE}))
    assert [tuple(change.values()) for change in page["items"]] == [
        (gains.id, 7.0, 9.0, False, True),
        (loses.id, 9.0, 7.0, True, False),
    ]
    assert regrade["summary"] == {
        "attempts": 3,
        "attempts_changed": 2,
        "people_changed": 2,
        "gain": 1,
        "lose": 1,
        "newly_passed": 1,
        "newly_failed": 1,
    }
    assert regrade["state"] == "proposed"
    assert before == (list(store.db["attempts"].find({"exam_id": held["id"]})), list(store.db["standings"].find()))


def test_the_preview_is_what_happens(store, held):
    people = [a_member() for _ in range(6)]
    for person, answers in zip(people, ["C", "B", "C", "A", "B", None], strict=True):
        attempt = sit(store, held, person, (answers, ["A"], False, "1921"))
    regrade = propose(store, held, key(attempt, "C"))
    foretold = regrades.changes(store, {"regrade_id": regrade["id"], **PAGE})["items"]

    apply(store, regrade)
    regrades.work_off(store, LATER)

    for change in foretold:
        standing = store.standings.get(f"{held['id']}:{change['person_id']}")
        assert (standing["score"], standing["passed"]) == (change["after"], change["passed_after"])
    done = regrades.get(store, {"regrade_id": regrade["id"]})
    assert (done["state"], done["attempts_changed"], done["attempts_left"]) == ("applied", len(foretold), 0)


def test_each_kind_of_correction_does_what_it_says(store, held):
    person = a_member()
    attempt = sit(store, held, person, ("C", ["A"], True, "二十一"))
    assert score(store, attempt) == 1.5

    regraded(store, held, key(attempt, "C", kind="accept"))
    assert score(store, attempt) == 3.5
    other = sit(store, held, a_member(), ("B",))
    assert score(store, other) == 2.0
    regraded(store, held, {"question_id": question(attempt, 1), "kind": "scoring", "scoring": "all_or_nothing"})
    assert score(store, attempt) == 2.0
    regraded(store, held, void(attempt, 2), key(attempt, ["二十一"], 3))
    assert score(store, attempt) == 7.0
    assert score(store, other) == 3.0
    regraded(store, held, key(attempt, "D"))
    assert score(store, attempt) == 5.0


def test_applying_twice_or_working_twice_changes_nothing(store, held):
    person = a_member()
    attempt = sit(store, held, person, ("C",))
    regrade = regraded(store, held, key(attempt, "C"))
    before = store.attempts.get(attempt["id"]), standing_of(store, held, person)

    assert apply(store, regrade, LATER + MINUTE)["state"] == "applied"
    regrades.work_off(store, LATER + MINUTE)

    assert (store.attempts.get(attempt["id"]), standing_of(store, held, person)) == before
    assert regrade["applied_at"] == "2026-03-10T01:01:00.000Z"


@pytest.mark.parametrize("dies_in", ["attempts.remark", "standings.update", "attempts.regraded"])
@pytest.mark.parametrize("after", [0, 2])
def test_a_crash_anywhere_is_made_good_by_going_on(store, held, monkeypatch, dies_in, after):
    people = [a_member() for _ in range(4)]
    for person in people:
        attempt = sit(store, held, person, ("C",))
    monkeypatch.setattr(regrades, "GROUP", 2)
    apply(store, propose(store, held, key(attempt, "C")))
    part, name = dies_in.split(".")
    original, calls = getattr(getattr(store, part), name), []

    def dies(*args, **kwargs):
        calls.append(name)
        if len(calls) > after // (2 if name == "regraded" else 1):
            raise ConnectionError
        return original(*args, **kwargs)

    with monkeypatch.context() as crash:
        crash.setattr(getattr(store, part), name, dies)
        with pytest.raises(ConnectionError):
            regrades.work_off(store, LATER)
    regrades.work_off(store, LATER + MINUTE)

    for person in people:
        assert [event["score"] for event in told(store, held, person)] == [0.0, 2.0]
    (regrade,) = regrades.list_page(store, {"exam_id": held["id"], **PAGE})["items"]
    assert (regrade["state"], regrade["attempts_changed"]) == ("applied", 4)


def test_what_is_too_much_for_one_turn_is_left_to_the_next(store, held, monkeypatch):
    for _ in range(5):
        attempt = sit(store, held, a_member(), ("C",))
    monkeypatch.setattr(regrades, "GROUP", 2)
    monkeypatch.setattr(regrades, "GROUPS_A_TURN", 2)
    regrade = apply(store, propose(store, held, key(attempt, "C")))

    seen = []
    while regrade["state"] == "applying":
        seen.append(regrade["attempts_left"])
        regrades.work_off(store, LATER)
        regrade = operations.get_regrade.dump(regrades.get(store, {"regrade_id": regrade["id"]}))

    assert seen == [5, 1]
    assert regrade["attempts_changed"] == 5


def test_the_study_record_hears_of_the_standings_that_changed_and_of_no_other(store, held):
    changed, unchanged, covered = a_member(), a_member(), a_member()
    attempt = sit(store, held, changed, ("C", ["A", "C"], None, "1921"))
    sit(store, held, unchanged, ("A",))
    sit(store, held, covered, ("B", ["A", "C"], False, "1921"))
    sit(store, held, covered, ("C", ["A", "C"], False, "1921"))

    regrade = regraded(store, held, key(attempt, "C", kind="accept"))

    assert [(event["score"], event["passed"], event["regrade_id"]) for event in told(store, held, changed)] == [
        (7.0, False, None),
        (9.0, True, regrade["id"]),
    ]
    assert len(told(store, held, unchanged)) == 1
    assert [event["score"] for event in told(store, held, covered)] == [10.0, 10.0]


def test_those_concerned_are_told_and_nobody_else(store, held):
    concerned, other = a_member(), a_member()
    attempt = sit(store, held, concerned, ("C",))
    sit(store, held, other, ("A",))
    regraded(store, held, key(attempt, "C"), notice="第1题答案已更正。")

    def mine(person, now):
        found = operations.my_exams.dump(exams.mine(store, PAGE, by(person, now)))["items"]
        return next(item for item in found if item["id"] == held["id"])["errata"]

    for now, notice in ((LATER, None), (CLOSES + MINUTE, "第1题答案已更正。")):
        (erratum,) = mine(concerned, now)
        assert (erratum["before"], erratum["after"], erratum["notice"]) == (0.0, 2.0, notice)
        assert look(store, attempt, concerned, now)["errata"] == [erratum]
        assert mine(other, now) == []


def test_an_erratum_keeps_the_score_where_the_score_is_not_to_be_seen(store):
    exam = an_exam(store, review=dict.fromkeys(("score", "correctness", "key", "explanation"), "after_close"))
    person = a_member()
    attempt = sit(store, exam, person, ("C",))
    regraded(store, exam, key(attempt, "C"))

    (hidden,) = look(store, attempt, person, LATER)["errata"]
    (shown,) = look(store, attempt, person, CLOSES + MINUTE)["errata"]

    assert (hidden["before"], hidden["after"]) == (None, None)
    assert (shown["before"], shown["after"]) == (0.0, 2.0)


def test_looking_back_shows_the_corrected_key(store):
    review = dict.fromkeys(("score", "correctness", "key"), "immediately")
    exam, person = an_exam(store, review=review), a_member()
    attempt = sit(store, exam, person, ("C",))
    regraded(store, exam, key(attempt, "C"), void(attempt, 3))

    first, *_, last = look(store, attempt, person, LATER)["review"]

    assert (first["key"], first["correct"]) == ("C", True)
    assert (last["void"], last["score"]) == (True, 4.0)


def test_what_is_handed_in_afterwards_is_marked_by_the_corrected_key(store, held):
    early, late = a_member(), a_member()
    attempt = sit(store, held, early, ("C",))
    running = begin(store, held, late)
    save(store, running, late, 0, "C")
    regraded(store, held, key(attempt, "C"))

    submit(store, running, late, LATER)
    grade(store, running)

    assert score(store, running) == 2.0
    assert look(store, running, late, LATER)["errata"] == []


def test_grading_that_read_the_old_key_does_not_outlast_a_regrade(store, held, monkeypatch):
    """The regrade is applied and worked off between the reading of the keys and the writing of the marks."""
    first, person = a_member(), a_member()
    sat = sit(store, held, first, ("C",))
    attempt = begin(store, held, person)
    save(store, attempt, person, 0, "C")
    submit(store, attempt, person)
    event = submitted(store.attempts.get(attempt["id"]))
    original = store.attempts.grade

    def late(graded):
        monkeypatch.setattr(store.attempts, "grade", original)
        regraded(store, held, key(sat, "C"))
        original(graded)

    monkeypatch.setattr(store.attempts, "grade", late)
    grading.grade(store, [event])

    assert score(store, attempt) == 2.0
    assert standing_of(store, held, person)["score"] == 2.0


def test_a_void_essay_waits_for_no_marker(store):
    essay = {"type": "essay", "options": [], "answer": None, "score": 10}
    exam, person = an_exam(store, a_paper(store, [*A_PAPER, essay])), a_member()
    attempt = sit(store, exam, person, ("B", ["A"], True, "1921", "论述"))
    assert store.attempts.get(attempt["id"])["state"] == "submitted"

    regraded(store, exam, void(attempt, 4))

    assert score(store, attempt) == SOME_SCORE + 10
    assert standing_of(store, exam, person)["score"] == SOME_SCORE + 10
    assert marking.queue(store, {"exam_id": exam["id"], **PAGE}, by(TRAINER))["items"] == []


def test_a_preview_of_before_another_regrade_is_not_applied(store, held):
    attempt = sit(store, held, a_member(), ("C",))
    outdated = propose(store, held, key(attempt, "D"))
    regraded(store, held, key(attempt, "C"))

    with pytest.raises(PreviewOutdated):
        apply(store, outdated)
    assert score(store, attempt) == 2.0


def test_one_regrade_at_a_time(store, held):
    attempt = sit(store, held, a_member(), ("C",))
    apply(store, propose(store, held, key(attempt, "C")))

    with pytest.raises(WrongState):
        propose(store, held, key(attempt, "D"))
    regrades.work_off(store, LATER)
    assert propose(store, held, key(attempt, "D"))["state"] == "proposed"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"question_id": "nothing", "kind": "void"}, "changes.0.question_id"),
        ({"place": 0, "kind": "key", "answer": "Z"}, "changes.0.answer"),
        ({"place": 0, "kind": "scoring", "scoring": "partial"}, "changes.0.kind"),
        ({"place": 1, "kind": "scoring"}, "changes.0.scoring"),
        ({"place": 3, "kind": "key", "answer": [["一"], ["二"]]}, "changes.0.answer"),
    ],
)
def test_what_cannot_be_corrected_is_named(store, held, change, field):
    attempt = sit(store, held, a_member(), ())
    change = {name: value for name, value in change.items() if name != "place"} | (
        {"question_id": question(attempt, change["place"])} if "place" in change else {}
    )

    with pytest.raises(InvalidRegrade) as refused:
        propose(store, held, change)
    assert [error["field"] for error in refused.value.errors] == [field]


def test_who_regraded_when_and_why_is_kept(store, held):
    attempt = sit(store, held, a_member(), ("C",))
    first = regraded(store, held, key(attempt, "C"))
    second = propose(store, held, void(attempt, 1), now=LATER + timedelta(hours=1), reason="题目有歧义")

    kept = operations.list_regrades.dump(regrades.list_page(store, {"exam_id": held["id"], **PAGE}))["items"]

    assert [regrade["id"] for regrade in kept] == [second["id"], first["id"]]
    assert (kept[1]["reason"], kept[1]["proposed_by"], kept[1]["applied_by"], kept[1]["number"]) == (
        "答案有误",
        TRAINER.id,
        TRAINER.id,
        1,
    )
    assert (kept[0]["state"], kept[0]["reason"]) == ("proposed", "题目有歧义")
