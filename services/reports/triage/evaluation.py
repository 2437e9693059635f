"""How well triage does on the labelled examples: the figures of docs/triage.md.

The statistics are judged by cross-validation over the development set (reports of the same matter stay together).
Rules are not: they were written with that set. What rules and statistics do together is judged on the held-out set.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from services.reports.triage import entities, examples, scoring, training
from services.reports.triage.classifier import CATEGORY, URGENCY, Model
from services.reports.triage.examples import Example
from services.reports.triage.reading import Reading, Submission
from services.reports.triage.similarity.fingerprints import fingerprint
from services.reports.triage.similarity.index import SimilarityIndex
from services.reports.triage.text import Text

FOLDS = 5
URGENT = "urgent"

Scored = list[tuple[Mapping[str, float], str]]
Figures = dict[str, Any]


def lesson(example: Example, real: bool = False) -> training.Lesson:
    """An example as training reads it."""
    submission = Submission(example.kind, example.title, example.narrative, example.received_on)
    return training.Lesson(Reading(submission), example.category, example.urgency, real)


def cross_validated(parts: Sequence[Example], step: Callable[[], None] = lambda: None) -> Figures:
    """The statistics alone, on reports that they were not trained on. ``step`` is called after each of ``FOLDS``."""
    lessons = [lesson(example) for example in parts]
    folds = _folds(parts)
    scored: dict[str, Scored] = {CATEGORY: [], URGENCY: []}
    for fold in range(FOLDS):
        model = training.train([each for each, at in zip(lessons, folds, strict=True) if at != fold], {"version": ""})
        for each, at in zip(lessons, folds, strict=True):
            if at == fold:
                for question, pairs in scored.items():
                    pairs.append((scoring.scores(model, each.reading, question, []), each.answer(question)))
        step()
    return {"reports": len(parts), **_both(scored)}


def judged(model: Model, parts: Sequence[Example]) -> Figures:
    """Rules and statistics together, and each alone, on reports that neither has seen."""
    lessons = [lesson(example) for example in parts]
    figures: Figures = {"reports": len(parts)}
    for name, use_rules, use_statistics in (
        ("together", True, True),
        ("statistics", False, True),
        ("rules", True, False),
    ):
        figures[name] = _both(
            {
                question: [
                    (_decided(model, each, question, use_rules, use_statistics), each.answer(question))
                    for each in lessons
                ]
                for question in (CATEGORY, URGENCY)
            }
        )
    return figures


def scored_together(model: Model, parts: Sequence[Example]) -> dict[str, Scored]:
    """Scores of rules and statistics with the right answers, by question: what sharpness is chosen by."""
    lessons = [lesson(example) for example in parts]
    return {
        question: [(_scores(model, each.reading, question, True, True), each.answer(question)) for each in lessons]
        for question in (CATEGORY, URGENCY)
    }


def calibration(model: Model, parts: Sequence[Example]) -> Figures:
    """By question: how sure the suggestions were on average and how many were right."""
    figures: Figures = {}
    for question, pairs in scored_together(model, parts).items():
        sure = [max(model.questions[question].probabilities(scores).values()) for scores, _ in pairs]
        figures[question] = {"said": _ratio(sum(sure), len(sure)), "right": _among(pairs, 1)}
    return figures


def named(parts: Sequence[Example]) -> Figures:
    """Precision and recall of each kind of entity (exact places), and how many values were right."""
    right, found, wanted = Counter[str](), Counter[str](), Counter[str]()
    valued, values = Counter[str](), Counter[str]()
    for example in parts:
        for field in ("title", "narrative") if example.entities is not None else ():
            marked = [each for each in example.entities or () if each["field"] == field]
            got = {
                (e.kind, e.start, e.end): e
                for e in entities.find(Text.of(getattr(example, field)), example.received_on)
            }
            want = {(each["kind"], each["start"], each["end"]): each for each in marked}
            found.update(kind for kind, *_ in got)
            wanted.update(kind for kind, *_ in want)
            for place in got.keys() & want.keys():
                right[place[0]] += 1
                if "value" in want[place]:
                    valued[place[0]] += 1
                    values[place[0]] += _value(got[place]) == want[place]["value"]
    return {
        kind: {
            "marked": wanted[kind],
            "precision": _ratio(right[kind], found[kind]),
            "recall": _ratio(right[kind], wanted[kind]),
            **({"values": _ratio(values[kind], valued[kind])} if valued[kind] else {}),
        }
        for kind in entities.KINDS
    }


def recalled(model: Model, parts: Sequence[Example]) -> Figures:
    """Of reports of which there is another on the same matter: how often it is the first, or among the first five,
    that are found among all of ``parts``."""
    index = SimilarityIndex(len(parts))
    prints = {example.id: fingerprint(model, lesson(example).reading) for example in parts}
    for id, each in prints.items():
        index.add(id, each)
    groups: dict[str, set[str]] = defaultdict(set)
    for example in parts:
        if example.group:
            groups[example.group].add(example.id)
    asked = first = five = 0
    for members in groups.values():
        for id in sorted(members):
            found = [similar.id for similar in index.query(prints[id], 5, without=id)]
            asked += 1
            first += bool(members.intersection(found[:1]))
            five += bool(members.intersection(found))
    return {"among": len(parts), "asked": asked, "at_1": _ratio(first, asked), "at_5": _ratio(five, asked)}


def all_figures(model: Model, step: Callable[[], None] = lambda: None) -> Figures:
    """Everything of docs/triage.md; ``step`` is called ``FOLDS + 1`` times."""
    development, held_out = examples.read(examples.DEVELOPMENT), examples.read(examples.HELD_OUT)
    figures = {
        "cross_validated": cross_validated(development, step),
        "held_out": judged(model, held_out),
        "calibration": calibration(model, held_out),
        "entities": {"development": named(development), "held_out": named(held_out)},
        "similar": recalled(model, [*development, *held_out]),
    }
    step()
    return figures


def _both(scored: Mapping[str, Scored]) -> Figures:
    category, urgency = scored[CATEGORY], scored[URGENCY]
    urgent = [(scores, right) for scores, right in urgency if right == URGENT]
    suggested = [(scores, right) for scores, right in urgency if _best(scores, 1) == [URGENT]]
    return {
        "category": {
            "top_1": _among(category, 1),
            "top_3": _among(category, 3),
            "main_category": _ratio(
                sum(_best(scores, 1)[0].split(".")[0] == right.split(".")[0] for scores, right in category),
                len(category),
            ),
            "macro_f1": _macro_f1(category),
        },
        "urgency": {
            "accuracy": _among(urgency, 1),
            "urgent": len(urgent),
            "urgent_recall": _among(urgent, 1),
            "urgent_precision": _among(suggested, 1),
        },
    }


def _scores(model: Model, reading: Reading, question: str, use_rules: bool, use_statistics: bool) -> dict[str, float]:
    hits = list(scoring.ruleset(question).hits(reading.plain, reading.submission.kind)) if use_rules else []
    if use_statistics:
        return scoring.scores(model, reading, question, hits)
    found = dict.fromkeys(model.questions[question].answers, 0.0)
    for hit in hits:
        for answer in found:
            if scoring.speaks_for(hit, answer):
                found[answer] += hit.rule.weight
    return found


def _decided(
    model: Model, each: training.Lesson, question: str, use_rules: bool, use_statistics: bool
) -> dict[str, float]:
    """Scores in the order in which ``scoring.suggest`` prefers the answers."""
    scores = _scores(model, each.reading, question, use_rules, use_statistics)
    if not use_statistics:
        # Rules alone give no probabilities that a cost could be weighed with.
        return scores
    costs = scoring.costs(question)
    sharpness = model.questions[question].sharpness
    return {answer: sharpness * score + math.log(costs.get(answer, 1.0)) for answer, score in scores.items()}


def _folds(parts: Sequence[Example]) -> list[int]:
    """Which fold each example is judged in; a group is in one."""
    matters = sorted({example.group or example.id for example in parts})
    fold = {matter: place % FOLDS for place, matter in enumerate(matters)}
    return [fold[example.group or example.id] for example in parts]


def _best(scores: Mapping[str, float], number: int) -> list[str]:
    return sorted(scores, key=lambda answer: (-scores[answer], answer))[:number]


def _among(scored: Scored, number: int) -> float:
    return _ratio(sum(right in _best(scores, number) for scores, right in scored), len(scored))


def _macro_f1(scored: Scored) -> float:
    """The mean over the answers that are right for some report."""
    hit, said, wanted = Counter[str](), Counter[str](), Counter[str]()
    for scores, right in scored:
        best = _best(scores, 1)[0]
        said[best] += 1
        wanted[right] += 1
        hit[right] += best == right
    return _mean(2 * hit[answer] / (said[answer] + wanted[answer]) for answer in wanted)


def _mean(numbers: Iterable[float]) -> float:
    values = list(numbers)
    return _ratio(sum(values), len(values))


def _ratio(part: float, whole: float) -> float:
    return round(part / whole, 3) if whole else 0.0


def _value(entity: entities.Entity) -> str | None:
    return f"{entity.value}~" if entity.approximate and entity.value else entity.value
