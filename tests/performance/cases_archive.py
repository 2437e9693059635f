"""Cases as years leave them, stored as ready documents with their counts; and new ones to act on."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from pymongo import WriteConcern

from services.tasks.documents import new_case_document
from services.tasks.holidays import CALENDAR
from services.tasks.listing_documents import tally_of_case
from services.tasks.model.counting import Cell, Place, rows_of
from services.tasks.model.dates import dates_at_opening
from services.tasks.model.opening import opened, opening_entry
from services.tasks.store import TasksStore
from tests.performance.stage import Stage
from tests.support.many_cases import many_cases

Document = dict[str, Any]

BATCH = 1000
# Tables to a command: each is a document of its own.
TABLES = 5000
# Their numbers are none of many_cases and none that the system gives.
NEW_OF_YEAR = 2099


class Cases:
    """The cases of one system."""

    def __init__(self, stage: Stage) -> None:
        self._store = TasksStore(stage.mongo, stage.system.database_prefix)
        # Nobody waits for each batch to be durable; `fill` does at its end.
        self._cases = self._store.db.get_collection("cases", write_concern=WriteConcern(w=1, j=False))
        self._new = 0

    def fill(self, count: int) -> Iterator[int]:
        """Stores so many cases and counts them; tells now and then how many are there. The indexes are built at the
        end, sorted.
        """
        self._cases.drop_indexes()
        documents = many_cases(count, datetime.now(UTC))
        rows: dict[Place, Counter[Cell]] = {}
        stored = 0
        while batch := list(islice(documents, BATCH)):
            self._cases.insert_many(batch, ordered=False)
            for place, cell in (row for case in batch for row in rows_of(tally_of_case(case))):
                rows.setdefault(place, Counter())[cell] += 1
            stored += len(batch)
            yield stored
        self._store.ensure_indexes()
        for some in _groups(rows.items(), TABLES):
            self._store.counts.grow(dict(some))
        self._store.client.admin.command("fsync")

    def megabytes(self) -> float:
        """What the cases and their indexes take on the disk."""
        figures = self._store.db.command("collStats", "cases", scale=1_000_000)
        return float(figures["storageSize"] + figures["totalIndexSize"])

    def registered(self, count: int) -> list[str]:
        """The ids of so many new cases, as if reports had just opened them."""
        new = [self._registered() for _ in range(count)]
        self._cases.insert_many(new, ordered=False)
        return [case["_id"] for case in new]

    def _registered(self) -> Document:
        self._new += 1
        id = secrets.token_hex(16)
        case = opened(
            id=id,
            number=f"{NEW_OF_YEAR}-{self._new:06d}",
            category="discipline",
            source_kind="report",
            source_id=id,
            at=datetime.now(UTC),
            reporter_mode="anonymous",
            excluded_unit_ids=[],
        )
        document = new_case_document(case, opening_entry(case), dates_at_opening(case.clocks, CALENDAR))
        return {**document, "version": 1, "sequence": 1, "outbox": []}


def _groups(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some
