"""How long a report is kept after it has ended, by what it was about and how it ended.

The rules are data (services/reports/retention/<version>.json); here is how they are read.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

# How the handling of each kind can end.
OUTCOMES: Mapping[str, frozenset[str]] = {
    "report": frozenset(
        {"substantiated", "partly_substantiated", "unsubstantiated", "false", "unclear", "refused", "transferred"}
    ),
    "suggestion": frozenset({"adopted", "partly_adopted", "not_adopted"}),
}

# What an erasure has come to: the keys are gone; everything is.
ERASING = "erasing"
ERASED = "erased"

# No month is shorter: a first, coarse sieve for the database.
_SHORTEST_MONTH = timedelta(days=28)


@dataclass
class Erased(Exception):
    """The report is gone by the bureau's rules. ``erased_at``: since when nothing of it opens; ``rule``: by which rule,
    with its ``rule_name`` by language.
    """

    kind: str
    erased_at: datetime
    rule: str
    rule_name: Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    """One period: ``months`` after the end, for reports of this ``kind`` with one of these ``outcomes`` in one of these
    ``categories`` (a code, and all below it; the empty code is every category).

    ``name``: what a person is told, by language. ``source``: the law, or the bureau's own table, that it comes from.
    """

    id: str
    kind: str
    categories: tuple[str, ...]
    outcomes: frozenset[str]
    months: int
    name: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Ended:
    """What the rules look at. ``ended_at`` is aware."""

    kind: str
    category: str
    outcome: str
    ended_at: datetime


@dataclass(frozen=True)
class Schedule:
    """One version of the rules."""

    version: str
    in_force_from: date
    source: str
    rules: tuple[Rule, ...]

    def rule_for(self, ended: Ended) -> Rule | None:
        """The rule of the nearest category; None when no rule speaks of it, and it is kept."""
        found = [
            (len(category), rule)
            for rule in self.rules
            if rule.kind == ended.kind and ended.outcome in rule.outcomes
            for category in rule.categories
            if is_within(ended.category, category)
        ]
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def due(self, ended: Ended, now: datetime, zone: tzinfo) -> Rule | None:
        """The rule by which it goes, if its time is over now."""
        rule = self.rule_for(ended)
        return rule if rule and kept_until(ended.ended_at, rule.months, zone) <= now else None

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of this id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def horizon(self, outcome: str, now: datetime) -> datetime | None:
        """What ended with this outcome after that time cannot be due yet; None when no rule speaks of the outcome."""
        months = [rule.months for rule in self.rules if outcome in rule.outcomes]
        return now - min(months) * _SHORTEST_MONTH if months else None


def is_within(category: str, above: str) -> bool:
    """Whether a category is ``above`` or below it: ``money.gifts`` is within ``money``, and within the empty code."""
    return above in ("", category) or category.startswith(f"{above}.")


def kept_until(ended_at: datetime, months: int, zone: tzinfo) -> datetime:
    """The moment so many calendar months later, by the clocks of ``zone``; the month's last day where it has no such
    day.
    """
    local = ended_at.astimezone(zone)
    years, month = divmod(local.month - 1 + months, 12)
    year = local.year + years
    if year > date.max.year:
        return datetime.max.replace(tzinfo=zone)
    last = calendar.monthrange(year, month + 1)[1]
    return local.replace(year=year, month=month + 1, day=min(local.day, last))


def month_of(moment: datetime, zone: tzinfo) -> datetime:
    """The beginning of its month, which is all that a tombstone tells."""
    return moment.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def in_force(schedules: Iterable[Schedule], today: date) -> Schedule | None:
    """The schedule that took force last."""
    begun = [schedule for schedule in schedules if schedule.in_force_from <= today]
    return max(begun, key=lambda schedule: (schedule.in_force_from, schedule.version), default=None)


def schedule_of(data: Mapping[str, Any]) -> Schedule:
    """The schedule that a file describes; ``ValueError`` names everything that is wrong with it."""
    rules = tuple(
        Rule(
            id=rule["id"],
            kind=rule["kind"],
            categories=tuple(rule["categories"]),
            outcomes=frozenset(rule["outcomes"]),
            months=rule["months"],
            name=rule["name"],
            source=rule["source"],
        )
        for rule in data["rules"]
    )
    problems = [*_each(rules), *_together(rules)]
    if problems:
        raise ValueError(f"retention {data['version']}: " + "; ".join(problems))
    return Schedule(data["version"], date.fromisoformat(data["in_force_from"]), data["source"], rules)


def _each(rules: Sequence[Rule]) -> list[str]:
    problems = []
    for rule in rules:
        unknown = rule.outcomes - OUTCOMES.get(rule.kind, frozenset())
        if unknown or not rule.outcomes:
            problems.append(f"{rule.id} has outcomes that a {rule.kind} cannot have: {sorted(unknown)}")
        if not isinstance(rule.months, int) or rule.months < 1:
            problems.append(f"{rule.id} has no months")
        if set(rule.name) != {"zh-CN", "en"} or not all(rule.name.values()) or not rule.source:
            problems.append(f"{rule.id} lacks a name in a language, or its source")
    return problems


def _together(rules: Sequence[Rule]) -> list[str]:
    """Every end has a rule, and no two rules speak of the same."""
    problems = []
    if len({rule.id for rule in rules}) < len(rules):
        problems.append("two rules have the same id")
    spoken_of = [(rule.kind, category, end) for rule in rules for category in rule.categories for end in rule.outcomes]
    problems += [f"two rules for {_words(one)}" for one in sorted(_twice(spoken_of))]
    everything = [(kind, "", end) for kind, ends in OUTCOMES.items() for end in sorted(ends)]
    return problems + [f"no rule for {_words(one)}" for one in everything if one not in spoken_of]


def _twice(items: Collection[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    seen: set[tuple[str, str, str]] = set()
    return {item for item in items if item in seen or seen.add(item)}  # type: ignore[func-returns-value]


def _words(one: tuple[str, str, str]) -> str:
    kind, category, outcome = one
    return f"{kind} {category or '(every category)'} {outcome}"
