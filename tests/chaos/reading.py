"""How the evidence is read: databases directly, the broker by its own tool, the partners' memories, the logs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.read_concern import ReadConcern

from chassis.outbox.pending import PENDING
from cli.services import service_classes, stores
from tests.chaos import evidence as seen

Document = dict[str, Any]

# Lines that gunicorn and libraries write themselves.
_PLAIN_ERROR = re.compile(r"\[(ERROR|CRITICAL)\]|^Traceback \(most recent call last\)")
_LEVELS = ("error", "critical")
# The end of a session has a queue only while a gateway is there to be told; until then the event waits.
_EXPECTED = ("events not taken by the broker",)

_UNDER_WAY = {
    "$or": [{"state": {"$in": ["pending", "sending"]}}, {"state": "unknown", "next_attempt_at": {"$exists": True}}]
}


class Databases:
    """All databases of one run."""

    def __init__(self, uri: str, prefix: str) -> None:
        self._client: MongoClient[Document] = MongoClient(
            uri, tz_aware=True, serverSelectionTimeoutMS=2000, socketTimeoutMS=10_000, retryReads=True
        )
        self._prefix = prefix
        self._collections = [
            (store.database_name, collection)
            for service in service_classes()
            for store in stores(service)
            for collection in store.outboxes
        ]

    def close(self) -> None:
        self._client.close()

    def __getitem__(self, name: str) -> Database[Document]:
        """A service's database, read as the majority of the set has it."""
        return self._client.get_database(f"{self._prefix}{name}", read_concern=ReadConcern("majority"))

    def relay_holder(self, service: str) -> int | None:
        """The process number of whoever holds the relay of this service, if anybody does now."""
        lease = self[service].leases.find_one({"_id": "relay", "$expr": {"$gt": ["$until", "$$NOW"]}})
        return int(lease["holder"].split(":")[1]) if lease else None

    def pending(self, service: str | None = None) -> dict[str, int]:
        """How many documents carry events that wait, by collection; of all services, or of one."""
        return {
            f"{name}.{collection}": self[name][collection].count_documents({f"{PENDING}.0.id": {"$exists": True}})
            for name, collection in self._collections
            if service in (None, name)
        }

    def in_hand(self, service: str) -> int:
        """How much a service was given and has not had its effect yet, as it is this moment; 0 where none can tell."""
        look = self._IN_HAND.get(service)
        return look(self) if look else 0

    def unfinished(self) -> dict[str, int]:
        """What the services still have to do by themselves: attempts to grade, deliveries to make."""
        return {
            "attempts": self["quiz"].attempts.count_documents({"state": "submitted"}),
            "deliveries": self["publicity"].deliveries.count_documents(_UNDER_WAY),
        }

    def current(self, name: str) -> Database[Document]:
        """Not only what the majority has: for moments that are over a millisecond later."""
        return self[name].with_options(read_concern=ReadConcern("local"))

    _IN_HAND: ClassVar[Mapping[str, Callable[[Databases], int]]] = {
        "reports": lambda self: self.current("reports").reports.count_documents({"progress_sequence": 0}),
        "tasks": lambda self: _size(self.current("reports").reports) - _size(self.current("tasks").cases),
        "quiz": lambda self: self.current("quiz").attempts.count_documents({"state": "submitted"}),
        "publicity": lambda self: self.current("publicity").deliveries.count_documents(_UNDER_WAY),
    }

    def drop(self) -> None:
        """Remove them all."""
        for name in self._client.list_database_names():
            if name.startswith(self._prefix):
                self._client.drop_database(name)

    def read(self) -> seen.Evidence:
        """All that the databases show."""
        usernames = {person["_id"]: person["username"] for person in self["identity"].people.find({}, {"username": 1})}
        return seen.Evidence(
            reports=[_report(document) for document in self["reports"].reports.find()],
            cases=[_case(document) for document in self["tasks"].cases.find()],
            exams=[seen.Exam(exam["_id"], exam["title"]) for exam in self["quiz"].exams.find()],
            attempts=[_attempt(document, usernames) for document in self["quiz"].attempts.find()],
            standings=[_standing(document, usernames) for document in self["quiz"].standings.find()],
            credits=list(self._credits(usernames)),
            publications=[_publication(document) for document in self["publicity"].publications.find()],
            deliveries=list(self._deliveries()),
            streams=list(self._streams()),
            outboxes=self.pending(),
        )

    def _credits(self, usernames: dict[str, str]) -> Iterator[seen.Credit]:
        for record in self["tasks"].study_records.find():
            for entry in _of_exams(record):
                figures = (entry["credits"], entry["score"], entry["sequence"])
                yield seen.Credit(entry["ref"], usernames[record["_id"]], *figures)

    def _deliveries(self) -> Iterator[seen.Delivery]:
        addresses = {one["_id"]: one["address"] for one in self["publicity"].recipients.find()}
        for found in self["publicity"].deliveries.find():
            recipient = found["recipient_id"] and addresses.get(found["recipient_id"], found["recipient_id"])
            yield seen.Delivery(
                found["_id"], found["publication_id"], found["channel_id"], found["kind"], found["state"], recipient
            )

    def _streams(self) -> Iterator[seen.Stream]:
        tasks = self["tasks"]
        cases = {case["source"]["id"]: case["sequence"] for case in tasks.cases.find()}
        reports = {report["_id"]: report["progress_sequence"] for report in self["reports"].reports.find()}
        yield seen.Stream("case_progressed", cases, reports)
        entries = {
            f"{entry['ref']}:{record['_id']}": entry["sequence"]
            for record in tasks.study_records.find()
            for entry in _of_exams(record)
        }
        yield seen.Stream("attempt_graded", _sequences(self["quiz"].standings.find()), entries)
        yield seen.Stream("exam_published", _sequences(self["quiz"].exams.find()), _sequences(tasks.exams.find()))
        people = self["identity"].people.find()
        yield seen.Stream("person_changed", _sequences(people), _sequences(tasks.people.find()))


def _size(collection: Collection[Document]) -> int:
    return collection.estimated_document_count()


def _sequences(documents: Iterable[Document]) -> dict[str, int]:
    return {document["_id"]: document["sequence"] for document in documents}


def _marker(units: list[str]) -> str:
    return units[0] if units else ""


def _report(report: Document) -> seen.Report:
    steps = tuple(entry["sequence"] for entry in report["history"])
    return seen.Report(report["_id"], _marker(report["subject_unit_ids"]), steps)


def _case(case: Document) -> seen.Case:
    actions = tuple(entry["action"] for entry in case["history"])
    return seen.Case(case["_id"], case["source"]["id"], _marker(case["excluded_unit_ids"]), case["sequence"], actions)


def _attempt(attempt: Document, usernames: dict[str, str]) -> seen.Attempt:
    return seen.Attempt(
        attempt["_id"],
        attempt["exam_id"],
        usernames[attempt["person_id"]],
        attempt["number"],
        attempt["state"],
        {question: saved["answer"] for question, saved in attempt["answers"].items()},
        attempt.get("score"),
    )


def _standing(standing: Document, usernames: dict[str, str]) -> seen.Standing:
    username = usernames[standing["person_id"]]
    attempts = tuple(mark["attempt_id"] for mark in standing["marks"].values())
    return seen.Standing(standing["exam_id"], username, attempts, standing["sequence"])


def _publication(publication: Document) -> seen.Publication:
    channels = tuple(publication["channels"])
    return seen.Publication(publication["_id"], publication["title"], publication["state"], channels)


def queue_lengths(listed: str) -> dict[str, int]:
    """From `rabbitmqctl list_queues name messages --formatter json`: the queues that hold messages, taken or not."""
    return {queue["name"]: queue["messages"] for queue in json.loads(listed) if queue["messages"]}


def errors_logged(log: Path) -> Counter[str]:
    """What the log of a part tells at the level of errors, each thing by its name, with its count."""
    found: Counter[str] = Counter()
    for line in log.read_text(errors="replace").splitlines() if log.exists() else ():
        name = _error(line)
        if name and not name.startswith(_EXPECTED):
            found[f"{log.stem}: {name}"] += 1
    return found


def _error(line: str) -> str | None:
    if not line.startswith("{"):
        return line[:200] if _PLAIN_ERROR.search(line) else None
    try:
        told = json.loads(line)
    except ValueError:
        # Cut off by the kill.
        return None
    if told.get("level") not in _LEVELS:
        return None
    return f"{told['event']} {told.get('error', '')}".strip()


def _of_exams(record: Document) -> list[Document]:
    return [entry for entry in record["entries"] if entry["kind"] == "exam"]
