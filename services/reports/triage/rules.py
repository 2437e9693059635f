"""Rules as dated data: patterns that speak for a category or an urgency, each with a reason that a person can read.

A rule applies when one of ``any`` occurs in the text, each of ``all`` and none of ``not`` (regular expressions over
``Text.plain``). ``weight`` is added to the score of what the rule speaks for, in the unit of the statistics (natural
logarithm of odds).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Rule:
    """``speaks_for``: a code of a category or an urgency; a main category's is for each of its sub-categories.
    ``reason`` by language. ``kind``: only for reports, or only for suggestions."""

    id: str
    speaks_for: str
    weight: float
    reason: Mapping[str, str]
    any: re.Pattern[str]
    all: tuple[re.Pattern[str], ...]
    none: re.Pattern[str] | None
    kind: str | None = None

    def place(self, plain: str, kind: str) -> tuple[int, int] | None:
        """Where in ``plain`` the rule applies first; ``None`` when it does not."""
        if self.kind is not None and self.kind != kind:
            return None
        match = self.any.search(plain)
        if match is None or (self.none and self.none.search(plain)):
            return None
        return match.span() if all(pattern.search(plain) for pattern in self.all) else None


@dataclass(frozen=True)
class Hit:
    """A rule that applies, and to which part of the text (code points of ``Text.plain``)."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True)
class Ruleset:
    """``version`` and ``source`` say which rules these are and where they come from."""

    version: str
    source: str
    rules: tuple[Rule, ...]
    levels: tuple[Mapping[str, Any], ...] = ()

    def hits(self, plain: str, kind: str) -> Iterator[Hit]:
        """Every rule that applies to ``plain``, sent as ``kind``, in order of the data."""
        for rule in self.rules:
            place = rule.place(plain, kind)
            if place:
                yield Hit(rule, *place)


@cache
def categories() -> Ruleset:
    """What speaks for a category of the form."""
    return _read("categories.json", "category")


@cache
def urgencies() -> Ruleset:
    """What speaks for an urgency; ``levels`` holds its written definitions, the most urgent first."""
    return _read("urgency.json", "level")


def _read(name: str, speaks_for: str) -> Ruleset:
    data = json.loads((_DATA / name).read_text(encoding="utf-8"))
    return Ruleset(
        version=data["version"],
        source=data["source"],
        rules=tuple(_rule(entry, entry[speaks_for]) for entry in data["rules"]),
        levels=tuple(data.get("levels", ())),
    )


def _rule(entry: Mapping[str, Any], speaks_for: str) -> Rule:
    return Rule(
        id=entry["id"],
        speaks_for=speaks_for,
        weight=float(entry["weight"]),
        reason=entry["reason"],
        any=_one_of(entry["any"]),
        all=tuple(map(re.compile, entry.get("all", ()))),
        none=_one_of(entry["not"]) if entry.get("not") else None,
        kind=entry.get("kind"),
    )


def _one_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
