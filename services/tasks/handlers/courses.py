"""Courses, required and elective, and what somebody need not do: waivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis import ids
from chassis.refusals import Invalid, NotFound
from contracts.call import Call
from contracts.tasks import operations
from services.tasks.documents import required_course_of
from services.tasks.handlers.reading import signed_in
from services.tasks.handlers.study import get_record
from services.tasks.model.study import Learner, is_for
from services.tasks.store import TasksStore
from services.tasks.study_documents import waiver_entry

Document = dict[str, Any]


def create_course(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Adds a course."""
    actor = signed_in(call)
    due_on = request["due_on"]
    document = {
        "_id": ids.new_id(),
        **request,
        "due_on": due_on.isoformat() if due_on else None,
        "made_at": call.now,
        "made_by": actor.id,
    }

    def effect(session: Any) -> Document:
        store.courses.add(document, session)
        return _shown(document, Learner(actor.id, actor.unit_path, actor.line, actor.roles))

    return store.once(call, request, operations.create_course, effect)


def list_courses(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the courses; each says whether it is for the reader."""
    actor = signed_in(call)
    reader = Learner(actor.id, actor.unit_path, actor.line, actor.roles)
    found = store.courses.page(request.get("required"), request["limit"], request["cursor"])
    return {**found, "items": [_shown(one, reader) for one in found["items"]]}


def grant_waiver(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Notes that a required exam or course need not be done by somebody, why, and who says so; answers the record."""
    actor, person_id = signed_in(call), request["person_id"]
    if not store.people([person_id]):
        raise NotFound("study_record")
    thing = store.courses.get(request["ref"]) if request["kind"] == "course" else store.exam(request["ref"])
    if thing is None or not thing["required"]:
        raise Invalid.field("ref", "study.nothing_to_waive")

    def run(session: Any) -> Document:
        sequence = store.study_entries.sequence(person_id, "waiver", thing["_id"], session) + 1
        entry = waiver_entry(
            request["kind"], thing["_id"], thing["title"], request["reason"], actor.id, call.now, sequence
        )
        store.credit([(person_id, entry)], call.now, session)
        return {}

    store.transaction(run)
    return get_record(store, {"person_id": person_id}, call)


def withdraw_waiver(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Takes a waiver back; it stays in the entries as taken back. Answers the record."""
    signed_in(call)
    person_id, ref = request["person_id"], request["ref"]

    def run(session: Any) -> Document:
        if store.study_entries.one(person_id, "waiver", ref, session) is None:
            raise NotFound("waiver")
        sequence = store.study_entries.sequence(person_id, "waiver", ref, session) + 1
        store.take_back([person_id], "waiver", ref, sequence, call.now, session)
        return {}

    store.transaction(run)
    return get_record(store, {"person_id": person_id}, call)


def _shown(document: Document, reader: Learner) -> Document:
    return {**document, "id": document["_id"], "for_me": is_for(required_course_of(document), reader)}
