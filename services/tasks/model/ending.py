"""How a case ended, in one word: what became of the report, by which it is decided how long it is kept."""

from __future__ import annotations

from services.tasks.model.case import Case
from services.tasks.model.transitions import CLOSED, REFUSED, TRANSFERRED

# The findings on allegations, the one that counts for the whole case first.
STRENGTH = ("substantiated", "partly_substantiated", "unclear", "unsubstantiated", "false")


def outcome(case: Case) -> str | None:
    """``refused``, ``transferred``, or the strongest finding of a closed case; None while it is being handled."""
    if case.state in (REFUSED, TRANSFERRED):
        return case.state
    if case.state != CLOSED:
        return None
    found = {finding for _, finding in case.findings}
    return next((finding for finding in STRENGTH if finding in found), None)
