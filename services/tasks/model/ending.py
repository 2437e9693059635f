"""How a case ended, in one word: what became of the report, by which it is decided how long it is kept."""

from __future__ import annotations

from services.tasks.model.case import Case
from services.tasks.model.transitions import CLOSED, REFUSED, TRANSFERRED

# The findings on allegations, the one that counts for the whole case first.
STRENGTH = ("substantiated", "partly_substantiated", "unclear", "unsubstantiated", "false")


def outcome(case: Case) -> str | None:
    """``refused``, ``transferred``, or the strongest finding of a closed case and of its parts; None while it, or a
    part of it, is being handled. A case that was merged ends as the leading one does.
    """
    if case.merged_into is not None:
        return case.led_outcome
    if any(not part.over for part in case.parts):
        return None
    if case.state in (REFUSED, TRANSFERRED):
        return case.state
    if case.state != CLOSED:
        return None
    found = {finding for number, finding in case.findings if number not in case.moved}
    found |= {part.outcome for part in case.parts if part.outcome is not None}
    return next((finding for finding in STRENGTH if finding in found), None)
