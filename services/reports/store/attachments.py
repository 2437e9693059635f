"""The collection ``attachments``: what is known of each file, sealed but for what must be found; and its event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from chassis.outbox.aggregates import Aggregates, Document
from contracts.event import Draft
from services.reports.model.attachments import ERASED, REMOVING, UPLOADING

INDEXES = {
    "attachments": [
        # The number makes those who begin at the same time wait for each other: each sees all others' sizes.
        IndexModel([("report_id", ASCENDING), ("number", ASCENDING)], unique=True),
        IndexModel([("expires_at", ASCENDING)], partialFilterExpression={"expires_at": {"$exists": True}}),
    ],
}


class Attachments:
    """Attachments; see README.md for the documents' form. Those that are being removed are found no more."""

    def __init__(self, aggregates: Aggregates) -> None:
        self._aggregates = aggregates
        self._attachments = aggregates.collection

    def add(self, attachment: Document) -> Document | None:
        """The attachment as inserted; ``None`` when there is one of its id, or of its number in this report."""
        try:
            return self._aggregates.insert(attachment)
        except DuplicateKeyError:
            return None

    def get(self, report_id: str, attachment_id: str) -> Document | None:
        """The attachment of this id, if it belongs to this report."""
        found = self._attachments.find_one({"_id": attachment_id, "report_id": report_id})
        return None if found is None or found["state"] in (REMOVING, ERASED) else found

    def of_report(self, report_id: str) -> list[Document]:
        """All attachments of a report in the order of their numbers, also those that are being removed."""
        return list(self._attachments.find({"report_id": report_id}).sort("number", ASCENDING))

    def numbered(self, report_id: str, numbers: Sequence[int]) -> list[Document]:
        """Those of a report's attachments that have one of these numbers, also those that are being removed."""
        return list(self._attachments.find({"report_id": report_id, "number": {"$in": list(numbers)}}))

    def change(self, attachment: Document, change: Mapping[str, Any], events: Sequence[Draft] = ()) -> Document:
        """The attachment after this change; ``chassis.refusals.Stale`` when it was changed meanwhile."""
        return self._aggregates.update(attachment, change, events)

    def expired(self, now: datetime, limit: int) -> list[Document]:
        """Unfinished attachments whose time is over."""
        return list(self._attachments.find({"expires_at": {"$lte": now}}).limit(limit))

    def begin_removing(self, attachment_id: str, version: int | None = None) -> bool:
        """From now on no piece is taken; ``False`` when the file has become complete, is gone, or is not at
        ``version`` (if given) any more.

        Its key goes at once; the document stays for as long as its parts do, found by its time being over.
        """
        unfinished = {"_id": attachment_id, "state": {"$in": [UPLOADING, REMOVING]}}
        removed = self._attachments.update_one(
            unfinished if version is None else {**unfinished, "version": version},
            {"$set": {"state": REMOVING}, "$unset": {"key": "", "original.progress": ""}, "$inc": {"version": 1}},
        )
        return removed.matched_count == 1

    def erase_keys(self, report_id: str) -> None:
        """Destroys the keys and manifests of all attachments of a report: none opens any more."""
        gone = {"key": "", "original.progress": "", "original.manifest": "", "clean": "", "inspection": ""}
        self._attachments.update_many(
            {"report_id": report_id}, {"$set": {"state": ERASED}, "$unset": gone, "$inc": {"version": 1}}
        )

    def remove(self, attachment_id: str) -> None:
        """Removes the document of an attachment whose parts are gone."""
        self._attachments.delete_one({"_id": attachment_id, "state": {"$in": [REMOVING, ERASED]}})
