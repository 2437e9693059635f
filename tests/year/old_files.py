"""Old files under review 案件倒查: tables that the bureau imports, and what each of their rows must come to."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tests.year.life import SUBSTANTIATED, Life

HEADER = (
    "原案号", "受理日期", "类别", "反映问题", "被反映单位", "承办人", "是否调查", "调查情况", "证据",
    "认定结果", "认定依据", "处理措施", "复核人",
)  # fmt: skip
OUTCOMES = {
    "substantiated": "属实",
    "partly_substantiated": "部分属实",
    "unsubstantiated": "查无实据",
    "false": "不属实",
    "unclear": "未查清",
}
MEASURES = {"criticism": "批评教育", "talk_and_remind": "谈话提醒", "none": "不予处理"}
NAMES = ("赵一", "钱二", "孙三", "李四", "周五")
GUARDS = ("investigated", "clear", "handled", "adequate")
# What a table gets wrong: the column that the account must name.
UNKNOWN_CATEGORY, UNKNOWN_UNIT, NO_DAY = "category", "excluded_units", "received_on"
# The first share of the rows of a table is wrong, the next known from before.
WRONG, KNOWN, CHANGED = 0.08, 0.1, 0.05


@dataclass(frozen=True)
class Row:
    """A row as somebody wrote it. ``about``: a place among the units that have handlers. ``findings``: of each
    allegation its outcome and whether a ground is given, None where nothing was found; ``measures`` with or without a
    reason. ``wrong``: the column that cannot be read.
    """

    number: str
    received_on: date
    category: str
    about: int | None
    handlers: tuple[str, ...]
    investigated: bool
    investigation: str
    evidence: int
    findings: tuple[tuple[str, bool] | None, ...]
    measures: Mapping[int, tuple[str, bool]]
    reviewer: str
    wrong: str | None = None

    def missing(self) -> dict[str, list[str]]:
        """What each guard lacks, by the rules that hold for every case."""
        found = {n: outcome if ground else "unclear" for n, outcome, ground in self._found()}
        life = Life(
            id="", number=self.number, title="", receipt="", named=False, about=(), above=False,
            category=self.category, opened=self.received_on, numbers=len(self.findings),
            steps=int(self.investigated and bool(self.investigation)), evidence=self.evidence, findings=found,
            measures={n: measure for n, (measure, reason) in self.measures.items() if measure != "none" or reason},
            investigators=set(self.handlers), reviewer=self.reviewer if self.reviewer and self.handlers else None,
        )  # fmt: skip
        return life.guards()

    def cells(self, units: tuple[str, ...]) -> list[str]:
        """The row as it stands in the table."""
        grounds = {n: f"依据材料 {n}" for n, _, ground in self._found() if ground}
        unit = "没有的单位" if self.wrong == UNKNOWN_UNIT else "" if self.about is None else units[self.about]
        return [
            self.number,
            "去年" if self.wrong == NO_DAY else self.received_on.isoformat(),
            "天文" if self.wrong == UNKNOWN_CATEGORY else self.category,
            _lines({n: f"旧案问题 {n}" for n in range(1, len(self.findings) + 1)}),
            unit,
            "、".join(self.handlers),
            "是" if self.investigated else "否",
            self.investigation,
            "\n".join(f"旧案材料 {n}" for n in range(1, self.evidence + 1)),
            _lines({n: OUTCOMES[outcome] for n, outcome, _ in self._found()}),
            _lines(grounds),
            _lines(
                {n: MEASURES[measure] + ("：情节轻微" if why else "") for n, (measure, why) in self.measures.items()}
            ),
            self.reviewer,
        ]

    def _found(self) -> Iterable[tuple[int, str, bool]]:
        return ((n, *one) for n, one in enumerate(self.findings, start=1) if one)


@dataclass(frozen=True)
class OldFile:
    """A file that was reviewed. ``case_id``: that of its case; None when it passed all guards."""

    row: Row
    about: tuple[str, ...]
    import_id: str
    case_id: str | None

    @property
    def failed(self) -> list[str]:
        lacking = self.row.missing()
        return [guard for guard in GUARDS if lacking[guard]]


@dataclass
class Account:
    """What an import must tell. ``new``: the rows that are reviewed by it; ``rejected``: row and column."""

    total: int = 0
    unchanged: int = 0
    new: list[Row] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)

    @property
    def by_guard(self) -> dict[str, int]:
        lacking = [row.missing() for row in self.new]
        return {guard: sum(bool(one[guard]) for one in lacking) for guard in GUARDS}

    @property
    def passed(self) -> int:
        return sum(not any(row.missing().values()) for row in self.new)


def table(rows: Iterable[Row], units: tuple[str, ...]) -> bytes:
    """The rows as a .csv of Chinese Windows."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([HEADER, *(row.cells(units) for row in rows)])
    return buffer.getvalue().encode("gb18030")


def account(rows: Iterable[Row], known: Mapping[str, OldFile]) -> Account:
    """What must come of a table, where these files are ``known`` from earlier ones."""
    told, seen = Account(), Counter[str]()
    for place, row in enumerate(rows, start=2):
        told.total += 1
        seen[row.number] += 1
        if row.wrong is not None:
            told.rejected.append((place, row.wrong))
        elif seen[row.number] > 1:
            told.rejected.append((place, "number"))
        elif row.number not in known:
            told.new.append(row)
        elif known[row.number].row == row:
            told.unchanged += 1
        else:
            told.rejected.append((place, "number"))
    return told


def rows(chance: random.Random, count: int, prefix: str, before: list[Row]) -> list[Row]:
    """A table of so many rows, some of them known from ``before``, some doubled, some wrong."""
    made: list[Row] = []
    for number in range(count):
        kind = chance.random()
        old = chance.choice(before) if before else None
        row = _row(chance, f"{prefix}-{number}")
        if kind < WRONG:
            row = replace(row, wrong=chance.choice((UNKNOWN_CATEGORY, UNKNOWN_UNIT, NO_DAY)))
        elif kind < WRONG + KNOWN and old is not None:
            row = old
        elif kind < WRONG + KNOWN + CHANGED and old is not None:
            row = replace(old, investigation=old.investigation + "又查")
        elif kind > 1 - CHANGED and made:
            row = replace(row, number=made[-1].number) if made[-1].wrong is None else row
        made.append(row)
    return made


def _row(chance: random.Random, number: str) -> Row:
    asked = chance.choice((1, 1, 2, 3))
    handlers = tuple(chance.sample(NAMES, chance.choice((0, 1, 1, 2, 2))))
    findings = tuple(
        None if chance.random() < 0.1 else (chance.choice(list(OUTCOMES)[: 4 + (chance.random() < 0.2)]),
                                            chance.random() < 0.93)
        for _ in range(asked)
    )  # fmt: skip
    measures = {
        n: (chance.choice(list(MEASURES)), chance.random() < 0.5)
        for n, one in enumerate(findings, start=1)
        if one and one[0] in SUBSTANTIATED and chance.random() < 0.85
    }
    investigated = chance.random() < 0.93
    return Row(
        number=number,
        received_on=date(2021, 1, 1) + timedelta(days=chance.randrange(1500)),
        category=chance.choice(("conduct.attitude", "other")),
        about=chance.randrange(3) if chance.random() < 0.15 else None,
        handlers=handlers,
        investigated=investigated,
        investigation="查阅材料" if chance.random() < 0.95 else "",
        evidence=chance.choice((0, 1, 2, 2, 3)),
        findings=findings,
        measures=measures,
        reviewer=chance.choice(("", *NAMES, "吴六", "吴六", "吴六", "吴六")),
    )


def _lines(said: Mapping[int, str]) -> str:
    return "\n".join(f"{number}. {text}" for number, text in sorted(said.items()))
