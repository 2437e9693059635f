"""Attachments on the reporter's side: sending, going on after a break, looking, fetching."""

from __future__ import annotations

from typing import Any

from contracts.call import Call
from services.reports import sealing
from services.reports.attachments import coming_in, going_out
from services.reports.attachments.vault import Held, Side, Vault, find
from services.reports.handlers.attachments import telling
from services.reports.handlers.receipts import report_of
from services.reports.model import attachments as rules
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore


def begin_current(
    store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    """A file begins; with an idempotency key the one that began under it before goes on.

    Raises ``ReceiptUnknown``, and what ``coming_in.begin`` and ``coming_in.put`` do.
    """
    side = _side(store, sealer, request["receipt"])
    key = call.idempotency_key
    attachment_id = sealer.id_of(f"attachment/{side.report_id}", key) if key else sealing.new_id()
    return telling.begun(vault, side, attachment_id, request, call.now)


def put_current(
    store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    """The next bytes; ``ReceiptUnknown``, ``NotFound``, and what ``coming_in.put`` raises."""
    side, held = _own(store, vault, sealer, request)
    piece = telling.piece(request, request["offset"], request["version"])
    return telling.upload(coming_in.put(vault, side, held, piece, call.now))


def read_current_upload(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any]) -> dict[str, Any]:
    """How far a file has come; ``ReceiptUnknown``, ``NotFound``."""
    _, held = _own(store, vault, sealer, request)
    return telling.upload(held)


def resume_current(
    store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any], call: Call
) -> dict[str, Any]:
    """Go on at ``offset``; ``ReceiptUnknown``, ``NotFound``, ``UploadConflict``."""
    _, held = _own(store, vault, sealer, request)
    return telling.upload(coming_in.resume(vault, held, request["offset"], call.now))


def cancel_current(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any]) -> None:
    """Give an unfinished file up; ``ReceiptUnknown``, ``NotFound``, ``UploadComplete``."""
    _, held = _own(store, vault, sealer, request)
    coming_in.discard(vault, held.document["_id"])


def list_current(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any]) -> dict[str, Any]:
    """All complete files of both sides; ``ReceiptUnknown``."""
    side = _side(store, sealer, request["receipt"])
    return {"items": [telling.attachment(held) for held in going_out.stored(vault, side.report_id, side.data_key)]}


def read_current_part(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any]) -> dict[str, Any]:
    """A part of a file of either side.

    Raises ``ReceiptUnknown``, ``NotFound``, ``AttachmentInfected``, ``NoCleanCopy`` while a file from staff waits for
    its inspection.
    """
    side = _side(store, sealer, request["receipt"])
    held = find(vault, side.report_id, request["attachment_id"], side.data_key)
    rules.check_complete(held.document)
    return telling.part(vault, held, rules.copy_for_reporter(held.document), request["number"])


def _side(store: ReportsStore, sealer: Sealer, receipt: str) -> Side:
    report = report_of(store, sealer, receipt)
    return Side(report["_id"], sealer.data_key_for_reporter(report["_id"], report["data_key"], receipt))


def _own(store: ReportsStore, vault: Vault, sealer: Sealer, request: dict[str, Any]) -> tuple[Side, Held]:
    """A file of the reporter's own; those of staff are theirs to send."""
    side = _side(store, sealer, request["receipt"])
    return side, find(vault, side.report_id, request["attachment_id"], side.data_key, author=side.author)
