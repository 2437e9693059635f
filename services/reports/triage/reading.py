"""A report as every part of triage reads it: one plain text, what it names, its n-grams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from services.reports.triage import entities, ngrams
from services.reports.triage.entities import Entity
from services.reports.triage.text import Text

# A title says in few words what the narrative says in many.
_TITLE_COUNTS = 2


@dataclass(frozen=True)
class Submission:
    """What was sent. ``subjects``: ``name`` and ``unit`` of whom it is about, where the reporter gave them.

    ``received`` is the day of receipt in the bureau's time zone.
    """

    kind: str
    title: str
    narrative: str
    received: date
    subjects: Sequence[Mapping[str, str | None]] = ()


class Reading:
    """A submission, normalised and searched once."""

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self.title = Text.of(submission.title)
        self.narrative = Text.of(submission.narrative)

    @cached_property
    def plain(self) -> str:
        """Title and narrative, as rules read them."""
        return f"{self.title.plain}。{self.narrative.plain}"

    @cached_property
    def found(self) -> dict[str, list[Entity]]:
        """What is named, by field, with places in the plain text of the field."""
        names = [Text.of(subject.get("name") or "").compact for subject in self.submission.subjects]
        units = [Text.of(subject.get("unit") or "").compact for subject in self.submission.subjects]
        return {
            field: entities.find_plain(text.plain, self.submission.received, names, units)
            for field, text in (("title", self.title), ("narrative", self.narrative))
        }

    @cached_property
    def grams(self) -> Counter[str]:
        """The n-grams of the masked texts."""
        title = ngrams.count(ngrams.masked(self.title.plain, self.found["title"]))
        grams = ngrams.count(ngrams.masked(self.narrative.plain, self.found["narrative"]))
        for gram, number in title.items():
            grams[gram] += number * _TITLE_COUNTS
        # The kind of the submission, as a gram that no text holds.
        grams[f"K{self.submission.kind}"] += 1
        return grams
