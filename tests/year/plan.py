"""What is drawn before the year begins: on which day what comes, by seed."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from tests.year.days import HOLIDAYS, is_worked
from tests.year.old_files import Row, rows

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
# The last reports come so early that people can still do something about them.
LAST_ARRIVAL = date(2026, 12, 15)
# Some of the report form's, so many that reports of one day are mostly told apart by them.
CATEGORIES = (
    "money.gifts", "money.bribe", "money.banquet", "money.lending", "contact.judicial_staff", "contact.broker",
    "contact.case_interference", "contact.former_staff", "lawyers.overcharging", "lawyers.private_engagement",
    "lawyers.false_promise", "lawyers.false_litigation", "lawyers.conflict_of_interest", "lawyers.false_evidence",
    "lawyers.legal_aid_charging", "notaries.false_notarisation", "notaries.overcharging", "notaries.refusal",
    "notaries.disclosure", "forensic.false_opinion", "forensic.overcharging", "forensic.delay",
    "forensic.out_of_scope", "grassroots.out_of_scope", "grassroots.overcharging", "grassroots.mediation",
    "corrections.favouritism", "corrections.off_the_books", "corrections.assessment", "corrections.charging",
    "corrections.abuse", "conduct.attitude", "conduct.delay", "conduct.side_business", "conduct.formalism",
    "conduct.retaliation", "service.convenience", "service.legal_aid", "service.rules", "other",
)  # fmt: skip
# About whom: nobody in particular, one of the units that have handlers, the head of the bureau.
ABOUT_A_UNIT, ABOUT_THE_HEAD, NAMED = 0.18, 0.02, 0.4


# So many clues and rows of old files there are for each report; tables come on these days, draws are made from then on.
CLUES, OLD_FILES = 0.08, 0.25
TABLES = (date(2026, 1, 19), date(2026, 5, 11), date(2026, 9, 7))
DRAWS = (date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 8), date(2026, 12, 21))
PERCENT = 20


@dataclass(frozen=True)
class Clue:
    """Something that nobody reported; ``about`` as of a report, ``asked``: how many allegations."""

    title: str
    about: int | None
    category: str
    asked: int


@dataclass(frozen=True)
class Arrival:
    """A report; ``about``: the place of a unit among those that have handlers. ``head``: about the bureau's own."""

    title: str
    named: bool
    about: int | None
    head: bool
    category: str


def arrivals(cases: int, seed: int) -> dict[date, list[Arrival]]:
    """The reports of each day: most come when people work, one a day at most is about the head of the bureau."""
    chance = random.Random(f"arrivals {seed}")
    days = [FIRST + timedelta(days=n) for n in range((LAST_ARRIVAL - FIRST).days + 1)]
    weights = [0.15 if day in HOLIDAYS else 1.0 if is_worked(day) else 0.3 for day in days]
    found: defaultdict[date, list[Arrival]] = defaultdict(list)
    for number, day in enumerate(sorted(chance.choices(days, weights, k=cases))):
        head = chance.random() < ABOUT_THE_HEAD and not any(one.head for one in found[day])
        about = chance.randrange(3) if not head and chance.random() < ABOUT_A_UNIT else None
        taken = {one.category for one in found[day]}
        category = chance.choice([one for one in CATEGORIES if one not in taken] or CATEGORIES)
        found[day].append(Arrival(f"来信 {seed}-{number}", chance.random() < NAMED, about, head, category))
    return dict(found)


def clues(cases: int, seed: int) -> dict[date, list[Clue]]:
    """The clues of each day."""
    chance = random.Random(f"clues {seed}")
    days = [FIRST + timedelta(days=n) for n in range((LAST_ARRIVAL - FIRST).days + 1)]
    worked = [day for day in days if is_worked(day)]
    found: defaultdict[date, list[Clue]] = defaultdict(list)
    for number, day in enumerate(sorted(chance.choices(worked, k=max(4, round(cases * CLUES))))):
        about = chance.randrange(3) if chance.random() < 2 * ABOUT_A_UNIT else None
        found[day].append(
            Clue(f"线索来源 {seed}-{number}", about, chance.choice(CATEGORIES), chance.choice((1, 1, 2, 3)))
        )
    return dict(found)


def tables(cases: int, seed: int) -> dict[date, list[Row]]:
    """The tables of old files, with their days."""
    chance = random.Random(f"tables {seed}")
    found: dict[date, list[Row]] = {}
    before: list[Row] = []
    for day in TABLES:
        count = max(14, round(cases * OLD_FILES / len(TABLES)))
        found[day] = rows(chance, count, f"旧案 {seed} {day:%m}", before)
        before += [row for row in found[day] if row.wrong is None and row not in before]
    return found


def delay(chance: random.Random) -> timedelta:
    """Until somebody looks at a case again: mostly days, sometimes too long, now and then it is forgotten."""
    kind = chance.random()
    if kind < 0.80:
        return timedelta(days=chance.randint(1, 6))
    if kind < 0.91:
        return timedelta(days=chance.randint(10, 30))
    if kind < 0.98:
        return timedelta(days=chance.randint(40, 90))
    return timedelta(days=300)
