"""A person's place and rights: what others are told of, what ends sessions, what must hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.identity.model.refusals import OwnRightsStay

# What person_changed carries; a change of anything else is nobody else's business.
PUBLIC_STATE = ("unit_id", "unit_path", "line", "roles", "active", "duties")

ADMIN = "admin"
HEAD_OF_UNIT = "head_of_unit"


def folded(username: str) -> str:
    """The one spelling of a user name: people may type it in capitals or on a full-width keyboard."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def public_state(person: Mapping[str, Any]) -> dict[str, Any]:
    """The data of the event about this person, without the id."""
    return {key: person[key] for key in PUBLIC_STATE}


def is_told(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether others have to know of the change."""
    return public_state(before) != public_state(after)


def headed_units(person: Mapping[str, Any]) -> set[str]:
    """The units that this person is the head of; none once the account is closed."""
    duties = person["duties"] if person["active"] else ()
    return {duty["unit_id"] for duty in duties if duty["kind"] == HEAD_OF_UNIT}


def units_with_another_head(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> set[str]:
    """The units that are told of anew because of this change: their head is another one, or has another name."""
    was, now = headed_units(before) if before else set(), headed_units(after)
    renamed = before is not None and before["name"] != after["name"]
    return was | now if renamed else was ^ now


def ends_sessions(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Lost rights must not live on in a token: whoever loses a role, or the account, signs in again or not at all."""
    return bool(set(before["roles"]) - set(after["roles"])) or (before["active"] and not after["active"])


def check_own_rights(actor_id: str | None, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Nobody removes the last administrator by mistake, because nobody removes themself."""
    if actor_id != before["_id"] or ADMIN not in before["roles"]:
        return
    if ADMIN not in after["roles"] or not after["active"]:
        raise OwnRightsStay()


def tidy_roles(roles: Iterable[str]) -> list[str]:
    """Sorted and without doubles, so that equal sets are equal lists. Nobody is without a role."""
    return sorted(set(roles)) or ["member"]


def tidy_duties(duties: Sequence[Mapping[str, Any]], line_duties: frozenset[str]) -> list[dict[str, Any]]:
    """Each duty once, with only the object that its kind asks for, in a fixed order."""
    distinct = {
        (
            duty["kind"],
            None if duty["kind"] in line_duties else duty.get("unit_id"),
            duty.get("line") if duty["kind"] in line_duties else None,
        )
        for duty in duties
    }
    return [
        {"kind": kind, "unit_id": unit_id, "line": line}
        for kind, unit_id, line in sorted(distinct, key=lambda duty: tuple(part or "" for part in duty))
    ]


def duties_without_object(duties: Sequence[Mapping[str, Any]], line_duties: frozenset[str]) -> list[int]:
    """The places of those that say of no unit or no line what they are about."""
    return [
        place for place, duty in enumerate(duties) if not duty.get("line" if duty["kind"] in line_duties else "unit_id")
    ]
