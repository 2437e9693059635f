"""The tree of units: reading, creating, changing, moving."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pymongo.client_session import ClientSession

from chassis import ids
from chassis.refusals import Invalid, NotFound, Stale
from contracts.call import Call
from contracts.identity import operations
from services.identity.handlers import unit_states
from services.identity.handlers.events import changed_event
from services.identity.model import tree
from services.identity.model.refusals import UnitInUse
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore

Document = dict[str, Any]
Request = dict[str, Any]

# Longer than any request that has read the old path may take to write it.
FOLLOWING = timedelta(seconds=60)
_BATCH = 200
_CHANGEABLE = ("name", "kind", "line", "code", "aliases", "active", "parent_id")


def shown(unit: Document) -> Document:
    """The unit as the contract has it; units from before there were aliases have none."""
    return {"aliases": [], **unit, "id": unit["_id"]}


def list_units(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """In the order of creation, so a parent comes before what was created below it."""
    found = store.units.page(request, request["limit"], request["cursor"])
    return {"items": [shown(unit) for unit in found["items"]], "next_cursor": found["next_cursor"]}


def get_unit(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """One unit."""
    unit = store.units.get(request["unit_id"])
    if unit is None:
        raise NotFound("unit")
    return shown(unit)


def create_unit(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """A unit below another; the root when there is none yet."""

    def create(session: ClientSession) -> Document:
        store.units.change_shape(session)
        return shown(store.units.insert(_new_unit(store, request, call.now, session), session))

    created = store.once(call, request, operations.create_unit, lambda session: _within(store, session, create))
    unit_states.tell(store, [created["id"]])
    return created


def change_unit(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """Names, closes or moves a unit."""
    fields = {key: request[key] for key in _CHANGEABLE if key in request}

    def change(session: ClientSession) -> Document:
        unit = _expected(store.units.get(request["unit_id"], session), request["expected_version"])
        new = {key: value for key, value in fields.items() if unit.get(key) != value}
        if not new:
            return shown(unit)
        store.units.change_shape(session)
        if new.get("active") is False:
            _check_unused(store, unit, session)
        update: Document = {"$set": {**new, "updated_at": call.now, "tell_until": call.now + unit_states.TELLING}}
        if "parent_id" in new:
            update["$set"]["path"] = _move(store, unit, new["parent_id"], call.now, session)
        return shown(store.units.update(unit, update, session))

    changed = store.transaction(change)
    store.records.add(
        "unit_changed",
        at=call.now,
        kept=settings.log_kept,
        person_id=None,
        actor_id=call.actor.id if call.actor else None,
        details={"unit_id": request["unit_id"], "fields": sorted(fields)},
    )
    unit_states.tell(store, [below["_id"] for below in store.units.below(changed["_id"])])
    if "parent_id" in fields:
        # The first ones at once; the rest, and whoever is written meanwhile, by and by.
        _put_right(store, changed["_id"], call.now, _BATCH)
    return changed


def let_people_follow(store: IdentityStore, settings: IdentitySettings, now: datetime) -> None:
    """Puts right the paths of people whose unit, or one above it, was moved; picks up what a crash left."""
    for unit in store.units.followed():
        if _put_right(store, unit["_id"], now, _BATCH * 10) and now > unit["people_follow_until"]:
            store.units.followed_up(unit)


def _new_unit(store: IdentityStore, request: Request, now: datetime, session: ClientSession) -> Document:
    path: list[str] = []
    if request["parent_id"] is not None:
        parent = store.units.get(request["parent_id"], session)
        if parent is None or not parent["active"]:
            raise Invalid.field("parent_id", "identity.unknown_unit")
        path = parent["path"]
    unit_id = ids.new_id()
    return {
        "_id": unit_id,
        "name": request["name"],
        "kind": request["kind"],
        "code": request["code"],
        "aliases": list(dict.fromkeys(request["aliases"])),
        "parent_id": request["parent_id"],
        "path": tree.path_below(path, unit_id),
        "line": request["line"],
        "active": True,
        "created_at": now,
        "updated_at": now,
        "tell_until": now + unit_states.TELLING,
    }


def _move(store: IdentityStore, unit: Document, parent_id: str, now: datetime, session: ClientSession) -> list[str]:
    """Moves everything below the unit; returns the unit's own new path."""
    parent = store.units.get(parent_id, session)
    if parent is None or not parent["active"]:
        raise Invalid.field("parent_id", "identity.unknown_unit")
    subtree = store.units.below(unit["_id"], session)
    height = max(len(below["path"]) for below in subtree) - len(unit["path"])
    tree.check_move(unit["path"], parent["path"], height)
    paths = {below["_id"]: tree.path_after_move(below["path"], unit["_id"], parent["path"]) for below in subtree}
    own = paths.pop(unit["_id"])
    if paths:
        store.units.put_paths(paths, now, now + unit_states.TELLING, session)
    store.units.people_must_follow(unit["_id"], now + FOLLOWING, session)
    return own


def _put_right(store: IdentityStore, unit_id: str, now: datetime, limit: int) -> bool:
    """Moves at most ``limit`` people to their unit's path; whether none is left."""
    for unit in store.units.below(unit_id):
        for person in store.people.off_path(unit["_id"], unit["path"], limit):
            try:
                after = {**person, "unit_path": unit["path"]}
                change = {"$set": {"unit_path": unit["path"], "updated_at": now}}
                store.people.update(person, change, [changed_event(after)])
            except Stale:
                # Changed by somebody this very moment; the next look finds them again if they are still off.
                continue
            limit -= 1
        if limit <= 0:
            return False
    return True


def _check_unused(store: IdentityStore, unit: Document, session: ClientSession) -> None:
    people, units = store.people.active_in(unit["_id"]), store.units.active_below(unit["_id"], session)
    if people or units:
        raise UnitInUse(people, units)


def _expected(unit: Document | None, version: int | None) -> Document:
    if unit is None:
        raise NotFound("unit")
    if version is not None and unit["version"] != version:
        raise Stale(unit["version"])
    return unit


def _within(store: IdentityStore, session: ClientSession | None, effect: Any) -> Document:
    """The effect in the transaction that is there, or in one of its own."""
    done: Document = effect(session) if session else store.transaction(effect)
    return done
