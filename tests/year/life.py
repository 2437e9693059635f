"""One case as it must be: its state, people, guards, terms and history; and what each action makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.year.deeds import DEEDS, Item
from tests.year.table import OPENING, OVER, TABLE, Row
from tests.year.terms import RULES, STAGES, Term

Fields = Mapping[str, Any]

SUBSTANTIATED = ("substantiated", "partly_substantiated")
# The finding that counts for a whole case, the strongest first.
STRENGTH = ("substantiated", "partly_substantiated", "unclear", "unsubstantiated", "false")
# Actions that hand the case to the person they name.
GIVING = ("assign", "reassign", "insist")


@dataclass(frozen=True)
class Line:
    """One line of the history, as far as it matters here."""

    action: str
    by: str | None
    came_from: str | None
    to: str


@dataclass
class Life:
    """A case. ``title`` finds its report, or tells it from other clues and old files; ``source``: which of the three it
    is. ``about``: units that must never see it, ``first_about`` those that it was about from the beginning;
    ``numbers``: how many allegations were ever counted in it, ``brought``: how many it came with. ``history``: all
    lines; ``shown``: the states that its reporter was told, one a line.
    """

    id: str
    number: str
    title: str
    receipt: str
    named: bool
    about: tuple[str, ...]
    above: bool
    category: str
    opened: date
    first_about: tuple[str, ...] = ()
    source: str = "report"
    state: str = "registered"
    shows: str = "registered"
    resume_to: str | None = None
    handler: str | None = None
    unit: str | None = None
    numbers: int = 1
    brought: int = 1
    terms: list[Term] = field(default_factory=list)
    steps: int = 0
    evidence: int = 0
    items: dict[int, Item] = field(default_factory=dict)
    investigators: set[str] = field(default_factory=set)
    deciders: set[str] = field(default_factory=set)
    reviewers: set[str] = field(default_factory=set)
    predecessors: set[str] = field(default_factory=set)
    findings: dict[int, str] = field(default_factory=dict)
    measures: dict[int, str] = field(default_factory=dict)
    reviewer: str | None = None
    told: bool = False
    round: int = 1
    results: int = 0
    examined: bool = False
    was_examined: bool = False
    satisfied: bool | None = None
    ratings: list[int] = field(default_factory=list)
    level: int = 0
    orders: dict[int, bool] = field(default_factory=dict)
    asked_longer: tuple[int, str] | None = None
    closed_on: date | None = None
    sent_to: tuple[str, str] | None = None
    sent_on: date | None = None
    help: dict[int, str] = field(default_factory=dict)
    led_by: str | None = None
    led: tuple[Any, ...] | None = None
    led_outcome: str | None = None
    follows: dict[str, tuple[tuple[int, ...], bool]] = field(default_factory=dict)
    part_of: str | None = None
    parts: dict[str, tuple[str, bool, str | None]] = field(default_factory=dict)
    moved: list[int] = field(default_factory=list)
    joint: list[str] = field(default_factory=list)
    kept_out: list[str] = field(default_factory=list)
    objection: tuple[str, str] | None = None
    history: list[Line] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    beside: set[tuple[str, str, date]] = field(default_factory=set)

    @property
    def has_named(self) -> bool:
        """Whether somebody who gave their name reported it, or what it leads."""
        return (self.named and self.part_of is None) or any(named for _, named in self.follows.values())

    @property
    def is_reported(self) -> bool:
        """Whether somebody hears of it: of a part, the whole tells."""
        return (self.source == "report" and self.part_of is None) or bool(self.follows)

    @property
    def asked(self) -> list[int]:
        return [number for number in range(1, self.numbers + 1) if number not in self.moved]

    @property
    def own(self) -> list[int]:
        others = {number for numbers, _ in self.follows.values() for number in numbers}
        return [number for number in self.asked if number not in others]

    @property
    def handlers(self) -> list[str]:
        return [*([self.handler] if self.handler else []), *self.joint]

    @property
    def open_help(self) -> list[int]:
        return [number for number, state in self.help.items() if state == "open"]

    @property
    def open_orders(self) -> list[int]:
        return [number for number, answered in self.orders.items() if not answered]

    @property
    def can_be_longer(self) -> bool:
        return any(term.done is None and not term.longer and term.law.longer for term in self.terms)

    @property
    def outcome(self) -> str | None:
        """How it ended, its parts included; None as long as anything of it is open."""
        if self.led_by is not None:
            return self.led_outcome
        if any(not over for _, over, _ in self.parts.values()):
            return None
        if self.state in ("refused", "transferred"):
            return self.state
        if self.state != "closed":
            return None
        found = {finding for number, finding in self.findings.items() if number not in self.moved}
        found |= {outcome for _, _, outcome in self.parts.values() if outcome}
        return next((finding for finding in STRENGTH if finding in found), None)

    def guards(self) -> dict[str, list[str]]:
        """What each of the four lacks."""
        found = self.findings
        clear = [
            f"finding_unclear:{n}" if n in found else f"finding:{n}"
            for n in self.asked
            if found.get(n, "unclear") == "unclear"
        ]
        second = self.reviewer is not None and self.reviewer not in self.investigators | self.deciders
        return {
            "investigated": ([] if self.steps else ["step"]) + ([] if self.evidence else ["evidence"]),
            "clear": clear,
            "handled": [
                f"disposition:{n}"
                for n in sorted(found)
                if found[n] in SUBSTANTIATED and n not in self.measures and n not in self.moved
            ],
            "adequate": [] if second else ["second_person_review"],
        }

    def lacks(self, action: str) -> list[str]:
        """What stands against this action, as the refusal lists it."""
        four = self.guards()
        parts = [f"part:{number}" for number, over, _ in self.parts.values() if not over]
        helped = [f"assistance:{number}" for number in self.open_help]
        concluding = [*four["investigated"], *four["clear"], *four["handled"]]
        if action == "merge":
            return parts + helped
        if action == "conclude":
            return concluding + helped
        if action == "close":
            untold = ["result_told"] if self.is_reported and not self.told else []
            orders = [f"supervision:{number}" for number in self.open_orders]
            return [*concluding, *four["adequate"], *parts, *helped, *untold, *orders]
        return []

    # -- what happens to it

    def open(self, today: date, by: str | None = None) -> None:
        """It is registered, its first terms run; ``by``: who opened it, where nobody reported it."""
        self.first_about = self.about
        self.start(OPENING.starts, today, self.round)
        self.history.append(Line("open", by, None, self.state))
        self.shown.append("registered")

    def take_first_line(self, by: str) -> None:
        """Of a part: whoever split it off has opened it."""
        self.history.append(Line("open_part", by, None, self.state))

    def start(self, rules: Iterable[str], today: date, round: int, ref: str | None = None) -> None:
        """Those of these terms that apply to such a case."""
        source = "report" if self.is_reported else self.source
        for code in rules:
            rule = RULES[code]
            if rule.above == self.above and source in rule.sources and (self.has_named or not rule.named):
                self.terms.append(Term(code, today, round, ref))

    def take(self, action: str, by: str | None, fields: Fields, today: date, tells: bool = True) -> None:
        """An action that was allowed: its line, its state, its terms, and what it records by itself."""
        row = TABLE[action]
        to = self.resume_to if row.to == "former" else row.to or self.state
        self.history.append(Line(action, by, self.state, to or self.state))
        before = self.state
        self._move_terms(row, action, fields, today)
        if row.tells is not None:
            waiting = self.handler is None and row.tells == "in_progress" and action != "assign"
            self.shows = "accepted" if waiting else row.tells
        self.state = to or self.state
        if action == "suspend":
            self.resume_to = before
        elif row.resumes:
            self.resume_to = None
        if action in DEEDS:
            DEEDS[action](self, by, fields, today)
        if row.tells is not None and tells and self.part_of is None:
            self.shown.append(self.shows)

    def _move_terms(self, row: Row, action: str, fields: Fields, today: date) -> None:
        ref = str(fields["request"]) if "request" in fields else None

        def about(term: Term, rules: tuple[str, ...]) -> bool:
            return term.rule in rules and ref in (None, term.ref)

        self.terms = [term for term in self.terms if term.done is not None or not about(term, row.drops)]
        for term in self.terms:
            if about(term, row.meets):
                term.meet(today)
            elif action == "suspend":
                term.stop(today)
            elif row.resumes:
                term.go_on(today)
        if again := [term for term in self.terms if term.rule in row.again]:
            again[-1].done = None
        self.start(row.starts, today, self.round + row.new_round, ref)

    def reach(self, today: date) -> None:
        """What its terms have come to this morning: the highest stage on its own line, those of named ones beside."""
        found = [(term, term.unrecorded(today)) for term in self.terms]
        found = [(term, stages) for term, stages in found if stages]
        for term, stages in found:
            if term.law.named:
                self.beside.add((term.rule, stages[-1], term.began))
        told = [(term, stages[-1]) for term, stages in found if not term.law.named]
        if told:
            highest = max((stage for _, stage in told), key=STAGES.index)
            self.history.append(Line(highest, None, self.state, self.state))
            counted = [STAGES.index(stage) for term, stage in told if term.law.counts]
            self.level = max([self.level, *counted])
        for term, stages in found:
            term.told = (stages[-1], today)


def is_over(case: Life) -> bool:
    """Whether nothing is left to be done with it."""
    return case.state in OVER
