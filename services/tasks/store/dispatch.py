"""The register of what was sent out 发文登记: each document number once, whoever gave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import IndexModel, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database

Document = dict[str, Any]

# A document is found by its number alone, which is its ``_id``.
INDEXES: Mapping[str, Sequence[IndexModel]] = {"dispatches": []}


class Dispatches:
    """Document numbers, given and taken within the transaction of the action that sends: an action that is not taken
    leaves no gap.
    """

    def __init__(self, database: Database[Document]) -> None:
        self._dispatches = database.dispatches
        self._counters = database.counters

    def next_count(self, prefix: str, kind: str, year: int, session: ClientSession) -> int:
        """The next count of documents of this kind in this year, from 1."""
        counter = self._counters.find_one_and_update(
            {"_id": f"dispatch:{prefix}:{kind}:{year}"},
            {"$inc": {"last": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        last: int = counter["last"]
        return last

    def is_taken(self, number: str, session: ClientSession) -> bool:
        """Whether a document has this number already."""
        return self._dispatches.find_one({"_id": number}, {"_id": 1}, session=session) is not None

    def register(self, number: str, case_id: str, action: str, at: datetime, session: ClientSession) -> None:
        """Notes that the number is used. Two at once with one number: the second transaction begins anew."""
        self._dispatches.insert_one({"_id": number, "case_id": case_id, "action": action, "at": at}, session=session)
