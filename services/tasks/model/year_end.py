"""The year-end mark: a formula kept as data, and each mark explained by its parts and their entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from services.tasks.model.calendar import local_day
from services.tasks.model.study import Learner, RequiredExam, StudyEntry, capped_points, is_for

# What a part may measure; each is a function below.
MEASURES = ("required", "exams", "sessions", "points")


@dataclass(frozen=True)
class Weight:
    """A part of the formula: ``weight`` of 100, given in full when what ``measure`` measures reaches ``full``.

    ``required``: the share of required exams and courses that are done (``full`` 1). ``exams``: the mean of the scores
    of the exams sat, as a share of what could be reached (1). ``sessions``: those attended, as a share of those that
    the person's branch held (1). ``points``: after the daily cap (a number of points).
    """

    measure: str
    weight: int
    full: float


@dataclass(frozen=True)
class Formula:
    """In force for the years from ``from_year`` until the next row; the weights add up to 100."""

    version: str
    from_year: int
    source: str
    weights: tuple[Weight, ...]


# Newest last. The weights are the project's default: each bureau decides on its own and puts a row here.
FORMULAS: tuple[Formula, ...] = (
    Formula(
        "2021-1",
        2021,
        "默认方案，由本单位年度学习考核办法替换",
        (
            Weight("required", 40, 1.0),
            Weight("exams", 30, 1.0),
            Weight("sessions", 20, 1.0),
            Weight("points", 10, 600.0),
        ),
    ),
)


@dataclass(frozen=True)
class YearEntry:
    """An entry of the year with its id, and the most that could be scored where it has a score."""

    id: str
    entry: StudyEntry
    max_score: float = 100.0


@dataclass(frozen=True)
class Part:
    """How a part came about: ``reached`` of ``of``, ``marks`` of ``weight``, by these entries.

    ``missing``: the required exams and courses that are not done.
    """

    measure: str
    weight: int
    reached: float
    of: float
    marks: float
    entry_ids: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A person's mark of a year, 0 to 100 with one decimal: the sum of its parts."""

    year: int
    formula: Formula
    mark: float
    parts: tuple[Part, ...]


def formula_of(year: int) -> Formula:
    """The formula in force for a year; the first one for years before it."""
    valid = [formula for formula in FORMULAS if formula.from_year <= year]
    return valid[-1] if valid else FORMULAS[0]


def mark(
    year: int, learner: Learner, entries: Iterable[YearEntry], required: Iterable[RequiredExam], held: Sequence[str]
) -> Mark:
    """The mark by all of a person's entries (done before the year counts as done), the exams and courses required in
    the year, and the ids of the sessions that their branch held in it.
    """
    everything = list(entries)
    of_year = [one for one in everything if local_day(one.entry.at).year == year]
    formula = formula_of(year)
    parts = tuple(_part(weight, learner, everything, of_year, list(required), held) for weight in formula.weights)
    return Mark(year, formula, _rounded(sum(part.marks for part in parts)), parts)


def _part(
    weight: Weight,
    learner: Learner,
    everything: Sequence[YearEntry],
    of_year: Sequence[YearEntry],
    required: Sequence[RequiredExam],
    held: Sequence[str],
) -> Part:
    missing: tuple[str, ...] = ()
    if weight.measure == "required":
        due = {exam.id for exam in required if is_for(exam, learner)}
        used = [one for one in everything if one.entry.passed and one.entry.task in due]
        done = {one.entry.task for one in used}
        reached, of, missing = float(len(done)), float(len(due)), tuple(sorted(due - done))
    elif weight.measure == "exams":
        used = [one for one in of_year if one.entry.kind == "exam" and one.entry.score is not None]
        shares = [min(1.0, (one.entry.score or 0.0) / one.max_score) for one in used if one.max_score > 0]
        reached, of = sum(shares), float(len(used))
    elif weight.measure == "sessions":
        used = [one for one in of_year if one.entry.kind == "session"]
        reached, of = float(len(used)), float(len(held))
    else:
        used = [one for one in of_year if one.entry.points > 0]
        reached, of = float(capped_points(one.entry for one in used)), weight.full
    # Where nothing was asked, nothing is missing; only exams have to be sat to be marked.
    nothing_asked = of == 0 and weight.measure != "exams"
    share = 1.0 if nothing_asked else min(1.0, reached / of) if of else 0.0
    ids = tuple(one.id for one in used)
    return Part(weight.measure, weight.weight, _rounded(reached), of, _rounded(share * weight.weight), ids, missing)


def _rounded(value: float) -> float:
    """To one decimal, halves up, as marks are given."""
    return float(Decimal(str(round(value, 9))).quantize(Decimal("0.1"), ROUND_HALF_UP))
