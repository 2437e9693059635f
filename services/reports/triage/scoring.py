"""Category and urgency: what rules and statistics say together, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.reports.triage.classifier import CATEGORY, URGENCY, Model, Question, Sparse
from services.reports.triage.ngrams import MASKS
from services.reports.triage.reading import Reading
from services.reports.triage.rules import Hit, Ruleset, categories, urgencies

_MOST_PHRASES = 6
_LEAST_PHRASE = 2


@dataclass(frozen=True)
class Suggestion:
    """One answer. ``probability`` by what was measured; ``hits``: the rules that speak for it; ``phrases``: the
    n-grams of the text that the statistics find most telling, the strongest first."""

    answer: str
    probability: float
    hits: tuple[Hit, ...]
    phrases: tuple[str, ...]


def ruleset(question: str) -> Ruleset:
    """The rules that speak about ``CATEGORY`` or ``URGENCY``."""
    return {CATEGORY: categories, URGENCY: urgencies}[question]()


def speaks_for(hit: Hit, answer: str) -> bool:
    """A rule about a main category (``notaries``) speaks for each of its sub-categories."""
    return answer == hit.rule.speaks_for or answer.startswith(f"{hit.rule.speaks_for}.")


def scores(model: Model, reading: Reading, question: str, hits: list[Hit]) -> dict[str, float]:
    """The statistics' scores and the weights of the rules that apply."""
    found = model.questions[question].scores(model.vector(reading.grams))
    for hit in hits:
        for answer in found:
            if speaks_for(hit, answer):
                found[answer] += hit.rule.weight
    return found


def suggest(model: Model, reading: Reading, question: str) -> list[Suggestion]:
    """All answers to the question, the one to suggest first, then by probability."""
    hits = list(ruleset(question).hits(reading.plain, reading.submission.kind))
    asked = model.questions[question]
    probabilities = asked.probabilities(scores(model, reading, question, hits))
    vector = model.vector(reading.grams)
    first = max(probabilities, key=lambda answer: (probabilities[answer] * costs(question).get(answer, 1.0), answer))
    return [
        Suggestion(
            answer,
            probability,
            tuple(hit for hit in hits if speaks_for(hit, answer)),
            _phrases(model, asked, vector, answer),
        )
        for answer, probability in _ranked(probabilities, first)
    ]


def costs(question: str) -> dict[str, float]:
    """What it costs to miss an answer, where that differs: an urgent report that is missed costs more than one that
    is looked at in vain."""
    return {level["code"]: float(level["cost"]) for level in ruleset(question).levels}


def _ranked(probabilities: Mapping[str, float], first: str) -> list[tuple[str, float]]:
    return sorted(probabilities.items(), key=lambda pair: (pair[0] != first, -pair[1], pair[0]))


def _phrases(model: Model, question: Question, vector: Sparse, answer: str) -> tuple[str, ...]:
    """The most telling n-grams of two or more characters; none that is part of a stronger one, none with a mask."""
    contributions = question.contributions(vector, answer)
    kept: list[str] = []
    for index in contributions.argsort(kind="stable")[::-1]:
        if contributions[index] <= 0 or len(kept) == _MOST_PHRASES:
            break
        gram = model.vocabulary[vector.places[index]]
        readable = len(gram) >= _LEAST_PHRASE and not any(mask in gram for mask in (*MASKS.values(), "K"))
        if readable and not any(gram in other or other in gram for other in kept):
            kept.append(gram)
    return tuple(kept)
