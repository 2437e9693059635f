"""What triage keeps with a report: the sealed result, and what staff decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pymongo import DESCENDING, IndexModel

from chassis.outbox.aggregates import Aggregates
from chassis.outbox.pending import Document
from contracts.event import Draft

DONE = "done"
SKIPPED = "skipped"
KEY_MISSING = "key_missing"

_NEWEST_FIRST = [("received_at", DESCENDING), ("_id", DESCENDING)]
_HAS_RESULT = {"triage.state": DONE}
_DECIDED = {"triage_decisions.at": {"$exists": True}}

INDEXES = [
    IndexModel([("triage.state", 1), ("triage.reason", 1), ("received_at", 1)], name="triage_waiting"),
    IndexModel([("kind", 1), *_NEWEST_FIRST], name="triage_results", partialFilterExpression=_HAS_RESULT),
    IndexModel([("triage_decisions.at", 1)], name="triage_decisions", partialFilterExpression=_DECIDED),
]

_WITH_RESULT = {"data_key": 1, "triage": 1}
_WHO_MAY_SEE = {"kind": 1, "route": 1, "case": 1, "subject_unit_ids": 1, "erasure": 1}


class Triage:
    """The triage of reports and suggestions. ``triage``: ``{state, reason?, model?, sealed?}``; ``triage_decisions``:
    ``[{category, urgency, suggested, judged, at, by}]``, the last one counts."""

    def __init__(self, reports: Aggregates) -> None:
        self._aggregates = reports
        self._reports = reports.collection

    def keep(self, report_id: str, result: Document) -> bool:
        """Keep the result unless there is one; ``False`` when there is, or when the report's keys are gone.

        The version stays: what a person read before is still what they read.
        """
        still = {"_id": report_id, "data_key": {"$exists": True}, "triage.state": {"$ne": DONE}}
        return self._reports.update_one(still, {"$set": {"triage": result}}).matched_count == 1

    def waiting(self, after: datetime, until: datetime) -> Iterator[str]:
        """The ids of reports received in this time that nobody has looked at, or whose key was missing then."""
        received = {"$gte": after, "$lte": until}
        never: Document = {"triage.state": None, "triage.reason": None, "received_at": received}
        missing: Document = {"triage.state": SKIPPED, "triage.reason": KEY_MISSING, "received_at": received}
        for wanted in (never, missing):
            found = self._reports.find({**wanted, "data_key": {"$exists": True}}, {"_id": 1})
            yield from (report["_id"] for report in found)

    def with_result(self, kind: str, limit: int) -> list[str]:
        """The ids of the newest reports of this kind that have a result, the newest first."""
        found = self._reports.find({"kind": kind, **_HAS_RESULT}, {"_id": 1}).sort(_NEWEST_FIRST).limit(limit)
        return [report["_id"] for report in found]

    def results(self, report_ids: Sequence[str]) -> list[Document]:
        """Data key and result of these reports, as far as they have them."""
        wanted = {"_id": {"$in": list(report_ids)}, "data_key": {"$exists": True}, **_HAS_RESULT}
        return list(self._reports.find(wanted, _WITH_RESULT))

    def who_may_see(self, report_ids: Sequence[str]) -> list[Document]:
        """What the rules look at before a report is mentioned to somebody."""
        return list(self._reports.find({"_id": {"$in": list(report_ids)}}, _WHO_MAY_SEE)) if report_ids else []

    def who_may_see_cases(self, case_ids: Sequence[str]) -> list[Document]:
        """The same for the reports behind these cases."""
        return list(self._reports.find({"case.id": {"$in": list(case_ids)}}, _WHO_MAY_SEE)) if case_ids else []

    def decide(self, report: Document, decision: Document, classified: Draft) -> Document:
        """Add a decision with its event in one write; ``Stale`` when the report was changed meanwhile."""
        return self._aggregates.update(report, {"$push": {"triage_decisions": decision}}, [classified])

    def decided(self) -> Iterator[dict[str, Any]]:
        """Every report that staff classified and that still opens, in order of the first decision."""
        found = self._reports.find({**_DECIDED, "data_key": {"$exists": True}})
        return iter(found.sort("triage_decisions.at", 1))
