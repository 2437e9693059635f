"""Attempts: ``_id`` ``<form id>.<unique>``, ``exam_id``, ``person_id``, ``number``, ``form_id``, ``state``,
``started_at``, ``due_at``, ``locks_at``, ``answers`` {question id: ``answer``, ``sequence``, ``saved_at``, in a
practice ``told_at``: since when feedback was given}; then ``submitted_at``, ``by``, ``answers_stored``,
``answers_hash``; then ``marks``, ``by_hand``, ``score``, ``graded_at``, ``keys`` (the number of the last regrade that
its marks know of), ``regrade`` (the last one that is done with it), ``errata`` (the regrades that changed its score:
``regrade_id``, ``notice``, ``before``, ``after``, ``at``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import DESCENDING, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis import group_commit
from chassis.outbox.aggregates import Aggregates
from contracts.event import Draft

Document = dict[str, Any]
_READ_AT_ONCE = 200
# What a list of attempts needs: everything but the answers and their marks.
_SUMMARY = {"answers": 0, "marks": 0, "by_hand": 0, "outbox": 0}


class Attempts:
    """Everybody's attempts."""

    def __init__(self, aggregates: Aggregates) -> None:
        self._aggregates = aggregates
        self._collection = aggregates.collection
        self._saves = group_commit.guarded_updates(aggregates.collection)

    def get(self, id: str, session: ClientSession | None = None) -> Document | None:
        """The attempt, or None."""
        return self._aggregates.find_one({"_id": id}, session=session)

    def latest(self, person_id: str, exam_id: str) -> Document | None:
        """The person's attempt at the exam with the greatest number, or None."""
        return self._collection.find_one({"person_id": person_id, "exam_id": exam_id}, sort=[("number", DESCENDING)])

    def insert(self, attempt: Document) -> bool:
        """Adds it; False when the person has another running, or one of this number."""
        try:
            self._aggregates.insert(attempt)
        except DuplicateKeyError:
            return False
        return True

    def save(
        self,
        id: str,
        person_id: str,
        question_id: str,
        answer: Any,
        sequence: int,
        now: datetime,
        practice: bool = False,
    ) -> bool:
        """Stores one answer, durably, in one round trip that it may share; False when any guard stood against it,
        or it was stored already.

        Guards: the attempt is the person's, running and not locked, and no sequence as great is stored; in a
        ``practice``, no feedback was given on the answer.
        """
        place = f"answers.{question_id}"
        return self._saves.write(
            UpdateOne(
                {
                    "_id": id,
                    "person_id": person_id,
                    "state": "running",
                    "locks_at": {"$gt": now},
                    f"{place}.sequence": {"$not": {"$gte": sequence}},
                    **({f"{place}.told_at": None} if practice else {}),
                },
                {
                    "$set": {place: {"answer": answer, "sequence": sequence, "saved_at": now}},
                    "$inc": {"version": 1},
                },
            )
        )

    def tell(self, id: str, question_id: str, sequence: int, now: datetime) -> bool:
        """Notes, durably, that feedback is given on the answer of this sequence, which stands from now on; False when
        another was stored meanwhile, or the attempt runs no more.
        """
        place = f"answers.{question_id}"
        stands = {"_id": id, "state": "running", "locks_at": {"$gt": now}, f"{place}.sequence": sequence}
        change = {"$set": {f"{place}.told_at": now}, "$inc": {"version": 1}}
        return self._collection.update_one(stands, change).matched_count == 1

    def update(
        self,
        attempt: Document,
        fields: Document,
        events: Sequence[Draft] = (),
        session: ClientSession | None = None,
    ) -> Document:
        """Sets ``fields`` if nothing was saved or changed since it was read; ``Stale`` otherwise."""
        return self._aggregates.update(attempt, {"$set": fields}, events, session=session)

    def remark(self, attempt: Document, fields: Document, erratum: Document | None) -> Document:
        """Sets marks that were made anew, with what tells of it, if nothing changed since it was read; ``Stale``
        otherwise.
        """
        change: Document = {"$set": fields} | ({"$push": {"errata": erratum}} if erratum else {})
        return self._aggregates.update(attempt, change)

    def running_in(self, exam_id: str) -> list[Document]:
        """The exam's running attempts; their ids begin with the exam's."""
        ids = {"$gte": f"{exam_id}.", "$lt": f"{exam_id}/"}
        return list(self._collection.find({"_id": ids, "state": "running"}, hint="_id_"))

    def overdue(self, now: datetime, limit: int) -> list[Document]:
        """Running attempts that lock by ``now``, the longest overdue first."""
        found = self._collection.find({"state": "running", "locks_at": {"$lte": now}})
        return list(found.sort("locks_at").limit(limit))

    def many(self, ids: Iterable[str]) -> list[Document]:
        """Those that exist."""
        return list(self._collection.find({"_id": {"$in": list(ids)}}))

    def of_person(self, person_id: str, exam_ids: list[str] | None = None) -> list[Document]:
        """The person's attempts without their answers, of these exams or of all."""
        wanted: Document = {"person_id": person_id}
        if exam_ids is not None:
            wanted["exam_id"] = {"$in": exam_ids}
        return list(self._collection.find(wanted, _SUMMARY))

    def exams_of_person(self, person_id: str) -> list[str]:
        """The ids of the exams that the person has begun."""
        found = self._collection.find({"person_id": person_id}, {"_id": 0, "exam_id": 1, "person_id": 1})
        return list(dict.fromkeys(attempt["exam_id"] for attempt in found))

    def graded(self, exam_id: str, projection: Mapping[str, Any]) -> Iterator[Document]:
        """The exam's graded attempts, one after the other, with the fields of ``projection``; some hundred at once, so
        that reading thousands holds nobody else up.
        """
        wanted = {"exam_id": exam_id, "graded_at": {"$exists": True}}
        return self._collection.find(wanted, projection, batch_size=_READ_AT_ONCE)

    def count_graded(self, exam_id: str) -> int:
        """How many of the exam's attempts are graded."""
        return self._collection.count_documents({"exam_id": exam_id, "graded_at": {"$exists": True}})

    def not_regraded(self, exam_id: str, number: int, limit: int) -> list[Document]:
        """Graded attempts that the regrade of this number has not come to yet."""
        before = [None, *range(number)]
        wanted = {"exam_id": exam_id, "regrade": {"$in": before}, "graded_at": {"$exists": True}}
        return list(self._collection.find(wanted).limit(limit))

    def count_not_regraded(self, exam_id: str, number: int) -> int:
        """How many those are."""
        before = [None, *range(number)]
        wanted = {"exam_id": exam_id, "regrade": {"$in": before}, "graded_at": {"$exists": True}}
        return self._collection.count_documents(wanted)

    def regraded(self, ids: list[str], number: int) -> None:
        """Notes that the regrade of this number is done with these, down to their standings."""
        self._collection.update_many({"_id": {"$in": ids}}, {"$set": {"regrade": number}})

    def count_corrected(self, regrade_id: str) -> int:
        """How many attempts have another score by this regrade."""
        return self._collection.count_documents({"errata.regrade_id": regrade_id})

    def grade(self, graded: list[tuple[str, Document]]) -> None:
        """Sets the fields of each attempt that is still ``submitted``; those graded before stay as they
        are."""
        if graded:
            self._collection.bulk_write(
                [
                    UpdateOne({"_id": id, "state": "submitted"}, {"$set": fields, "$inc": {"version": 1}})
                    for id, fields in graded
                ],
                ordered=False,
            )
