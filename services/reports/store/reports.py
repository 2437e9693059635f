"""The collection ``reports``: a report or suggestion with its sealed content and its pending event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pymongo import DESCENDING, IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError

from chassis import clock
from chassis.outbox.aggregates import Aggregates, Document
from chassis.paging import page
from contracts.event import Draft
from services.reports.model.conflict import ABOVE
from services.reports.model.inbox import InboxScope
from services.reports.store import above, retention, triage

_OF_SUGGESTIONS = {"kind": "suggestion"}
_WAITING = {"unread.staff": {"$gt": 0}}
_LATEST_MESSAGE_FIRST = [("reporter_wrote_at", DESCENDING), ("_id", DESCENDING)]
# By the handlers of the case and of its parts: their indexes, which hold only what waits.
_WAITING_FOR = {
    "waiting_for_handler": "case.handler_id",
    "waiting_for_joint_handler": "case.joint_handler_ids",
    "waiting_for_handler_of_part": "parts.handler_id",
    "waiting_for_joint_handler_of_part": "parts.joint_handler_ids",
}

INDEXES = {
    "reports": [
        IndexModel([("receipt_hash", 1)], unique=True),
        IndexModel([("data_key.desk.key_id", 1), ("receipt_key_id", 1)], name="keys"),
        IndexModel([("identity.key_id", 1)], partialFilterExpression={"identity.key_id": {"$gt": ""}}),
        IndexModel([("case.id", 1)], partialFilterExpression={"case.id": {"$exists": True}}),
        IndexModel([("parts.id", 1)], partialFilterExpression={"parts.id": {"$exists": True}}),
        IndexModel([("replay.until", 1)], partialFilterExpression={"replay.until": {"$exists": True}}),
        IndexModel(
            [("received_at", DESCENDING), ("_id", DESCENDING)],
            name="suggestions",
            partialFilterExpression=_OF_SUGGESTIONS,
        ),
        IndexModel(
            [("state", 1), ("received_at", DESCENDING), ("_id", DESCENDING)],
            name="suggestions_by_state",
            partialFilterExpression=_OF_SUGGESTIONS,
        ),
        IndexModel(_LATEST_MESSAGE_FIRST, name="waiting", partialFilterExpression=_WAITING),
        *(
            IndexModel([(field, 1), *_LATEST_MESSAGE_FIRST], name=name, partialFilterExpression=_WAITING)
            for name, field in _WAITING_FOR.items()
        ),
        IndexModel(
            [("due_at", 1), ("_id", 1)],
            name="suggestions_by_due_date",
            partialFilterExpression={**_OF_SUGGESTIONS, "due_at": {"$exists": True}},
        ),
        *above.INDEXES,
        *retention.INDEXES,
        *triage.INDEXES,
    ],
}


# What is told of a report in the list of those that wait; its content is not among it.
_IN_THE_INBOX = {"kind": 1, "case": 1, "parts": 1, "subject_unit_ids": 1, "unread": 1, "reporter_wrote_at": 1}


class Step(NamedTuple):
    """A step of the case that a report opened. ``entry``: its line in the reporter's history, if it has one."""

    report_id: str
    sequence: int
    fields: Mapping[str, Any]
    entry: Document | None


class Part(NamedTuple):
    """What a case told that was split off the one that a report opened. ``case``: as that of the report is kept."""

    report_id: str
    sequence: int
    case: Document


class Reports:
    """Reports and suggestions; see README.md for the documents' form."""

    def __init__(self, aggregates: Aggregates) -> None:
        self._aggregates = aggregates
        self._reports = aggregates.collection

    def add(self, report: Document, submitted: Draft) -> bool:
        """Insert the report with its event in one write; ``False`` when there is one of this id already."""
        try:
            self._aggregates.insert(report, [submitted])
        except DuplicateKeyError:
            return False
        return True

    def get(self, report_id: str) -> Document | None:
        """The report of this id."""
        return self._reports.find_one({"_id": report_id})

    def first_of(self, report_ids: Sequence[str]) -> str | None:
        """Which of these ids a report has; without ids nothing is asked."""
        if not report_ids:
            return None
        found = self._reports.find_one({"_id": {"$in": list(report_ids)}}, {"_id": 1})
        return found["_id"] if found else None

    def of_receipt(self, *hashes: bytes) -> Document | None:
        """The report whose receipt has one of these keyed hashes."""
        wanted = hashes[0] if len(hashes) == 1 else {"$in": list(hashes)}
        return self._reports.find_one({"receipt_hash": wanted})

    def move_receipt(self, report: Document, receipt_hash: bytes, key_id: str) -> None:
        """Have the report found by this hash from now on, which was made with the lookup key ``key_id``."""
        former = {"_id": report["_id"], "receipt_hash": report["receipt_hash"]}
        self._reports.update_one(former, {"$set": {"receipt_hash": receipt_hash, "receipt_key_id": key_id}})

    def of_case(self, case_id: str) -> Document | None:
        """The report that opened this case, or the one that it was split off, once the case has told so."""
        return self._reports.find_one({"case.id": case_id}) or self._reports.find_one({"parts.id": case_id})

    def who_is_kept_out(self, report_ids: Sequence[str]) -> dict[str, Document]:
        """Of these reports what tells whom they and their cases are kept from, by the report's id."""
        wanted = {"subject_unit_ids": 1, "case": 1, "parts": 1}
        found = self._reports.find({"_id": {"$in": list(report_ids)}}, wanted) if report_ids else ()
        return {report["_id"]: report for report in found}

    def suggestion(self, suggestion_id: str) -> Document | None:
        """The suggestion of this id; never a report."""
        return self._reports.find_one({"_id": suggestion_id, **_OF_SUGGESTIONS})

    def suggestions(
        self, state: str | None, hidden_from: Iterable[str], limit: int, cursor: str | None
    ) -> dict[str, Any]:
        """A page of suggestions, newest first, without those about one of the units ``hidden_from``."""
        wanted = _not_about(hidden_from, state)
        return page(self._reports, wanted, sort=[("received_at", -1), ("_id", -1)], limit=limit, cursor=cursor)

    def overdue_suggestions(
        self, state: str | None, now: datetime, hidden_from: Iterable[str], limit: int, cursor: str | None
    ) -> dict[str, Any]:
        """A page of those without an answer at their due date, the longest overdue first; ``hidden_from`` as above."""
        wanted = {**_not_about(hidden_from, state), "due_at": {"$lt": now}}
        return page(self._reports, wanted, sort=[("due_at", 1), ("_id", 1)], limit=limit, cursor=cursor)

    def answer(self, suggestion: Document, answer: Document, entry: Document) -> Document:
        """Set the answer and the state that ``entry`` of the history tells; nothing is due any more then. ``Stale``
        when it was changed meanwhile."""
        change = {
            "$set": {
                "answer": answer,
                "state": entry["state"],
                "outcome": entry["state"],
                "ended_at": clock.to_the_hour(entry["at"]),
            },
            "$unset": {"due_at": ""},
            "$push": {"history": entry},
        }
        return self._aggregates.update(suggestion, change)

    def rate(self, report: Document, rating: Document, rated: Draft) -> None:
        """Add a rating with its event in one write; ``Stale`` when the report was changed meanwhile."""
        self._aggregates.update(report, {"$push": {"ratings": rating}}, [rated])

    def waiting(self, scope: InboxScope, limit: int, cursor: str | None) -> dict[str, Any]:
        """A page of the reports and suggestions in which the reporter wrote what nobody has marked as read, those with
        the latest message first; without those that nobody of the bureau reads. What opens for the reader by its case,
        or by a part of it, is there.
        """
        about = {"subject_unit_ids": {"$nin": list(scope.hidden_units)}, "route": {"$ne": ABOVE}}
        wanted: Document = {**_WAITING, **about, "$or": _readable_by(scope)}
        return page(
            self._reports, wanted, sort=_LATEST_MESSAGE_FIRST, limit=limit, cursor=cursor, projection=_IN_THE_INBOX
        )

    def keep_from(self, report: Document, unit_ids: Sequence[str], events: Sequence[Draft]) -> None:
        """Keep the report from these units too; ``Stale`` when it was changed meanwhile."""
        self._aggregates.update(report, {"$addToSet": {"subject_unit_ids": {"$each": list(unit_ids)}}}, events)

    def apply_progress(self, steps: Sequence[Step]) -> None:
        """What cases told, in bulk and in effect once.

        The fields of the highest sequence win; an entry is added once, and the history stays in order of sequence.
        """
        if not steps:
            return
        newest = self._reports.bulk_write([_as_newest(step) for step in steps])
        if newest.matched_count < len(steps):
            # Some came again, or after a later one: their entries may still be missing.
            late = [_as_late(step) for step in steps if step.entry]
            if late:
                self._reports.bulk_write(late)

    def know_parts(self, parts: Sequence[Part]) -> None:
        """What parts of cases told, in bulk; of each the state of the highest sequence stays."""
        writes = [write for part in parts for write in (_as_known(part), _as_newest_of_part(part))]
        if writes:
            self._reports.bulk_write(writes)

    def forget_replays(self, now: datetime) -> int:
        """Drop the sealed answers whose time is over; how many there were."""
        return self._reports.update_many({"replay.until": {"$lte": now}}, {"$unset": {"replay": ""}}).modified_count


def _not_about(unit_ids: Iterable[str], state: str | None) -> Document:
    wanted: Document = {**_OF_SUGGESTIONS, "subject_unit_ids": {"$nin": list(unit_ids)}}
    return {**wanted, "state": state} if state else wanted


def _readable_by(scope: InboxScope) -> list[Document]:
    """Each way in which a report may open for this reader, as ``may_read_case_report`` has it."""
    whole, part = _readable_case(scope, "case."), _readable_case(scope, "")
    if scope.handler_id is None:
        return [whole, {"parts": {"$elemMatch": part}}]
    handled = [{"handler_id": scope.handler_id}, {"joint_handler_ids": scope.handler_id}]
    return [
        *({**whole, f"case.{field}": value} for one in handled for field, value in one.items()),
        *({"parts": {"$elemMatch": {**part, **one}}} for one in handled),
    ]


def _readable_case(scope: InboxScope, prefix: str) -> Document:
    return {
        f"{prefix}excluded_unit_ids": {"$nin": list(scope.hidden_units)},
        f"{prefix}excluded_person_ids": {"$ne": scope.person_id},
    }


def _as_known(part: Part) -> UpdateOne:
    unknown = {"_id": part.report_id, "parts.id": {"$ne": part.case["id"]}}
    return UpdateOne(unknown, {"$push": {"parts": {**part.case, "sequence": 0}}})


def _as_newest_of_part(part: Part) -> UpdateOne:
    older = {"$elemMatch": {"id": part.case["id"], "sequence": {"$lt": part.sequence}}}
    newest = {**part.case, "sequence": part.sequence}
    return UpdateOne({"_id": part.report_id, "parts": older}, {"$set": {"parts.$": newest}})


def _as_newest(step: Step) -> UpdateOne:
    change: Document = {"$set": {**step.fields, "progress_sequence": step.sequence}}
    if step.entry:
        change["$push"] = _in_order(step.entry)
    return UpdateOne({"_id": step.report_id, "progress_sequence": {"$lt": step.sequence}}, change)


def _as_late(step: Step) -> UpdateOne:
    missing = {"progress_sequence": {"$gt": step.sequence}, "history.sequence": {"$ne": step.sequence}}
    return UpdateOne({"_id": step.report_id, **missing}, {"$push": _in_order(step.entry)})


def _in_order(entry: Document | None) -> Document:
    return {"history": {"$each": [entry], "$sort": {"sequence": 1}}}
