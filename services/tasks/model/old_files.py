"""Old files under review (案件倒查): what an old file must show by the four guards, and the case that it becomes when
it does not.

The guards are those of every case (guards.py). An old file knows its people by name only, so names stand for persons:
two people of one name count as one, which can only make a review fail that was sound, never pass one that was not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from services.tasks.model import guards
from services.tasks.model.case import Case, Entry
from services.tasks.model.guards import UNCLEAR
from services.tasks.model.opening import opened
from services.tasks.model.transitions import GUARDS, OPENING

SOURCE = "review"
# The measure that says that nothing was done; it counts only with its reason.
NOTHING_DONE = "none"


@dataclass(frozen=True)
class OldFinding:
    """What was found on one allegation, numbered from 1, and on what ground."""

    allegation: int
    outcome: str
    ground: str | None = None


@dataclass(frozen=True)
class OldDisposition:
    """What was done about one allegation, and why."""

    allegation: int
    measure: str
    reason: str | None = None


@dataclass(frozen=True)
class OldFile:
    """A file as it was closed once. ``number``: its own, under which the bureau kept it.

    Units and people are as the file writes them. ``handlers``: who investigated and decided. ``investigation``: what
    was done, None where nothing is on file. Days are of the bureau's place.
    """

    number: str
    received_on: date
    category: str
    allegations: tuple[str, ...]
    lines: tuple[str, ...] = ()
    unit: str | None = None
    handlers: tuple[str, ...] = ()
    investigated: bool = False
    investigation: str | None = None
    evidence: tuple[str, ...] = ()
    findings: tuple[OldFinding, ...] = ()
    dispositions: tuple[OldDisposition, ...] = ()
    reviewer: str | None = None
    told_on: date | None = None
    closed_on: date | None = None
    excluded_units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What the guards say of an old file: which of them failed, and exactly what is missing (codes of guards.py)."""

    failed: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the file needs no case."""
        return not self.failed


def examine(file: OldFile) -> Verdict:
    """The file before the four guards. A guard failed when something is missing that it asks for."""
    case = _as_case(file)
    lacking = {guard: guards.missing(case, (guard,)) for guard in GUARDS}
    failed = tuple(guard for guard in GUARDS if lacking[guard])
    return Verdict(failed, tuple(code for guard in failed for code in lacking[guard]))


def open_review(
    file: OldFile,
    verdict: Verdict,
    *,
    file_id: str,
    number: str,
    excluded_unit_ids: Iterable[str],
    at: datetime,
    by_id: str,
    by_name: str,
) -> tuple[Case, Entry]:
    """The case of a file that failed, and the first line of its history, which names what is missing.

    The case has the id of its file, so one file can never open two. Nothing that the file shows counts in the case:
    what passed once is looked at again with the rest.
    """
    case = opened(
        id=file_id,
        number=number,
        category=file.category,
        source_kind=SOURCE,
        source_id=file_id,
        at=at,
        excluded_unit_ids=excluded_unit_ids,
    )
    case = replace(case, allegations=file.allegations)
    details = {"old_number": file.number, "failed": list(verdict.failed), "missing": list(verdict.missing)}
    return case, Entry(OPENING.action, at, by_id, by_name, None, case.state, details=details)


def same_person(name: str) -> str:
    """A name as it is compared: NFKC, no blanks, no case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _as_case(file: OldFile) -> Case:
    """The file as a case that waits to be closed.

    A finding without a ground finds nothing: it leaves its allegation unclear. "Nothing done" without a reason is no
    disposition. Where nobody is named who handled the file, nobody can be shown to be the second person.
    """
    handlers = frozenset(same_person(name) for name in file.handlers)
    reviewer = same_person(file.reviewer) if file.reviewer and handlers else None
    case = Case(
        id=file.number,
        number=file.number,
        category=file.category,
        source_kind=SOURCE,
        source_id=file.number,
        opened_at=datetime(file.received_on.year, file.received_on.month, file.received_on.day, tzinfo=UTC),
        allegations=file.allegations,
    )
    return replace(
        case,
        steps=1 if file.investigated and file.investigation else 0,
        evidence=len(file.evidence),
        investigators=handlers,
        deciders=handlers,
        findings=tuple((one.allegation, one.outcome if one.ground else UNCLEAR) for one in file.findings),
        dispositions=tuple((one.allegation, one.measure) for one in file.dispositions if _stands(one)),
        reviewer_id=reviewer,
    )


def _stands(disposition: OldDisposition) -> bool:
    return disposition.measure != NOTHING_DONE or bool(disposition.reason)
