"""What years leave in the databases: copies of documents that the system has made itself, each with its own keys.

Reports with their cases (nine of ten closed, with a handler), graded attempts with all their answers, sent deliveries.
Copies are older than anything that is made while a measurement runs, so what came since can be found and taken away.
"""

import random
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.collection import Collection

from services.tasks.model.listing import facet_within, facets_of
from tests.performance.examroom import Examroom
from tests.performance.flows.report_to_case import send_report
from tests.performance.load import Client, run
from tests.performance.newsroom import Newsroom
from tests.performance.stage import Stage
from tests.support.waiting import eventually

Document = dict[str, Any]

# Originals of each kind, and how many copies one command writes.
ORIGINALS = 16
BATCH = 1000
# Deliveries of one publication.
READERS = 1000
# A copy is older than its original by this at least; the last of N by N times as many minutes more.
OLDER = timedelta(days=2)
HANDLERS, UNITS = 20, 30
# Of the service tasks: when nothing is due any more.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
CALM_S = 3.0


class Archive:
    """The past of one system."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._reports = stage.database("reports")["reports"]
        self._cases = stage.database("tasks")["cases"]
        self._attempts = stage.database("quiz")["attempts"]
        self._deliveries = stage.database("publicity")["deliveries"]

    def fill(self, documents: int, room: Examroom, news: Newsroom) -> None:
        """Adds so many reports, cases, attempts and deliveries each, and waits until they are on disk."""
        reports, cases = self._reports_with_cases()
        room.attempts(ORIGINALS)
        attempts = _found(self._attempts, {"state": "graded"})
        news.release(news.approved())
        deliveries = _found(self._deliveries, {"state": "live"})
        for first in range(0, documents, BATCH):
            batch = range(first, min(first + BATCH, documents))
            ids = [secrets.token_hex(16) for _ in batch]
            _insert(self._reports, [old_report(_one_of(reports, n), n, id) for n, id in zip(batch, ids, strict=True)])
            _insert(self._cases, [old_case(_one_of(cases, n), n, id) for n, id in zip(batch, ids, strict=True)])
            _insert(self._attempts, [old_attempt(_one_of(attempts, n), n) for n in batch])
            _insert(self._deliveries, [old_delivery(_one_of(deliveries, n), n) for n in batch])
        self._stage.mongo.admin.command("fsync")
        time.sleep(CALM_S)

    def forget_new_cases(self) -> None:
        """Takes away the reports and cases that came since `fill`, so that the measured size stays the same."""
        recent = {"facets": facet_within(None), "opened_at": {"$gte": datetime.now(UTC) - OLDER / 2}}
        ids = [case["_id"] for case in self._cases.find(recent, {"_id": 1}, hint="listed_newest")]
        for collection in (self._cases, self._reports):
            collection.delete_many({"_id": {"$in": ids}})

    def forget_deliveries(self, publication: str) -> None:
        """Takes away the deliveries of this publication."""
        self._deliveries.delete_many({"publication_id": publication})

    def _reports_with_cases(self) -> tuple[list[Document], list[Document]]:
        def send(client: Client, number: int) -> None:
            send_report(client, number, secrets.token_hex(12))

        run(lambda _: Client(self._stage.system.address), send, ORIGINALS, 4)
        reports = _found(self._reports, {"case": {"$exists": True}})
        cases = _found(self._cases, {"_id": {"$in": [report["_id"] for report in reports]}, "uncounted": None})
        return reports, cases


def old_report(report: Document, number: int, id: str) -> Document:
    """A report of some time ago, whose case has told how it went; nobody repeats its request any more."""
    copy = {**report, "_id": id, "receipt_hash": secrets.token_bytes(len(report["receipt_hash"]))}
    copy |= {"received_at": _older(report["received_at"], number), "case": {**report["case"], "id": id}}
    copy.pop("replay", None)
    return copy


def old_case(case: Document, number: int, id: str) -> Document:
    """The case of an old report."""
    opened_at = _older(case["opened_at"], number)
    copy = {**case, "_id": id, "number": f"2001-{number:06d}", "source": {**case["source"], "id": id}}
    copy |= {"opened_at": opened_at, "next_due_at": opened_at + timedelta(days=30)}
    if number % 10:
        copy |= {"state": "closed", "reporter_state": "closed", "next_due_at": NEVER}
        copy |= {"handler_id": f"handler-{number % HANDLERS}", "unit_id": f"unit-{number % UNITS}"}
    handler_ids = [copy["handler_id"]] if "handler_id" in copy else []
    place = copy["state"], copy["category"], copy["source"]["kind"], copy.get("unit_id")
    return copy | {"facets": list(facets_of(*place, handler_ids))}


def old_attempt(attempt: Document, number: int) -> Document:
    """A graded attempt of somebody else, with an answer to every question."""
    answer = next(iter(attempt["answers"].values()))
    return {
        **attempt,
        "_id": f"{attempt['form_id']}.{secrets.token_hex(16)}",
        "person_id": secrets.token_hex(16),
        "answers": dict.fromkeys(attempt["marks"], answer),
        "answers_stored": len(attempt["marks"]),
        **{name: _older(attempt[name], number) for name in ("started_at", "due_at", "locks_at", "submitted_at")},
    }


def old_delivery(delivery: Document, number: int) -> Document:
    """A delivery of an earlier publication."""
    publication = f"publication-{number // READERS}"
    version, channel = delivery["publication_version"], delivery["channel_id"]
    return {
        **delivery,
        "_id": f"{publication}:{version}:{channel}:{secrets.token_hex(12)}",
        "publication_id": publication,
        **{name: _older(delivery[name], number) for name in ("created_at", "updated_at")},
    }


def _older(at: datetime, number: int) -> datetime:
    return at - OLDER - timedelta(minutes=number)


def _one_of(originals: list[Document], number: int) -> Document:
    return originals[number % len(originals)]


def _found(collection: Collection[Document], wanted: Document) -> list[Document]:
    """As many of these as are needed, once they are there and have no event left to be published."""
    settled = {**wanted, "outbox": []}
    eventually(lambda: collection.count_documents(settled) >= ORIGINALS, what=f"{ORIGINALS} of {collection.name}")
    return list(collection.find(settled).limit(ORIGINALS))


def _insert(collection: Collection[Document], documents: list[Document]) -> None:
    random.shuffle(documents)
    collection.insert_many(documents, ordered=False)
