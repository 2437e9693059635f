"""Character n-grams: what the statistics see of a text. Chinese needs no division into words for it.

Names, amounts and dates are masked first, so that nothing is learned from who and where, and a model that was trained
on real reports holds none of them. What an organisation is (公证处) and what a person is (律师) stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from services.reports.triage.entities import DATE, MONEY, ORGANISATION, PERSON, PLACE, Entity
from services.reports.triage.entities.bodies import kind_of_organisation
from services.reports.triage.entities.persons import title_of

# Upper case occurs in no plain text.
MASKS = {PERSON: "P", ORGANISATION: "O", PLACE: "L", MONEY: "M", DATE: "D"}
LENGTHS = (1, 2, 3)


def masked(plain: str, entities: Sequence[Entity]) -> str:
    """``plain`` with each of ``entities`` (in order, with places in ``plain``) replaced by a mark of its kind."""
    parts: list[str] = []
    end = 0
    for entity in entities:
        parts += plain[end : entity.start], _mask(plain[entity.start : entity.end], entity.kind)
        end = entity.end
    return "".join((*parts, plain[end:]))


def count(text: str, lengths: Sequence[int] = LENGTHS) -> Counter[str]:
    """How often each n-gram occurs; none spans punctuation or a space."""
    spread = "".join(character if character.isalnum() else " " for character in text)
    grams: Counter[str] = Counter()
    for run in spread.split():
        for length in lengths:
            grams.update(run[start : start + length] for start in range(len(run) - length + 1))
    return grams


def _mask(name: str, kind: str) -> str:
    if kind == ORGANISATION:
        return MASKS[kind] + kind_of_organisation(name)
    if kind == PERSON:
        return MASKS[kind] + title_of(name)
    return MASKS[kind]
