"""A year from its first to its last day: what comes, what people do, what must be so."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from deploy.local.broker import Broker
from deploy.local.database import Database
from deploy.local.waiting import DeadlineMissed, eventually
from tests.year import checks, checks_beside, hanging
from tests.year.acting import ARRIVES_S, Acting, Surprise
from tests.year.arriving import Arriving
from tests.year.beside import Beside
from tests.year.book import Book, Person
from tests.year.bundles import Bundles
from tests.year.bureau import Bureau
from tests.year.days import ONE, is_worked
from tests.year.errands import Errands
from tests.year.guards import closed_past_a_guard
from tests.year.life import Life, is_over
from tests.year.plan import FIRST, LAST, arrivals, delay

AT_ONCE = 8
# So many findings tell enough; after so many nothing else is waited for.
MOST_FINDINGS, SURE = 40, 12


@dataclass
class Outcome:
    """What a year came to. ``refused``: how often an action was refused as it had to be, by how."""

    seed: int
    cases: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    mails: int = 0
    days: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        return (
            f"seed {self.seed}: {self.cases} cases on {self.days} days, {self.actions.total()} actions, "
            f"{self.refused.total()} refusals, {self.stages.total()} stages, {self.mails} mails, {self.seconds:.0f} s; "
            f"{len(self.findings)} findings"
        )


class Year:
    """``step``: how many days apart the days are on which anybody looks; what comes between comes with the next.
    ``patience``: after so many findings it is left at that.
    """

    def __init__(self, bureau: Bureau, seed: int, cases: int, *, step: int = 1, patience: int = MOST_FINDINGS) -> None:
        self.bureau, self.seed, self.cases, self.step, self.patience = bureau, seed, cases, step, patience
        self.outcome = Outcome(seed)
        self.coming = arrivals(cases, seed)
        self.today = FIRST
        self.next_visit: dict[str, date] = {}
        self.visits: Counter[str] = Counter()
        self.changed: set[str] = set()
        self._lost: set[str] = set()
        self._writing = threading.Lock()

    def live(self, track: Callable[[Sequence[date]], Iterable[date]] = iter) -> Outcome:
        """All of it; stops early when too much was found."""
        began = time.monotonic()
        self.bureau.begin(FIRST)
        self.book = Book(self.bureau.people)
        self.bundles = Bundles(self.bureau.export_key, FIRST.year)
        self.acting = Acting(self.bureau, self.book, self.bundles, self._chance)
        self.beside = Beside(self.bureau, self.book, self.acting, self.seed, self.cases)
        days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)][:: self.step]
        with ThreadPoolExecutor(AT_ONCE) as self.hands:
            self.arriving = Arriving(self.bureau, self.book, self.hands)
            month = FIRST.month
            try:
                for day in track(days):
                    if day.month != month:
                        self._compare()
                        month = day.month
                    self._live_a_day(day)
                    if len(self.outcome.findings) >= self.patience:
                        break
                else:
                    self._compare()
                    self._compare_receipts()
            except DeadlineMissed as error:
                self._find(f"{self.today}: {error}")
            self._judge()
        self.outcome.seconds = time.monotonic() - began
        self._sum_up()
        return self.outcome

    # -- a day

    def _live_a_day(self, day: date) -> None:
        came = [one for n in range(self.step) for one in self.coming.get(self.today + (n + 1) * ONE, ())]
        if day == FIRST:
            came = list(self.coming.get(FIRST, ()))
        self.today = day
        self.outcome.days += 1
        self.bureau.morning(day)
        self._reach(self.book.cases)
        try:
            for case in self.arriving.come(came, day):
                self._begin(case)
            for case in self.beside.live(day):
                self._begin(case)
            self.changed |= self.beside.changed
        except (Surprise, DeadlineMissed, AssertionError) as error:
            self._find(f"{self.today}: {error}")
        if is_worked(day) or self.step > 1:
            self._work()

    def _reach(self, cases: Iterable[str]) -> None:
        for case_id in cases:
            case = self.book.cases[case_id]
            lines = len(case.history)
            case.reach(self.today)
            if len(case.history) > lines:
                self.changed.add(case_id)
                self.outcome.stages[case.history[-1].action] += 1

    def _begin(self, case: Life) -> None:
        self.book.cases[case.id] = case
        self.changed.add(case.id)
        self.next_visit[case.id] = self.today + delay(self._chance(case))

    # -- work

    def _work(self) -> None:
        busy: set[str] = set(self._lost)
        errands = []
        for case_id, day in sorted(self.next_visit.items()):
            if day > self.today or case_id in busy:
                continue
            case = self.book.cases[case_id]
            family = hanging.family(self.book.cases, case)
            if family & busy:
                continue
            others = self._others(case, busy | family)
            for other in others:
                family |= hanging.family(self.book.cases, other)
            busy |= family
            errands.append((case, others, family))
        for found in self.hands.map(lambda errand: self._run_errand(*errand), errands):
            self.changed |= found
        if any(term.unrecorded(self.today) for case_id in self.changed for term in self.book.cases[case_id].terms):
            self.bureau.evening(self.today)
            self._reach(self.changed.copy())

    def _others(self, case: Life, busy: set[str]) -> list[Life]:
        """One case that it may be merged into today, now and then."""
        chance = random.Random(f"merge {self.seed} {case.title} {self.visits[case.id]}")
        mergeable = case.state in ("registered", "accepted") and case.source == "report"
        if not mergeable or case.above or case.part_of or chance.random() > 0.15:
            return []
        began = {term.began for term in case.terms if term.rule == "handle"}
        found = [
            other
            for other in list(self.book.cases.values())[-60:]
            if other.id not in busy
            and other.part_of is None
            and other.source == "report"
            and not hanging.family(self.book.cases, other) & busy
            and not began & {term.began for term in other.terms if term.rule == "handle"}
            and self.book.can_lead(other, case, self.bureau.named("desk1"))
        ]
        return [chance.choice(found)] if found else []

    def _run_errand(self, case: Life, others: list[Life], family: set[str]) -> set[str]:
        self.visits[case.id] += 1
        chance = self._chance(case)
        before = {one: len(self.book.cases[one].history) for one in family}
        try:
            Errands(self.book, case, self.today, chance, self._act, self._rate, others).visit()
        except (Surprise, DeadlineMissed, AssertionError) as error:
            self._find(f"{self.today}: {error}")
            self._lost |= family
        self.next_visit[case.id] = self.today + delay(chance)
        for part in case.parts:
            self.next_visit.setdefault(part, self.today + delay(chance))
        new = {one for one, lines in before.items() if len(self.book.cases[one].history) > lines}
        return new | case.parts.keys()

    def _act(self, person: Person, case: Life, action: str, fields: dict[str, Any]) -> bool:
        return self.acting.act(self.today, person, case, action, fields)

    def _rate(self, case: Life, satisfied: bool) -> None:
        self.acting.rate(self.today, case, satisfied)

    # -- what must be so

    def _compare(self) -> None:
        """Everything but histories and custody, which only grow: these are read once, at the end."""
        found: list[str] = []

        def alike() -> bool:
            found[:] = checks.differences(self.book, self.bureau, self.today, self.hands)
            found.extend(checks_beside.differences(self.book, self.bureau))
            return not found

        with suppress(DeadlineMissed):
            eventually(alike, self._waits(3.0))
        for one in found:
            self._find(f"{self.today}: {one}")

    def _compare_receipts(self) -> None:
        held = [case for case in self.book.cases.values() if case.receipt]
        for found in self.hands.map(self._look_at_receipt, held):
            for one in found:
                self._find(one)

    def _look_at_receipt(self, case: Life) -> list[str]:
        found: list[str] = []

        def alike() -> bool:
            headers = {"Authorization": f"Receipt {case.receipt}"}
            answer = self.bureau.public.ask("GET", "/reports/current", headers=headers)
            if answer.status_code != 200:
                found[:] = [f"receipt of {case.number}: {answer.status_code} {answer.text}"]
            else:
                found[:] = checks.receipt(self.book, case, answer.json())
            return not found

        with suppress(DeadlineMissed):
            eventually(alike, self._waits(ARRIVES_S))
        return found

    def _judge(self) -> None:
        """What the histories say by themselves, what was sent out, and what was left lying."""
        for found in self.hands.map(self._look_at_history, self.book.cases.values()):
            for one in found:
                self._find(one)
        for one in (*self.bundles.findings(), *self.bureau.post.findings(self.book, self.acting.said)):
            self._find(one)
        for name, length in self.bureau.dead_letters().items():
            self._find(f"{length} dead letters in {name}")
        for name, times in self.bureau.errors().items():
            self._find(f"logged {times} times: {name}")

    def _look_at_history(self, case: Life) -> list[str]:
        found: list[str] = []

        def alike() -> bool:
            lines = checks.histories(self.bureau, case)
            found[:] = [*checks.of_history(case, lines), *checks_beside.of_evidence(self.book, self.bureau, case)]
            if not case.above:
                found.extend(closed_past_a_guard(case.number, lines, case.brought))
            return not found

        with suppress(DeadlineMissed):
            eventually(alike, self._waits(3.0))
        return found

    def _sum_up(self) -> None:
        self.outcome.cases = len(self.book.cases)
        self.outcome.actions, self.outcome.refused = self.acting.actions, self.acting.refused
        self.outcome.states = Counter(case.state for case in self.book.cases.values())
        self.outcome.sources = Counter(case.source for case in self.book.cases.values())
        self.outcome.mails = len(self.bureau.post.sink.mails)

    def _waits(self, seconds: float) -> float:
        return seconds if len(self.outcome.findings) < SURE else 0.0

    def _find(self, text: str) -> None:
        with self._writing:
            self.outcome.findings.append(text)

    def _chance(self, case: Life, *more: object) -> random.Random:
        return random.Random(f"{self.seed} {case.title or case.number} {self.visits[case.id]} {more}")


def run(
    seed: int,
    cases: int,
    broker: Broker,
    database: Database,
    folder: Path,
    *,
    step: int = 1,
    patience: int = MOST_FINDINGS,
    track: Callable[[Sequence[date]], Iterable[date]] = iter,
    commands: Mapping[str, Sequence[str]] | None = None,
) -> Outcome:
    """A year of so many reports on a system of its own, whose logs stay in ``folder``.

    ``database`` forgets nothing by its own clock, which nobody drives (``own_servers.NOTHING_EXPIRES``).
    """
    bureau = Bureau(broker, database, folder, commands)
    try:
        return Year(bureau, seed, cases, step=step, patience=patience).live(track)
    finally:
        bureau.end()


__all__ = ["Outcome", "Year", "is_over", "run"]
