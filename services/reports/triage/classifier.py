"""The statistics at run time: TF-IDF of character n-grams and a linear model, read from one file with numpy alone.

``training`` makes the file. It holds a vocabulary, the rarity (idf) of each n-gram and, for each question (category,
urgency), the weights of each answer.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

CATEGORY = "category"
URGENCY = "urgency"
PACKAGED = Path(__file__).parent / "model" / "2026-01.npz"

Floats = NDArray[numpy.float32]


@dataclass(frozen=True)
class Sparse:
    """A vector of which only some places are not zero."""

    places: NDArray[numpy.intp]
    values: Floats


@dataclass(frozen=True)
class Question:
    """The linear model of one question: ``weights`` answers × n-grams, ``bias`` by answer. ``sharpness`` turns scores
    into probabilities that were right as often as they say when they were measured."""

    answers: tuple[str, ...]
    weights: Floats
    bias: Floats
    sharpness: float

    def scores(self, vector: Sparse) -> dict[str, float]:
        """The logarithm of the odds of each answer, up to a constant."""
        scores = self.weights[:, vector.places] @ vector.values + self.bias
        return dict(zip(self.answers, map(float, scores), strict=True))

    def probabilities(self, scores: Mapping[str, float]) -> dict[str, float]:
        """Scores (with those of the rules) as probabilities that add up to 1."""
        values = numpy.array([scores[answer] for answer in self.answers]) * self.sharpness
        odds = numpy.exp(values - values.max())
        return dict(zip(self.answers, map(float, odds / odds.sum()), strict=True))

    def contributions(self, vector: Sparse, answer: str) -> Floats:
        """How much each n-gram of ``vector`` speaks for ``answer`` rather than for the average answer."""
        row = self.weights[self.answers.index(answer), vector.places] - self.weights[:, vector.places].mean(axis=0)
        return numpy.asarray(row * vector.values, dtype=numpy.float32)


@dataclass(frozen=True)
class Model:
    """Vocabulary and questions. ``about``: version, what it was trained on, the figures that were measured."""

    vocabulary: tuple[str, ...]
    idf: Floats
    questions: Mapping[str, Question]
    about: Mapping[str, Any]

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each n-gram of the vocabulary stands."""
        return {gram: place for place, gram in enumerate(self.vocabulary)}

    @property
    def version(self) -> str:
        """The version that results are kept with."""
        return str(self.about["version"])

    def vector(self, grams: Mapping[str, int]) -> Sparse:
        """TF-IDF of counted n-grams: (1 + ln count) · idf, of length 1; those outside the vocabulary do not count."""
        known = sorted((self.places[gram], number) for gram, number in grams.items() if gram in self.places)
        places = numpy.array([place for place, _ in known], dtype=numpy.intp)
        numbers = numpy.array([number for _, number in known], dtype=numpy.float32)
        values = (1 + numpy.log(numbers)) * self.idf[places] if len(known) else numbers
        length = float(numpy.linalg.norm(values))
        return Sparse(places, (values / length if length else values).astype(numpy.float32))

    def to_bytes(self) -> bytes:
        """The file of this model; equal models give equal bytes."""
        arrays: dict[str, Any] = {
            "vocabulary": _as_array("\n".join(self.vocabulary)),
            "about": _as_array(json.dumps(self.about, ensure_ascii=False, sort_keys=True)),
            "idf": self.idf.astype(numpy.float16),
        }
        for name, question in self.questions.items():
            arrays[f"{name}.answers"] = _as_array("\n".join(question.answers))
            arrays[f"{name}.weights"] = question.weights.astype(numpy.float16)
            arrays[f"{name}.bias"] = question.bias.astype(numpy.float32)
            arrays[f"{name}.sharpness"] = numpy.float32(question.sharpness)
        file = io.BytesIO()
        numpy.savez_compressed(file, **arrays)
        return file.getvalue()


def load(path: Path = PACKAGED) -> Model:
    """The model of a file that ``Model.to_bytes`` made. Raises ``OSError``, ``ValueError``, ``KeyError``."""
    with numpy.load(path, allow_pickle=False) as arrays:
        names = [name.removesuffix(".answers") for name in arrays.files if name.endswith(".answers")]
        return Model(
            vocabulary=tuple(_as_text(arrays["vocabulary"]).split("\n")),
            idf=arrays["idf"].astype(numpy.float32),
            questions={name: _question(arrays, name) for name in sorted(names)},
            about=json.loads(_as_text(arrays["about"])),
        )


def _question(arrays: Any, name: str) -> Question:
    return Question(
        answers=tuple(_as_text(arrays[f"{name}.answers"]).split("\n")),
        weights=arrays[f"{name}.weights"].astype(numpy.float32),
        bias=arrays[f"{name}.bias"].astype(numpy.float32),
        sharpness=float(arrays[f"{name}.sharpness"]),
    )


def _as_array(text: str) -> NDArray[numpy.uint8]:
    return numpy.frombuffer(text.encode(), dtype=numpy.uint8)


def _as_text(array: NDArray[numpy.uint8]) -> str:
    return array.tobytes().decode()
