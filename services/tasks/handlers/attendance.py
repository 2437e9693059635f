"""Who attended a study session: by list, by a table (attendance_imports.py), by the code that the session shows.

Each way is one transaction over the session, the attendance and the study records, so a record never shows a session
that its person did not attend, and the other way round.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import segno

from chassis.refusals import Invalid, NotFound, WrongState
from contracts.call import Call
from services.tasks.handlers.reading import signed_in
from services.tasks.handlers.study_sessions import changed_session, credit, open_session
from services.tasks.model import check_in as codes
from services.tasks.model.sessions import CHECK_IN_MARGIN, takes_check_ins
from services.tasks.store import TasksStore
from services.tasks.study_documents import session_shown

Document = dict[str, Any]


def set_attendance(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Everybody who was there: who is not named any more loses the entry, who is new gets it."""
    actor = signed_in(call)
    named = set(request["person_ids"])
    unknown = named - store.people(named).keys()
    if unknown:
        places = [place for place, one in enumerate(request["person_ids"]) if one in unknown]
        raise Invalid([{"field": f"person_ids.{place}", "message": "study.unknown_person"} for place in places])

    def run(session: Any) -> Document:
        before = open_session(store, request, session)
        there = store.study_sessions.present(before["_id"], session)
        act = {"at": call.now, "by": actor.id, "source": "list"}
        return note_attendance(store, before, named - there, there - named, act, session)

    return session_shown(store.transaction(run), attended=actor.id in named)


def note_attendance(
    store: TasksStore, before: Document, added: Collection[str], removed: Collection[str], act: Document, session: Any
) -> Document:
    """The session with this attendance added and taken back; unchanged when there is nothing to do.

    ``act``: ``at``, ``by`` and ``source``, and what else is to be kept with each. ``Invalid`` before it begins.
    """
    if act["at"] < before["starts_at"] - CHECK_IN_MARGIN:
        raise Invalid.field("person_ids", "study.session_not_begun")
    if not added and not removed:
        return before
    new, gone = sorted(added), sorted(removed)
    note = {"at": act["at"], "by": act["by"], "what": "attendance", "added": new, "removed": gone}
    attended = before["attended"] + len(new) - len(gone)
    changed = changed_session(store, before, {"attended": attended}, note, session)
    store.study_sessions.attend(before["_id"], new, act, session)
    store.study_sessions.absent(before["_id"], gone, act, session)
    credit(store, changed, new, act["at"], session)
    store.take_back(gone, "session", before["_id"], changed["version"], act["at"], session)
    return changed


def list_attendance(store: TasksStore, request: Mapping[str, Any], _call: Call) -> Document:
    """A page of those who attended."""
    if store.study_sessions.get(request["session_id"]) is None:
        raise NotFound("study_session")
    return store.study_sessions.attendance(request["session_id"], request["limit"], request["cursor"])


def get_code(store: TasksStore, key: bytes | None, request: Mapping[str, Any], call: Call) -> Document:
    """The code of this moment, while people may check in: ``WrongState`` before and after."""
    document = open_session(store, request, None)
    _check_open(document, call.now)
    code = codes.code_for(_present(key), document["_id"], call.now)
    picture = io.BytesIO()
    segno.make_qr(code, "m").save(picture, kind="svg", xmldecl=False, svgns=True, scale=8, border=4)
    return {
        "code": code,
        "svg": picture.getvalue().decode(),
        "next_in_seconds": codes.seconds_left(call.now),
        "accepted_seconds": codes.ACCEPTED_SECONDS,
    }


def check_in(store: TasksStore, key: bytes | None, request: Mapping[str, Any], call: Call) -> Document:
    """Notes that the caller is there; twice is the same as once."""
    actor = signed_in(call)
    session_id = codes.session_of(_present(key), request["code"], call.now)
    if not store.people([actor.id]):
        raise NotFound("person")

    def run(session: Any) -> Document:
        before = open_session(store, {"session_id": session_id}, session)
        _check_open(before, call.now)
        if store.study_sessions.present_of([session_id], actor.id, session):
            return {**before, "already": True}
        fields = {"attended": before["attended"] + 1}
        # No line in the session's changes: the attendance itself tells who and when.
        changed = changed_session(store, before, fields, None, session)
        act = {"at": call.now, "by": actor.id, "source": "check_in"}
        store.study_sessions.attend(session_id, [actor.id], act, session)
        credit(store, changed, [actor.id], call.now, session)
        return {**changed, "already": False}

    return {**store.transaction(run), "session_id": session_id}


def _present(key: bytes | None) -> bytes:
    if key is None:
        raise codes.NoCheckInKey
    return key


def _check_open(document: Document, now: datetime) -> None:
    if not takes_check_ins(document["starts_at"], document["ends_at"], now):
        raise WrongState("check_in_closed")
