"""Numbers with a tolerance, for which GIFT and Moodle XML have an element of their own."""

import re

from services.quiz.model.question import BLANK, Content

NUMBER = r"-?\d+(?:\.\d+)?"
_TOLERANT = re.compile(rf"({NUMBER})±(\d+(?:\.\d+)?)")


def tolerant(content: Content) -> tuple[str, str] | None:
    """The number and its tolerance where a blank accepts ``3.14±0.01`` and nothing else."""
    if content.type != BLANK or len(content.answer) != 1:
        return None
    found = _TOLERANT.fullmatch(content.answer[0])
    return (found[1], found[2]) if found else None
