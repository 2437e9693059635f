"""The counts of cases: tables kept up to date behind the cases, and what has changed since, read at one moment.

See docs/decisions/0026-counting-cases.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from pymongo import ASCENDING, IndexModel, UpdateMany, UpdateOne
from pymongo.client_session import ClientSession

from chassis import Store
from services.tasks.listing_documents import tally_document, tally_of, tally_of_case
from services.tasks.model.counting import By, Cell, Key, Kind, Place, Table, Tally, differences, told_by
from services.tasks.model.listing import Reader, Wanted
from services.tasks.store.listing import ORDERINGS, matching

Document = dict[str, Any]

INDEXES = {
    "case_counts": [IndexModel([("kind", ASCENDING), ("kept_from", ASCENDING), ("owner", ASCENDING)], name="of")]
}
# Only what changed since it was counted is in it.
CASES_INDEXES = [
    IndexModel([("uncounted", ASCENDING)], name="uncounted", partialFilterExpression={"uncounted": True}),
]

_COUNTS_AS = (
    "state", "category", "source.kind", "unit_id", "handler_id", "handler_ids", "excluded_unit_ids",
    "excluded_person_ids", "route", "counted", "version",
)  # fmt: skip
_FIELDS: Mapping[By, str] = {
    "state": "$state",
    "category": "$category",
    "unit": "$unit_id",
    "handler": "$handler_ids",
    "source": "$source.kind",
}
_SEPARATOR = "|"


class Counts:
    """Tables of how many cases there are of each kind."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cases = store.db.cases
        self._tables = store.db.case_counts

    def bring_up_to_date(self, at_most: int) -> int:
        """Counts so many cases that have changed, each exactly once, in one transaction; how many there were.

        Their marks are taken away afterwards, as a transaction pays dearly for each key of an index that it removes;
        a case that is still marked though it counts as what it is changes no figure.
        """

        def count(session: ClientSession) -> list[str]:
            changed = list(self._uncounted(session).limit(at_most))
            if changed:
                self._cases.bulk_write(list(_counted(changed)), ordered=False, session=session)
                self.grow(differences((_before(case), tally_of_case(case)) for case in changed), session)
            return [case["_id"] for case in changed]

        counted = self._store.transaction(count)
        if counted:
            unchanged = {"$expr": {"$eq": ["$version", "$counted_version"]}}
            self._cases.update_many({"_id": {"$in": counted}, **unchanged}, {"$unset": {"uncounted": ""}})
        return len(counted)

    def grow(self, rows: Mapping[Place, Mapping[Cell, int]], session: ClientSession | None = None) -> None:
        """Adds these numbers to the rows."""
        writes = [_grow(place, cells) for place, cells in rows.items()]
        if writes:
            self._tables.bulk_write(writes, ordered=False, session=session)

    def tables(self, kind: Kind, reader: Reader, owner: str | None, session: ClientSession) -> Iterator[Table]:
        """The tables of this kind (of one owner, if named) that make up what the reader may know of."""
        wanted: Document = {"kind": kind} | ({"owner": owner} if owner is not None else {})
        for kept_from in (None, {"$in": list(told_by(reader))}):
            for table in self._tables.find({**wanted, "kept_from": kept_from}, session=session):
                yield _table_of(table)

    def changes(self, session: ClientSession) -> list[tuple[Tally | None, Tally | None]]:
        """What the cases that have changed since the tables were brought up to date were counted as, and are now."""
        changed = [*self._uncounted(session), *self._never_listed(session)]
        return [(_before(case), tally_of_case(case)) for case in changed]

    def by_looking(
        self, by: By, wanted: Wanted, reader: Reader, now: datetime, session: ClientSession
    ) -> tuple[Counter[Key], int]:
        """How many for each value of ``by``, and in all, from the cases themselves; reads each case that is wanted."""
        index = ORDERINGS["due" if wanted.overdue else "number" if wanted.number is not None else "newest"].index
        steps: list[Document] = [{"$match": matching(wanted, reader, now)}]
        if by == "handler":
            steps.append(
                {"$unwind": {"path": "$handler_ids", "includeArrayIndex": "place", "preserveNullAndEmptyArrays": True}}
            )
        group = {
            "_id": {"$ifNull": [_FIELDS[by], None]},
            "count": {"$sum": 1},
            "first": {"$sum": {"$cond": [{"$gt": ["$place", 0]}, 0, 1]}},
        }
        found = list(self._cases.aggregate([*steps, {"$group": group}], hint=index, session=session))
        return Counter({one["_id"]: one["count"] for one in found}), sum(one["first"] for one in found)

    def _uncounted(self, session: ClientSession) -> Any:
        return self._cases.find({"uncounted": True}, _COUNTS_AS, session=session).hint("uncounted")

    def _never_listed(self, session: ClientSession) -> Any:
        # Kept by a release that did not count; until they have their facets.
        return self._cases.find({"facets": None}, _COUNTS_AS, session=session).hint(ORDERINGS["newest"].index)


def _before(case: Document) -> Tally | None:
    return tally_of(case["counted"]) if "counted" in case else None


def _counted(cases: Iterable[Document]) -> Iterator[UpdateMany]:
    # Those that count as the same, as most fresh ones do, in one statement: every report pays for its part of this.
    alike: defaultdict[tuple[Tally, int], list[str]] = defaultdict(list)
    for case in cases:
        alike[tally_of_case(case), case["version"]].append(case["_id"])
    for (tally, version), ids in alike.items():
        yield UpdateMany(
            {"_id": {"$in": ids}}, {"$set": {"counted": tally_document(tally), "counted_version": version}}
        )


def _grow(place: Place, cells: Mapping[Cell, int]) -> UpdateOne:
    kept_from = list(place.kept_from) if place.kept_from is not None else None
    fields = {"kind": place.kind, "owner": place.owner, "kept_from": kept_from}
    by = {f"cells.{_name(cell)}": count for cell, count in cells.items() if count}
    # The id is for uniqueness: two who count for the first time must meet in one document.
    return UpdateOne({"_id": fields}, {"$setOnInsert": fields, **({"$inc": by} if by else {})}, upsert=True)


def _table_of(document: Document) -> Table:
    kept_from = tuple(document["kept_from"]) if document["kept_from"] is not None else None
    place = Place(document["kind"], document["owner"], kept_from)
    return Table(place, {_cell(name): count for name, count in document.get("cells", {}).items() if count})


def _name(cell: Cell) -> str:
    values: Iterable[str] = (cell.state, cell.category, cell.source, cell.unit_id or "")
    return _SEPARATOR.join(quote(value, safe="").replace(".", "%2E") for value in values)


def _cell(name: str) -> Cell:
    values = name.split(_SEPARATOR)
    if "%" in name:
        values = [unquote(value) for value in values]
    state, category, source, unit_id = values
    return Cell(state, category, source, unit_id or None)
