"""Study sessions 集中学习: what a session must show, when it counts, and the weekly rule of a branch, as dated data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.tasks.model.calendar import PLACE, local_day

# How long before its beginning and after its end people may check in.
CHECK_IN_MARGIN = timedelta(minutes=30)
# The longest stretch of weeks that one question may be about.
MOST_WEEKS = 54


@dataclass(frozen=True)
class WeeklyRule:
    """In a week (Monday first, Asia/Shanghai) a branch holds at least ``sessions`` sessions with at least ``speakers``
    main speakers each; in force from the week of ``valid_from`` until the next row.
    """

    version: str
    valid_from: date
    sessions: int
    speakers: int
    source: str


# Newest last. A bureau whose plan says otherwise gets a row of its own here.
WEEKLY_RULES: tuple[WeeklyRule, ...] = (
    WeeklyRule("2021-1", date(2021, 2, 1), 3, 3, "教育整顿学习教育环节：每周集中学习不少于3次，每次主讲人不少于3名"),
)


@dataclass(frozen=True)
class Speaker:
    """A main speaker 主讲人: of the directory, or a guest whom only the name tells."""

    name: str
    person_id: str | None = None
    topic: str | None = None


@dataclass(frozen=True)
class WeekOfBranch:
    """A branch in a week: how many sessions it held, how many of them count, and whether the rule is met.

    ``rule`` is None for weeks before the first rule: then nothing was asked, and ``met`` is True.
    """

    week: date
    held: int
    counted: int
    rule: WeeklyRule | None

    @property
    def met(self) -> bool:
        """Whether the branch did what the rule asks."""
        return self.rule is None or self.counted >= self.rule.sessions

    @property
    def missing(self) -> int:
        """How many sessions are missing."""
        return 0 if self.rule is None else max(0, self.rule.sessions - self.counted)


def week_of(moment: datetime) -> date:
    """The Monday of the week of the bureau in which ``moment`` (aware) falls."""
    return monday(local_day(moment))


def monday(day: date) -> date:
    """The Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def weeks_between(first: date, last: date) -> list[date]:
    """The Mondays of the weeks from that of ``first`` to that of ``last``."""
    start, end = monday(first), monday(last)
    return [start + timedelta(weeks=n) for n in range((end - start).days // 7 + 1)]


def begins(week: date) -> datetime:
    """The first moment of a week of the bureau, aware."""
    return datetime(week.year, week.month, week.day, tzinfo=PLACE)


def rule_of(week: date) -> WeeklyRule | None:
    """The rule in force in the week of this Monday; None before the first one."""
    valid = [rule for rule in WEEKLY_RULES if monday(rule.valid_from) <= week]
    return valid[-1] if valid else None


def speakers_of(speakers: Iterable[Speaker]) -> int:
    """How many different people speak: by id, else by name without blanks."""
    return len({speaker.person_id or "".join(speaker.name.split()) for speaker in speakers})


def warnings(starts_at: datetime, speakers: Sequence[Speaker]) -> list[str]:
    """The codes of what a session still lacks by the rule of its week; it does not count while there are any."""
    rule = rule_of(week_of(starts_at))
    return ["too_few_speakers"] if rule is not None and speakers_of(speakers) < rule.speakers else []


def judge(week: date, held: Iterable[int]) -> WeekOfBranch:
    """A branch's week by the numbers of main speakers of the sessions that it held in it."""
    rule, numbers = rule_of(week), list(held)
    enough = rule.speakers if rule is not None else 0
    return WeekOfBranch(week, len(numbers), sum(number >= enough for number in numbers), rule)


def takes_check_ins(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether people may check in now."""
    return starts_at - CHECK_IN_MARGIN <= now <= ends_at + CHECK_IN_MARGIN
