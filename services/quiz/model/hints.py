"""What a person might want to look at of an exam: answers faster than anybody reads, and wrong answers that two share
beyond chance. Hints for somebody to judge; nothing follows from them by itself.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
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


@dataclass(frozen=True)
class Given:
    """An attempt as it looks from outside: when each answer was saved, and which wrong option was chosen where."""

    attempt_id: str
    person_id: str
    started_at: datetime
    saved: tuple[tuple[str, datetime], ...]
    wrong: dict[str, str]


def of_exam(given: Sequence[Given], lengths: dict[str, int]) -> list[dict[str, Any]]:
    """All hints, the pairs first. ``lengths``: how many characters there are to read of each question, by id."""
    return similar(given) + [hint for one in given if (hint := rushed(one, lengths))]


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


def similar(given: Sequence[Given]) -> list[dict[str, Any]]:
    """The pairs of different people who share more wrong answers than chance explains, the least likely first.

    Error-similarity analysis (Bellezza and Bellezza 1989, "Detection of cheating on multiple-choice tests by using
    error-similarity analysis", Teaching of Psychology 16, 151-155): given the questions that both have wrong, how
    likely are so many *same* wrong answers? There the chance of a match is one for all questions; here it is each
    question's own, the sum of the squared shares of its wrong answers, because distractors are not equally attractive;
    so the number of matches is distributed as a Poisson binomial. A pair is told when its probability is below
    ``FALSE_HINT`` over the number of pairs (Bonferroni).
    """
    match = _chances(given)
    suspects = [one for one in given if len(one.wrong) >= SHARED_AT_LEAST]
    if len(suspects) < 2:
        return []
    limit = FALSE_HINT / (len(suspects) * (len(suspects) - 1) / 2)
    fewest = _fewest(min(match.values()), max(len(one.wrong) for one in suspects), limit)
    found = []
    for one, other, shared in _sharing(suspects, fewest):
        chances = [match[id] for id in one.wrong if id in other.wrong]
        probability = at_least(shared, chances)
        if probability < limit and one.person_id != other.person_id:
            found.append(_pair(one, other, shared, chances, probability))
    return sorted(found, key=lambda hint: (hint["probability"], hint["id"]))


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


def _sharing(suspects: Sequence[Given], fewest: int) -> Iterator[tuple[Given, Given, int]]:
    """The pairs that share at least the ``fewest`` wrong answers, and how many. Millions of pairs are looked at: the
    wrong answers of each are the bits of one number.
    """
    places = {choice: place for place, choice in enumerate(_choices(suspects))}
    masks = [sum(1 << places[choice] for choice in one.wrong.items()) for one in suspects]
    for place, mask in enumerate(masks):
        for beside in range(place):
            shared = (mask & masks[beside]).bit_count()
            if shared >= fewest:
                yield suspects[place], suspects[beside], shared


def _fewest(least_chance: float, most_wrong: int, limit: float) -> int:
    """So many shared wrong answers it takes at least to be less probable than ``limit``: even all of those that both
    have wrong, each with the least chance of a match. Fewer need no closer look.
    """
    needed = SHARED_AT_LEAST
    while needed <= most_wrong and least_chance**needed >= limit:
        needed += 1
    return needed


def _pair(one: Given, other: Given, shared: int, chances: Sequence[float], probability: float) -> dict[str, Any]:
    first, second = sorted((one, other), key=lambda given: given.attempt_id)
    return {
        "id": hint_id(SIMILAR, one.attempt_id, other.attempt_id),
        "kind": SIMILAR,
        "attempt_ids": [first.attempt_id, second.attempt_id],
        "person_ids": [first.person_id, second.person_id],
        "both_wrong": len(chances),
        "same_wrong": shared,
        "expected": sum(chances),
        "probability": probability,
    }


def _choices(given: Sequence[Given]) -> Counter[tuple[str, str]]:
    return Counter(choice for one in given for choice in one.wrong.items())


def _chances(given: Sequence[Given]) -> dict[str, float]:
    """For each question the chance that two who have it wrong have it wrong alike."""
    counted: dict[str, list[int]] = {}
    for (id, _), count in _choices(given).items():
        counted.setdefault(id, []).append(count)
    return {id: sum((count / sum(counts)) ** 2 for count in counts) for id, counts in counted.items()}
