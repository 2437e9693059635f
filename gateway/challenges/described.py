"""How a proof of work is described in the OpenAPI document: a field beside those of the operation."""

from __future__ import annotations

from functools import cache

from marshmallow import fields, validate

from contracts.schema import Schema
from gateway.challenges.proofs import MAX_LENGTH

_TEXT = "The solution of a challenge, as ALTCHA's widget gives it; asked for with 429, and told by GET /report-form."


class _Proof(Schema):
    """What the gateway takes out before the operation is called."""

    altcha = fields.String(validate=validate.Length(max=MAX_LENGTH), metadata={"description": _TEXT})


@cache
def with_proof(request: type[Schema]) -> type[Schema]:
    """A request's schema, under its own name, with the field ``altcha``."""
    return type(request.__name__, (_Proof, request), {"__module__": request.__module__, "__doc__": request.__doc__})
