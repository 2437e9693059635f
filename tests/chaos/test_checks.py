"""The checker itself: it is silent about a run that kept every promise, and names each promise that was broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.checks import findings
from tests.chaos.evidence import (
    Attempt,
    Case,
    Credit,
    Delivery,
    Evidence,
    Exam,
    Message,
    Publication,
    Read,
    Report,
    Standing,
    Stream,
)
from tests.chaos.testimony import Acted, ExamHeld, Published, Reported, Sitting, Testimony

Spoil = Callable[[Testimony, Evidence], object]


def a_testimony() -> Testimony:
    """Two reports, one of which was never acknowledged; one case accepted; one exam sat twice; one publication."""
    return Testimony(
        reports=[
            Reported("told", receipt="AAAAA", written="补充", heard=True),
            Reported("untold"),
        ],
        actions=[Acted("case-told", "accept", acknowledged=True)],
        exams=[ExamHeld("考试", credits=2.0, pass_score=50.0, id="exam")],
        sittings=[
            Sitting("member", "exam", 1, "attempt-1", {"q1": "B", "q2": "A"}, score=25.0, submitted=True),
            Sitting("member", "exam", 2, "attempt-2", {"q1": "B", "q2": "B"}, score=50.0, submitted=True),
        ],
        publications=[Published("稿件", id="publication", released=True)],
    )


def some_evidence() -> Evidence:
    """What a system leaves that kept every promise. Nobody was told of the second report, but it was kept."""
    channels = ("website", "hook", "letter")
    return Evidence(
        reports=[Report("report-told", "told", (0, 1, 2)), Report("report-untold", "untold")],
        cases=[
            Case("case-told", "report-told", "told", 2, ("register", "accept")),
            Case("case-untold", "report-untold", "untold"),
        ],
        reads=[Read("told", "accepted", ("补充",))],
        exams=[Exam("exam", "考试")],
        attempts=[
            Attempt("attempt-1", "exam", "member", 1, "graded", {"q1": "B", "q2": "A"}, 25.0),
            Attempt("attempt-2", "exam", "member", 2, "graded", {"q1": "B", "q2": "B"}, 50.0),
        ],
        standings=[Standing("exam", "member", ("attempt-1", "attempt-2"), 2)],
        credits=[Credit("exam", "member", 2.0, 50.0, 2)],
        publications=[Publication("publication", "稿件", "published", channels)],
        deliveries=[
            Delivery("on-website", "publication", "website", "website", "live"),
            Delivery("on-hook", "publication", "hook", "webhook", "live"),
            Delivery("to-one", "publication", "letter", "newsletter", "live", "one@example.org"),
            Delivery("to-other", "publication", "letter", "newsletter", "unknown", "other@example.org"),
        ],
        messages=[
            Message("hook", "key", "publication"),
            # A partner that was not heard gets it again, under the same key.
            Message("hook", "key", "publication"),
            Message("letter", "id-1", "稿件", "one@example.org"),
        ],
        streams=[Stream("case_progressed", {"report-told": 2}, {"report-told": 2, "suggestion": 0})],
        outboxes={"reports.reports": 0},
    )


def found(spoil: Spoil) -> Counter[str]:
    testimony, evidence = a_testimony(), some_evidence()
    spoil(testimony, evidence)
    return Counter(finding.name for finding in findings(testimony, evidence))


def test_a_run_that_kept_every_promise_has_no_findings() -> None:
    assert found(lambda testimony, evidence: None) == {}


def test_a_run_in_which_nothing_happened_has_no_findings() -> None:
    assert findings(Testimony(), Evidence()) == []


def test_what_was_never_acknowledged_may_be_missing() -> None:
    def never_arrived(testimony: Testimony, evidence: Evidence) -> None:
        del evidence.reports[1], evidence.cases[1]
        testimony.actions.append(Acted("case-told", "assign"))
        testimony.exams.append(ExamHeld("另一考试", 1.0, 50.0))
        testimony.sittings.append(Sitting("other", "exam", 1))
        testimony.publications.append(Published("另一稿件"))

    assert found(never_arrived) == {}


def test_an_answer_that_was_not_handed_in_may_be_another() -> None:
    def still_running(testimony: Testimony, evidence: Evidence) -> None:
        testimony.sittings.append(Sitting("other", "exam", 1, "attempt-3", {"q1": "B"}))
        evidence.attempts.append(Attempt("attempt-3", "exam", "other", 1, "running", {"q1": "C"}, None))

    assert found(still_running) == {}


def with_(list_of: str, index: int, **changes: object) -> Spoil:
    """Changes one thing of the evidence."""

    def spoil(testimony: Testimony, evidence: Evidence) -> None:
        things = getattr(evidence, list_of)
        things[index] = replace(things[index], **changes)

    return spoil


def without(list_of: str, index: int) -> Spoil:
    """Takes one thing out of the evidence."""
    return lambda testimony, evidence: getattr(evidence, list_of).pop(index)


def again(list_of: str, index: int) -> Spoil:
    """Finds one thing twice."""
    return lambda testimony, evidence: getattr(evidence, list_of).append(getattr(evidence, list_of)[index])


def added(list_of: str, thing: object) -> Spoil:
    """Finds something more."""
    return lambda testimony, evidence: getattr(evidence, list_of).append(thing)


BROKEN: dict[str, list[tuple[Spoil, set[str]]]] = {
    "reports": [
        (without("reports", 0), {"acknowledged report lost", "case without a report"}),
        (again("reports", 0), {"report kept twice"}),
        (again("reports", 1), {"report kept twice"}),
        (added("reports", Report("stray", "nobody")), {"report that nobody sent", "report without a case"}),
        (with_("reports", 0, steps=(0, 2)), {"gap in a reporter's history"}),
        (with_("reports", 0, steps=(0, 1, 1)), {"gap in a reporter's history"}),
        (with_("reads", 0, state=None), {"receipt opens nothing"}),
        (with_("reads", 0, state="received"), {"reporter not told of the case"}),
        (with_("reads", 0, messages=()), {"acknowledged message lost"}),
        (with_("reads", 0, messages=("补充", "补充")), {"message kept twice"}),
        (with_("reads", 0, messages=("补充", "别人的")), {"message of somebody else"}),
    ],
    "cases": [
        (without("cases", 1), {"report without a case"}),
        (again("cases", 0), {"report with two cases"}),
        (again("cases", 1), {"report with two cases"}),
        (added("cases", Case("stray", "nothing", "nobody")), {"case without a report"}),
        (with_("cases", 0, sequence=1, actions=("register",)), {"acknowledged action lost"}),
        (with_("cases", 0, sequence=3, actions=("register", "accept", "accept")), {"action taken twice"}),
        (with_("cases", 0, sequence=3), {"history and events differ"}),
    ],
    "exams": [
        (without("exams", 0), {"acknowledged exam lost"}),
        (again("exams", 0), {"exam held twice"}),
        (without("attempts", 0), {"acknowledged attempt lost"}),
        (again("attempts", 0), {"attempt begun twice"}),
        (with_("attempts", 0, answers={"q1": "B"}), {"acknowledged answer lost"}),
        (with_("attempts", 0, state="submitted", score=None), {"submission not graded"}),
        (with_("attempts", 0, score=50.0), {"wrong score"}),
        (with_("standings", 0, attempts=("attempt-2",)), {"submission not counted once", "standing and events differ"}),
        (with_("standings", 0, sequence=3), {"standing and events differ", "credit out of date"}),
        (again("standings", 0), {"submission not counted once"}),
        (without("credits", 0), {"submission not credited"}),
        (again("credits", 0), {"credited twice"}),
        (with_("credits", 0, sequence=1), {"credit out of date"}),
        (with_("credits", 0, credits=4.0), {"wrong credit"}),
        (added("credits", Credit("exam", "stranger", 2.0, 50.0, 1)), {"credit without a standing"}),
    ],
    "publications": [
        (without("publications", 0), {"acknowledged publication lost", "live but never received"}),
        (again("publications", 0), {"publication kept twice"}),
        (with_("publications", 0, state="approved"), {"acknowledged release lost"}),
        (without("deliveries", 1), {"delivery missing"}),
        (again("deliveries", 1), {"delivery made twice"}),
        (with_("deliveries", 1, state="pending"), {"delivery not ended"}),
        (with_("deliveries", 1, state="unknown"), {"delivery not ended"}),
        (with_("deliveries", 2, state="sending"), {"delivery not ended"}),
        (with_("messages", 1, key="another"), {"received under two keys"}),
        (added("messages", Message("hook", "key", "other")), {"one key for several deliveries"}),
        (without("messages", 2), {"live but never received"}),
        (again("messages", 2), {"mail sent twice"}),
    ],
    "the whole": [
        (with_("streams", 0, heard={"report-told": 1}), {"event not heard"}),
        (with_("streams", 0, heard={}), {"event not heard"}),
        (lambda testimony, evidence: evidence.outboxes.update({"tasks.cases": 1}), {"outbox not drained"}),
        (lambda testimony, evidence: evidence.queues.update({"retry.1s": 1}), {"queue not empty"}),
        (lambda testimony, evidence: evidence.queues.update({"evt-a--b.c.dead": 2}), {"dead letters"}),
        (added("ended", "tasks with 1"), {"ended by itself"}),
        (added("absent", "broker"), {"did not come back"}),
        (lambda testimony, evidence: evidence.errors.update(["quiz: operation failed"]), {"error logged"}),
        (lambda testimony, evidence: testimony.complaints.append("500"), {"answer that breaks a promise"}),
    ],
}


@pytest.mark.parametrize(
    ("spoil", "names"),
    [
        pytest.param(spoil, names, id=f"{subject}: {' and '.join(sorted(names))}")
        for subject, cases in BROKEN.items()
        for spoil, names in cases
    ],
)
def test_each_broken_promise_is_found_by_its_name(spoil: Spoil, names: set[str]) -> None:
    assert set(found(spoil)) == names
