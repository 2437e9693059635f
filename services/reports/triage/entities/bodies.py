"""Organisations and places: a name that ends in one of the known words (司法局, 律师事务所, 街道, 饭店).

A name begins where a word stands that no name contains (data/bodies.json, ``breaks``). A bare 法院 or 派出所 names
nobody and is not told; 东屏区法院 is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.reports.triage.entities.found import ORGANISATION, PLACE, Entity

_LONGEST_NAME = 14
_LONGEST_PLACE = 4
_NOT_HAN = re.compile(r"[^一-龥]")


@dataclass(frozen=True)
class _Bodies:
    organisation: re.Pattern[str]
    place: re.Pattern[str]
    division: re.Pattern[str]
    breaks: re.Pattern[str]
    generic: frozenset[str]


def find_organisations(plain: str, given_units: Iterable[str] = ()) -> Iterator[Entity]:
    """Every organisation in ``plain`` (as ``Text.plain``) that is named. ``given_units``: those that the reporter
    named."""
    bodies = _bodies()
    for match in bodies.organisation.finditer(plain):
        start = _start(plain, match.start(), _LONGEST_NAME)
        if _says_which(plain[start : match.start()]):
            yield Entity(ORGANISATION, start, match.end())
    for unit in given_units:
        if len(unit) >= 4:
            yield from (Entity(ORGANISATION, *match.span()) for match in re.finditer(re.escape(unit), plain))


def find_places(plain: str) -> Iterator[Entity]:
    """Every place in ``plain`` that is named."""
    bodies, previous = _bodies(), 0
    for match in bodies.place.finditer(plain):
        if plain.startswith("矫正", match.end()):
            continue
        start = max(_start(plain, match.start(), _LONGEST_PLACE), previous)
        previous = match.end()
        if match.start() - start >= 2 and _says_which(plain[start : match.start()]):
            yield Entity(PLACE, start, match.end())


def kind_of_organisation(name: str) -> str:
    """The word that tells what an organisation is: 公证处 of 东屏公证处; empty when its name tells it not."""
    last = ""
    for match in _bodies().organisation.finditer(name):
        last = match[0]
    return last


def _start(plain: str, suffix: int, longest: int) -> int:
    """Where the name before ``suffix`` begins: after the last word that no name contains."""
    earliest = max(0, suffix - longest)
    before = plain[earliest:suffix]
    begins = 0
    for pattern in (_NOT_HAN, _bodies().breaks):
        for match in pattern.finditer(before):
            begins = max(begins, match.end())
    return earliest + begins


def _says_which(name: str) -> bool:
    bodies = _bodies()
    rest = name
    while rest:
        shorter = next((rest[len(word) :] for word in bodies.generic if rest.startswith(word)), rest)
        if shorter == rest:
            break
        rest = shorter
    return len(rest) >= 2 or bool(bodies.division.search(name) and len(name) >= 2)


@cache
def _bodies() -> _Bodies:
    data = json.loads((Path(__file__).parents[1] / "data" / "bodies.json").read_text(encoding="utf-8"))
    return _Bodies(
        organisation=_any_of(data["organisations"]),
        place=_any_of(data["places"]),
        division=_any_of(data["divisions"]),
        breaks=_any_of(data["breaks"]),
        generic=frozenset(data["generic"]),
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
