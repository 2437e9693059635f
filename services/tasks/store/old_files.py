"""The collection ``old_files``: files of before that were reviewed by the four guards, passed or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from chassis.paging import page

Document = dict[str, Any]

OLDEST_FIRST = [("received_on", ASCENDING), ("_id", ASCENDING)]

INDEXES = {
    "old_files": [
        IndexModel(OLDEST_FIRST, name="oldest"),
        IndexModel([("failed", ASCENDING), *OLDEST_FIRST], name="oldest_that_failed"),
        IndexModel([("passed", ASCENDING), *OLDEST_FIRST], name="oldest_passed_or_not"),
        IndexModel([("unit_id", ASCENDING), *OLDEST_FIRST], name="oldest_of_unit"),
        IndexModel([("import_id", ASCENDING), *OLDEST_FIRST], name="oldest_of_import"),
    ]
}
# Of cases under review alone, so no other case is written to them.
_UNDER_REVIEW = {"source.kind": "review"}
CASES_INDEXES = [
    IndexModel([("excluded_unit_ids", ASCENDING)], name="review_not_for_units", partialFilterExpression=_UNDER_REVIEW),
    IndexModel(
        [("excluded_person_ids", ASCENDING)], name="review_not_for_people", partialFilterExpression=_UNDER_REVIEW
    ),
]
_DUPLICATE_KEY = 11000
_WITHOUT_CONTENT = {"content": 0}
# Every file has a day of receipt, and all days are later than this: what is asked for without a filter is read by the
# index ``oldest``.
_ANY_DAY = {"$gt": ""}


class OldFiles:
    """Documents ``{_id, number, received_on, category, lines, unit_id, excluded_unit_ids, passed, failed, missing,
    case_id, import_id, row, reviewed_at, content}``. ``_id`` derives from the number, days are ``YYYY-MM-DD``.
    """

    def __init__(self, db: Database[Any]) -> None:
        self._files = db["old_files"]
        self._cases = db["cases"]

    def known(self, ids: Iterable[str]) -> dict[str, Document]:
        """Those of these files that were reviewed before, by id."""
        return {file["_id"]: file for file in self._files.find({"_id": {"$in": list(ids)}})}

    def add(self, files: Sequence[Document]) -> set[str]:
        """Keeps the files that are new; the ids of those that were there, which stay as they are."""
        if not files:
            return set()
        try:
            self._files.insert_many(files, ordered=False)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if error.details["writeConcernErrors"] or any(one["code"] != _DUPLICATE_KEY for one in failures):
                raise
            return {files[one["index"]]["_id"] for one in failures}
        return set()

    def get(self, file_id: str) -> Document | None:
        """The file with its content."""
        return self._files.find_one({"_id": file_id})

    def page(
        self, wanted: Mapping[str, Any], unit_ids: Sequence[str], person_id: str, limit: int, cursor: str | None
    ) -> dict[str, Any]:
        """A page without contents, the oldest first, of what is not kept from these units or this person."""
        query = self._query(wanted, unit_ids, person_id)
        return page(self._files, query, sort=OLDEST_FIRST, limit=limit, cursor=cursor, projection=_WITHOUT_CONTENT)

    def counts(self, wanted: Mapping[str, Any], unit_ids: Sequence[str], person_id: str) -> list[Document]:
        """How many of the files in the list have the same unit, import and failed guards: ``{unit_id, import_id,
        failed, count}``.

        Counted by one query, so all that is summed up from it is of one moment.
        """
        cell = {"unit_id": "$unit_id", "import_id": "$import_id", "failed": "$failed"}
        stages: list[Mapping[str, Any]] = [
            {"$match": self._query(wanted, unit_ids, person_id)},
            {"$group": {"_id": cell, "count": {"$sum": 1}}},
        ]
        return [{**found["_id"], "count": found["count"]} for found in self._files.aggregate(stages)]

    def _query(self, wanted: Mapping[str, Any], unit_ids: Sequence[str], person_id: str) -> Document:
        query: Document = {**wanted, "received_on": _ANY_DAY}
        if unit_ids:
            query["excluded_unit_ids"] = {"$nin": list(unit_ids)}
        hidden = self._hidden_cases(unit_ids, person_id)
        if hidden:
            query["_id"] = {"$nin": hidden}
        return query

    def _hidden_cases(self, unit_ids: Sequence[str], person_id: str) -> list[str]:
        """The cases under review that, by now, these units or this person must keep out of, whatever the file said."""
        kept_from = [
            {**_UNDER_REVIEW, "excluded_person_ids": person_id},
            {**_UNDER_REVIEW, "excluded_unit_ids": {"$in": list(unit_ids)}},
        ]
        return [case["_id"] for case in self._cases.find({"$or": kept_from}, {"_id": 1})]
