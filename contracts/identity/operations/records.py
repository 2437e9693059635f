"""The log of security matters: who signed in or failed to, who changed whose rights."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Id, Instant, PageRequest, page_of
from contracts.operation import Operation
from contracts.roles import AUDITOR
from contracts.schema import Schema


class SecurityRecord(Schema):
    """``what`` happened to ``person_id`` by ``actor_id``; ``details`` holds codes and ids, never secrets."""

    id = Id(required=True)
    at = Instant(required=True)
    what = fields.String(required=True)
    person_id = Id(required=True, allow_none=True)
    actor_id = Id(required=True, allow_none=True)
    address_hash = fields.String(required=True, allow_none=True)
    details = fields.Dict(required=True)


class ListSecurityLog(PageRequest):
    """Newest first."""

    person_id = Id(load_default=None, allow_none=True)
    what = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))


list_security_log = Operation(
    "identity",
    "list_security_log",
    request=ListSecurityLog,
    response=page_of(SecurityRecord),
    roles=frozenset({AUDITOR}),
    repeatable=True,
)
