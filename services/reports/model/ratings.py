"""How often a reporter may say whether the result satisfies: each result once, and no more than two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.reports.model.report import RATED_STATES

# The second is about the re-examination that the first has led to, or about a case handled anew; it is final.
MOST_RATINGS = 2


def ratings_of(report: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The ratings that were given, first to last, as they are stored."""
    found: Sequence[Mapping[str, Any]] = report.get("ratings", ())
    return found


def may_rate(report: Mapping[str, Any]) -> bool:
    """Whether there is a result that was not rated yet, and a rating left for it.

    ``report``: its ``state``, its ``ratings``, and ``results``, how many results its case had so far.
    """
    given = ratings_of(report)
    if report["state"] not in RATED_STATES or len(given) >= MOST_RATINGS:
        return False
    return not given or report.get("results", 0) > given[-1]["results"]
