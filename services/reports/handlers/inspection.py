"""What becomes of a file after it has come in: scanned, taken apart in a confined process, copied without metadata."""

from __future__ import annotations

from typing import Any

import structlog

from chassis.consumer import Reject
from contracts.event import Received
from services.reports.attachments.clean_copy import keep_inspection
from services.reports.attachments.going_out import original
from services.reports.attachments.vault import COPIES, Document, Held, Vault, opened
from services.reports.handlers.case_files import key_of_owner
from services.reports.inspection import Inspection, Scan, Scanner, inspect, scanning
from services.reports.inspection.verdicts import NO_CLEAN_COPY, UNSAFE
from services.reports.model.report import ContentUnreadable
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

_log = structlog.get_logger(__name__)


def inspect_attachment(store: ReportsStore, vault: Vault, sealer: Sealer, scanner: Scanner, event: Received) -> None:
    """Inspect a complete file and keep what was found; nothing to do where that is done, or the file is gone.

    Raises what may pass by itself, for a later attempt: ``ScannerAway``, ``InspectionFailed``, ``KeyMissing``,
    ``chassis.refusals.Stale`` and ``parts.Overtaken`` (another attempt was faster). ``Reject`` for a file that does
    not open as it was sealed.
    """
    report_id, attachment_id = event.data["report_id"], event.data["attachment_id"]
    document = vault.attachments.get(report_id, attachment_id)
    if document is None:
        # An attempt that was overtaken by the erasure of the report may have left parts of a copy.
        vault.parts.erase(attachment_id, COPIES)
        return
    if document.get("inspection"):
        return
    report = store.reports.get(report_id)
    if report is not None and "desk" not in report.get("data_key", {"desk": None}):
        # Sealed for the level above: nobody here opens it, this process neither.
        vault.attachments.change(document, {"$set": {"inspection": _not_opened()}})
        return
    data_key = _data_key(store, sealer, report_id, report)
    if data_key is None:
        return
    try:
        _inspect(vault, opened(document, data_key), scanner)
    except ContentUnreadable as error:
        if vault.attachments.get(report_id, attachment_id) is None:
            # Erased while it was being read.
            return
        raise Reject(f"attachment {attachment_id} of report {report_id} does not open") from error


def _data_key(store: ReportsStore, sealer: Sealer, owner_id: str, report: Document | None) -> bytes | None:
    """The key of the report, or of the case's file, that the file belongs to; None where it was erased."""
    if report is None:
        return key_of_owner(store, sealer, owner_id)
    return sealer.data_key_for_desk(owner_id, report["data_key"]) if "data_key" in report else None


def _inspect(vault: Vault, held: Held, scanner: Scanner) -> None:
    scan = scanner.scan(original(vault, held))
    if scan.result == scanning.INFECTED:
        # Nobody opens it, so that no copy is needed; no reader is put at risk for one.
        _keep(vault, held, {"verdict": UNSAFE, "notes": [], "type": None}, scan)
        return
    with inspect(original(vault, held), held.record["type"]) as inspection:
        _tell(held, inspection)
        found = {"verdict": inspection.verdict, "notes": list(inspection.notes), "type": inspection.type_code}
        _keep(vault, held, found, scan, inspection)


def _keep(vault: Vault, held: Held, found: Document, scan: Scan, inspection: Inspection | None = None) -> None:
    told = {name: value for name, value in vars(scan).items() if value is not None}
    clean = inspection.clean_parts if inspection else None
    copy_type = inspection.copy_type if inspection else None
    keep_inspection(vault, held, {**found, "scan": told}, clean, copy_type)


def _tell(held: Held, inspection: Inspection) -> None:
    """For operators: ids and codes; what a reader stumbled over may be an error of ours. Where all went well nothing is
    said: the line would tell when the file came in."""
    facts: dict[str, Any] = {
        "attachment_id": held.document["_id"],
        "verdict": inspection.verdict,
        "type": inspection.type_code,
    }
    if inspection.fault:
        _log.warning("attachment could not be read", fault=inspection.fault, **facts)
    elif not inspection.confined:
        _log.warning("attachment inspected without a filter for system calls", **facts)


def _not_opened() -> Document:
    scan = {"result": scanning.NOT_SCANNED, "reason": scanning.NOT_OPENED}
    return {"verdict": NO_CLEAN_COPY, "notes": ["not_opened"], "type": None, "scan": scan}
