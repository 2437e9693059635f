"""Events, calls and people, as the handlers of the tasks service get them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chassis.ids import new_id
from contracts.call import Actor, Call
from contracts.event import Event, Received
from contracts.identity.events import PersonChangedV1
from contracts.quiz.events import AttemptGradedV1, ExamPublishedV1
from contracts.reports.events import ReportSubmittedV1
from contracts.tasks import operations
from services.tasks.handlers import cases, listing, openings, study
from services.tasks.store import TasksStore

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CALL = Call(now=NOW)

BUREAU, DISTRICT, OFFICE = "bureau", "district", "office"


def actor(*roles: str, id: str | None = None, path: tuple[str, ...] = (BUREAU, OFFICE)) -> Actor:
    return Actor(id or "-".join(roles), "某人", frozenset(roles), path[-1], path, "police-judicial")


DESK = actor("desk")
HANDLER = actor("handler")
OTHER_HANDLER = actor("handler", id="other-handler")
SUPERVISOR = actor("supervisor")
LEADER = actor("leader")
TRAINER = actor("trainer")
MEMBER = actor("member")


def received(event: type[Event], subject: str, *, sequence: int = 1, id: str | None = None, **data: Any) -> Received:
    draft = event.draft(subject, **data)
    loaded = event.schema().load(draft.data)
    return Received(id or new_id(), event.type(), subject, sequence, NOW, loaded)


def a_report(report_id: str | None = None, **changes: Any) -> Received:
    report_id = report_id or new_id()
    data = {
        "report_id": report_id,
        "kind": "report",
        "category": "discipline",
        "reporter_mode": "named",
        "received_at": NOW,
        "subject_unit_ids": [],
    }
    return received(ReportSubmittedV1, report_id, **{**data, **changes})


def a_person(who: Actor, *, sequence: int = 1, active: bool = True) -> Received:
    return received(
        PersonChangedV1,
        who.id,
        sequence=sequence,
        person_id=who.id,
        unit_id=who.unit_id,
        unit_path=list(who.unit_path),
        line=who.line,
        roles=sorted(who.roles),
        active=active,
    )


def an_exam(exam_id: str, **changes: Any) -> Received:
    data = {
        "exam_id": exam_id,
        "title": "三月测试",
        "required": True,
        "credits": 2.0,
        "audience": {"lines": [], "units": [], "roles": []},
        "opens_at": NOW,
        "closes_at": NOW,
    }
    return received(ExamPublishedV1, exam_id, **{**data, **changes})


def a_standing(person_id: str, exam_id: str, *, sequence: int = 1, **changes: Any) -> Received:
    data = {
        "attempt_id": f"{exam_id}.{person_id}.{sequence}",
        "exam_id": exam_id,
        "exam_title": "三月测试",
        "person_id": person_id,
        "number": sequence,
        "score": 80.0 + sequence,
        "max_score": 100.0,
        "passed": True,
        "credits": 2.0,
        "points": 8,
        "required": True,
        "submitted_at": NOW,
        "graded_at": NOW,
    }
    subject = f"{exam_id}:{person_id}"
    return received(AttemptGradedV1, subject, sequence=sequence, **{**data, **changes})


def opened(store: TasksStore, **changes: Any) -> str:
    """The id of a case that a new report has opened."""
    report = a_report(**changes)
    openings.open_cases(store, [report])
    return report.data["report_id"]


def by(who: Actor, **changes: Any) -> Call:
    return replace(CALL, actor=who, **changes)


def get(store: TasksStore, case_id: str, who: Actor = DESK, **changes: Any) -> dict[str, Any]:
    return cases.get_case(store, {"case_id": case_id}, by(who, **changes))


def act(store: TasksStore, case_id: str, action: str, call: Call, **fields: Any) -> dict[str, Any]:
    request = operations.act_on_case.load({"case_id": case_id, "action": action, **fields})
    return cases.act(store, request, call)


def ask(store: TasksStore, who: Actor, *, now: datetime = NOW, **filters: Any) -> dict[str, Any]:
    return listing.list_cases(store, operations.list_cases.load(filters), by(who, now=now))


def history(store: TasksStore, case_id: str, who: Actor = DESK, **page: Any) -> dict[str, Any]:
    return cases.read_history(store, operations.read_case_history.load({"case_id": case_id, **page}), by(who))


def investigating(store: TasksStore, **changes: Any) -> str:
    case_id = opened(store, **changes)
    act(store, case_id, "accept", by(DESK))
    act(store, case_id, "assign", by(DESK), handler_id=HANDLER.id)
    act(store, case_id, "start", by(HANDLER))
    return case_id


def record(store: TasksStore, who: Actor) -> dict[str, Any]:
    return study.get_my_record(store, {}, by(who))
