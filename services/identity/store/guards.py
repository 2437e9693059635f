"""The collection ``guards``: failed sign-ins by user name, real or not, under a keyed hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis import ids
from services.identity.model.lockout import Guard, Tally, forgotten_at

Document = dict[str, Any]

INDEXES = {"guards": [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]}


class Guards:
    """Documents ``{_id, revision, strangers, addresses, devices, under_way, expires_at}``, dropped when forgotten."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def get(self, key: str) -> tuple[Guard, str | None]:
        """What is counted, and the revision that ``put`` wants back (None: nothing is)."""
        document = self._collection.find_one({"_id": key})
        if document is None:
            return Guard(), None
        return _loaded(document), document["revision"]

    def put(self, key: str, guard: Guard, revision: str | None) -> bool:
        """Writes what follows from that revision; False when somebody else was first."""
        document = _dumped(guard) | {"revision": ids.new_id()}
        if revision is None:
            try:
                self._collection.insert_one({"_id": key, **document})
            except DuplicateKeyError:
                return False
            return True
        there = {"_id": key, "revision": revision}
        if document["expires_at"] is None:
            return self._collection.delete_one(there).deleted_count == 1
        return self._collection.update_one(there, {"$set": document}).matched_count == 1

    def drop(self, key: str) -> None:
        """Nothing is counted any more."""
        self._collection.delete_one({"_id": key})


def _loaded(document: Document) -> Guard:
    return Guard(
        strangers=_tally(document.get("strangers")),
        addresses=_tallies(document.get("addresses")),
        devices=_tallies(document.get("devices")),
        under_way=document.get("under_way", {}),
    )


def _tallies(value: Mapping[str, Document] | None) -> dict[str, Tally]:
    return {key: Tally(tally["failures"], tally["last_at"]) for key, tally in (value or {}).items()}


def _tally(value: Document | None) -> Tally | None:
    return Tally(value["failures"], value["last_at"]) if value else None


def _dumped(guard: Guard) -> Document:
    def plain(tally: Tally) -> Document:
        return {"failures": tally.failures, "last_at": tally.last_at}

    return {
        "strangers": plain(guard.strangers) if guard.strangers else None,
        "addresses": {key: plain(tally) for key, tally in guard.addresses.items()},
        "devices": {key: plain(tally) for key, tally in guard.devices.items()},
        "under_way": dict(guard.under_way),
        "expires_at": forgotten_at(guard),
    }
