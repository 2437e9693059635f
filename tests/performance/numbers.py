"""The numbers to hold, and whether a measured one holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limit:
    """What a figure may be at most, or at least. A missed *must* is a failure, a missed *aim* is told."""

    what: str
    figure: str
    at_most: float | None = None
    at_least: float | None = None
    must: bool = True

    def holds(self, value: float) -> bool:
        """Whether the value keeps the limit."""
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)

    @property
    def words(self) -> str:
        """As people write it: "≤ 2.5"."""
        return f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"


# Resident memory has not grown when it is greater by at most so many MB, or by this share of what it was.
FLAT_MB = 4.0
FLAT_SHARE = 0.05

# By section of latest.json; `figure` is the name in it.
LIMITS: dict[str, tuple[Limit, ...]] = {
    "report_to_case": (
        Limit("CPU, in floors", "cpu_ratio", at_most=2.5),
        Limit("CPU, in floors", "cpu_ratio", at_most=2.0, must=False),
        Limit("delay with one in flight, in floors", "delay_ratio", at_most=3.0),
    ),
    "answer_saved": (Limit("CPU, in direct updates", "cpu_ratio", at_most=2.0),),
    "fan_out": (
        Limit("rate, in the floor's confirmed publishes", "rate_ratio", at_least=0.5),
        # Flat: over four publications a tenth of what the deliveries of one would take if they were kept.
        Limit("growth of publicity's memory in MB", "rss_growth_mb", at_most=4.0),
    ),
    "attachments": (Limit("CPU, in floors", "cpu_ratio", at_most=2.5, must=False),),
    "memory": (
        Limit("greatest idle service, MB", "idle_service_mb", at_most=120.0),
        Limit("idle gateway worker, MB", "idle_worker_mb", at_most=120.0),
        Limit("greatest service after all events, MB", "service_mb", at_most=120.0),
        Limit("gateway worker after all events, MB", "worker_mb", at_most=120.0),
        Limit("growth once warm ÷ (5 % or 4 MB)", "growth", at_most=1.0),
    ),
    # CPU for an operation with ten times the data ÷ that with little.
    "growth": (
        Limit("report → case", "report_to_case_cpu_ratio", at_most=1.2),
        Limit("answer saved", "answer_saved_cpu_ratio", at_most=1.2),
        Limit("delivery", "fan_out_cpu_ratio", at_most=1.2),
    ),
    # CPU with a hundred times the cases ÷ that with few, the greatest of each kind; the slowest count with many.
    "cases": (
        Limit("lists", "lists_cpu_ratio", at_most=1.2),
        Limit("counts of what does not grow", "counts_cpu_ratio", at_most=1.2),
        Limit("actions", "actions_cpu_ratio", at_most=1.2),
        Limit("slowest count, median ms", "counts_p50_ms", at_most=50.0, must=False),
    ),
    # The rate of two throttled replicas ÷ that of one. Where the kernel gives no quota it is not known.
    "scale": (
        Limit("two replicas of tasks", "tasks_ratio", at_least=1.7),
        Limit("two replicas of the gateway", "gateway_ratio", at_least=1.7),
    ),
}


def growth(warm_mb: float, last_mb: float) -> float:
    """How much a process grew, in shares of what passes for no growth."""
    return (last_mb - warm_mb) / max(FLAT_MB, warm_mb * FLAT_SHARE)


def verdicts(section: str, figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each limit of a section whose figure was measured, with the value and whether it holds."""
    return [
        {
            "what": limit.what,
            "value": figures[limit.figure],
            "limit": limit.words,
            "must": limit.must,
            "holds": limit.holds(figures[limit.figure]),
        }
        for limit in LIMITS.get(section, ())
        if limit.figure in figures
    ]


def missed_musts(sections: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What was missed and must hold."""
    found = (verdict for section in sections.values() for verdict in section.get("numbers", ()))
    return [verdict["what"] for verdict in found if verdict["must"] and not verdict["holds"]]
