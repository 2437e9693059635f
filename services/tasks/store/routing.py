"""Who could take a case, and what each of them has in hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.database import Database

Document = dict[str, Any]

# Written once a case is given to somebody, never when it is opened.
CASES_INDEXES = [
    IndexModel(
        [("handler_id", ASCENDING), ("state", ASCENDING)],
        name="load_of_handler",
        partialFilterExpression={"handler_id": {"$exists": True}},
    )
]


class Routing:
    """Reads what routing asks of the directory and the cases; writes nothing."""

    def __init__(self, database: Database[Document]) -> None:
        self._people = database.people
        self._cases = database.cases

    def active_in_role(self, role: str, unit_id: str | None, line: str | None) -> list[Document]:
        """The active people in this role: of a unit and all units below it, and of a line of work, where these are
        named. A bureau has some hundred handlers.
        """
        wanted: Document = {"active": True, "roles": role}
        if unit_id is not None:
            wanted["unit_path"] = unit_id
        if line is not None:
            wanted["line"] = line
        return list(self._people.find(wanted).sort("_id", ASCENDING))

    def loads(
        self,
        handler_ids: Iterable[str],
        states: Sequence[str],
        hidden_from: Sequence[str],
        reader_id: str,
        now: datetime,
    ) -> dict[str, tuple[int, int]]:
        """Of each handler who has any: how many cases are in one of these states, and how many of them are overdue.

        Cases about a unit of the reader, and those from which the reader must keep out, are not counted, so that no
        figure tells of a case that is hidden.
        """
        in_hand: Document = {
            "handler_id": {"$in": list(handler_ids)},
            "state": {"$in": list(states)},
            "excluded_person_ids": {"$ne": reader_id},
        }
        if hidden_from:
            in_hand["excluded_unit_ids"] = {"$nin": list(hidden_from)}
        overdue = {"$sum": {"$cond": [{"$lt": ["$next_due_at", now]}, 1, 0]}}
        counted = self._cases.aggregate(
            [{"$match": in_hand}, {"$group": {"_id": "$handler_id", "open": {"$sum": 1}, "overdue": overdue}}]
        )
        return {one["_id"]: (one["open"], one["overdue"]) for one in counted}
