"""The legal time limits, as dated data. A change of the law is a new row beside the old one, never an edit.

A clock keeps the code and the version of the rule that it was started under, and is counted by it to its end.

``article`` is a number where the published text was compared, and the name of the chapter where only the term itself
could be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

PETITIONS = "信访工作条例"
ACCUSATIONS = "纪检监察机关处理检举控告工作规则"
# A term that no law sets: the bureau names it itself, by the article given.
OWN_TERM = "本机关自定期限"

# Who handles a report: the bureau, or, when it is about the bureau's own head, the level above.
BUREAU = "bureau"
ABOVE = "above"


@dataclass(frozen=True)
class Rule:
    """One time limit: ``days`` of ``unit`` from the end of the day on which it starts.

    ``version`` is the day of the source's promulgation; ``valid_from`` to ``valid_to`` (inclusive) the
    days on which a clock may start under it. ``sources``: kinds of case it is for; ``named_only``: only
    for reporters who gave their name; ``route``: for cases that take this way.
    ``pausable``: whether suspending the case stops it. ``extension``: how many days a named approver may add, once;
    0 = none. ``counts``: whether a case is overdue when it has run out; a term that somebody else has to keep, or
    within which something is allowed, is shown and never makes the bureau's case overdue.
    """

    code: str
    zh: str
    en: str
    source: str
    article: str
    version: str
    valid_from: date
    days: int
    unit: Literal["calendar", "working"]
    sources: frozenset[str] = frozenset({"report"})
    named_only: bool = False
    pausable: bool = False
    extension: int = 0
    valid_to: date | None = None
    route: str = BUREAU
    counts: bool = True

    def valid_on(self, day: date) -> bool:
        """Whether a clock that starts on ``day`` starts under this rule."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


RULES: tuple[Rule, ...] = (
    # Binds the petition offices of Party committees and governments; the bureau keeps to their fifteen days.
    Rule(
        code="register_and_route", zh="登记并转办", en="Register and route",
        source=PETITIONS, article="22", version="2022-02-25", valid_from=date(2022, 5, 1),
        days=15, unit="calendar",
    ),
    # What is about the head of a body goes to the level above, which registers it and tells of acceptance and result.
    Rule(
        code="forward_above", zh="报送上级机关", en="Hand on to the level above",
        source=ACCUSATIONS, article="15", version="2020-01-21", valid_from=date(2020, 1, 21),
        days=5, unit="working", route=ABOVE,
    ),
    Rule(
        code="tell_acceptance", zh="告知是否受理", en="Tell whether it is accepted",
        source=PETITIONS, article="23", version="2022-02-25", valid_from=date(2022, 5, 1),
        days=15, unit="calendar",
    ),
    Rule(
        code="tell_acceptance_named", zh="告知实名举报人受理情况", en="Tell a named reporter",
        source=ACCUSATIONS, article="实名检举控告的处理", version="2020-01-21", valid_from=date(2020, 1, 21),
        days=15, unit="working", named_only=True,
    ),
    # Nobody reported it, so no law of petitions asks for an answer; without a term of its own it could lie for ever.
    # Discipline inspection has a month to say what it will do with a clue; the bureau takes as much: 30 days.
    Rule(
        code="propose_handling", zh="提出处置意见", en="Say what will be done with it",
        source=OWN_TERM, article="中国共产党纪律检查机关监督执纪工作规则 线索处置", version="2019-01-01",
        valid_from=date(2020, 1, 1), days=30, unit="calendar", sources=frozenset({"clue", "review"}),
    ),
    # What is open to whoever was given the case, so nothing that is ever overdue.
    Rule(
        code="object", zh="提出异议", en="Object to having been given the case",
        source=PETITIONS, article="23", version="2022-02-25", valid_from=date(2022, 5, 1),
        days=5, unit="working", sources=frozenset({"report", "clue", "review"}), pausable=True, counts=False,
    ),
    Rule(
        code="handle", zh="办结", en="Handle to the end",
        source=PETITIONS, article="34", version="2022-02-25", valid_from=date(2022, 5, 1),
        days=60, unit="calendar", sources=frozenset({"report", "clue", "review"}), pausable=True,
        extension=30,
    ),
    # The article has the level above review a result within 30 days; the bureau gives itself as many to examine a case
    # again in other hands. A review is neither extended nor pausable by the article; what stops the case stops it as it
    # stops handling.
    Rule(
        code="re_examine", zh="复查", en="Re-examine",
        source=PETITIONS, article="35", version="2022-02-25", valid_from=date(2022, 5, 1),
        days=30, unit="calendar", pausable=True,
    ),
    Rule(
        code="tell_result_named", zh="向实名举报人反馈处理结果", en="Tell a named reporter the result",
        source=ACCUSATIONS, article="实名检举控告的处理", version="2020-01-21", valid_from=date(2020, 1, 21),
        days=15, unit="working", named_only=True,
    ),
    # 《信访工作条例》第二十二条: whoever transfers a matter may name a term for the answer. The law sets none, so these
    # two are the bureau's own; they bind the body that was written to, never a unit that handles the case.
    Rule(
        code="transfer_acknowledged", zh="承接机关签收回复", en="Answer of the body that takes the case over",
        source=OWN_TERM, article="信访工作条例 22", version="2022-05-01", valid_from=date(2022, 5, 1),
        days=15, unit="calendar", sources=frozenset({"report", "clue", "review"}), counts=False,
    ),
    Rule(
        code="assist", zh="协查回复", en="Answer to a request for assistance",
        source=OWN_TERM, article="信访工作条例 22", version="2022-05-01", valid_from=date(2022, 5, 1),
        days=15, unit="working", sources=frozenset({"report", "clue", "review"}), counts=False,
    ),
)  # fmt: skip

_BY_VERSION = {(rule.code, rule.version): rule for rule in RULES}


def rule_of(code: str, version: str) -> Rule:
    """The rule that a clock was started under."""
    return _BY_VERSION[code, version]


def rule_for(code: str, day: date, source: str, named: bool, route: str = BUREAU) -> Rule | None:
    """The rule ``code`` for a clock that starts on ``day``, for a case of this source on this route; None when none
    applies.
    """
    for rule in RULES:
        if rule.code == code and rule.valid_on(day):
            applies = source in rule.sources and (named or not rule.named_only) and rule.route == route
            return rule if applies else None
    return None
