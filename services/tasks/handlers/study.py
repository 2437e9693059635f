"""Study records: credited by graded attempts, counted against the exams that are required."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.refusals import NotFound
from contracts.call import Call
from contracts.event import Received
from services.tasks.documents import required_course_of, required_exam_of, study_entry_of
from services.tasks.handlers.reading import signed_in
from services.tasks.model.study import Learner, RequiredExam, may_read_record, totals
from services.tasks.store import TasksStore
from services.tasks.study_documents import learner_of

Document = dict[str, Any]

_SPREAD_AT_ONCE = 300
# Entries of each record in a list: what is new. A year of daily practice is some 250.
LISTED = 20
_OF_SOME_EXAMS = ("make_up_of", "cancelled_at", "exempt", "personal_closings")


def know_people(store: TasksStore, events: Sequence[Received]) -> None:
    """Keeps the directory: where people belong and what they may do, as identity tells."""
    kept = ("unit_id", "unit_path", "line", "roles", "active")
    people = [
        {
            "_id": event.data["person_id"],
            **{name: event.data[name] for name in kept},
            "sequence": event.sequence,
        }
        for event in events
    ]
    store.know_people(people)
    store.study_entries.settle(people)


def know_exams(store: TasksStore, events: Sequence[Received]) -> None:
    """Keeps which exams there are, and for whom, as they were published or last changed."""
    kept = ("title", "required", "credits", "opens_at", "closes_at")
    store.know_exams(
        {
            "_id": event.data["exam_id"],
            **{name: event.data[name] for name in kept},
            **event.data["audience"],
            **{name: event.data[name] for name in _OF_SOME_EXAMS if event.data.get(name)},
            "sequence": event.sequence,
        }
        for event in events
    )


def credit_attempts(store: TasksStore, events: Sequence[Received]) -> None:
    """Credits each person's standing in an exam, once an exam: the newest standing replaces the one
    before.
    """
    store.credit((event.data["person_id"], _entry(event)) for event in events)


def credit_practice(store: TasksStore, events: Sequence[Received]) -> None:
    """Credits each day's practice, once a day: the newest count of the day replaces the one before."""
    store.credit((event.data["person_id"], _practice_entry(event)) for event in events)


def spread_entries(store: TasksStore, now: datetime) -> None:
    """Puts the entries of records of before there was ``study_entries`` there too; at most some hundred a turn."""
    for record in store.records_not_spread(_SPREAD_AT_ONCE):
        entries = [(record["_id"], entry) for entry in record.get("entries", [])]
        if entries:
            store.study_entries.keep(entries, now, None)
        store.record_is_spread(record["_id"])


def required_of(store: TasksStore) -> list[RequiredExam]:
    """All required exams and courses."""
    exams = [required_exam_of(exam) for exam in store.required_exams()]
    return exams + [required_course_of(course) for course in store.courses.required()]


def get_my_record(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """The caller's own record; empty before the first quiz."""
    actor = signed_in(call)
    learner = Learner(actor.id, actor.unit_path, actor.line, actor.roles)
    return _records(store, [learner])[0]


def get_record(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """One person's record; ``NotFound`` where there is nobody, or somebody else to whom it is not shown."""
    actor, person_id = signed_in(call), request["person_id"]
    person = store.people([person_id]).get(person_id)
    if not may_read_record(actor, person_id) or (person is None and actor.id != person_id):
        raise NotFound("study_record")
    return _records(store, [learner_of(person)])[0] if person else get_my_record(store, request, call)


def list_records(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the records of a unit's active people, those without any entry included; of entries the newest."""
    found = store.active_people(request.get("unit_id"), request["limit"], request["cursor"])
    learners = [learner_of(person) for person in found["items"]]
    return {"items": [_listed(record) for record in _records(store, learners)], "next_cursor": found["next_cursor"]}


def _records(store: TasksStore, learners: Sequence[Learner]) -> list[Document]:
    entries = store.study_records([learner.id for learner in learners])
    required = required_of(store)
    return [_record(learner, entries.get(learner.id, []), required) for learner in learners]


def _listed(record: Document) -> Document:
    return {**record, "entries": record["entries"][:LISTED], "entries_total": len(record["entries"])}


def _record(learner: Learner, entries: Sequence[Document], required: Sequence[RequiredExam]) -> Document:
    figures = totals(learner, map(study_entry_of, entries), required)
    return {
        "person_id": learner.id,
        "credits": figures.credits,
        "points": figures.points,
        "required": {"done": figures.required_done, "of": figures.required_of},
        "elective": {"done": figures.elective_done, "credits": figures.elective_credits},
        "entries": sorted(entries, key=lambda entry: entry["at"], reverse=True),
    }


def _entry(event: Received) -> Document:
    """The entry of a standing: its day, week and year are those of the attempt that counts, and of the attempt told of
    in events from before the other was told.
    """
    standing = event.data
    return {
        "kind": "exam",
        "ref": standing["exam_id"],
        "title": standing["exam_title"],
        "at": standing["counted_at"] or standing["submitted_at"],
        "score": standing["score"],
        "max_score": standing["max_score"],
        "credits": standing["credits"],
        "points": standing["points"],
        "required": standing["required"],
        "passed": standing["passed"],
        "attempt_id": standing["counted_attempt_id"] or standing["attempt_id"],
        "sequence": event.sequence,
    } | {name: standing[name] for name in ("makes_up", "grade") if standing.get(name)}


def _practice_entry(event: Received) -> Document:
    """Practice earns points and no credits: they are for what is learned on courses and passed in exams."""
    day = event.data
    return {
        "kind": "practice",
        "ref": f"practice:{day['day'].isoformat()}",
        "title": "每日练习",
        "at": day["credited_at"],
        "score": None,
        "credits": 0.0,
        "points": day["points"],
        "required": False,
        "passed": False,
        "sequence": event.sequence,
    }
