"""The file of a case: who may read it, and the key that its evidence is sealed with.

Each case that has evidence has a key of its own. Where somebody reported, it is sealed with the report's key and goes
with it; where nobody did, it is sealed to the desk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chassis.refusals import NotFound
from contracts.call import Call
from services.reports import sealing
from services.reports.attachments.vault import Vault
from services.reports.handlers.accesses import reader
from services.reports.handlers.attachments import erase_attachments
from services.reports.handlers.staff import report_of_case
from services.reports.model import report as rules
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore
from services.reports.store.case_files import owner_of

Document = dict[str, Any]


@dataclass(frozen=True)
class CaseFile:
    """The file of a case, opened. ``report``: what its readings are recorded of, as ``accesses.record`` takes it."""

    case_id: str
    report: Document
    key: bytes = field(repr=False)

    @property
    def owner(self) -> str:
        """The id under which its files are kept."""
        return owner_of(self.case_id)


def case_file(store: ReportsStore, sealer: Sealer, case_id: str, call: Call) -> CaseFile:
    """The file of this case, for the desk and its handler; made with the first piece of evidence.

    ``NotFound`` for everybody else, ``Erased``, ``KeyMissing``.
    """
    known = store.case_files.get(case_id)
    report = None
    if known is not None and "case" in known and store.reports.of_case(case_id) is None:
        _check_reader(known["case"], call)
    else:
        report = report_of_case(store, case_id, call)
    if known is None or "data_key" not in known:
        known = _with_new_key(store, sealer, case_id, report)
    recorded_of = {"_id": report["_id"] if report else case_id, "case": {"id": case_id}}
    return CaseFile(case_id, recorded_of, _key(sealer, known, report))


def key_of_owner(store: ReportsStore, sealer: Sealer, owner_id: str) -> bytes | None:
    """The key of the file that something is kept under ``owner_id`` for, for those who look into it; None where there
    is no such file, or none any more."""
    known = store.case_files.of_owner(owner_id)
    if known is None or "data_key" not in known:
        return None
    report = store.reports.get(known["report_id"]) if "report_id" in known else None
    if "report_id" in known and (report is None or "data_key" not in report):
        return None
    return _key(sealer, known, report)


def erase_case_files(store: ReportsStore, vault: Vault, report_id: str) -> None:
    """Erase the evidence whose key opened with that of a report: keys, then files, then texts.

    May be broken off anywhere and called again.
    """
    for known in store.case_files.of_report(report_id):
        erase_attachments(vault, owner_of(known["_id"]))
        store.case_files.erase(known["_id"])


def _check_reader(case: Document, call: Call) -> None:
    if not rules.may_read_case_report(reader(call.actor), case):
        raise NotFound("case")


def _with_new_key(store: ReportsStore, sealer: Sealer, case_id: str, report: Document | None) -> Document:
    key = sealing.new_data_key()
    if report is None:
        return store.case_files.give_key(case_id, sealer.seal_file_key(key), None)
    report_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    sealed = sealing.seal_text(report_key, report["_id"], _place(case_id), key)
    return store.case_files.give_key(case_id, {"report": sealed}, report["_id"])


def _key(sealer: Sealer, known: Document, report: Document | None) -> bytes:
    if report is None or "desk" in known["data_key"]:
        return sealer.data_key_for_desk(known["_id"], known["data_key"])
    report_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    return sealing.open_text(report_key, report["_id"], _place(known["_id"]), known["data_key"]["report"])


def _place(case_id: str) -> str:
    return f"case-file/{case_id}"
