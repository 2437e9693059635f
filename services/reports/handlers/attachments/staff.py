"""Attachments on the staff's side, of the report behind a case or of a suggestion: every list and every file that is
opened is recorded first."""

from __future__ import annotations

from typing import Any

from chassis.refusals import NotFound
from contracts.call import Call
from services.reports import sealing
from services.reports.attachments import coming_in, going_out
from services.reports.attachments.vault import Document, Held, Side, Vault, find, opened
from services.reports.handlers.accesses import reader, record, record_part
from services.reports.handlers.attachments import telling
from services.reports.handlers.staff import report_of_case
from services.reports.handlers.suggestions import suggestion_of
from services.reports.model import attachments as rules
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore


def list_for_staff(
    store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    """All complete files of both sides, with their names: a reading, recorded as one. ``NotFound`` as for the
    report."""
    report = _report(store, request, call)
    record(store, report, "attachments", request["purpose"], call)
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    return {"items": [telling.attachment(held) for held in going_out.stored(vault, report["_id"], data_key)]}


def read_part_for_staff(
    store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    """A part of a copy. The first part is recorded before anything is opened, the others belong to that record.

    Raises ``NotFound``, ``AttachmentInfected``, ``NoCleanCopy``, ``ReadingOver``.
    """
    report = _report(store, request, call)
    document = vault.attachments.get(report["_id"], request["attachment_id"])
    if document is None:
        raise NotFound("attachment")
    rules.check_complete(document)
    rules.check_opening(document, request["copy"])
    access_id = record_part(store, report, document, request, call)
    held = opened(document, sealer.data_key_for_desk(report["_id"], report["data_key"]))
    return {**telling.part(vault, held, request["copy"], request["number"]), "access_id": access_id}


def begin_for_staff(
    store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    """A file to the reporter begins; as on the reporter's side."""
    side = _side(store, sealer, request, call)
    key = call.idempotency_key
    scope = f"attachment/{side.report_id}/{side.staff_id}"
    return telling.begun(vault, side, sealer.id_of(scope, key) if key else sealing.new_id(), request, call.now)


def put_for_staff(
    store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    """The next bytes of a file that the same person began."""
    side, held = _own(store, vault, sealer, request, call)
    piece = telling.piece(request, request["offset"], request["version"])
    return telling.upload(coming_in.put(vault, side, held, piece, call.now))


def cancel_for_staff(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call) -> None:
    """Give an unfinished file up that the same person began; ``NotFound``, ``UploadComplete``."""
    _, held = _own(store, vault, sealer, request, call)
    coming_in.discard(vault, held.document["_id"])


def _own(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call) -> tuple[Side, Held]:
    side = _side(store, sealer, request, call)
    held = find(vault, side.report_id, request["attachment_id"], side.data_key, author=side.author)
    if held.document["staff_id"] != side.staff_id:
        raise NotFound("attachment")
    return side, held


def _report(store: ReportsStore, request: dict[str, Any], call: Call) -> Document:
    """What the request is about, for those who may read it; ``NotFound`` for everybody else."""
    if "case_id" in request:
        return report_of_case(store, request["case_id"], call)
    return suggestion_of(store, request["suggestion_id"], call)


def _side(store: ReportsStore, sealer: Sealer, request: dict[str, Any], call: Call) -> Side:
    report = _report(store, request, call)
    data_key = sealer.data_key_for_desk(report["_id"], report["data_key"])
    return Side(report["_id"], data_key, reader(call.actor).id)
