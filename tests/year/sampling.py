"""Sampling re-review 抽查复核, as the supervision group is told that it is drawn: anybody can repeat it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from hashlib import sha256

from tests.year.life import Life


@dataclass
class ReReview:
    """Of one case of a draw, as it was in this ``round`` and handled by this ``unit``."""

    draw_id: str
    case_id: str
    unit: str | None
    round: int
    state: str = "open"
    reopened: bool = False


def closed_within(cases: Iterable[Life], first: date, last: date) -> list[Life]:
    """Those that were closed on these days, and are."""
    return [case for case in cases if case.state == "closed" and case.closed_on and first <= case.closed_on <= last]


def drawn(closed: Iterable[Life], percent: int, seed: str) -> list[str]:
    """The ids of the sample, by lot: of each unit its share, and one at least."""
    by_unit: defaultdict[str, list[str]] = defaultdict(list)
    for case in closed:
        by_unit[case.unit or ""].append(case.id)
    total = sum(map(len, by_unit.values()))
    wanted = max(len(by_unit), -(-total * percent // 100))
    shares = _shares({unit: len(ids) for unit, ids in by_unit.items()}, wanted)
    found = []
    for unit, ids in by_unit.items():
        found += sorted(ids, key=lambda one: _lot(seed, one))[: shares[unit]]
    return sorted(found, key=lambda one: _lot(seed, one))


def _shares(sizes: dict[str, int], wanted: int) -> dict[str, int]:
    """One each; of what is left what is due to each of what it has left, the largest remainders first."""
    shares = Counter(dict.fromkeys(sizes, 1))
    left, rest = wanted - len(sizes), sum(sizes.values()) - len(sizes)
    if not left:
        return shares
    due = {unit: Fraction(left * (size - 1), rest) for unit, size in sizes.items()}
    shares.update({unit: int(part) for unit, part in due.items()})
    for unit in sorted(due, key=lambda one: (int(due[one]) - due[one], one))[: wanted - shares.total()]:
        shares[unit] += 1
    return shares


def _lot(seed: str, case_id: str) -> str:
    return sha256(f"{seed}\n{case_id}".encode()).hexdigest()
