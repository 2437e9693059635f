"""The checker finds what it is there to find: each promise is broken in an account that was right before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rush.checks import Afterwards, Credit, Shown, findings
from tests.rush.plan import Length, course_of, kills_of
from tests.rush.told import Sent, Told

EXAM = "exam"


@pytest.fixture
def told() -> list[Told]:
    """One who changed an answer and handed in, and one who vanished after a save that was never acknowledged."""
    first = Told("one", "p1", "a1", [Sent("q1", 1, "A", True), Sent("q2", 2, "B", True), Sent("q1", 3, "B", True)])
    first.receipt = 2
    second = Told("two", "p2", "a2", [Sent("q1", 1, "B", True), Sent("q1", 2, "C", False)])
    return [first, second]


@pytest.fixture
def after() -> Afterwards:
    seen = Afterwards(EXAM, score_each=2.0, pass_score=4.0, credits_earned=1.0)
    seen.attempts = {
        "a1": Shown("graded", {"q1": (3, "B"), "q2": (2, "B")}, 4.0),
        "a2": Shown("graded", {"q1": (2, "C")}, 0.0),
    }
    seen.begun = {"p1": ["a1"], "p2": ["a2"]}
    seen.credits = [Credit("p1", EXAM, 4.0, 1.0), Credit("p2", EXAM, 0.0, 0.0), Credit("p1", "another", 9.0, 9.0)]
    return seen


def names(told: list[Told], after: Afterwards) -> set[str]:
    return {finding.name for finding in findings(told, after)}


def test_what_was_promised_and_kept_is_no_finding(told: list[Told], after: Afterwards) -> None:
    assert names(told, after) == set()


def test_the_save_before_an_unacknowledged_one_may_stand(told: list[Told], after: Afterwards) -> None:
    after.attempts["a2"] = Shown("graded", {"q1": (1, "B")}, 2.0)
    after.credits[1] = Credit("p2", EXAM, 2.0, 0.0)

    assert names(told, after) == set()


def test_a_dropped_save_is_found(told: list[Told], after: Afterwards) -> None:
    after.attempts["a1"] = replace(after.attempts["a1"], answers={"q1": (3, "B")}, score=2.0)

    assert "acknowledged answer lost" in names(told, after)


def test_an_older_save_that_won_is_found(told: list[Told], after: Afterwards) -> None:
    after.attempts["a1"] = replace(after.attempts["a1"], answers={"q1": (1, "A"), "q2": (2, "B")}, score=2.0)

    assert "acknowledged answer lost" in names(told, after)


def test_an_answer_that_nobody_sent_is_found(told: list[Told], after: Afterwards) -> None:
    after.attempts["a1"] = replace(after.attempts["a1"], answers={"q1": (3, "C"), "q2": (2, "B")})

    assert "answer that nobody sent" in names(told, after)


def test_a_credit_that_was_doubled_is_found(told: list[Told], after: Afterwards) -> None:
    after.credits.append(after.credits[0])

    assert names(told, after) == {"credited twice"}


def test_a_credit_that_is_missing_wrong_or_of_nobody_is_found(told: list[Told], after: Afterwards) -> None:
    after.credits = [Credit("p1", EXAM, 4.0, 0.0), Credit("p9", EXAM, 4.0, 1.0)]

    assert names(told, after) == {"wrong credit", "attempt not credited", "credit without an attempt"}


def test_attempts_that_are_lost_doubled_or_left_ungraded_are_found(told: list[Told], after: Afterwards) -> None:
    after.begun = {"p1": ["a9"], "p2": ["a2", "a3"]}
    after.attempts["a2"] = replace(after.attempts["a2"], state="submitted", score=None)

    assert {"acknowledged attempt lost", "attempt begun twice", "attempt not graded"} <= names(told, after)


def test_a_receipt_that_counts_otherwise_and_a_refusal_are_found(told: list[Told], after: Afterwards) -> None:
    told[0].receipt = 1
    told[1].complaints.append("two, save: 500")

    assert names(told, after) == {"receipt and answers differ", "answer that breaks a promise"}


def test_a_seed_fixes_what_people_do_and_what_is_killed() -> None:
    length = Length(60, 500, 120)
    course, kills = course_of(1, "one", 50, length), kills_of(1, 12, length)

    assert course == course_of(1, "one", 50, length) != course_of(2, "one", 50, length)
    assert kills == kills_of(1, 12, length) != kills_of(2, 12, length)
    assert {save.place for save in course.saves} == set(range(50))
    assert 0 <= course.starts <= 60
    assert {kill.target.kind for _, kill in kills[:4]} == {"service", "gateway", "broker"}
    assert kills[0][0] < 60
    assert kills[-1][0] > 560
