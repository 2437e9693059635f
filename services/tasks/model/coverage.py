"""Coverage 覆盖面 and person-times 人次: every figure is a count of things that can be listed.

``person_times`` counts the entries of study records that are study (a passed exam, a session attended, practice), by
unit, line and week of the entry: where the person was when they studied. The other figures count the active people of
now: ``people`` all of them, ``covered`` those with at least one such entry in the period wherever they were then,
``behind`` those who have not done something required of them that was due in the period: for whoever was given a time
of their own in an exam, at that time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.tasks.model.study import Learner

# By what figures are divided.
DIVISIONS = ("unit", "line", "week")
# Whom the drill-down lists.
WHO = ("people", "covered", "uncovered", "behind")

KeyOf = Callable[[Sequence[str], "str | None"], Hashable]


@dataclass(frozen=True)
class Tally:
    """Entries of one unit, line and week: how many, and their credits in hundredths (so that sums are exact)."""

    unit_path: tuple[str, ...]
    line: str | None
    week: date
    count: int
    credits: int


@dataclass
class Figures:
    """The figures of one key. ``credits`` in hundredths."""

    person_times: int = 0
    credits: int = 0
    people: int = 0
    covered: int = 0
    behind: int = 0


@dataclass(frozen=True)
class Period:
    """What the figures are drawn from: tallies of entries, the active people, who was covered and who is behind in
    which week (pairs of person and Monday).
    """

    tallies: Sequence[Tally]
    people: Mapping[str, Learner]
    covered: frozenset[tuple[str, date]]
    behind: frozenset[tuple[str, date]]


@dataclass
class _Sums:
    figures: Figures = field(default_factory=Figures)
    covered: set[str] = field(default_factory=set)
    behind: set[str] = field(default_factory=set)


def part_of(path: Sequence[str], unit_id: str | None) -> tuple[str | None, bool]:
    """The part of a unit that somebody with this path belongs to: the unit right below it on the path and False, or
    the unit itself and True for those of no unit below. Without ``unit_id``, that of the root; None for no path.
    """
    if not path:
        return None, False
    depth = path.index(unit_id) if unit_id is not None else 0
    return (path[depth + 1], False) if depth + 1 < len(path) else (path[depth], True)


def total(period: Period) -> Figures:
    """The figures of everything."""
    return _figures(period, lambda path, line: None).get(None, Figures())


def divided(period: Period, by: str, unit_id: str | None, weeks: Iterable[date]) -> dict[Hashable, Figures]:
    """The figures by key: ``part_of`` the unit, the line of work, or the Monday of the week (every one of ``weeks``;
    there ``people`` is the same in each).
    """
    if by == "unit":
        return _figures(period, lambda path, line: part_of(path, unit_id))
    if by == "line":
        return _figures(period, lambda path, line: line)
    return {week: total(_of_week(period, week)) for week in weeks}


def _of_week(period: Period, week: date) -> Period:
    return Period(
        [tally for tally in period.tallies if tally.week == week],
        period.people,
        frozenset(pair for pair in period.covered if pair[1] == week),
        frozenset(pair for pair in period.behind if pair[1] == week),
    )


def _figures(period: Period, key_of: KeyOf) -> dict[Hashable, Figures]:
    sums: defaultdict[Hashable, _Sums] = defaultdict(_Sums)
    for tally in period.tallies:
        figures = sums[key_of(tally.unit_path, tally.line)].figures
        figures.person_times += tally.count
        figures.credits += tally.credits
    for person in period.people.values():
        sums[key_of(person.unit_path, person.line)].figures.people += 1
    for person_id, _ in period.covered:
        person = period.people[person_id]
        sums[key_of(person.unit_path, person.line)].covered.add(person_id)
    for person_id, _ in period.behind:
        person = period.people[person_id]
        sums[key_of(person.unit_path, person.line)].behind.add(person_id)
    for one in sums.values():
        one.figures.covered, one.figures.behind = len(one.covered), len(one.behind)
    return {key: one.figures for key, one in sums.items()}
