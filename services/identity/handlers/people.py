"""People: reading, creating, changing; and the very first administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from chassis import ids
from chassis.refusals import Invalid, NotFound, Stale
from contracts.call import Call
from contracts.identity import operations
from contracts.identity.organisation import LINE_DUTIES
from services.identity.handlers import unit_states
from services.identity.handlers.events import changed_event
from services.identity.handlers.sessions import end_all
from services.identity.handlers.units import create_unit
from services.identity.model import people as rules
from services.identity.model.passwords import check_password
from services.identity.model.refusals import AdministratorExists
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore

Document = dict[str, Any]
Request = dict[str, Any]

_PLAIN_FIELDS = ("name", "staff_number", "line", "position", "email", "active")
# Somebody else changed the person between reading and writing.
_TRIES = 3


def me(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """The signed-in person, as they are now."""
    assert call.actor is not None
    person = store.people.get(call.actor.id)
    if person is None:
        raise NotFound("person")
    units = store.units.named(person["unit_path"])
    path = [{**units[unit_id], "id": unit_id} for unit_id in person["unit_path"] if unit_id in units]
    own = units.get(person["unit_id"], {"name": "", "kind": ""})
    return {
        **_shown(person),
        "unit": {**own, "id": person["unit_id"]},
        "units_above": [unit for unit in path if unit["id"] != person["unit_id"]],
        "totp": bool(store.accounts.get(person["_id"]).get("totp")),
    }


def list_people(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """People with whether their accounts are activated."""
    filters = dict(request)
    if filters.get("username"):
        filters["username"] = rules.folded(filters["username"])
    found = store.people.page(filters, request["limit"], request["cursor"])
    activated = store.accounts.with_password([person["_id"] for person in found["items"]])
    items = [_shown(person, person["_id"] in activated) for person in found["items"]]
    return {"items": items, "next_cursor": found["next_cursor"]}


def list_directory(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """Active people, without what only administrators need."""
    found = store.people.page({**request, "active": True}, request["limit"], request["cursor"])
    return {"items": [_shown(person) for person in found["items"]], "next_cursor": found["next_cursor"]}


def get_person(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """One person."""
    person = store.people.get(request["person_id"])
    if person is None:
        raise NotFound("person")
    return _shown(person, bool(store.accounts.get(person["_id"]).get("password_hash")))


def create_person(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """A new person, without a password."""
    person = new_person(store, request, call.now)
    headed = unit_states.announce(store, [(None, person)], call.now)

    def create(session: ClientSession) -> Document:
        created = store.people.insert(person, [changed_event(person)], session)
        _record(
            store,
            settings,
            "person_created",
            created,
            _actor_id(call),
            call.now,
            session,
            roles=created["roles"],
        )
        return _shown(created, False)

    def effect(session: ClientSession | None) -> Document:
        return create(session) if session else store.transaction(create)

    created_once = store.once(call, request, operations.create_person, effect)
    unit_states.tell(store, headed)
    return created_once


def change_person(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """Changes what is sent. Whoever loses rights is signed out in the same transaction."""
    person = store.people.get(request["person_id"])
    if person is None:
        raise NotFound("person")
    if request["expected_version"] not in (None, person["version"]):
        raise Stale(person["version"])
    change = changes(store, person, request)
    if not change:
        return _shown(person)
    after = apply(store, settings, person, change, _actor_id(call), call.now)
    return _shown(after, bool(store.accounts.get(person["_id"]).get("password_hash")))


def change_my_address(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """Where the signed-in person's notices go by mail."""
    assert call.actor is not None
    tries = _TRIES
    while True:
        tries -= 1
        person = store.people.get(call.actor.id)
        if person is None:
            raise NotFound("person")
        change = changes(store, person, request)
        try:
            return _shown(apply(store, settings, person, change, call.actor.id, call.now) if change else person)
        except Stale:
            if tries == 0:
                raise


def mail_addresses(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """The addresses of the active ones among these people who have one."""
    people = store.people.having(request["person_ids"])
    items = [{"person_id": one["_id"], "email": one["email"]} for one in people if one["active"] and one.get("email")]
    return {"items": items}


def recognise_people(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """The people who have one of these ids, user names (in any case) or staff numbers, and their names."""
    found = {one["_id"]: one for one in store.people.having(request["person_ids"])}
    usernames = [rules.folded(name) for name in request["usernames"]]
    found |= {one["_id"]: one for one in store.people.matching(usernames, request["staff_numbers"])}
    shown = ("name", "username", "staff_number")
    return {"items": [{"person_id": one["_id"], **{name: one[name] for name in shown}} for one in found.values()]}


def apply(
    store: IdentityStore,
    settings: IdentitySettings,
    person: Document,
    change: Document,
    actor_id: str | None,
    now: datetime,
) -> Document:
    """Writes a change of a person with its event, its record and the end of sessions that it asks for; tells of units
    that get another head by it."""
    after = {**person, **change}
    rights_change = after["roles"] != person["roles"] or after["active"] != person["active"]
    rules.check_own_rights(actor_id, person, after)
    events = [changed_event(after)] if rules.is_told(person, after) else []
    update = {"$set": {**change, "updated_at": now}}
    headed = unit_states.announce(store, [(person, after)], now)

    def effect(session: ClientSession | None) -> Document:
        changed = store.people.update(person, update, events, session)
        if rights_change:
            rights = {"roles": after["roles"], "were": person["roles"], "active": after["active"]}
            _record(store, settings, "rights_changed", person, actor_id, now, session, **rights)
        if rules.ends_sessions(person, after):
            end_all(store, settings, person["_id"], now, "rights_lost", session)
        return changed

    changed = store.transaction(effect) if rights_change else effect(None)
    unit_states.tell(store, headed)
    return changed


def new_person(store: IdentityStore, request: Mapping[str, Any], now: datetime) -> Document:
    """The document of a new person. Raises ``Invalid``."""
    unit = _active_unit(store, request["unit_id"])
    line = request["line"] or unit["line"]
    if line is None:
        raise Invalid.field("line", "identity.import.no_line")
    return {
        "_id": ids.new_id(),
        "username": rules.folded(request["username"]),
        "name": request["name"],
        "staff_number": request["staff_number"],
        "unit_id": unit["_id"],
        "unit_path": unit["path"],
        "line": line,
        "position": request["position"],
        **({"email": request["email"]} if request.get("email") else {}),
        "roles": rules.tidy_roles(request["roles"]),
        "duties": _duties(store, request["duties"]),
        "active": request["active"],
        "created_at": now,
        "updated_at": now,
    }


def changes(store: IdentityStore, person: Document, request: Mapping[str, Any]) -> Document:
    """The fields whose values differ from the person's. Raises ``Invalid``."""
    new: Document = {key: request[key] for key in _PLAIN_FIELDS if key in request}
    if "username" in request:
        new["username"] = rules.folded(request["username"])
    if "roles" in request:
        new["roles"] = rules.tidy_roles(request["roles"])
    if "duties" in request:
        new["duties"] = _duties(store, request["duties"])
    if request.get("unit_id", person["unit_id"]) != person["unit_id"]:
        unit = _active_unit(store, request["unit_id"])
        new |= {"unit_id": unit["_id"], "unit_path": unit["path"]}
    return {key: value for key, value in new.items() if person.get(key) != value}


def create_admin(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """The first administrator with a password, and the root unit if there is none; once, while nobody administers."""
    if store.people.has_administrator():
        raise AdministratorExists()
    username = rules.folded(request["username"])
    check_password(request["password"], username, settings.policy)
    password_hash = settings.passwords.hash(request["password"])
    root = store.units.root() or create_unit(store, settings, _root(request), call)
    person = store.people.by_username(username)
    if person is None:
        wanted = {
            **{"username": username, "name": request["name"], "staff_number": None, "unit_id": root["_id"]},
            **{"line": None, "position": None, "roles": [rules.ADMIN], "duties": [], "active": True},
        }
        person = new_person(store, wanted, call.now)
        # The password first: a crash in between leaves no administrator whom nobody can sign in as.
        store.accounts.set_password(person["_id"], password_hash, call.now)
        person = store.people.insert(person, [changed_event(person)])
    else:
        store.accounts.set_password(person["_id"], password_hash, call.now)
        roles = rules.tidy_roles([*person["roles"], rules.ADMIN])
        person = apply(store, settings, person, {"roles": roles, "active": True}, None, call.now)
    _record(store, settings, "first_administrator", person, None, call.now, None)
    return _shown(person, True)


def _actor_id(call: Call) -> str | None:
    return call.actor.id if call.actor else None


def _root(request: Request) -> Request:
    return {
        "name": request["unit_name"],
        "kind": "bureau",
        "parent_id": None,
        "line": "bureau",
        "code": None,
        "aliases": [],
    }


def _active_unit(store: IdentityStore, unit_id: str) -> Document:
    unit = store.units.get(unit_id)
    if unit is None or not unit["active"]:
        raise Invalid.field("unit_id", "identity.unknown_unit")
    return unit


def _duties(store: IdentityStore, duties: list[Document]) -> list[Document]:
    lacking = rules.duties_without_object(duties, LINE_DUTIES)
    if lacking:
        raise Invalid([{"field": f"duties.{place}", "message": "identity.duty_without_object"} for place in lacking])
    tidy = rules.tidy_duties(duties, LINE_DUTIES)
    units = {duty["unit_id"] for duty in tidy if duty["unit_id"]}
    if units - store.units.named(units).keys():
        raise Invalid.field("duties", "identity.unknown_unit")
    return tidy


def _shown(person: Document, has_password: bool | None = None) -> Document:
    return {**person, "id": person["_id"], "email": person.get("email"), "has_password": has_password}


def _record(
    store: IdentityStore,
    settings: IdentitySettings,
    what: str,
    person: Document,
    actor_id: str | None,
    now: datetime,
    session: ClientSession | None,
    **details: Any,
) -> None:
    store.records.add(
        what,
        at=now,
        kept=settings.log_kept,
        person_id=person["_id"],
        actor_id=actor_id,
        details=details,
        session=session,
    )
