"""Training the statistics (needs scikit-learn; nothing at run time imports this)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from services.reports.triage import classifier
from services.reports.triage.classifier import CATEGORY, URGENCY, Model, Question
from services.reports.triage.reading import Reading

# Of how many invented reports an n-gram must occur in to be learned from; real reports must bring more of it, so that
# no model holds a phrase of one of them.
LEAST_REPORTS = 2
LEAST_CORRECTIONS = 5

# Chosen by cross-validation over the examples (docs/triage.md).
STRENGTH = {CATEGORY: 3.0, URGENCY: 1.0}


@dataclass(frozen=True)
class Lesson:
    """A report with what it is: from the invented examples, or ``real``, corrected by staff."""

    reading: Reading
    category: str
    urgency: str
    real: bool = False

    def answer(self, question: str) -> str:
        """What is right for ``CATEGORY`` or ``URGENCY``."""
        return self.category if question == CATEGORY else self.urgency


def train(lessons: Sequence[Lesson], about: Mapping[str, Any], step: Callable[[], None] = lambda: None) -> Model:
    """A model of the lessons, without sharpness (1); ``step`` is called after each of ``STEPS`` parts of the work.

    Equal lessons in equal order give equal models.
    """
    vocabulary, idf = _vocabulary(lessons)
    bare = Model(vocabulary, idf, {}, about)
    vectors = _matrix(bare, lessons)
    step()
    questions = {}
    for name in (CATEGORY, URGENCY):
        questions[name] = _fitted(vectors, [lesson.answer(name) for lesson in lessons], STRENGTH[name])
        step()
    return Model(vocabulary, idf, questions, about)


STEPS = 3


def sharpened(model: Model, sharpness: Mapping[str, float]) -> Model:
    """The same model with another sharpness for each question."""
    questions = {
        name: Question(question.answers, question.weights, question.bias, sharpness[name])
        for name, question in model.questions.items()
    }
    return Model(model.vocabulary, model.idf, questions, model.about)


def best_sharpness(scored: Sequence[tuple[Mapping[str, float], str]]) -> float:
    """The sharpness under which the right answers were most likely. ``scored``: scores and the right answer of
    reports that the model had not seen."""
    candidates = [round(0.05 * step, 2) for step in range(4, 61)]
    return min(candidates, key=lambda sharpness: (_surprise(scored, sharpness), sharpness))


def _surprise(scored: Sequence[tuple[Mapping[str, float], str]], sharpness: float) -> float:
    total = 0.0
    for scores, right in scored:
        highest = max(scores.values())
        odds = {answer: math.exp(sharpness * (score - highest)) for answer, score in scores.items()}
        total -= math.log(max(odds.get(right, 0.0) / sum(odds.values()), 1e-12))
    return total


def _vocabulary(lessons: Sequence[Lesson]) -> tuple[tuple[str, ...], classifier.Floats]:
    invented: Counter[str] = Counter()
    real: Counter[str] = Counter()
    for lesson in lessons:
        (real if lesson.real else invented).update(lesson.reading.grams.keys())
    kept = {gram for gram, number in invented.items() if number >= LEAST_REPORTS}
    kept |= {gram for gram, number in real.items() if number >= LEAST_CORRECTIONS}
    vocabulary = tuple(sorted(kept))
    occurs = numpy.array([invented[gram] + real[gram] for gram in vocabulary], dtype=numpy.float64)
    idf = numpy.log((1 + len(lessons)) / (1 + occurs)) + 1
    # As the file keeps it, so that what is trained is what is read.
    return vocabulary, idf.astype(numpy.float16).astype(numpy.float32)


def _matrix(model: Model, lessons: Sequence[Lesson]) -> sparse.csr_matrix:
    vectors = [model.vector(lesson.reading.grams) for lesson in lessons]
    starts = numpy.cumsum([0, *(len(vector.places) for vector in vectors)])
    return sparse.csr_matrix(
        (
            numpy.concatenate([vector.values for vector in vectors]),
            numpy.concatenate([vector.places for vector in vectors]),
            starts,
        ),
        shape=(len(vectors), len(model.vocabulary)),
    )


def _fitted(vectors: sparse.csr_matrix, answers: Sequence[str], strength: float) -> Question:
    fitted = LogisticRegression(C=strength, class_weight="balanced", max_iter=2000, tol=1e-6).fit(vectors, answers)
    return Question(
        answers=tuple(map(str, fitted.classes_)),
        weights=fitted.coef_.astype(numpy.float16).astype(numpy.float32),
        bias=fitted.intercept_.astype(numpy.float32),
        sharpness=1.0,
    )
