"""How much is read: for whoever watches over the system to notice when somebody reads more than their work needs."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import Counter

from contracts.event import Received

READINGS = Counter(
    "mingjing_reports_readings_total",
    "Readings of reports' content by staff. What is told again after a crash counts again.",
    ["what", "purpose"],
)


def count(events: Sequence[Received]) -> None:
    """Counts readings by what was read and for which purpose; who read what is in the access record alone."""
    for event in events:
        READINGS.labels(event.data["what"], event.data["purpose_code"] or "other").inc()
