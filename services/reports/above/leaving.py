"""The bureau's side: which reports are to be handed to the level above, and taking them along as they are, sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from chassis.ids import new_id
from contracts.fields import format_instant
from services.reports.above import bundles
from services.reports.above.bundles import SealedAttachment
from services.reports.attachments.parts import Parts, Place
from services.reports.model.attachments import ORIGINAL, STORED
from services.reports.model.report import MAX_MESSAGES
from services.reports.store import ReportsStore

Document = dict[str, Any]


def listed(store: ReportsStore) -> Iterator[Document]:
    """Every report of the sealed route, oldest first: ids, hours, counts and the exports that came to their end;
    ``pending`` tells whether the last of them lacks something."""
    for report in store.above.all():
        held = {"messages": report["message_count"], "attachments": len(_stored(store, report["_id"]))}
        exports = [export for export in report.get("exports", []) if not export.get("unfinished")]
        last = {name: exports[-1][name] for name in held} if exports else None
        yield {
            "id": report["_id"],
            "number": report.get("case", {}).get("number"),
            "received_at": report["received_at"],
            "category": report["category"],
            "reporter_mode": report["reporter_mode"],
            "key_id": report["data_key"]["above"]["key_id"],
            "exports": exports,
            "pending": last != held,
            **held,
        }


def export(store: ReportsStore, parts: Parts, report_id: str, folder: Path, by: str, now: datetime) -> Path | None:
    """Writes the bundle of a report and returns its path; ``None`` when there is no such report on this route.

    The export is recorded with who made it before anything is written; until all of it is, the report counts as not
    handed over. Raises ``OSError`` and what ``parts`` raises.
    """
    report = store.above.get(report_id)
    if report is None:
        return None
    messages = store.messages.newest(report_id, MAX_MESSAGES)
    attachments = _stored(store, report_id)
    entry = {"id": new_id(), "at": now, "by": by, "messages": report["message_count"], "attachments": len(attachments)}
    store.above.begin_export(report_id, entry)
    path = folder / f"{report_id}{bundles.SUFFIX}"
    bundles.write(path, _record(report, messages, now), (_attachment(parts, one) for one in attachments))
    store.above.end_export(report_id, entry["id"])
    return path


def _record(report: Document, messages: list[Document], now: datetime) -> Document:
    identity = report.get("identity_above")
    return {
        "report_id": report["_id"],
        "case_number": report.get("case", {}).get("number"),
        "category": report["category"],
        "form_version": report["form_version"],
        "reporter_mode": report["reporter_mode"],
        "received_at": format_instant(report["received_at"]),
        "exported_at": format_instant(now),
        "key_id": report["data_key"]["above"]["key_id"],
        "sealed_key": bytes(report["data_key"]["above"]["sealed"]),
        "content": bytes(report["content"]),
        "identity": None if identity is None else {name: _plain(value) for name, value in identity.items()},
        "messages": [
            {
                "id": message["_id"],
                "number": message["number"],
                "author": message["author"],
                "at": format_instant(message["at"]),
                "sealed": bytes(message["sealed"]),
            }
            for message in messages
        ],
    }


def _stored(store: ReportsStore, report_id: str) -> list[Document]:
    return [document for document in store.attachments.of_report(report_id) if document["state"] == STORED]


def _attachment(parts: Parts, document: Document) -> SealedAttachment:
    about = {
        "id": document["_id"],
        "number": document["number"],
        "author": document["author"],
        "key": bytes(document["key"]),
        "manifest": bytes(document[ORIGINAL]["manifest"]),
    }
    writes = document[ORIGINAL]["writes"]
    places = (Place(document["_id"], ORIGINAL, number, write) for number, write in enumerate(writes))
    return SealedAttachment(about, (parts.get(place) for place in places))


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, bytes) else value
