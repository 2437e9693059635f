"""People: their place in the organisation, their roles and duties."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from contracts.fields import Id, Instant, MailAddress, NoInput, PageRequest, Text, one_of, page_of
from contracts.identity.operations.sessions import password_field
from contracts.identity.organisation import DUTY_CODES, LINE_CODES
from contracts.operation import Operation
from contracts.roles import ADMIN, ALL_ROLES, ANY_ROLE, AUDITOR, DESK, LEADER, PUBLIC, SUPERVISOR, TRAINER
from contracts.schema import Schema

# Lower-case letters, digits and . _ - , beginning and ending with a letter or digit; folded before it is compared.
_USERNAME = validate.Regexp(
    r"(?i)\A[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?\Z",
    error="Letters, digits, '.', '_' and '-' only, 1 to 64 of them, beginning and ending with a letter or digit.",
)


class Duty(Schema):
    """A duty of ``organisation.DUTIES`` with its object: a unit, or a line for ``linked_line``."""

    kind = fields.String(required=True, validate=one_of(*DUTY_CODES))
    unit_id = Id(load_default=None, allow_none=True)
    line = fields.String(load_default=None, allow_none=True, validate=one_of(*LINE_CODES))


def _roles(**kwargs: Any) -> fields.List[Any]:
    return fields.List(fields.String(validate=one_of(*sorted(ALL_ROLES))), validate=validate.Length(max=11), **kwargs)


class PersonFields(Schema):
    """A new person. Without ``line`` that of the unit; without ``roles`` a member.

    There is no password in it: the person sets one with an activation code. ``email``: where notices of work go.
    """

    username = fields.String(required=True, validate=_USERNAME)
    name = Text(max=60, single_line=True, required=True)
    staff_number = Text(max=40, single_line=True, load_default=None, allow_none=True)
    unit_id = Id(required=True)
    line = fields.String(load_default=None, allow_none=True, validate=one_of(*LINE_CODES))
    position = Text(max=60, single_line=True, load_default=None, allow_none=True)
    email = MailAddress(load_default=None, allow_none=True)
    roles = _roles(load_default=lambda: ["member"])
    duties = fields.List(fields.Nested(Duty), load_default=list, validate=validate.Length(max=20))
    active = fields.Boolean(load_default=True)


class ChangePerson(Schema):
    """Only the fields that are sent change. Lost roles and deactivation end the person's sessions at once."""

    person_id = Id(required=True)
    expected_version = fields.Integer(required=True, allow_none=True)
    username = fields.String(validate=_USERNAME)
    name = Text(max=60, single_line=True)
    staff_number = Text(max=40, single_line=True, allow_none=True)
    unit_id = Id()
    line = fields.String(validate=one_of(*LINE_CODES))
    position = Text(max=60, single_line=True, allow_none=True)
    email = MailAddress(allow_none=True)
    roles = _roles()
    duties = fields.List(fields.Nested(Duty), validate=validate.Length(max=20))
    active = fields.Boolean()


class UnitName(Schema):
    """A unit as it is shown beside a person."""

    id = Id(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)


class Person(Schema):
    """``unit_path`` runs from the root down to and including ``unit_id``; ``has_password``: the account is in use."""

    id = Id(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    staff_number = fields.String(required=True, allow_none=True)
    unit_id = Id(required=True)
    unit_path = fields.List(Id(), required=True)
    line = fields.String(required=True)
    position = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    roles = fields.List(fields.String(), required=True)
    duties = fields.List(fields.Nested(Duty), required=True)
    active = fields.Boolean(required=True)
    has_password = fields.Boolean(load_default=None, allow_none=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)
    version = fields.Integer(required=True)


class Me(Schema):
    """The signed-in person, with their unit and the units above it, root first."""

    id = Id(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    unit = fields.Nested(UnitName, required=True)
    units_above = fields.List(fields.Nested(UnitName), required=True)
    line = fields.String(required=True)
    position = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    duties = fields.List(fields.Nested(Duty), required=True)
    totp = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class OwnAddress(Schema):
    """Where one's notices of work go by mail; null = nowhere."""

    email = MailAddress(required=True, allow_none=True)


class MailAddressesOf(Schema):
    """Whose addresses."""

    person_ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=200))


class AddressOfPerson(Schema):
    """An active person's address."""

    person_id = Id(required=True)
    email = fields.String(required=True)


class MailAddresses(Schema):
    """Of those asked for, the active ones who have an address."""

    items = fields.List(fields.Nested(AddressOfPerson), required=True)


class RecognisePeople(Schema):
    """Whom: by id, by user name, by staff number."""

    person_ids = fields.List(Id(), load_default=list, validate=validate.Length(max=200))
    usernames = fields.List(fields.String(), load_default=list, validate=validate.Length(max=200))
    staff_numbers = fields.List(fields.String(), load_default=list, validate=validate.Length(max=200))


class RecognisedPerson(Schema):
    """A person as tables and certificates name them."""

    person_id = Id(required=True)
    name = fields.String(required=True)
    username = fields.String(required=True)
    staff_number = fields.String(required=True, allow_none=True)


class RecognisedPeople(Schema):
    """Those of them that there are."""

    items = fields.List(fields.Nested(RecognisedPerson), required=True)


class GetPerson(Schema):
    """Which person."""

    person_id = Id(required=True)


class ListPeople(PageRequest):
    """By user name. ``unit_id`` takes in everything below that unit; ``name`` is the beginning of a name."""

    unit_id = Id(load_default=None, allow_none=True)
    line = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LINE_CODES))
    role = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(sorted(ALL_ROLES)))
    username = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=64))
    staff_number = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=40))
    name = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=60))
    active = fields.Boolean(load_default=None, allow_none=True)


class ListDirectory(PageRequest):
    """Whom one may address: active people, by role and unit (everything below it), or by ids."""

    role = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(sorted(ALL_ROLES)))
    unit_id = Id(load_default=None, allow_none=True)


class DirectoryEntry(Schema):
    """A person as colleagues may know them."""

    id = Id(required=True)
    name = fields.String(required=True)
    unit_id = Id(required=True)
    line = fields.String(required=True)
    position = fields.String(required=True, allow_none=True)


class CreateAdmin(Schema):
    """The very first administrator, with the root unit they belong to."""

    username = fields.String(required=True, validate=_USERNAME)
    name = Text(max=60, single_line=True, required=True)
    password = password_field()
    unit_name = Text(max=100, single_line=True, required=True)


me = Operation("identity", "me", request=NoInput, response=Me, roles=ANY_ROLE, repeatable=True)
list_people = Operation(
    "identity",
    "list_people",
    request=ListPeople,
    response=page_of(Person),
    roles=frozenset({ADMIN, AUDITOR}),
    repeatable=True,
)
get_person = Operation(
    "identity", "get_person", request=GetPerson, response=Person, roles=frozenset({ADMIN, AUDITOR}), repeatable=True
)
create_person = Operation("identity", "create_person", request=PersonFields, response=Person, roles=frozenset({ADMIN}))
change_person = Operation("identity", "change_person", request=ChangePerson, response=Person, roles=frozenset({ADMIN}))
list_directory = Operation(
    "identity",
    "list_directory",
    request=ListDirectory,
    response=page_of(DirectoryEntry),
    roles=frozenset({ADMIN, AUDITOR, DESK, LEADER, SUPERVISOR, TRAINER}),
    repeatable=True,
)
change_my_address = Operation(
    "identity", "change_my_address", request=OwnAddress, response=OwnAddress, roles=ANY_ROLE, repeatable=True
)
# No HTTP path: a service asks for it over the broker when it sends a mail, and keeps no address.
mail_addresses = Operation(
    "identity", "mail_addresses", request=MailAddressesOf, response=MailAddresses, roles=PUBLIC, repeatable=True
)
# No HTTP path: a service asks for it when a table names people, and for papers that show a name.
recognise_people = Operation(
    "identity", "recognise_people", request=RecognisePeople, response=RecognisedPeople, roles=PUBLIC, repeatable=True
)
# No HTTP path: reachable only with the broker's credentials, and only while no administrator exists.
create_admin = Operation("identity", "create_admin", request=CreateAdmin, response=Person, roles=PUBLIC)
