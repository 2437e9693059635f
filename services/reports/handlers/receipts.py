"""From a receipt to its report, whichever lookup key it was kept under."""

from __future__ import annotations

from typing import Any

from services.reports import retention
from services.reports.model import report as rules
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore


def report_of(store: ReportsStore, sealer: Sealer, receipt: str) -> dict[str, Any]:
    """The report that this receipt belongs to; ``ReceiptUnknown``, ``Erased``.

    One that was found by an older lookup key is found by the newest from now on, so that the older one can go.
    """
    newest, *older = sealer.receipt_hashes(receipt)
    report = store.reports.of_receipt(newest, *older)
    if report is None:
        raise rules.ReceiptUnknown
    if report["receipt_hash"] != newest:
        store.reports.move_receipt(report, newest, sealer.lookups[0].id)
    retention.refuse_erased(report)
    return report
