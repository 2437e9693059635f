"""What staff decided about reports, as lessons for training triage anew. Opened in memory, kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from services.reports.handlers.analysis import Skipped, submission_of
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore
from services.reports.triage.reading import Submission


class Correction(NamedTuple):
    """A report as it was sent, and the last decision about it; ``submission`` is ``None`` where it does not open."""

    submission: Submission | None
    category: str
    urgency: str


def corrections(store: ReportsStore, sealer: Sealer) -> Iterator[Correction]:
    """Every report that staff confirmed or corrected, in order of the first decision."""
    for report in store.triage.decided():
        decision = report["triage_decisions"][-1]
        try:
            submission, _ = submission_of(sealer, report)
        except Skipped:
            submission = None
        yield Correction(submission, decision["category"], decision["urgency"])
