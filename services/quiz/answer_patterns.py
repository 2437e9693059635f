"""Which wrong answers people share, of all pairs of an exam at once: the numbers behind ``model/hints.similar``.

Every pair is looked at, so the work grows with the square of the people; what is done for each pair is a few dozen
multiplications in a product of matrices (BLAS), outside the interpreter and its lock. CPU seconds of one core, with 15
of 50 questions wrong: 0.1 for 2,000 people, 0.9 for 10,000, 2.7 for 20,000; with 30 of 50 wrong, where far more pairs
need a closer look, 1.1 for 10,000.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy
from numpy.typing import NDArray

from services.quiz.model.hints import SHARED_AT_LEAST, Match

# People whose pairs are looked at together, and pairs whose probability is computed together: 20 MB each for 10,000
# people and 100 questions.
_PEOPLE, _PAIRS = 512, 20_000
# Sums of single precision are right to more digits than this; what they leave in doubt is computed exactly.
_SLACK = 1e-3

Floats = NDArray[numpy.float64]


def matches(wrong: Sequence[Mapping[str, str]], chances: Mapping[str, float], limit: float) -> Iterator[Match]:
    """The pairs of these patterns of wrong answers that share at least ``SHARED_AT_LEAST`` and are less probable than
    ``limit``. ``chances``: for each question the chance that two who have it wrong have it wrong alike.

    A pair is dismissed at once when exactly its shared answers are not improbable enough: so many or more are more
    probable still.
    """
    questions = sorted({id for one in wrong for id in one})
    choices = {choice: place for place, choice in enumerate(sorted({item for one in wrong for item in one.items()}))}
    if len(wrong) < 2 or not choices:
        return
    chosen = numpy.zeros((len(wrong), len(choices)), dtype=numpy.float32)
    for row, one in enumerate(wrong):
        chosen[row, [choices[item] for item in one.items()]] = 1
    surprise = numpy.array([-math.log(chances[id]) for id, _ in choices], dtype=numpy.float32)
    of_question = numpy.array([chances[id] for id in questions])
    places = {id: place for place, id in enumerate(questions)}
    is_wrong = numpy.zeros((len(wrong), len(questions)), dtype=bool)
    for row, one in enumerate(wrong):
        is_wrong[row, [places[id] for id in one]] = True
    enough = -math.log(limit) - _SLACK
    for start in range(0, len(wrong), _PEOPLE):
        block = chosen[start : start + _PEOPLE]
        together = (block * surprise) @ chosen[: start + len(block)].T
        # Each pair once, and nobody with themselves.
        together[:, start:][numpy.triu_indices(len(block))] = 0
        first, second = numpy.nonzero(together > enough)
        first += start
        for some in range(0, len(first), _PAIRS):
            ones, others = first[some : some + _PAIRS], second[some : some + _PAIRS]
            shared = (chosen[ones] * chosen[others]).sum(axis=1).astype(numpy.int64)
            both = (is_wrong[ones] & is_wrong[others]) * of_question
            yield from _improbable(ones, others, shared, both, limit)


def _improbable(
    ones: NDArray[Any], others: NDArray[Any], shared: NDArray[Any], both: Floats, limit: float
) -> Iterator[Match]:
    for wanted in numpy.unique(shared):
        if wanted < SHARED_AT_LEAST:
            continue
        these = numpy.flatnonzero(shared == wanted)
        probability = at_least(int(wanted), both[these])
        for place in numpy.flatnonzero(probability < limit):
            pair = these[place]
            yield Match(int(ones[pair]), int(others[pair]), int(wanted), float(probability[place]))


def at_least(wanted: int, chances: Floats) -> Floats:
    """For each row, how likely ``wanted`` or more of independent events with these chances happen: what
    ``model/hints.at_least`` computes, of many rows at once. A chance of 0 is no event.
    """
    fewer = numpy.zeros((len(chances), wanted))
    fewer[:, 0] = 1
    reached = numpy.zeros(len(chances))
    for column in chances.T:
        if not column.any():
            continue
        chance = column[:, None]
        reached += fewer[:, -1] * column
        fewer[:, 1:] = fewer[:, 1:] * (1 - chance) + fewer[:, :-1] * chance
        fewer[:, 0] *= 1 - column
    return reached
