"""The daily practice: what a day's set is made of, and what mastering it earns."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.quiz.model.question import ESSAY, in_force

ZONE = ZoneInfo("Asia/Shanghai")

# Why a question is in a set: its day has come; its category is weak; the person has never met it; to fill the set.
DUE, WEAK, NEW, AGAIN = "due", "weak", "new", "again"

# So long after midnight the set of the day before still takes answers: they were on their way.
AFTER_MIDNIGHT = timedelta(hours=1)

# What feedback needs of a question, as it was when the set was made.
KEPT = ("type", "stem", "options", "answer", "scoring", "score", "explanation", "legal_basis", "category", "revision")


@dataclass(frozen=True)
class PointsRule:
    """What a right answer earns from ``valid_from`` until the next row: ``recalled`` where the question's day had
    come, so that it was remembered over days, else ``first``; a day at most ``daily_cap``. Time spent earns nothing.
    """

    version: str
    valid_from: date
    recalled: int
    first: int
    daily_cap: int
    source: str


# Newest last.
POINTS_RULES: tuple[PointsRule, ...] = (
    PointsRule(
        version="2021-1",
        valid_from=date(2021, 1, 1),
        recalled=2,
        first=1,
        daily_cap=10,
        source="exam practice of justice bureaus: daily points are capped; docs/decisions/0034",
    ),
)


@dataclass(frozen=True)
class Candidate:
    """What the choice of a set knows of a question of the bank."""

    id: str
    category: str
    lines: frozenset[str]


@dataclass(frozen=True)
class Memory:
    """What the choice of a set knows of a person: ``due`` question ids, the longest due first; ``met`` ids of every
    question answered before, the one whose day comes next first; ``weak`` categories, the weakest first.
    """

    due: tuple[str, ...]
    met: tuple[str, ...]
    weak: tuple[str, ...]


def day_of(moment: datetime) -> date:
    """The day of the bureau that ``moment`` (aware) lies in."""
    return moment.astimezone(ZONE).date()


def midnight(day: date) -> datetime:
    """When the bureau's day begins, in UTC."""
    return datetime.combine(day, time.min, ZONE).astimezone(UTC)


def takes_answers(day: date, now: datetime) -> bool:
    """Whether the set of ``day`` takes answers now: on that day, and shortly after midnight."""
    return midnight(day) <= now < midnight(day + timedelta(days=1)) + AFTER_MIDNIGHT


def within(day: date, moment: datetime) -> datetime:
    """``moment``, or the last millisecond of ``day`` where it lies after it."""
    return min(moment, midnight(day + timedelta(days=1)) - timedelta(milliseconds=1))


def can_be_practised(question: Mapping[str, Any], today: date) -> bool:
    """Whether the bank's question can be in a set: in force, and marked at once, which no essay is."""
    return question["type"] != ESSAY and in_force(dict(question), today)


def choose(
    size: int,
    order: Callable[[str], bytes],
    memory: Memory,
    pool: Iterable[Candidate],
    line: str | None,
) -> list[tuple[str, str]]:
    """Question ids with the reason for each, more than ``size`` where there are, so that some may still fall out.

    First what is due. Of the places left, half go to new questions of weak categories, the rest to new ones of the
    person's line; then what was met before, whatever is due next first. The same arguments, the same set.
    """
    by_id = {candidate.id: candidate for candidate in pool}
    chosen = {id: DUE for id in memory.due if id in by_id}
    met = frozenset(memory.met) | chosen.keys()
    new = sorted((id for id in by_id if id not in met and _for_line(by_id[id], line)), key=order)
    rank = {category: place for place, category in enumerate(memory.weak)}
    weak = [id for id in new if by_id[id].category in rank]
    weak.sort(key=lambda id: rank[by_id[id].category])
    for id in weak[: -(-max(size - len(chosen), 0) // 2)]:
        chosen[id] = WEAK
    for id in new:
        chosen.setdefault(id, NEW)
    for id in memory.met:
        if id in by_id:
            chosen.setdefault(id, AGAIN)
    return list(chosen.items())


def order_of(person_id: str, day: date) -> Callable[[str], bytes]:
    """The lot of each question for this person on this day."""
    return lambda id: hashlib.sha256(f"{person_id}:{day.isoformat()}:{id}".encode()).digest()


def weak_categories(cards: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The categories in which the person has answered wrongly, the greatest share of wrong answers first.

    One more right and one more wrong answer are counted to each, so that one slip is no weakness of all.
    """
    answered: dict[str, int] = {}
    wrong: dict[str, int] = {}
    for card in cards:
        answered[card["category"]] = answered.get(card["category"], 0) + card["answered"]
        wrong[card["category"]] = wrong.get(card["category"], 0) + card["wrong"]
    shares = {category: (wrong[category] + 1) / (answered[category] + 2) for category in answered if wrong[category]}
    return tuple(sorted(shares, key=lambda category: (-shares[category], category)))


def rule_on(day: date) -> PointsRule:
    """The rule of points in force on ``day``; the first one for days before it."""
    valid = [rule for rule in POINTS_RULES if rule.valid_from <= day]
    return valid[-1] if valid else POINTS_RULES[0]


def points_of(rule: PointsRule, questions: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> int:
    """What the day's answers earn together, at most the day's cap."""
    earned = sum(
        rule.recalled if question["reason"] == DUE else rule.first
        for question in questions
        if answers.get(question["id"], {}).get("correct")
    )
    return min(earned, rule.daily_cap)


def _for_line(candidate: Candidate, line: str | None) -> bool:
    return not candidate.lines or line in candidate.lines
