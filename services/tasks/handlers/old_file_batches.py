"""One batch of an import of old files: each row passes, becomes an open case, is known already, or is rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chassis.ids import derived_id
from chassis.tables import AmbiguousUnit, UnitNames, UnknownUnit, words
from contracts.event import Draft
from services.tasks.handlers.opening import opening_of
from services.tasks.model.calendar import local_day
from services.tasks.model.old_files import OldFile, Verdict, examine, open_review
from services.tasks.old_file_table import OUTSIDE, OldFileRow, Rejection, number_key
from services.tasks.store import TasksStore

Document = dict[str, Any]

_OUTSIDE = frozenset(words(word) for word in OUTSIDE)


@dataclass(frozen=True)
class _Reviewed:
    """A row that is to be kept: the document without its verdict's case, and what the case needs."""

    row: OldFileRow
    verdict: Verdict
    document: Document


class Batch:
    """After ``work``: ``counts`` to add to the job's, and what was ``rejected``."""

    def __init__(self, store: TasksStore, job: Mapping[str, Any], rows: Sequence[OldFileRow]) -> None:
        self.counts: Counter[str] = Counter()
        self.rejected: list[Rejection] = []
        self._store, self._job, self._rows = store, job, rows

    def work(self, now: datetime) -> None:
        """Reviews every row; in a dry run nothing is written. A second time it changes nothing and counts the same."""
        units = _UnitFinder(self._store.units())
        reviewed = [one for row in self._rows if (one := self._reviewed(row, units, now)) is not None]
        known = self._store.old_files.known(one.document["_id"] for one in reviewed)
        new = [one for one in reviewed if self._is_new(one, known.get(one.document["_id"]))]
        if not self._job["dry_run"]:
            self._open_cases([one for one in new if not one.verdict.passed], now)
            self._keep(new)
        for one in new:
            self._count(one.verdict)

    def _reviewed(self, row: OldFileRow, units: _UnitFinder, now: datetime) -> _Reviewed | None:
        try:
            excluded = [found for unit in row.file.excluded_units if (found := units.excluded(unit)) is not None]
        except (UnknownUnit, AmbiguousUnit) as error:
            message = "ambiguous_unit" if isinstance(error, AmbiguousUnit) else "unknown_unit"
            self.rejected.append(Rejection(row.row, "excluded_units", message, str(error)))
            return None
        verdict = examine(row.file)
        file_id = derived_id("old_file", number_key(row.file.number))
        document = {
            "_id": file_id,
            "number": row.file.number,
            "received_on": row.file.received_on.isoformat(),
            "category": row.file.category,
            "lines": list(row.file.lines),
            "unit_id": units.handling(row.file.unit),
            "excluded_unit_ids": excluded,
            "passed": verdict.passed,
            "failed": list(verdict.failed),
            "missing": list(verdict.missing),
            "case_id": None if verdict.passed else file_id,
            "import_id": self._job["_id"],
            "row": row.row,
            "reviewed_at": now,
            "content": _content(row.file),
        }
        return _Reviewed(row, verdict, document)

    def _is_new(self, reviewed: _Reviewed, known: Document | None) -> bool:
        """Whether the file is to be kept; one that this import kept before it was cut short counts as new again."""
        if known is None or self._is_ours(reviewed, known):
            return True
        if any(known[name] != reviewed.document[name] for name in ("received_on", "category", "lines", "content")):
            # What was reviewed stays as it was; a second table must not rewrite it.
            self.rejected.append(Rejection(reviewed.row.row, "number", "known_differently", known["number"]))
        else:
            self.counts["unchanged"] += 1
        return False

    def _is_ours(self, reviewed: _Reviewed, known: Mapping[str, Any]) -> bool:
        return bool(known["import_id"] == self._job["_id"] and known["row"] == reviewed.row.row)

    def _open_cases(self, failed: Sequence[_Reviewed], now: datetime) -> None:
        if not failed:
            return
        numbers = self._store.numbers.take(local_day(now).year, len(failed))
        self._store.add_cases(self._case(one, number, now) for one, number in zip(failed, numbers, strict=True))

    def _case(self, reviewed: _Reviewed, number: str, now: datetime) -> tuple[Document, Draft]:
        case, opening = open_review(
            reviewed.row.file,
            reviewed.verdict,
            file_id=reviewed.document["_id"],
            number=number,
            excluded_unit_ids=reviewed.document["excluded_unit_ids"],
            at=now,
            by_id=self._job["started_by"],
            by_name=self._job["started_by_name"],
        )
        return opening_of(case, opening)

    def _keep(self, new: list[_Reviewed]) -> None:
        """Keeps them; one that another import kept at this moment is taken out of ``new``."""
        there = self._store.old_files.add([one.document for one in new])
        known = self._store.old_files.known(there) if there else {}
        for one in [one for one in new if one.document["_id"] in there]:
            if not self._is_ours(one, known[one.document["_id"]]):
                new.remove(one)
                self._is_new(one, known[one.document["_id"]])

    def _count(self, verdict: Verdict) -> None:
        self.counts["created"] += 1
        self.counts["passed" if verdict.passed else "opened"] += 1
        self.counts.update(f"by_guard.{guard}" for guard in verdict.failed)


class _UnitFinder:
    """The units that a table names: those that are active, else those that were closed since."""

    def __init__(self, units: Iterable[Mapping[str, Any]]) -> None:
        known = list(units)
        self._ids = {unit["_id"] for unit in known}
        self._active = UnitNames(unit for unit in known if unit["active"])
        self._closed = UnitNames(unit for unit in known if not unit["active"])

    def handling(self, written: str | None) -> str | None:
        """The id of the unit that handled a file; None when it is not one that the system has, or not clear which."""
        try:
            return self._find(written) if written else None
        except (UnknownUnit, AmbiguousUnit):
            return None

    def excluded(self, written: str) -> str | None:
        """The id of a unit that a file is about; None when it is said to be outside of the system.

        ``UnknownUnit`` and ``AmbiguousUnit``: nobody could be kept from the case, so the row must not be taken.
        """
        label, _, name = written.replace("：", ":").partition(":")
        return None if name and words(label) in _OUTSIDE else self._find(written)

    def _find(self, written: str) -> str:
        if written in self._ids:
            return written
        try:
            return str(self._active.find(written)["_id"])
        except UnknownUnit:
            return str(self._closed.find(written)["_id"])


def _content(file: OldFile) -> Document:
    """What the file says beyond its progress, in the form of the database."""
    return {
        "allegations": list(file.allegations),
        "unit": file.unit,
        "handlers": list(file.handlers),
        "investigated": file.investigated,
        "investigation": file.investigation,
        "evidence": list(file.evidence),
        "findings": [asdict(one) for one in file.findings],
        "dispositions": [asdict(one) for one in file.dispositions],
        "reviewer": file.reviewer,
        "told_on": file.told_on.isoformat() if file.told_on else None,
        "closed_on": file.closed_on.isoformat() if file.closed_on else None,
    }
