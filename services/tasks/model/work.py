"""What the handling of a case leaves on it: steps, evidence, findings, dispositions, its result and their review.

Each function takes the case after its row of the table, and the entry, as the effects of ``applying.apply`` do.
"""

from __future__ import annotations

from dataclasses import replace

from services.tasks.model import related
from services.tasks.model.case import Case, Entry


def accept(case: Case, entry: Entry) -> Case:
    """Its allegations are named, if they were."""
    given = entry.details.get("allegations")
    return replace(case, allegations=related.named_anew(case, given)) if given else case


def investigated_by(case: Case, entry: Entry) -> Case:
    """Whoever did this has worked on it."""
    return replace(case, investigators=case.investigators | ({entry.by_id} if entry.by_id else set()))


def record_step(case: Case, entry: Entry) -> Case:
    """One step more, and the evidence that it names."""
    evidence = case.evidence + len(entry.details.get("evidence") or ())
    return replace(investigated_by(case, entry), steps=case.steps + 1, evidence=evidence)


def add_evidence(case: Case, entry: Entry) -> Case:
    """One item of evidence more."""
    return replace(investigated_by(case, entry), evidence=case.evidence + 1, items=entry.details["item"])


def withdraw_evidence(case: Case, entry: Entry) -> Case:
    """It counts no more; what was recorded before this round has not counted in it."""
    counted = entry.details["round"] == case.round
    return replace(investigated_by(case, entry), evidence=case.evidence - counted)


def record_finding(case: Case, entry: Entry) -> Case:
    """What was found of one allegation; what was decided of an earlier finding counts no more."""
    number = entry.details["allegation"]
    findings = _with(case.findings, number, entry.details["outcome"])
    dispositions = tuple(pair for pair in case.dispositions if pair[0] != number)
    return replace(investigated_by(case, entry), findings=findings, dispositions=dispositions)


def record_disposition(case: Case, entry: Entry) -> Case:
    """What is done about one allegation."""
    dispositions = _with(case.dispositions, entry.details["allegation"], entry.details["measure"])
    return replace(_decided_by(case, entry), dispositions=dispositions)


def conclude(case: Case, entry: Entry) -> Case:
    """One result more, which nobody has told or reviewed."""
    return replace(_decided_by(case, entry), reviewer_id=None, result_told=False, results=case.results + 1)


def tell_result(case: Case, _entry: Entry) -> Case:
    """The reporter was told the result."""
    return replace(case, result_told=True)


def confirm(case: Case, entry: Entry) -> Case:
    """A second person found the handling adequate."""
    return replace(_reviewed_by(case, entry), reviewer_id=entry.by_id)


def send_back(case: Case, entry: Entry) -> Case:
    """A second person found it inadequate."""
    return replace(_reviewed_by(case, entry), reviewer_id=None)


def close(case: Case, entry: Entry) -> Case:
    """It is closed 销号."""
    return replace(case, closed_at=entry.at)


def _decided_by(case: Case, entry: Entry) -> Case:
    return replace(case, deciders=case.deciders | ({entry.by_id} if entry.by_id else set()))


def _reviewed_by(case: Case, entry: Entry) -> Case:
    return replace(case, reviewers=case.reviewers | ({entry.by_id} if entry.by_id else set()))


def _with(pairs: tuple[tuple[int, str], ...], number: int, value: str) -> tuple[tuple[int, str], ...]:
    return tuple(sorted({**dict(pairs), number: value}.items()))
