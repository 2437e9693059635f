"""The reporter's ratings: sealed reasons, one rating a result, told to whoever handles the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis import clock
from chassis.refusals import IdempotencyKeyReused, Stale
from contracts.call import Call
from contracts.reports.events import ReportRatedV1
from services.reports import sealing
from services.reports.handlers.receipts import report_of
from services.reports.model import ratings as rules
from services.reports.model.report import RATED_STATES, AlreadyRated, NotYetRated
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

# How often a rating is decided anew when something else was written to the report meanwhile.
_TRIES = 5


def rate(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """Satisfied or not, once for each of at most two results.

    Raises ``ReceiptUnknown``, ``NotYetRated``, ``AlreadyRated`` unless it is the same again, ``IdempotencyKeyReused``.
    """
    for left in reversed(range(_TRIES)):
        try:
            return _rate(store, sealer, request, call)
        except Stale:
            if left == 0:
                raise
    raise AssertionError("the last try answers or raises")


def opened(report: Mapping[str, Any], data_key: bytes) -> list[dict[str, Any]]:
    """All ratings, first to last, with their reasons."""
    return [_opened(report["_id"], rating, data_key) for rating in rules.ratings_of(report)]


def told(report: Mapping[str, Any], data_key: bytes) -> dict[str, Any]:
    """``ratings``, and the last of them as ``rating``, for either side."""
    given = opened(report, data_key)
    return {"rating": given[-1] if given else None, "ratings": given}


def _rate(store: ReportsStore, sealer: Sealer, request: Mapping[str, Any], call: Call) -> dict[str, Any]:
    report = report_of(store, sealer, request["receipt"])
    data_key = sealer.data_key_for_reporter(report["_id"], report["data_key"], request["receipt"])
    said = {"satisfied": request["satisfied"], "reason": request["reason"] or None}
    earlier = _earlier(sealer, report, data_key, said, call)
    if earlier is not None:
        return earlier
    if not rules.may_rate(report):
        rated = rules.ratings_of(report) and report["state"] in RATED_STATES
        raise AlreadyRated if rated else NotYetRated(report["state"])
    rating = _rating(sealer, report, data_key, said, call)
    store.reports.rate(
        report,
        rating,
        ReportRatedV1.draft(
            report["_id"],
            report_id=report["_id"],
            case_id=report.get("case", {}).get("id"),
            satisfied=rating["satisfied"],
            number=rating["number"],
        ),
    )
    return _opened(report["_id"], rating, data_key)


def _earlier(
    sealer: Sealer, report: Mapping[str, Any], data_key: bytes, said: Mapping[str, Any], call: Call
) -> dict[str, Any] | None:
    """The rating that this one repeats: the one of its idempotency key, or the last where no other can be given."""
    given = opened(report, data_key)
    keys = _key_ids(sealer, report["_id"], call)
    for rating, stored in zip(given, rules.ratings_of(report), strict=True):
        if stored.get("key_id") in keys:
            if _said(rating) != said:
                raise IdempotencyKeyReused
            return rating
    if given and not rules.may_rate(report) and _said(given[-1]) == said:
        return given[-1]
    return None


def _rating(
    sealer: Sealer, report: Mapping[str, Any], data_key: bytes, said: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    number = len(rules.ratings_of(report)) + 1
    rating = {
        "number": number,
        "satisfied": said["satisfied"],
        "at": clock.to_the_hour(call.now),
        "results": report.get("results", 0),
    }
    if said["reason"]:
        rating["reason"] = sealing.seal_text(data_key, report["_id"], _field(number), said["reason"].encode())
    if keys := _key_ids(sealer, report["_id"], call):
        rating["key_id"] = keys[0]
    return rating


def _key_ids(sealer: Sealer, report_id: str, call: Call) -> list[str]:
    """What an idempotency key is known by: under the newest lookup key, and under older ones."""
    if call.idempotency_key is None:
        return []
    scope = f"rating/{report_id}"
    older = sealer.older_ids_of(scope, call.idempotency_key, call.now)
    return [sealer.id_of(scope, call.idempotency_key), *older]


def _opened(report_id: str, rating: Mapping[str, Any], data_key: bytes) -> dict[str, Any]:
    sealed = rating.get("reason")
    reason = sealing.open_text(data_key, report_id, _field(rating["number"]), sealed).decode() if sealed else None
    return {
        "number": rating["number"],
        "satisfied": rating["satisfied"],
        "reason": reason,
        "at": rating["at"],
    }


def _said(rating: Mapping[str, Any]) -> dict[str, Any]:
    return {"satisfied": rating["satisfied"], "reason": rating["reason"]}


def _field(number: int) -> str:
    return f"rating/{number}"
