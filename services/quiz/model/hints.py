"""What a person might want to look at of an exam: answers faster than anybody reads, and wrong answers that two share
beyond chance. Hints for somebody to judge; nothing follows from them by itself.
"""

import hashlib
import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import prod
from typing import Any

RUSHED, SIMILAR = "rushed", "similar"

# Characters a second. Chinese is read silently at 255 a minute on average (Trauzettel-Klosinski and Dietz 2012,
# "Standardized assessment of reading performance: the new International Reading Speed Texts IReST", IOVS 53,
# 5452-5461): this is four to five times as fast.
FASTEST = 20.0
# So many answers, and such a share of all, make a hint: one fast answer is nothing.
RUSHED_AT_LEAST, RUSHED_SHARE = 5, 1 / 3
# Answers that reach the server so close together were sent at once, as after a lost connection. Seconds.
AT_ONCE = 1.0

# Fewer shared wrong answers are never told.
SHARED_AT_LEAST = 4
# The chance of one false hint among all the pairs of an exam.
FALSE_HINT = 0.01
# Of more people than these, not every pair is looked at; how many were is told.
COMPARED = 20_000


@dataclass(frozen=True)
class Given:
    """An attempt as it looks from outside: when each answer was saved, and which wrong option was chosen where."""

    attempt_id: str
    person_id: str
    started_at: datetime
    saved: tuple[tuple[str, datetime], ...]
    wrong: dict[str, str]


@dataclass(frozen=True)
class Match:
    """Two patterns of wrong answers, by their places, the ``shared`` answers of both, and how probable so many or more
    are by chance.
    """

    one: int
    other: int
    shared: int
    probability: float


@dataclass(frozen=True)
class Hints:
    """The hints that are told, how many further ones there are, and how many attempts were compared pair by pair."""

    told: list[dict[str, Any]]
    left_out: int
    compared: int


Patterns = Sequence[Mapping[str, str]]
# ``services/quiz/answer_patterns.matches``: of these patterns, with the chance of a match for each question, the pairs
# that share enough and are less probable than this.
Compare = Callable[[Patterns, Mapping[str, float], float], Iterable[Match]]


def of_exam(given: Sequence[Given], lengths: dict[str, int], compare: Compare, most: int) -> Hints:
    """The hints, the pairs first, at most so many. ``lengths``: how many characters there are to read of each question,
    by id.
    """
    found = similar(given, compare, most)
    told, left_out = list(found.told), found.left_out
    for one in given:
        hint = rushed(one, lengths)
        if hint is not None and len(told) < most:
            told.append(hint)
        elif hint is not None:
            left_out += 1
    return Hints(told, left_out, found.compared)


def rushed(given: Given, lengths: dict[str, int]) -> dict[str, Any] | None:
    """Whether answers followed each other faster than the questions can be read: ``questions`` with the ``seconds``
    since the save before and the ``characters`` to read, and how many of them came ``at_once``. None where it is not
    worth a look.
    """
    fast, at_once, before = [], 0, given.started_at
    for question_id, saved_at in sorted(given.saved, key=lambda save: (save[1], save[0])):
        seconds, characters = (saved_at - before).total_seconds(), lengths[question_id]
        before = saved_at
        if seconds < characters / FASTEST:
            fast.append({"question_id": question_id, "seconds": seconds, "characters": characters})
            at_once += seconds < AT_ONCE
    if len(fast) < RUSHED_AT_LEAST or len(fast) < RUSHED_SHARE * len(given.saved):
        return None
    return {
        "id": hint_id(RUSHED, given.attempt_id),
        "kind": RUSHED,
        "attempt_ids": [given.attempt_id],
        "person_ids": [given.person_id],
        "questions": fast,
        "at_once": at_once,
    }


def similar(given: Sequence[Given], compare: Compare, most: int) -> Hints:
    """The pairs of different people who share more wrong answers than chance explains, the least likely first, at most
    so many.

    Error-similarity analysis (Bellezza and Bellezza 1989, "Detection of cheating on multiple-choice tests by using
    error-similarity analysis", Teaching of Psychology 16, 151-155): given the questions that both have wrong, how
    likely are so many *same* wrong answers? There the chance of a match is one for all questions; here it is each
    question's own, the sum of the squared shares of its wrong answers, because distractors are not equally attractive;
    so the number of matches is distributed as a Poisson binomial. A pair is told when its probability is below
    ``FALSE_HINT`` over the number of pairs (Bonferroni).

    Whoever has the same wrong answers throughout is compared once for all of them. Of more than ``COMPARED`` people
    only those with the most wrong answers are compared.
    """
    chances = _chances(given)
    suspects = [one for one in given if len(one.wrong) >= SHARED_AT_LEAST]
    suspects = sorted(suspects, key=lambda one: (-len(one.wrong), one.attempt_id))[:COMPARED]
    if len(suspects) < 2:
        return Hints([], 0, len(suspects))
    limit = FALSE_HINT / (len(suspects) * (len(suspects) - 1) / 2)
    alike: dict[frozenset[tuple[str, str]], list[Given]] = {}
    for one in suspects:
        alike.setdefault(frozenset(one.wrong.items()), []).append(one)
    groups = list(alike.values())
    patterns = [group[0].wrong for group in groups]
    found = itertools.chain(_within(groups, chances, limit), compare(patterns, chances, limit))
    best, pairs = _best(found, groups, most)
    people = ((one, other, match) for match in best for one, other in _pairs(groups, match))
    told = [_hint(one, other, chances, match) for one, other, match in itertools.islice(people, most)]
    told.sort(key=lambda hint: (hint["probability"], hint["id"]))
    return Hints(told, pairs - len(told), len(suspects))


def at_least(wanted: int, chances: Sequence[float]) -> float:
    """How likely ``wanted`` or more of independent events with these chances happen (Poisson binomial, exactly)."""
    if wanted <= 0:
        return 1.0
    if wanted > len(chances):
        return 0.0
    if wanted == len(chances):
        return prod(chances)
    fewer = [1.0] + [0.0] * (wanted - 1)
    reached = 0.0
    for chance in chances:
        reached += fewer[-1] * chance
        for count in range(wanted - 1, 0, -1):
            fewer[count] = fewer[count] * (1 - chance) + fewer[count - 1] * chance
        fewer[0] *= 1 - chance
    return reached


def hint_id(kind: str, *attempt_ids: str) -> str:
    """The same hint has the same id whenever it is computed."""
    return hashlib.sha256(":".join((kind, *sorted(attempt_ids))).encode()).hexdigest()[:32]


def _within(groups: Sequence[Sequence[Given]], chances: Mapping[str, float], limit: float) -> Iterator[Match]:
    """The groups of several people with the same wrong answers throughout."""
    for place, group in enumerate(groups):
        wrong = group[0].wrong
        probability = prod(chances[id] for id in wrong)
        if len(group) > 1 and probability < limit:
            yield Match(place, place, len(wrong), probability)


def _best(found: Iterable[Match], groups: Sequence[Sequence[Given]], most: int) -> tuple[list[Match], int]:
    """The least probable matches, enough for so many pairs of people, and how many pairs there are of all."""
    pairs = 0

    def counted() -> Iterator[Match]:
        nonlocal pairs
        for match in found:
            number = _count(groups[match.one], groups[match.other], same=match.one == match.other)
            pairs += number
            if number:
                yield match

    best = heapq.nsmallest(most, counted(), key=lambda match: (match.probability, match.one, match.other))
    return best, pairs


def _count(ones: Sequence[Given], others: Sequence[Given], *, same: bool) -> int:
    """How many pairs of different people there are between two groups, or within one."""
    people, further = (Counter(one.person_id for one in group) for group in (ones, others))
    of_one = sum(number * further[id] for id, number in people.items())
    different = len(ones) * len(others) - of_one
    return different // 2 if same else different


def _pairs(groups: Sequence[Sequence[Given]], match: Match) -> Iterator[tuple[Given, Given]]:
    """Those pairs."""
    ones, others = groups[match.one], groups[match.other]
    both = itertools.combinations(ones, 2) if match.one == match.other else itertools.product(ones, others)
    return ((one, other) for one, other in both if one.person_id != other.person_id)


def _hint(one: Given, other: Given, chances: Mapping[str, float], match: Match) -> dict[str, Any]:
    first, second = sorted((one, other), key=lambda given: given.attempt_id)
    both = [chances[id] for id in first.wrong if id in second.wrong]
    return {
        "id": hint_id(SIMILAR, one.attempt_id, other.attempt_id),
        "kind": SIMILAR,
        "attempt_ids": [first.attempt_id, second.attempt_id],
        "person_ids": [first.person_id, second.person_id],
        "both_wrong": len(both),
        "same_wrong": match.shared,
        "expected": sum(both),
        "probability": match.probability,
    }


def _choices(given: Sequence[Given]) -> Counter[tuple[str, str]]:
    return Counter(choice for one in given for choice in one.wrong.items())


def _chances(given: Sequence[Given]) -> dict[str, float]:
    """For each question the chance that two who have it wrong have it wrong alike."""
    counted: dict[str, list[int]] = {}
    for (id, _), count in _choices(given).items():
        counted.setdefault(id, []).append(count)
    return {id: sum((count / sum(counts)) ** 2 for count in counts) for id, counts in counted.items()}
