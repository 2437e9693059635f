"""Study sessions: planned, changed, withdrawn, listed; the weeks of branches by the weekly rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from chassis import ids
from chassis.refusals import Invalid, NotFound, Stale, WrongState
from contracts.call import Actor, Call
from contracts.tasks import operations
from services.tasks.handlers.reading import signed_in
from services.tasks.model import sessions as rules
from services.tasks.model.study import LEADER, TRAINER
from services.tasks.store import TasksStore
from services.tasks.store.study_sessions import of_branches
from services.tasks.study_documents import derived_fields, held_by, session_entry, session_shown

Document = dict[str, Any]

# What a change of the session changes in the entries of those who attended.
_IN_ENTRIES = frozenset({"title", "starts_at", "credits"})


def create_session(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Plans a session, or records one that was held."""
    actor = signed_in(call)
    unit = store.unit(request["unit_id"])
    if unit is None or not unit["active"]:
        raise Invalid.field("unit_id", "study.unknown_unit")
    joint = _joint_units(store, request["unit_id"], request["joint_unit_ids"])
    if request["course_id"] is not None and store.courses.get(request["course_id"]) is None:
        raise Invalid.field("course_id", "study.unknown_course")
    document = {
        "_id": ids.new_id(),
        **request,
        **derived_fields(request),
        "unit_path": _all_on(unit["path"], joint),
        "withdrawn": False,
        "attended": 0,
        "version": 1,
        "made_by": actor.id,
        "changes": [],
    }

    def effect(session: Any) -> Document:
        store.study_sessions.add(document, session)
        return session_shown(document, attended=False)

    return store.once(call, request, operations.create_study_session, effect)


def change_session(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Changes or withdraws a session, and with it the entries of those who attended, in one transaction."""
    actor = signed_in(call)
    sent = {name: value for name, value in request.items() if name not in _ABOUT_THE_CHANGE}

    def run(session: Any) -> Document:
        before = open_session(store, request, session)
        after = {**before, **sent}
        if after["ends_at"] <= after["starts_at"]:
            raise Invalid.field("ends_at", "Must be after the beginning, and within a day of it.")
        what = "withdrawn" if sent.get("withdrawn") else "changed"
        note = {"at": call.now, "by": actor.id, "what": what, "fields": sorted(sent), "reason": request.get("reason")}
        fields = {**sent, **derived_fields(after), **({"attended": 0} if sent.get("withdrawn") else {})}
        if "joint_unit_ids" in sent:
            unit = store.unit(before["unit_id"])
            assert unit is not None
            joint = _joint_units(store, before["unit_id"], sent["joint_unit_ids"])
            fields["unit_path"] = _all_on(unit["path"], joint)
        changed = changed_session(store, before, fields, note, session)
        present = sorted(store.study_sessions.present(before["_id"], session))
        if changed["withdrawn"]:
            act = {"at": call.now, "by": actor.id, "source": "list"}
            store.study_sessions.absent(before["_id"], present, act, session)
            store.take_back(present, "session", before["_id"], changed["version"], call.now, session)
        elif _IN_ENTRIES & sent.keys():
            credit(store, changed, present, call.now, session)
        return changed

    return session_shown(store.transaction(run), attended=False)


_ABOUT_THE_CHANGE = ("session_id", "expected_version", "reason")


def get_session(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """One session; ``NotFound`` too where it is not the reader's to know of."""
    actor = signed_in(call)
    document = store.study_sessions.get(request["session_id"])
    if document is None:
        raise NotFound("study_session")
    attended = bool(store.study_sessions.present_of([document["_id"]], actor.id))
    if not oversees(actor):
        if not attended and set(held_by(document)).isdisjoint(actor.unit_path):
            raise NotFound("study_session")
        document = {**document, "changes": []}
    return session_shown(document, attended)


def list_sessions(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the sessions that the reader may know of, newest first."""
    actor = signed_in(call)
    since = rules_day(request.get("from"))
    until = rules_day(request["to"] + timedelta(days=1)) if request.get("to") else None
    found = store.study_sessions.page(_places(actor, request), since, until, request["limit"], request["cursor"])
    mine = store.study_sessions.present_of([one["_id"] for one in found["items"]], actor.id)
    return {**found, "items": [session_shown(one, one["_id"] in mine) for one in found["items"]]}


def list_weeks(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of the branches of a unit with their weeks by the weekly rule."""
    weeks = weeks_asked(request)
    units = store.units_below(request.get("unit_id"), request["limit"], request["cursor"])
    active = [unit for unit in units["items"] if unit["active"]]
    since, until = rules.begins(weeks[0]), rules.begins(weeks[-1] + timedelta(weeks=1))
    spoken: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for held in store.study_sessions.held_in([unit["_id"] for unit in active], since, until):
        if held["starts_at"] <= call.now:
            for unit_id in held_by(held):
                spoken[unit_id, held["week"]].append(held["speaker_count"])
    return {
        "items": [
            {
                "unit_id": unit["_id"],
                "name": unit["name"],
                "weeks": [_week(rules.judge(week, spoken[unit["_id"], week.isoformat()])) for week in weeks],
            }
            for unit in active
        ],
        "rules": [vars(rule) for rule in rules.WEEKLY_RULES],
        "next_cursor": units["next_cursor"],
    }


def oversees(actor: Actor) -> bool:
    """Whether this person sees everybody's study."""
    return bool(actor.roles & {TRAINER, LEADER})


def weeks_asked(request: Mapping[str, Any]) -> list[date]:
    """The Mondays that a question is about; ``Invalid`` for none or too many."""
    if request["to"] < request["from"]:
        raise Invalid.field("to", "study.period_ends_before_it_begins")
    if (request["to"] - request["from"]).days > 7 * rules.MOST_WEEKS:
        raise Invalid.field("to", "study.period_too_long", weeks=rules.MOST_WEEKS)
    return rules.weeks_between(request["from"], request["to"])


def rules_day(day: date | None) -> datetime | None:
    """The first moment of a day of the bureau."""
    return None if day is None else rules.begins(day)


def open_session(store: TasksStore, request: Mapping[str, Any], session: Any) -> Document:
    """The session of a request that changes it: ``NotFound``, ``Stale``, ``WrongState`` once it is withdrawn."""
    document = store.study_sessions.get(request["session_id"], session)
    if document is None:
        raise NotFound("study_session")
    expected = request.get("expected_version")
    if expected is not None and expected != document["version"]:
        raise Stale(document["version"])
    if document["withdrawn"]:
        raise WrongState("session_withdrawn")
    return document


def changed_session(
    store: TasksStore, before: Document, fields: Document, note: Document | None, session: Any
) -> Document:
    """The session, changed; ``Stale`` where somebody else was first."""
    changed = store.study_sessions.change(before["_id"], before["version"], fields, note, session)
    if changed is None:
        raise Stale(None)
    return changed


def credit(store: TasksStore, document: Document, person_ids: list[str], now: datetime, session: Any) -> None:
    """Gives these people the entry of this session, or changes the one that they have."""
    course = store.courses.get(document["course_id"], session) if document["course_id"] else None
    entry = session_entry(document, course)
    store.credit([(person_id, entry) for person_id in person_ids], now, session)


def _places(actor: Actor, request: Mapping[str, Any]) -> Document:
    unit_id, branch_id = request.get("unit_id"), request.get("branch_id")
    if oversees(actor):
        return of_branches([branch_id]) if branch_id else {"unit_path": unit_id} if unit_id else {}
    own = list(actor.unit_path)
    if unit_id is not None:
        own = own[own.index(unit_id) :] if unit_id in own else []
    if branch_id is not None:
        own = [one for one in own if one == branch_id]
    return of_branches(own)


def _joint_units(store: TasksStore, unit_id: str, joint_ids: Sequence[str]) -> list[Document]:
    """The units that hold a session together with ``unit_id``; ``Invalid`` where one is none, or named twice."""
    found = []
    for place, one in enumerate(joint_ids):
        if one in (unit_id, *joint_ids[:place]):
            raise Invalid.field(f"joint_unit_ids.{place}", "study.unit_named_twice")
        unit = store.unit(one)
        if unit is None or not unit["active"]:
            raise Invalid.field(f"joint_unit_ids.{place}", "study.unknown_unit")
        found.append(unit)
    return found


def _all_on(path: Sequence[str], joint: Sequence[Document]) -> list[str]:
    """All units on the paths of a session's branches, each once."""
    return list(dict.fromkeys([*path, *(one for unit in joint for one in unit["path"])]))


def _week(judged: rules.WeekOfBranch) -> Document:
    return {
        "week": judged.week,
        "held": judged.held,
        "counted": judged.counted,
        "missing": judged.missing,
        "met": judged.met,
        "rule_version": judged.rule.version if judged.rule else None,
    }
