"""Which keys the documents of ``reports`` are sealed to, and sealing them anew; nothing is opened here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from pymongo import UpdateOne
from pymongo.collection import Collection

from chassis.outbox.aggregates import Document
from services.reports.model.conflict import ABOVE

_DESK = "data_key.desk.key_id"
_IDENTITY = "identity.key_id"
_ABOVE = "data_key.above.key_id"


class Use(NamedTuple):
    """How many reports need each key, by its id. ``lookup``: None counts those from before lookup keys had ids."""

    desk: dict[str, int]
    lookup: dict[str | None, int]
    custodian: dict[str, int]
    above: dict[str, int]


class DeskKeys:
    """The data keys of a collection's documents, wrapped for the desk.

    Each is replaced only while it is still the one that was read, so that several runs, and an erasure, do not disturb
    each other.
    """

    def __init__(self, documents: Collection[Document]) -> None:
        self._reports = documents

    def desk_ids(self) -> list[str]:
        """The ids of all desk keys that something is sealed to."""
        return self._reports.distinct(_DESK, {_DESK: {"$gt": ""}})

    def sealed_to(self, desk_ids: Iterable[str]) -> int:
        """How many documents are sealed to one of these desk keys."""
        # A key id is never empty: said, so that an index of those alone that have one is used.
        return self._reports.count_documents({_DESK: {"$in": list(desk_ids), "$gt": ""}})

    def data_keys(self, desk_ids: Iterable[str], size: int) -> Iterator[list[Document]]:
        """The documents sealed to one of these desk keys, only their wrapped keys, ``size`` at a time."""
        wanted = {_DESK: {"$in": list(desk_ids), "$gt": ""}}
        return _batches(self._reports.find(wanted, {"data_key": 1}, batch_size=size), size)

    def replace_data_keys(self, wrapped: Sequence[tuple[Document, Document]]) -> int:
        """For each document, as ``data_keys`` gave it, the desk's half sealed anew; how many were as they were."""
        return self._replace(
            [
                UpdateOne(
                    {"_id": document["_id"], "data_key.desk.sealed": document["data_key"]["desk"]["sealed"]},
                    {"$set": {"data_key.desk": desk}},
                )
                for document, desk in wrapped
            ]
        )

    def _replace(self, updates: list[Any]) -> int:
        return self._reports.bulk_write(updates, ordered=False).modified_count if updates else 0


class WrappedKeys(DeskKeys):
    """The wrapped data keys of reports, and those of identities."""

    def use(self) -> Use:
        """Counted from the index alone."""
        desk: Counter[str] = Counter()
        lookup: Counter[str | None] = Counter()
        pair = {"desk": f"${_DESK}", "lookup": "$receipt_key_id"}
        in_order = {"$sort": {_DESK: 1, "receipt_key_id": 1}}
        for row in self._reports.aggregate([in_order, {"$group": {"_id": pair, "count": {"$sum": 1}}}], hint="keys"):
            lookup[row["_id"].get("lookup")] += row["count"]
            if row["_id"].get("desk"):
                desk[row["_id"]["desk"]] += row["count"]
        named = self._counted({_IDENTITY: {"$gt": ""}}, _IDENTITY)
        return Use(dict(desk), dict(lookup), named, self._counted({"route": ABOVE}, _ABOVE))

    def identities_not_sealed_to(self, custodian_id: str) -> int:
        """How many identities are sealed to another key of the custodian."""
        return self._reports.count_documents(_sealed_elsewhere(custodian_id))

    def identity_keys(self, custodian_id: str, size: int) -> Iterator[list[Document]]:
        """The reports whose identity is sealed to another key, only the wrapped keys, ``size`` at a time."""
        wanted = {"identity.key_id": 1, "identity.sealed_key": 1}
        return _batches(self._reports.find(_sealed_elsewhere(custodian_id), wanted, batch_size=size), size)

    def replace_identity_keys(self, wrapped: Sequence[tuple[Document, Document]]) -> int:
        """For each report, as ``identity_keys`` gave it, ``key_id`` and ``sealed_key`` of its identity anew."""
        return self._replace(
            [
                UpdateOne(
                    {"_id": report["_id"], "identity.sealed_key": report["identity"]["sealed_key"]},
                    {"$set": {f"identity.{name}": value for name, value in identity.items()}},
                )
                for report, identity in wrapped
            ]
        )

    def _counted(self, wanted: Document, key_id: str) -> dict[str, int]:
        counted = [{"$match": wanted}, {"$group": {"_id": f"${key_id}", "count": {"$sum": 1}}}]
        return {row["_id"]: row["count"] for row in self._reports.aggregate(counted) if row["_id"]}


def _sealed_elsewhere(custodian_id: str) -> Document:
    return {_IDENTITY: {"$gt": "", "$ne": custodian_id}}


def _batches(found: Iterable[Document], size: int) -> Iterator[list[Document]]:
    remaining = iter(found)
    while batch := list(islice(remaining, size)):
        yield batch
