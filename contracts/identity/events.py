"""The events of identity. They carry ids and codes; never a user name or an address, and a person's name only where
the law publishes it: that of the head of a unit."""

from __future__ import annotations

from marshmallow import fields

from contracts.event import Event
from contracts.fields import Id, Instant
from contracts.schema import Schema


class HeldDuty(Schema):
    """One duty (code of ``organisation.DUTIES``) and the unit or the line of work that it is about."""

    kind = fields.String(required=True)
    unit_id = Id(load_default=None, allow_none=True)
    line = fields.String(load_default=None, allow_none=True)


class PersonChangedV1(Event):
    """A person was created, or their unit, line, roles, duties or activity changed.

    Emitted with the write; ``subject`` and ``person_id`` are the person's id. Carries the whole present state of
    these fields, so a consumer keeps the one with the highest sequence and needs no earlier one.
    ``unit_path`` runs from the root down to and including ``unit_id``. Names are not carried: ask identity for them.
    """

    producer = "identity"
    event = "person_changed"
    version = 1

    person_id = Id(required=True)
    unit_id = Id(required=True)
    unit_path = fields.List(Id(), required=True)
    line = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True)
    duties = fields.List(fields.Nested(HeldDuty), load_default=list)


class UnitChangedV1(Event):
    """A unit was created, renamed, moved or closed, or it got another head; its whole present state.

    Emitted when this state is another than the one told last; ``subject`` and ``unit_id`` are the unit's id, and the
    highest sequence is the present state. ``path`` runs from the root (the only unit whose path has one id) down to and
    including the unit. ``code`` is what the bureau's tables call it, if anything; ``aliases`` are short names that
    people use. ``head_ids`` are the people with the duty ``head_of_unit`` there, ``head_names`` their names in the same
    order: the one event with a person's name, because a report about a head must be kept from the unit before anybody
    can read it. The names of heads are public by law
    (《政府信息公开条例》第二十条第二项; docs/decisions/0020-conflict-rule-and-sealed-route.md).
    """

    producer = "identity"
    event = "unit_changed"
    version = 1

    unit_id = Id(required=True)
    path = fields.List(Id(), required=True)
    name = fields.String(required=True)
    code = fields.String(load_default=None, allow_none=True)
    aliases = fields.List(fields.String(), load_default=list)
    active = fields.Boolean(required=True)
    head_ids = fields.List(Id(), load_default=list)
    head_names = fields.List(fields.String(), load_default=list)


class SessionEndedV1(Event):
    """A session ended before its time: sign-out, a reused refresh token, lost roles, a changed password.

    ``subject`` and ``session_id`` are the session's id, the ``sid`` claim of its access tokens. No token of it may be
    accepted from ``ended_at`` on; ``access_expires_at`` is when the last of them dies by itself, so the deny list may
    forget the session then. Emitted once per session.
    """

    producer = "identity"
    event = "session_ended"
    version = 1

    session_id = Id(required=True)
    person_id = Id(required=True)
    ended_at = Instant(required=True)
    access_expires_at = Instant(required=True)
