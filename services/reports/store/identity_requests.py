"""The collection ``identity_requests``: who asked to see which reporter's identity, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from chassis.outbox.aggregates import Aggregates, Document
from chassis.outbox.pending import PENDING
from chassis.paging import page
from contracts.event import Draft
from services.reports.model.identity_requests import APPROVED

_OPEN = {"open": True}
# ``rank`` is 0 until it is decided.
_WAITING_FIRST = [("rank", ASCENDING), ("asked_at", DESCENDING), ("_id", DESCENDING)]
# What a report's erasure destroys first: everything sealed, and what something could be sealed to.
_SEALED = ("asked", "decision", "end", "sealed_key", "public_key")

INDEXES = {
    "identity_requests": [
        IndexModel([("report_id", ASCENDING), ("asked_at", ASCENDING)]),
        IndexModel(
            [("case_id", ASCENDING), ("requester_id", ASCENDING)],
            name="one_open",
            unique=True,
            partialFilterExpression=_OPEN,
        ),
        IndexModel(_WAITING_FIRST, name="all"),
        IndexModel([("requester_id", ASCENDING), *_WAITING_FIRST], name="own"),
        IndexModel([("until", ASCENDING)], partialFilterExpression={"state": APPROVED}),
    ],
}


class IdentityRequests:
    """Documents as services/reports/README.md lists them; ``open`` is there while the person may not ask again."""

    def __init__(self, aggregates: Aggregates) -> None:
        self._aggregates = aggregates
        self._requests = aggregates.collection

    def add(self, request: Document, asked: Draft) -> Document | None:
        """The request as inserted; ``None`` when there is one of its id, or another open one of this person."""
        try:
            return self._aggregates.insert(request, [asked])
        except DuplicateKeyError:
            return None

    def get(self, request_id: str) -> Document | None:
        """The request of this id."""
        return self._requests.find_one({"_id": request_id})

    def first_of(self, ids: list[str]) -> Document | None:
        """The request that has one of these ids."""
        return self._requests.find_one({"_id": {"$in": ids}})

    def open_of(self, case_id: str, requester_id: str) -> Document | None:
        """The open request of this person for this case."""
        return self._requests.find_one({"case_id": case_id, "requester_id": requester_id, **_OPEN})

    def page(self, requester_id: str | None, limit: int, cursor: str | None) -> dict[str, Any]:
        """A page of everybody's requests, or of one person's: those that wait first, the newest first in each half."""
        wanted: Document = {} if requester_id is None else {"requester_id": requester_id}
        return page(self._requests, wanted, sort=_WAITING_FIRST, limit=limit, cursor=cursor)

    def of_report(self, report_id: str) -> list[Document]:
        """All requests about a report, oldest first."""
        return list(self._requests.find({"report_id": report_id}).sort("asked_at", ASCENDING))

    def change(self, request: Document, change: Mapping[str, Any], changed: Draft) -> Document:
        """The request after this change; ``Stale`` when it was changed meanwhile."""
        return self._aggregates.update(request, change, [changed])

    def over(self, now: datetime) -> Iterator[Document]:
        """Those that were approved and whose time is past."""
        return iter(self._requests.find({"state": APPROVED, "until": {"$lte": now}}))

    def sealed_key(self, request_id: str, now: datetime) -> bytes | None:
        """The key that was sealed for this request, if it is open at this moment."""
        wanted = {"_id": request_id, "state": APPROVED, "until": {"$gt": now}}
        found = self._requests.find_one(wanted, {"sealed_key": 1})
        return found["sealed_key"] if found else None

    def erase(self, report_id: str) -> None:
        """Destroy what is sealed in the requests about a report, then remove those whose events have left; the others
        go when this is called again.
        """
        of_report: Document = {"report_id": report_id}
        gone = {"$unset": dict.fromkeys(_SEALED, ""), "$inc": {"version": 1}}
        self._requests.update_many({**of_report, "asked": {"$exists": True}}, gone)
        self._requests.delete_many({**of_report, f"{PENDING}.0": {"$exists": False}})
