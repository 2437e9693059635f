"""Messages between staff and reporter: sealed with the report's data key, which each side opens in its own
way.

Every function takes the ``report`` with its ``data_key``, and the ``side`` that asks (services/reports/model/inbox.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chassis import clock
from chassis.refusals import IdempotencyKeyReused, Invalid, NotFound
from contracts.call import Call
from contracts.event import Draft
from contracts.reports.events import MessagePostedV1
from services.reports import sealing
from services.reports.model import inbox
from services.reports.model import report as rules
from services.reports.model.attachments import STORED
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

# How many messages come with the report itself.
SHOWN = 50


def post(
    store: ReportsStore,
    sealer: Sealer,
    report: Mapping[str, Any],
    data_key: bytes,
    request: Mapping[str, Any],
    call: Call,
    *,
    staff_id: str | None = None,
) -> dict[str, Any]:
    """Add the message of the request's ``text`` and ``attachment_ids``, by the reporter unless ``staff_id`` names its
    author; the message as its author reads it.

    Raises ``InboxFull``, ``IdempotencyKeyReused``, ``Invalid`` for an attachment that is not the author's side's.
    """
    said = {"text": request["text"], "attachment_ids": list(dict.fromkeys(request.get("attachment_ids", ())))}
    side = inbox.STAFF if staff_id else inbox.REPORTER
    ids = _ids(sealer, report["_id"], staff_id, call)
    message = store.messages.first_of(ids) if call.idempotency_key else None
    if message is None:
        _check_attachments(store, report["_id"], side, said["attachment_ids"])
        author = {"author": side, **({"staff_id": staff_id} if staff_id else {})}
        at = call.now if staff_id else clock.to_the_hour(call.now)
        written = {**_written(ids[0], report["_id"], data_key, said), **author, "at": at}
        message = store.messages.post(written, _posted(side), rules.MAX_MESSAGES)
        if message is None:
            raise rules.InboxFull(rules.MAX_MESSAGES)
    told = _told(message, report, data_key, side)
    if {name: told[name] for name in said} != said:
        raise IdempotencyKeyReused
    return told


def newest(store: ReportsStore, report: Mapping[str, Any], data_key: bytes, side: str) -> list[dict[str, Any]]:
    """The last messages, oldest first."""
    return [_told(message, report, data_key, side) for message in store.messages.newest(report["_id"], SHOWN)]


def page(
    store: ReportsStore, report: Mapping[str, Any], data_key: bytes, side: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """A page of all messages, oldest first, as ``limit`` and ``cursor`` of the request ask for it."""
    found = store.messages.page(report["_id"], request["limit"], request["cursor"])
    return {**found, "items": [_told(message, report, data_key, side) for message in found["items"]]}


def text_of(data_key: bytes, report_id: str, message_id: str, sealed: bytes) -> str:
    """What a message says; ``ContentUnreadable`` when it was changed."""
    return sealing.open_text(data_key, report_id, _field(message_id), sealed).decode()


def mark_read(store: ReportsStore, report: Mapping[str, Any], side: str, message_id: str) -> dict[str, Any]:
    """Everything up to this message is read; how much is not. ``NotFound`` for a message of another report."""
    message = store.messages.of_report(report["_id"], message_id)
    if message is None:
        raise NotFound("message")
    return {"unread": store.messages.mark_read(message, side)}


def _ids(sealer: Sealer, report_id: str, staff_id: str | None, call: Call) -> list[str]:
    """The id of the message, and those that the same idempotency key led to under older lookup keys."""
    if call.idempotency_key is None:
        return [sealing.new_id()]
    scope = f"message/{report_id}/{staff_id or ''}"
    older = sealer.older_ids_of(scope, call.idempotency_key, call.now)
    return [sealer.id_of(scope, call.idempotency_key), *older]


def _check_attachments(store: ReportsStore, report_id: str, side: str, attachment_ids: Sequence[str]) -> None:
    for index, attachment_id in enumerate(attachment_ids):
        attachment = store.attachments.get(report_id, attachment_id)
        if attachment is None or attachment["state"] != STORED or attachment["author"] != side:
            raise Invalid.field(f"attachment_ids.{index}", "reports.message.no_such_attachment")


def _written(message_id: str, report_id: str, data_key: bytes, said: Mapping[str, Any]) -> dict[str, Any]:
    sealed = sealing.seal_text(data_key, report_id, _field(message_id), said["text"].encode())
    attached = {"attachment_ids": said["attachment_ids"]} if said["attachment_ids"] else {}
    return {"_id": message_id, "report_id": report_id, "sealed": sealed, **attached}


def _posted(side: str) -> Any:
    def tell(report: Mapping[str, Any], number: int) -> Draft:
        return MessagePostedV1.draft(
            report["_id"],
            report_id=report["_id"],
            case_id=report.get("case", {}).get("id"),
            kind=report["kind"],
            author=side,
            number=number,
        )

    return tell


def _told(message: Mapping[str, Any], report: Mapping[str, Any], data_key: bytes, side: str) -> dict[str, Any]:
    """A message as this side reads it: who of the staff wrote it is for the staff alone."""
    told = {
        "id": message["_id"],
        "at": message["at"],
        "author": message["author"],
        "text": text_of(data_key, message["report_id"], message["_id"], message["sealed"]),
        "attachment_ids": message.get("attachment_ids", []),
        "unread": inbox.is_unread(message, side, report),
    }
    return told | {"staff_id": message.get("staff_id")} if side == inbox.STAFF else told


def _field(message_id: str) -> str:
    return f"message/{message_id}"
