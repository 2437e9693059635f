"""The collection ``evidence``: items of a case with their custody. What is said of them is kept elsewhere, sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.paging import page
from chassis.refusals import Stale

Document = dict[str, Any]

_IN_ORDER = [("number", ASCENDING)]

INDEXES: dict[str, Sequence[IndexModel]] = {
    "evidence": [IndexModel([("case_id", ASCENDING), *_IN_ORDER], unique=True)],
}


class Evidence:
    """Items of evidence; see README.md for the documents' form."""

    def __init__(self, database: Database[Document]) -> None:
        self._items = database["evidence"]

    def add(self, item: Document, session: ClientSession) -> None:
        """A new item, in the transaction of the action that records it."""
        self._items.insert_one({**item, "_id": f"{item['case_id']}.{item['number']}", "version": 1}, session=session)

    def get(self, case_id: str, number: int, session: ClientSession | None = None) -> Document | None:
        """The item of this number, with its custody."""
        return self._items.find_one({"_id": f"{case_id}.{number}"}, session=session)

    def of_case(self, case_id: str, limit: int, cursor: str | None) -> dict[str, Any]:
        """A page of the items of a case in order of their numbers, with their custody."""
        return page(self._items, {"case_id": case_id}, sort=_IN_ORDER, limit=limit, cursor=cursor)

    def all_of_case(self, case_id: str, session: ClientSession) -> list[Document]:
        """Every item of a case in order of their numbers, with their custody."""
        return list(self._items.find({"case_id": case_id}, sort=_IN_ORDER, session=session))

    def append(
        self, item: Document, link: Document, changes: Mapping[str, Any], session: ClientSession | None = None
    ) -> Document:
        """The item after this link was added to its custody; ``Stale`` when somebody else came first."""
        changed = self._items.find_one_and_update(
            {"_id": item["_id"], "version": item["version"]},
            {"$push": {"custody": link}, "$set": {**changes, "head": link["hash"]}, "$inc": {"version": 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if changed is None:
            raise Stale
        return changed
