"""Reports, their cases, their receipts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checks.finding import Finding, Rule
from tests.chaos.evidence import Evidence
from tests.chaos.testimony import Testimony

RECEIVED = "received"


def each_report_is_kept_once(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """An acknowledged one once; any other at most once, however often it was sent."""
    kept = Counter(report.marker for report in evidence.reports)
    for said in testimony.reports:
        if said.acknowledged and not kept[said.marker]:
            yield Finding("acknowledged report lost", said.marker)
        if kept[said.marker] > 1:
            yield Finding("report kept twice", f"{said.marker} ({kept[said.marker]} documents)")
    for marker in kept.keys() - {said.marker for said in testimony.reports}:
        yield Finding("report that nobody sent", marker)


def each_report_has_one_case(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """Also one whose author was never told of it."""
    cases = Counter(case.marker for case in evidence.cases)
    reports = {report.marker for report in evidence.reports}
    for marker in reports | {said.marker for said in testimony.reports if said.acknowledged}:
        if not cases[marker]:
            yield Finding("report without a case", marker)
        if cases[marker] > 1:
            yield Finding("report with two cases", f"{marker} ({cases[marker]} cases)")
    for marker in cases.keys() - reports:
        yield Finding("case without a report", marker)


def each_receipt_opens_its_report(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """It tells of the case, and has what its holder wrote: an acknowledged message once, any other at most once."""
    reads = {read.marker: read for read in evidence.reads}
    for said in testimony.reports:
        read = reads.get(said.marker)
        if read is None:
            continue
        if read.state is None:
            yield Finding("receipt opens nothing", said.marker)
            continue
        if read.state == RECEIVED:
            yield Finding("reporter not told of the case", said.marker)
        times = read.messages.count(said.written) if said.written else 0
        if said.heard and not times:
            yield Finding("acknowledged message lost", said.marker)
        if times > 1:
            yield Finding("message kept twice", said.marker)
        if set(read.messages) - {said.written}:
            yield Finding("message of somebody else", said.marker)


def each_action_is_taken_once(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """An acknowledged one once, any other at most once; and a case tells of each line of its history."""
    cases = {case.id: case for case in evidence.cases}
    for said in testimony.actions:
        times = cases[said.case_id].actions.count(said.action) if said.case_id in cases else 0
        if said.acknowledged and times == 0:
            yield Finding("acknowledged action lost", f"{said.action} of case {said.case_id}")
        if times > 1:
            yield Finding("action taken twice", f"{said.action} of case {said.case_id}")
    for case in evidence.cases:
        if case.sequence != len(case.actions):
            yield Finding(
                "history and events differ", f"case {case.id}: {len(case.actions)} lines, {case.sequence} told"
            )


def each_step_is_shown_once(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """The reporter's history has every step of the case, from 0 (received) on, in order."""
    for report in evidence.reports:
        if report.steps != tuple(range(len(report.steps))):
            yield Finding("gap in a reporter's history", f"{report.marker}: steps {report.steps}")


RULES: tuple[Rule, ...] = (
    each_report_is_kept_once,
    each_report_has_one_case,
    each_receipt_opens_its_report,
    each_action_is_taken_once,
    each_step_is_shown_once,
)
