"""What a file says of a question and the question has no place for: told in the account, never passed over.

The question is taken all the same, where it asks what it asked before. Not told are the names and looks that
other programs give to questions (Moodle's ``name``, ``penalty`` and ``answernumbering``, QTI's identifiers): they are
no part of what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.quiz.files.faults import Rejected, shown
from services.quiz.model.question import MULTIPLE, PARTIAL, SINGLE

# Every program rounds the shares of its choices somewhere.
_ROUNDED = 0.1
# What stands above the categories of a Moodle course.
_TOPS = frozenset({"top", ""})


@dataclass
class Omissions:
    """Those of one question: the place of each, the field, why, and what stood there."""

    row: int
    found: list[Rejected] = field(default_factory=list)

    def note(self, name: str, message: str, value: Any = None) -> None:
        """Something is not taken; ``message`` is a text code."""
        self.found.append(Rejected(self.row, name, message, shown(value)))

    def feedback(self, text: str) -> None:
        """What is said to whoever chose or wrote one thing: a question has one explanation for all."""
        if text.strip():
            self.note("explanation", "import.feedback", text.strip())

    def partial_credit(self, text: str, percent: float) -> None:
        """An answer that would earn a part of the score, and earns nothing here."""
        self.note("answer", "import.partial_credit", f"{text} {percent:g}%")

    def weights(self, percents: Sequence[float]) -> None:
        """What each option of a multiple choice earns, where it is scored otherwise here."""
        if not as_here(percents):
            self.note("scoring", "import.other_weights", "/".join(f"{percent:g}" for percent in percents))

    def wildcard(self, form: str) -> None:
        """A form in which a star stands for anything, and for itself here."""
        if "*" in form:
            self.note("answer", "import.wildcard", form)

    def category(self, path: str) -> None:
        """A category within others, of which the last is taken."""
        above = [part.strip() for part in path.split("/")][:-1]
        while above and (above[0].startswith("$") or above[0].casefold() in _TOPS):
            above = above[1:]
        if above:
            self.note("category", "import.category_path", "/".join(above))


def key_of(
    single: bool, options: Sequence[dict[str, str]], weights: Sequence[float], omitted: Omissions
) -> dict[str, Any]:
    """Type, key and scoring of a choice by what each option earns, in percent.

    Of a single choice the best option is right, and others earn nothing. Of a multiple choice all are right that earn
    something; it is scored in parts: equal ones, and nothing with a wrong option. What is otherwise is noted.
    """
    if single:
        best = max(weights, default=0.0)
        right = [option["key"] for option, weight in zip(options, weights, strict=False) if weight == best > 0]
        for option, weight in zip(options, weights, strict=False):
            if weight not in (0.0, 100.0):
                omitted.partial_credit(option["text"], weight)
        return {"type": SINGLE, "answer": right[0] if len(right) == 1 else None}
    right = [option["key"] for option, weight in zip(options, weights, strict=False) if weight > 0]
    omitted.weights(weights)
    return {"type": MULTIPLE, "answer": right, "scoring": PARTIAL}


def as_here(weights: Sequence[float]) -> bool:
    """Whether the right options earn equal parts of the whole, and each wrong one costs all."""
    gains = [weight for weight in weights if weight > 0]
    return all(abs(weight - 100 / len(gains)) <= _ROUNDED for weight in gains) and all(
        weight <= _ROUNDED - 100 for weight in weights if weight <= 0
    )
