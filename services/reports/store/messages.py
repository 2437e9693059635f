"""The collection ``messages``: what staff and reporter write to each other, sealed."""

from __future__ import annotations

from typing import Any

from pymongo import DESCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis.outbox.aggregates import Document
from chassis.paging import page

INDEXES = {"messages": [IndexModel([("report_id", 1), ("number", 1)], unique=True)]}


class Messages:
    """Messages in the order of their numbers."""

    def __init__(self, messages: Collection[Document]) -> None:
        self._messages = messages

    def add(self, message: Document) -> Document:
        """Insert the message unless there is one of its id already; the one that is there now."""
        try:
            self._messages.insert_one(message)
        except DuplicateKeyError:
            return self._messages.find_one({"_id": message["_id"]}) or message
        return message

    def get(self, message_id: str) -> Document | None:
        """The message of this id."""
        return self._messages.find_one({"_id": message_id})

    def newest(self, report_id: str, limit: int) -> list[Document]:
        """The last ``limit`` messages, oldest first."""
        newest = self._messages.find({"report_id": report_id}).sort("number", DESCENDING).limit(limit)
        return list(newest)[::-1]

    def page(self, report_id: str, limit: int, cursor: str | None) -> dict[str, Any]:
        """A page of messages, oldest first."""
        return page(self._messages, {"report_id": report_id}, sort=[("number", 1)], limit=limit, cursor=cursor)
