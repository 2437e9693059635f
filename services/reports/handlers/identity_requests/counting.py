"""How many requests there are: for whoever watches over how often identities are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import Counter

from contracts.event import Received

CHANGES = Counter(
    "mingjing_reports_identity_requests_total",
    "Requests to see who a reporter is, by the state they came into. What is told again after a crash counts again.",
    ["state"],
)


def count(events: Sequence[Received]) -> None:
    """Counts what happened to requests; who asked for whom is in the requests alone."""
    for event in events:
        CHANGES.labels(event.data["state"]).inc()
