"""Exams changed, cancelled, and what is granted to single persons; running attempts follow at once."""

from __future__ import annotations

from typing import Any

from chassis.refusals import NotFound, Stale, WrongState
from contracts.call import Call
from contracts.event import Draft
from contracts.quiz.events import ExamChangedV1
from services.quiz.handlers.exams import TOLD, shown
from services.quiz.handlers.following import follow
from services.quiz.model import overrides
from services.quiz.model.changing import changed
from services.quiz.model.exam import CANCELLED, InvalidExam
from services.quiz.store import QuizStore

Document = dict[str, Any]


def update(store: QuizStore, request: Document, call: Call) -> Document:
    """The exam with what is to be different. ``InvalidExam`` names what may no longer be changed, ``Stale`` when it was
    changed since it was read, ``WrongState`` once it is cancelled.
    """
    exam = _held(store, request["exam_id"])
    if request["expected_version"] not in (None, exam["version"]):
        raise Stale(exam["version"])
    changes = {name: value for name, value in request.items() if name not in ("exam_id", "expected_version")}
    after = changed(exam, changes, call.now)
    fields = {name: after[name] for name in (*changes, "shut_at")}
    return shown(_change(store, exam, fields, call))


def cancel(store: QuizStore, request: Document, call: Call) -> Document:
    """The exam called off; asked again, as it is. Nobody starts it any more, what runs is handed in and not counted."""
    exam = _known(store, request["exam_id"])
    if exam.get("cancelled_at") is None:
        by = call.actor.id if call.actor else None
        fields = {"cancelled_at": call.now, "cancelled_because": request["reason"], "cancelled_by": by}
        exam = _change(store, exam, fields, call)
    else:
        follow(store, exam, call.now)
    return shown(exam)


def grant(store: QuizStore, request: Document, call: Call) -> Document:
    """What the person is granted from now on, a running attempt included; what was granted before is kept beside it.

    ``InvalidExam`` when it makes no window, or too many have been granted something; ``WrongState`` once the exam is
    cancelled.
    """
    exam, person_id = _held(store, request["exam_id"]), request["person_id"]
    by = call.actor.id if call.actor else None
    given = {name: value for name, value in request.items() if name not in ("exam_id", "person_id")}
    given |= {"granted_by": by, "granted_at": call.now}
    before = exam.get("overrides", {})
    after = exam | {"overrides": before | {person_id: given}}
    errors = overrides.window_errors(overrides.personal(after, person_id))
    if len(after["overrides"]) > overrides.MAX_OVERRIDES:
        parts = {"most": overrides.MAX_OVERRIDES}
        errors.append({"field": "person_id", "message": "exam.too_many_overrides", "parts": parts})
    if errors:
        raise InvalidExam(errors)
    fields = {"overrides": after["overrides"], "shut_at": overrides.shut_at(after)}
    if person_id in before:
        replaced = [{"person_id": person_id, **before[person_id]}, *exam.get("replaced", [])]
        fields["replaced"] = replaced[: overrides.MAX_OVERRIDES]
    _change(store, exam, fields, call)
    return {"person_id": person_id, **given}


def granted(store: QuizStore, request: Document) -> Document:
    """All that is granted in the exam, and what was before."""
    exam = _known(store, request["exam_id"])
    items = [{"person_id": id, **given} for id, given in sorted(exam.get("overrides", {}).items())]
    return {"items": items, "replaced": exam.get("replaced", [])}


def _change(store: QuizStore, exam: Document, fields: Document, call: Call) -> Document:
    after = store.exams.change(exam, fields | {"changed_at": call.now, "followed": False}, [_told(exam | fields)], None)
    current = store.exams.current(exam["_id"])
    assert current is not None
    follow(store, current, call.now)
    return after


def _told(exam: Document) -> Draft:
    told = {name: exam.get(name) for name in (*TOLD, "cancelled_at")}
    granted = {"exempt": overrides.exempt(exam), "personal_closings": overrides.personal_closings(exam)}
    return ExamChangedV1.draft(exam["_id"], exam_id=exam["_id"], **told, **granted)


def _held(store: QuizStore, id: str) -> Document:
    exam = _known(store, id)
    if exam.get("cancelled_at") is not None:
        raise WrongState(CANCELLED)
    return exam


def _known(store: QuizStore, id: str) -> Document:
    exam = store.exams.current(id)
    if exam is None:
        raise NotFound("exam")
    return exam
