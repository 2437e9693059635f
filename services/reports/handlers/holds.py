"""Holds: the desk keeps the report behind a case from erasure, and says why."""

from __future__ import annotations

from typing import Any

from chassis.refusals import Stale
from contracts.call import Call
from services.reports import sealing
from services.reports.handlers.accesses import reader
from services.reports.handlers.staff import report_of_case
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

# How often it is decided anew when something else was written to the report meanwhile.
_TRIES = 5


def hold_report(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """Keep it, because …; held for the same reason already, nothing changes. ``NotFound``, ``Erased``."""
    return _decide(store, sealer, request, call, held=True)


def lift_hold(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """Keep it no longer, because …; not held, nothing changes. ``NotFound``, ``Erased``."""
    return _decide(store, sealer, request, call, held=False)


def read_hold(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> dict[str, Any]:
    """Whether it is held, and every setting and lifting so far. ``NotFound``, ``Erased``."""
    report = report_of_case(store, request["case_id"], call)
    return _told(report, request["case_id"], sealer.data_key_for_desk(report["_id"], report["data_key"]))


def _decide(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call, *, held: bool) -> dict[str, Any]:
    for left in reversed(range(_TRIES)):
        report = report_of_case(store, request["case_id"], call)
        data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
        if _is_so(report, data_key, held, request["reason"]):
            return _told(report, request["case_id"], data_key)
        entry = {
            "held": held,
            "at": call.now,
            "by": reader(call.actor).id,
            "reason": sealing.seal_text(
                data_key, report["_id"], _field(len(report.get("holds", []))), request["reason"].encode()
            ),
        }
        try:
            return _told(store.retention.hold(report, held, entry), request["case_id"], data_key)
        except Stale:
            if left == 0:
                raise
    raise AssertionError("the last try answers or raises")


def _is_so(report: dict[str, Any], data_key: bytes, held: bool, reason: str) -> bool:
    if not report.get("held") and not held:
        return True
    return held and bool(report.get("held")) and _history(report, data_key)[-1]["reason"] == reason


def _told(report: dict[str, Any], case_id: str, data_key: bytes) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "held": bool(report.get("held")),
        "history": _history(report, data_key),
    }


def _history(report: dict[str, Any], data_key: bytes) -> list[dict[str, Any]]:
    return [
        {
            "held": entry["held"],
            "at": entry["at"],
            "by_id": entry["by"],
            "reason": sealing.open_text(data_key, report["_id"], _field(number), entry["reason"]).decode(),
        }
        for number, entry in enumerate(report.get("holds", []))
    ]


def _field(number: int) -> str:
    return f"hold/{number}"
