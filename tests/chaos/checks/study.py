"""Exams, attempts, and the credits that they end in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checks.finding import Finding, Rule, none_twice
from tests.chaos.evidence import Attempt, Credit, Evidence, Standing
from tests.chaos.testimony import Sitting, Testimony

GRADED = "graded"


def each_exam_is_held_once(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """By its title."""
    held = Counter(exam.title for exam in evidence.exams)
    for said in testimony.exams:
        if said.id and not held[said.title]:
            yield Finding("acknowledged exam lost", said.title)
        if held[said.title] > 1:
            yield Finding("exam held twice", said.title)


def each_acknowledged_answer_is_graded(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """What was handed in is what was acknowledged, and its score is what that is worth."""
    attempts = {attempt.id: attempt for attempt in evidence.attempts}
    for said in testimony.sittings:
        attempt = attempts.get(said.attempt_id or "")
        if said.attempt_id and attempt is None:
            yield Finding("acknowledged attempt lost", said.attempt_id)
        if attempt is not None:
            yield from _attempt_is_right(said, attempt)
    yield from none_twice("attempt begun twice", evidence.attempts, lambda a: (a.username, a.exam_id, a.number))


def _attempt_is_right(said: Sitting, attempt: Attempt) -> Iterator[Finding]:
    lost = {question for question, answer in said.answers.items() if attempt.answers.get(question) != answer}
    if said.submitted and lost:
        yield Finding("acknowledged answer lost", f"attempt {attempt.id}, questions {sorted(lost)}")
    if said.submitted and attempt.state != GRADED:
        yield Finding("submission not graded", f"attempt {attempt.id} is {attempt.state}")
    elif said.submitted and attempt.score != said.score:
        yield Finding("wrong score", f"attempt {attempt.id}: {attempt.score:g} for {said.score:g}")


def each_submission_is_credited_once(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """Each graded attempt counts once in its standing, and each standing once in its person's study record."""
    standings = {(standing.username, standing.exam_id): standing for standing in evidence.standings}
    counted = Counter(attempt_id for standing in evidence.standings for attempt_id in standing.attempts)
    submitted = [said for said in testimony.sittings if said.submitted and said.attempt_id]
    for said in submitted:
        if counted[said.attempt_id or ""] != 1:
            yield Finding("submission not counted once", f"attempt {said.attempt_id}: {counted[said.attempt_id or '']}")
    for standing in evidence.standings:
        if standing.sequence != len(standing.attempts):
            text = f"{_of(standing)}: {len(standing.attempts)} attempts, {standing.sequence} events"
            yield Finding("standing and events differ", text)
    yield from none_twice("credited twice", evidence.credits, lambda credit: (credit.username, credit.exam_id))
    credits = {(credit.username, credit.exam_id): credit for credit in evidence.credits}
    for person_and_exam in {(said.username, said.exam_id) for said in submitted}:
        if person_and_exam not in credits:
            yield Finding("submission not credited", " at ".join(person_and_exam))
    for key, credit in credits.items():
        yield from _credit_is_right(credit, standings.get(key), testimony)


def _credit_is_right(credit: Credit, standing: Standing | None, testimony: Testimony) -> Iterator[Finding]:
    if standing is None:
        yield Finding("credit without a standing", _of(credit))
        return
    if credit.sequence != standing.sequence:
        yield Finding("credit out of date", f"{_of(credit)}: event {credit.sequence} of {standing.sequence}")
    exam = next((exam for exam in testimony.exams if exam.id == credit.exam_id), None)
    mine = [s for s in testimony.sittings if (s.username, s.exam_id) == (credit.username, credit.exam_id)]
    if exam and mine and all(said.submitted for said in mine):
        best = max(said.score for said in mine)
        earned = exam.credits if best >= exam.pass_score else 0.0
        if (credit.score, credit.credits) != (best, earned):
            text = f"{_of(credit)}: {credit.score:g} points, {credit.credits:g} credits for {best:g} and {earned:g}"
            yield Finding("wrong credit", text)


def _of(one: Standing | Credit) -> str:
    return f"{one.username} at {one.exam_id}"


RULES: tuple[Rule, ...] = (
    each_exam_is_held_once,
    each_acknowledged_answer_is_graded,
    each_submission_is_credited_once,
)
