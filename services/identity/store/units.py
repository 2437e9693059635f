"""The collection ``units``. All changes of the tree's shape run one after another, by way of one document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from chassis.outbox.aggregates import Aggregates, Document, strip
from chassis.paging import page
from services.identity.model.refusals import NameTaken, UnitMoveRefused

INDEXES = {
    "trees": [],
    "units": [
        IndexModel([("parent_id", ASCENDING), ("name", ASCENDING)], unique=True),
        # One root: among the documents without a parent, ``parent_id`` (null) is unique.
        IndexModel(
            [("parent_id", ASCENDING)],
            name="one_root",
            unique=True,
            partialFilterExpression={"parent_id": {"$type": "null"}},
        ),
        IndexModel([("code", ASCENDING)], unique=True, partialFilterExpression={"code": {"$type": "string"}}),
        IndexModel([("parent_id", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("path", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("kind", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("line", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("active", ASCENDING), ("_id", ASCENDING)]),
        IndexModel(
            [("people_follow_until", ASCENDING)],
            partialFilterExpression={"people_follow_until": {"$exists": True}},
        ),
        IndexModel([("tell_until", ASCENDING)], partialFilterExpression={"tell_until": {"$exists": True}}),
    ],
}
_TREE = {"_id": "units"}
# There once every unit was marked to be told with its code, also one that is older than the events about units.
_ALL_MARKED = {"_id": "unit_states_with_codes"}


class Units:
    """Documents ``{_id, name, kind, code, aliases, parent_id, path, line, active, created_at, updated_at, version}``.

    ``tell_until``: others may not know the present state of the unit until then (``handlers/unit_states.py``).
    """

    def __init__(self, db: Database[Document], aggregates: Aggregates) -> None:
        self._aggregates = aggregates
        self._collection = aggregates.collection
        self._tree = db["trees"]
        self._all_marked = False

    def get(self, unit_id: str, session: ClientSession | None = None) -> Document | None:
        """The unit, as ``update`` wants it back."""
        return self._collection.find_one({"_id": unit_id}, session=session)

    def root(self) -> Document | None:
        """The unit without a parent."""
        return self._collection.find_one({"parent_id": {"$type": "null"}})

    def named(self, ids: Iterable[str]) -> dict[str, Document]:
        """The units with these ids, by id."""
        return {unit["_id"]: unit for unit in self._collection.find({"_id": {"$in": sorted(set(ids))}})}

    def all_active(self) -> list[Document]:
        """Every active unit with id, name, code, path and line: a bureau has some hundreds."""
        fields = {"name": 1, "code": 1, "path": 1, "line": 1}
        return list(self._collection.find({"active": True}, fields).sort("_id", ASCENDING))

    def page(self, filters: Mapping[str, Any], limit: int, cursor: str | None) -> Document:
        """Units that meet the filters of ``list_units``, in the order they were created."""
        return page(self._collection, _query(filters), sort=[("_id", ASCENDING)], limit=limit, cursor=cursor)

    def insert(self, unit: Document, session: ClientSession | None = None) -> Document:
        """A new unit. Raises ``NameTaken``."""
        try:
            return strip(self._aggregates.insert(unit, session=session))
        except DuplicateKeyError as error:
            raise _clash(error) from error

    def update(self, unit: Document, change: Mapping[str, Any], session: ClientSession | None = None) -> Document:
        """The unit after the change. Raises ``NameTaken``, ``Stale``."""
        try:
            return strip(self._aggregates.update(unit, change, session=session))
        except DuplicateKeyError as error:
            raise _clash(error) from error

    def change_shape(self, session: ClientSession) -> None:
        """Makes this transaction clash with every other that changes the shape of the tree."""
        self._tree.update_one(_TREE, {"$inc": {"revision": 1}}, upsert=True, session=session)

    def below(self, unit_id: str, session: ClientSession | None = None) -> list[Document]:
        """The unit and everything below it, with their paths."""
        return list(self._collection.find({"path": unit_id}, {"path": 1, "active": 1}, session=session))

    def put_paths(
        self, paths: Mapping[str, Sequence[str]], now: datetime, tell_until: datetime, session: ClientSession
    ) -> None:
        """New paths by unit id."""
        self._collection.bulk_write(
            [
                UpdateOne(
                    {"_id": unit_id},
                    {
                        "$set": {"path": list(path), "updated_at": now, "tell_until": tell_until},
                        "$inc": {"version": 1},
                    },
                )
                for unit_id, path in paths.items()
            ],
            session=session,
        )

    def people_must_follow(self, unit_id: str, until: datetime, session: ClientSession) -> None:
        """The unit has moved; its people's paths are put right until then."""
        self._collection.update_one({"_id": unit_id}, {"$set": {"people_follow_until": until}}, session=session)

    def followed(self) -> list[Document]:
        """The moved units whose people may still have old paths."""
        return list(self._collection.find({"people_follow_until": {"$exists": True}}, {"people_follow_until": 1}))

    def followed_up(self, unit: Document) -> None:
        """Its people are where they belong, unless it was moved again meanwhile."""
        self._collection.update_one(
            {"_id": unit["_id"], "people_follow_until": unit["people_follow_until"]},
            {"$unset": {"people_follow_until": 1}},
        )

    def must_be_told(self, unit_ids: Iterable[str], until: datetime) -> None:
        """Marks the units, whose state others may not know until then. Comes before the change that is to be told."""
        wanted = {"_id": {"$in": sorted(set(unit_ids))}}
        self._collection.update_many(wanted, {"$max": {"tell_until": until}})

    def all_must_be_told_once(self, until: datetime) -> None:
        """Marks every unit, unless that was done before."""
        if self._all_marked:
            return
        if self._tree.find_one(_ALL_MARKED) is None:
            self._collection.update_many({"path": {"$exists": True}}, {"$max": {"tell_until": until}})
            self._tree.update_one(_ALL_MARKED, {"$set": {"done": True}}, upsert=True)
        self._all_marked = True

    def to_be_told(self) -> list[Document]:
        """The marked units, with their marks."""
        return list(self._collection.find({"tell_until": {"$exists": True}}, {"tell_until": 1}))

    def told(self, units: Iterable[Document]) -> None:
        """Others know their states, unless they were marked again meanwhile."""
        self._collection.bulk_write(
            [
                UpdateOne({"_id": unit["_id"], "tell_until": unit["tell_until"]}, {"$unset": {"tell_until": 1}})
                for unit in units
            ],
            ordered=False,
        )

    def active_below(self, unit_id: str, session: ClientSession | None = None) -> int:
        """How many active units are directly below."""
        return self._collection.count_documents({"parent_id": unit_id, "active": True}, session=session)


def _query(filters: Mapping[str, Any]) -> dict[str, Any]:
    query: dict[str, Any] = {
        key: filters[key] for key in ("parent_id", "kind", "line", "active") if filters.get(key) is not None
    }
    if filters.get("below") is not None:
        query["path"] = filters["below"]
    return query


def _clash(error: DuplicateKeyError) -> Exception:
    pattern = (error.details or {}).get("keyPattern", {})
    if "code" in pattern:
        return NameTaken("code")
    return NameTaken("name") if "name" in pattern else UnitMoveRefused("root_stays")
