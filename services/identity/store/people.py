"""The collection ``people``: aggregates whose changes others are told of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from chassis.outbox.aggregates import Aggregates, Document, strip
from chassis.paging import page
from contracts.event import Draft
from services.identity.model.people import ADMIN, HEAD_OF_UNIT
from services.identity.model.refusals import NameTaken

INDEXES = {
    "people": [
        IndexModel([("username", ASCENDING)], unique=True),
        IndexModel(
            [("staff_number", ASCENDING)],
            unique=True,
            partialFilterExpression={"staff_number": {"$type": "string"}},
        ),
        IndexModel([("unit_path", ASCENDING), ("username", ASCENDING)]),
        IndexModel([("roles", ASCENDING), ("username", ASCENDING)]),
        IndexModel([("line", ASCENDING), ("username", ASCENDING)]),
        IndexModel([("active", ASCENDING), ("username", ASCENDING)]),
        IndexModel([("name", ASCENDING), ("username", ASCENDING)]),
        IndexModel([("unit_id", ASCENDING), ("active", ASCENDING)]),
        IndexModel([("duties.unit_id", ASCENDING)]),
    ]
}


class People:
    """Documents ``{_id, username, name, staff_number, unit_id, unit_path, line, position, roles, duties, active,
    created_at, updated_at, version}``, where there is one ``email``, after an import ``imported: {job, row, how}``."""

    def __init__(self, aggregates: Aggregates) -> None:
        self._aggregates = aggregates
        self._collection = aggregates.collection

    def get(self, person_id: str, session: ClientSession | None = None) -> Document | None:
        """The person, as ``update`` wants it back."""
        return self._collection.find_one({"_id": person_id}, session=session)

    def by_username(self, username: str) -> Document | None:
        """The person with this (folded) user name."""
        return self._collection.find_one({"username": username})

    def having(self, ids: Sequence[str]) -> list[Document]:
        """The people with these ids."""
        return list(self._collection.find({"_id": {"$in": list(ids)}}))

    def matching(self, usernames: Sequence[str], staff_numbers: Sequence[str]) -> list[Document]:
        """Everybody who has one of these user names or staff numbers."""
        found = {person["_id"]: person for person in self._collection.find({"username": {"$in": list(usernames)}})}
        numbers = {"staff_number": {"$in": list(staff_numbers), "$type": "string"}}
        found.update({person["_id"]: person for person in self._collection.find(numbers)})
        return list(found.values())

    def page(self, filters: Mapping[str, Any], limit: int, cursor: str | None) -> Document:
        """People who meet the filters of ``list_people``, by user name (by name when that is asked for)."""
        if filters.get("name"):
            sort = [("name", ASCENDING), ("username", ASCENDING)]
        else:
            sort = [("staff_number" if filters.get("staff_number") else "username", ASCENDING)]
        return page(self._collection, _query(filters), sort=sort, limit=limit, cursor=cursor)

    def insert(self, person: Document, events: Sequence[Draft], session: ClientSession | None = None) -> Document:
        """A new person. Raises ``NameTaken``."""
        try:
            return strip(self._aggregates.insert(person, events, session=session))
        except DuplicateKeyError as error:
            raise _clash(error) from error

    def insert_many(self, people: Iterable[tuple[Document, Sequence[Draft]]]) -> dict[str, str]:
        """Many new people in one write; what could not be written: person id -> the field that is taken."""
        batch = list(people)
        try:
            self._aggregates.insert_many(batch)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if any(failure["code"] != 11000 for failure in failures) or error.details["writeConcernErrors"]:
                raise
            return {
                batch[failure["index"]][0]["_id"]: next(iter(failure.get("keyPattern", {"username": 1})))
                for failure in failures
            }
        return {}

    def update(
        self,
        person: Document,
        change: Mapping[str, Any],
        events: Sequence[Draft],
        session: ClientSession | None = None,
    ) -> Document:
        """The person after the change. Raises ``NameTaken``, ``Stale``."""
        try:
            return strip(self._aggregates.update(person, change, events, session=session))
        except DuplicateKeyError as error:
            raise _clash(error) from error

    def has_administrator(self) -> bool:
        """Whether anybody can administer."""
        return self._collection.find_one({"roles": ADMIN, "active": True}, {"_id": 1}) is not None

    def active_in(self, unit_id: str) -> int:
        """How many active people belong directly to the unit."""
        return self._collection.count_documents({"unit_id": unit_id, "active": True})

    def heads(self, unit_ids: Iterable[str]) -> list[Document]:
        """The active heads of these units, in order of their ids, with name and duties."""
        duty = {"kind": HEAD_OF_UNIT, "unit_id": {"$in": sorted(set(unit_ids))}}
        wanted = {"duties": {"$elemMatch": duty}, "active": True}
        return sorted(
            self._collection.find(wanted, {"name": 1, "duties": 1, "active": 1}), key=lambda head: str(head["_id"])
        )

    def off_path(self, unit_id: str, path: Sequence[str], limit: int) -> list[Document]:
        """People of the unit whose path is not the unit's."""
        return list(self._collection.find({"unit_id": unit_id, "unit_path": {"$ne": list(path)}}).limit(limit))


def _query(filters: Mapping[str, Any]) -> dict[str, Any]:
    query: dict[str, Any] = {
        key: filters[key] for key in ("line", "username", "staff_number", "active") if filters.get(key) is not None
    }
    if filters.get("unit_id") is not None:
        query["unit_path"] = filters["unit_id"]
    if filters.get("role") is not None:
        query["roles"] = filters["role"]
    if filters.get("name"):
        query["name"] = {"$regex": "^" + re.escape(filters["name"])}
    if "staff_number" in query:
        query["staff_number"] = {"$eq": query["staff_number"], "$type": "string"}
    return query


def _clash(error: DuplicateKeyError) -> NameTaken:
    pattern = (error.details or {}).get("keyPattern", {})
    return NameTaken("staff_number" if "staff_number" in pattern else "username")
