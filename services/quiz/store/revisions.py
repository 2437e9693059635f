"""What questions read before they were changed: ``_id`` is ``<question>.<revision>``, with ``question_id``,
``revision``, the fields of ``Content``, ``written_at`` and ``replaced_at``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.database import Database

from chassis.paging import page

Document = dict[str, Any]


class Revisions:
    """The former revisions; none is ever changed."""

    INDEXES: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "question_revisions": [
            IndexModel([("question_id", ASCENDING), ("revision", DESCENDING)]),
            IndexModel([("media.id", ASCENDING)], name="pictures", sparse=True),
        ]
    }

    def __init__(self, db: Database[Document]) -> None:
        self._revisions = db["question_revisions"]

    def keep(self, former: Iterable[Document]) -> None:
        """Adds those that are not kept yet. Before the change, so that a crash in between loses none."""
        writes = [UpdateOne({"_id": one["_id"]}, {"$setOnInsert": one}, upsert=True) for one in former]
        if writes:
            self._revisions.bulk_write(writes, ordered=False)

    def page_of(self, question_id: str, below: int, limit: int, cursor: str | None) -> dict[str, Any]:
        """A page of the question's revisions before ``below``, the latest first."""
        filter = {"question_id": question_id, "revision": {"$lt": below}}
        return page(self._revisions, filter, [("revision", DESCENDING)], limit, cursor)

    def have_picture(self, id: str) -> bool:
        """Whether any former revision shows this picture."""
        return self._revisions.find_one({"media.id": id}, {"_id": 1}) is not None
