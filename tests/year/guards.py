"""The four guards 四个不放过, judged from the histories alone: whether a case was ever closed past one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ANEW = frozenset({"reopen", "take_back", "re_examine", "separate", "re_review_inadequate"})
# A case that took part in merging or splitting has in its own history only a part of what counts in it.
HANGS_TOGETHER = frozenset({"absorb", "merge", "follow", "split", "open_part", "let_go", "note_part"})


@dataclass
class Round:
    """What was recorded since the case was last taken in hand."""

    number: int = 1
    steps: int = 0
    evidence: int = 0
    findings: dict[int, str] = field(default_factory=dict)
    measures: set[int] = field(default_factory=set)
    confirmed_by: str | None = None


def closed_past_a_guard(number: str, history: Iterable[Mapping[str, Any]], asked: int = 1) -> Iterator[str]:
    """``history``: with its details, oldest first; ``asked``: how many allegations the case came with. One sentence for
    each closing that a guard should have stopped.
    """
    round, hands, items = Round(), set[str](), dict[int, int]()
    for line in history:
        action, details, who = line["action"], line["details"], line["who"]["id"] if line["who"] else None
        if action in HANGS_TOGETHER:
            return
        match action:
            case "accept" if "allegations" in details:
                asked = len(details["allegations"])
            case "start" | "record_step" | "record_assistance":
                hands.add(who)
                round.steps += action == "record_step"
                round.evidence += len(details.get("evidence") or ())
            case "add_evidence":
                hands.add(who)
                items[details["item"]] = round.number
                round.evidence += 1
            case "withdraw_evidence":
                hands.add(who)
                round.evidence -= items[details["item"]] == round.number
            case "join":
                hands.add(details["handler_id"])
            case "record_finding":
                hands.add(who)
                round.findings[details["allegation"]] = details["outcome"]
                round.measures.discard(details["allegation"])
            case "record_disposition":
                hands.add(who)
                round.measures.add(details["allegation"])
            case "conclude":
                hands.add(who)
                round.confirmed_by = None
            case "confirm_adequate":
                round.confirmed_by = who
            case "send_back":
                round.confirmed_by = None
            case "close":
                yield from (f"{number} was closed past {guard}" for guard in _passed(round, asked, hands))
        if action in ANEW:
            round = Round(round.number + 1)


def _passed(round: Round, asked: int, hands: set[str]) -> Iterator[str]:
    if not (round.steps and round.evidence):
        yield "investigated 有访未查"
    if any(round.findings.get(number, "unclear") == "unclear" for number in range(1, asked + 1)):
        yield "clear 查而不清"
    owed = {number for number, found in round.findings.items() if found in ("substantiated", "partly_substantiated")}
    if not owed <= round.measures:
        yield "handled 只查未处理"
    if round.confirmed_by is None or round.confirmed_by in hands:
        yield "adequate 处理不到位"
