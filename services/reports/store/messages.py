"""The collection ``messages``: what staff and reporter write to each other, sealed, and what of it is unread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pymongo import DESCENDING, IndexModel, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis.outbox.aggregates import Aggregates, Document
from chassis.paging import page
from contracts.event import Draft
from services.reports import retention
from services.reports.model import inbox

INDEXES = {"messages": [IndexModel([("report_id", 1), ("number", 1)], unique=True)]}

# All of a report that is needed to count a message on it.
_COUNTED_ON = {"message_count": 1, "sent": 1, "kind": 1, "case.id": 1, "version": 1, "sequence": 1, "erasure": 1}

Transaction = Callable[[Callable[[ClientSession], Any]], Any]


class Messages:
    """Messages in the order of their numbers, and the counts of them that their reports keep.

    A message, its number, the counts and the event are one transaction: a process that ends in between leaves nothing
    of it, and of two requests with one id the second finds the message of the first.
    """

    def __init__(self, messages: Collection[Document], reports: Aggregates, transaction: Transaction) -> None:
        self._messages = messages
        self._reports = reports
        self._transaction = transaction

    def post(self, message: Document, tell: Callable[[Document, int], Draft], most: int) -> Document | None:
        """Add a message with the next number of its report, unread by the other side, and ``tell(report, number)`` of
        it. The message that is there already when there is one of its id; None when the report has ``most``.
        """

        def posted(session: ClientSession) -> Document | None:
            return self._post(message, tell, most, session)

        try:
            stored: Document | None = self._transaction(posted)
        except DuplicateKeyError:
            return self.first_of([message["_id"]])
        return stored

    def first_of(self, message_ids: Sequence[str]) -> Document | None:
        """The message that has one of these ids."""
        return self._messages.find_one({"_id": {"$in": list(message_ids)}})

    def of_report(self, report_id: str, message_id: str) -> Document | None:
        """The message of this id, if it belongs to this report."""
        return self._messages.find_one({"_id": message_id, "report_id": report_id})

    def newest(self, report_id: str, limit: int) -> list[Document]:
        """The last ``limit`` messages, oldest first."""
        newest = self._messages.find({"report_id": report_id}).sort("number", DESCENDING).limit(limit)
        return list(newest)[::-1]

    def page(self, report_id: str, limit: int, cursor: str | None) -> dict[str, Any]:
        """A page of messages, oldest first."""
        return page(self._messages, {"report_id": report_id}, sort=[("number", 1)], limit=limit, cursor=cursor)

    def mark_read(self, message: Mapping[str, Any], side: str) -> int:
        """``side`` has read this message and all before it; how many of the other side's are left unread.

        Never takes back a later mark, and changes nothing that the report's version stands for.
        """
        other = inbox.other(side)
        left = {"$subtract": [f"$sent.{other}", message["sent"][other]]}
        marked = {
            f"read.{side}": {"$max": [f"$read.{side}", message["number"]]},
            f"unread.{side}": {"$min": [{"$ifNull": [f"$unread.{side}", 0]}, left]},
        }
        report = self._reports.collection.find_one_and_update(
            {"_id": message["report_id"], "erasure": {"$exists": False}},
            [{"$set": marked}],
            projection={"unread": 1},
            return_document=ReturnDocument.AFTER,
        )
        return inbox.unread(report or {}, side)

    def _post(
        self, message: Document, tell: Callable[[Document, int], Draft], most: int, session: ClientSession
    ) -> Document | None:
        report = self._reports.collection.find_one({"_id": message["report_id"]}, _COUNTED_ON, session=session)
        if report is None:
            return None
        retention.refuse_erased(report)
        if report["message_count"] >= most:
            return None
        author, number = message["author"], report["message_count"] + 1
        numbered = {**message, "number": number, "sent": inbox.sent_after(report.get("sent", {}), author)}
        self._messages.insert_one(numbered, session=session)
        change: Document = {
            "$set": {"message_count": number, "sent": numbered["sent"]},
            "$inc": {f"unread.{inbox.other(author)}": 1},
        }
        if author == inbox.REPORTER:
            change["$set"]["reporter_wrote_at"] = message["at"]
        self._reports.update(report, change, [tell(report, number)], session)
        return numbered
