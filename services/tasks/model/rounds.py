"""What begins a case anew: the guards of its new round are all unsatisfied.

Each function takes the case after its row of the table, and the entry, as the effects of ``applying.apply`` do.
"""

from __future__ import annotations

from dataclasses import replace

from services.tasks.model import hands
from services.tasks.model.case import Case, Entry


def reopen(case: Case, entry: Entry) -> Case:
    """A new round: every guard must be satisfied anew; who worked on it before stays known."""
    return replace(
        hands.leave(case, entry),
        steps=0,
        evidence=0,
        findings=(),
        dispositions=(),
        reviewer_id=None,
        reviewers=frozenset(),
        result_told=False,
        round=case.round + 1,
        re_examination=False,
        level=0,
        extension_request=None,
    )


def re_examine(case: Case, entry: Entry) -> Case:
    """A new round in other hands."""
    before = case.predecessors | case.investigators | case.deciders | case.reviewers
    anew = replace(reopen(case, entry), re_examination=True, re_examined=True, predecessors=before)
    return record_rating(anew, entry) if "number" in entry.details else anew


def record_rating(case: Case, entry: Entry) -> Case:
    """What its reporter said of the result, by the rating's number."""
    return replace(case, rating=(entry.details["number"], entry.details["satisfied"]))
