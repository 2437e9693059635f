"""The promises, as rules over what phones kept and what is shown afterwards. Pure: nothing here asks a system."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.chaos.checks.finding import Finding
from tests.rush.plan import RIGHT
from tests.rush.told import Told

GRADED = "graded"


@dataclass(frozen=True)
class Shown:
    """An attempt as its person is shown it afterwards. ``answers``: question id -> (sequence, answer)."""

    state: str
    answers: Mapping[str, tuple[int, str]]
    score: float | None


@dataclass(frozen=True)
class Credit:
    """One entry of a study record."""

    person_id: str
    ref: str
    score: float | None
    credits: float


@dataclass
class Afterwards:
    """What can be seen when all is at rest: attempts by id, how many each person has, all entries of all records."""

    exam_id: str
    score_each: float
    pass_score: float
    credits_earned: float
    attempts: dict[str, Shown] = field(default_factory=dict)
    begun: dict[str, list[str]] = field(default_factory=dict)
    credits: list[Credit] = field(default_factory=list)


def findings(everybody: Iterable[Told], after: Afterwards) -> list[Finding]:
    """Every broken promise."""
    people = list(everybody)
    found = [Finding("answer that breaks a promise", text) for told in people for text in told.complaints]
    for told in people:
        found += _one_attempt(told, after)
        if told.attempt_id and told.attempt_id in after.attempts:
            found += _nothing_lost(told, after.attempts[told.attempt_id])
            found += _score(told, after)
    return found + list(_credited_once(people, after))


def _one_attempt(told: Told, after: Afterwards) -> Iterator[Finding]:
    begun = after.begun.get(told.person_id, [])
    if told.attempt_id and told.attempt_id not in begun:
        yield Finding("acknowledged attempt lost", f"{told.attempt_id} of {told.username}")
    if len(begun) > 1:
        yield Finding("attempt begun twice", f"{told.username}: {begun}")


def _nothing_lost(told: Told, shown: Shown) -> Iterator[Finding]:
    """Of each question, what is graded is the last acknowledged save or a later one, and was sent so."""
    if shown.state != GRADED:
        yield Finding("attempt not graded", f"{told.attempt_id} is {shown.state}")
    sent: defaultdict[str, dict[int, str]] = defaultdict(dict)
    promised: dict[str, int] = {}
    for one in told.sent:
        sent[one.question_id][one.sequence] = one.answer
        if one.acknowledged:
            promised[one.question_id] = max(one.sequence, promised.get(one.question_id, 0))
    for question, sequence in promised.items():
        stored, _ = shown.answers.get(question, (0, ""))
        if stored < sequence:
            yield Finding("acknowledged answer lost", f"{told.attempt_id}, {question}: {stored} for {sequence}")
    for question, (sequence, answer) in shown.answers.items():
        if sent[question].get(sequence) != answer:
            yield Finding("answer that nobody sent", f"{told.attempt_id}, {question}: {sequence}")
    if told.receipt is not None and told.receipt != len(shown.answers):
        yield Finding("receipt and answers differ", f"{told.attempt_id}: {told.receipt}, {len(shown.answers)}")


def _score(told: Told, after: Afterwards) -> Iterator[Finding]:
    """The score is what the phone's own record of the answers that stand is worth."""
    shown = after.attempts[told.attempt_id or ""]
    earned = _worth(told, after)
    if shown.score != earned:
        yield Finding("wrong score", f"{told.attempt_id}: {shown.score} for {earned}")


def _credited_once(people: list[Told], after: Afterwards) -> Iterator[Finding]:
    """Whoever sat the exam has one entry for it, worth what they earned; nobody else has any."""
    entries = [credit for credit in after.credits if credit.ref == after.exam_id]
    times = Counter(credit.person_id for credit in entries)
    sat = {told.person_id: told for told in people if told.attempt_id}
    for person_id, told in sat.items():
        if not times[person_id]:
            yield Finding("attempt not credited", told.username)
        elif times[person_id] > 1:
            yield Finding("credited twice", f"{told.username} ({times[person_id]} times)")
    for credit in entries:
        told = sat.get(credit.person_id)
        if told is None:
            if not after.begun.get(credit.person_id):
                yield Finding("credit without an attempt", credit.person_id)
            continue
        score = _worth(told, after)
        earned = after.credits_earned if score >= after.pass_score else 0.0
        if (credit.score, credit.credits) != (score, earned):
            text = f"{told.username}: {credit.score}, {credit.credits} for {score}, {earned}"
            yield Finding("wrong credit", text)


def _worth(told: Told, after: Afterwards) -> float:
    """By the phone's record: of each question, the save that stands, which may be one that was never acknowledged."""
    shown = after.attempts.get(told.attempt_id or "")
    answers = {(one.question_id, one.sequence): one.answer for one in told.sent}
    standing = shown.answers if shown else {}
    return after.score_each * sum(answers.get((id, sequence)) == RIGHT for id, (sequence, _) in standing.items())
