"""Sampling re-review 抽查复核: which closed cases are drawn, by lot, so that nobody can choose them and anybody can
repeat the draw.

The lot of a case is the SHA-256 of the seed and its id; the lowest are drawn. Whoever has the seed and the population
gets the same cases, in whatever order and with whatever program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import ceil

from services.tasks.model.applying import target
from services.tasks.model.case import Case, Entry
from services.tasks.model.conflict import Person
from services.tasks.model.refusals import Forbidden
from services.tasks.model.transitions import CLOSED, RE_REVIEWED

ADEQUATE, INADEQUATE = "adequate", "inadequate"

# What a draw may hold: as many as the supervision group can read; and a bound on what one transaction writes.
MOST = 2000


@dataclass(frozen=True)
class Size:
    """How many cases are wanted: ``percent`` of the population (rounded up), or a ``count``."""

    percent: int | None = None
    count: int | None = None

    def of(self, population: int) -> int:
        """The number for this population."""
        return ceil(population * self.percent / 100) if self.percent is not None else self.count or 0


def draw(population: Mapping[str, Sequence[str]], size: Size, seed: str) -> list[str]:
    """The ids of the cases drawn from ``population`` (unit -> ids of its closed cases), in order of their lots.

    Each unit has its share of the sample, and at least one case; so the sample is never smaller than the number of
    units, nor larger than the population.
    """
    shares = share({unit: len(ids) for unit, ids in population.items()}, size)
    drawn = [id for unit, ids in population.items() for id in sorted(ids, key=lambda id: lot(seed, id))[: shares[unit]]]
    return sorted(drawn, key=lambda id: lot(seed, id))


def share(sizes: Mapping[str, int], size: Size) -> dict[str, int]:
    """How many cases of each unit (with so many closed) are drawn: one each, the rest in proportion.

    What is left over by rounding goes to the units with the largest remainders, of equal ones to the first by name.
    """
    units = {unit: count for unit, count in sizes.items() if count > 0}
    total = sum(units.values())
    wanted = min(total, max(len(units), size.of(total)))
    shares = dict.fromkeys(sizes, 0) | dict.fromkeys(units, 1)
    beyond = {unit: count - 1 for unit, count in units.items()}
    left, rest = wanted - len(units), total - len(units)
    if left:
        parts = {unit: divmod(left * count, rest) for unit, count in beyond.items()}
        first = sorted(units, key=lambda unit: (-parts[unit][1], unit))
        for unit, (whole, _) in parts.items():
            shares[unit] += whole
        for unit in first[: left - sum(whole for whole, _ in parts.values())]:
            shares[unit] += 1
    return shares


def lot(seed: str, case_id: str) -> bytes:
    """The lot of a case in the draw of this seed."""
    return sha256(f"{seed}\n{case_id}".encode()).digest()


def check_re_reviewer(case: Case, person: Person) -> None:
    """``Forbidden`` for whoever investigated or decided, or reviewed what is reviewed again."""
    if person.id in case.investigators | case.deciders | case.reviewers | case.predecessors:
        raise Forbidden("cases.re_reviewer_had_a_part")


def judged_inadequate(case: Case, round: int, person: Person, at: datetime, reason: str) -> Entry | None:
    """The entry by which the case is handled anew; None when it is not closed any more as it was when it was drawn,
    so that the judgement is of a handling that does not count already.
    """
    if case.state != CLOSED or case.round != round:
        return None
    row = RE_REVIEWED
    return Entry(row.action, at, person.id, person.name, case.state, target(case, row), reason)
