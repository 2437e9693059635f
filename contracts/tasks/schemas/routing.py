"""Routing: who could be given a case, and to which bodies outside one could go."""

from __future__ import annotations

from marshmallow import fields

from contracts.fields import Id, one_of
from contracts.identity.organisation import LINE_CODES
from contracts.schema import Schema
from contracts.tasks.schemas.cases import CaseId
from contracts.tasks.schemas.dispatch import BODIES

# Why somebody must not be given a case: somebody of a unit concerned, a person concerned, or one who had a part in the
# handling before a re-examination.
EXCLUSIONS = ("unit_concerned", "person_concerned", "predecessor")


class ListCandidates(CaseId):
    """For which case; only handlers of ``unit_id`` and the units below it, and of ``line``, where these are given."""

    unit_id = Id()
    line = fields.String(validate=one_of(*LINE_CODES))


class Candidate(Schema):
    """An active handler: how many cases they have in hand, and how many of these are overdue.

    Names are in ``GET /people``; tasks knows ids only.
    """

    person_id = Id(required=True)
    unit_id = Id(required=True)
    line = fields.String(required=True, allow_none=True)
    open = fields.Integer(required=True)
    overdue = fields.Integer(required=True)


class Excluded(Schema):
    """A handler who must not be given the case, and every rule that forbids it."""

    person_id = Id(required=True)
    unit_id = Id(required=True)
    reasons = fields.List(fields.String(validate=one_of(*EXCLUSIONS)), required=True)


class Candidates(Schema):
    """``items``: who could be given the case, those who fit best first. ``line``: the case's own, null where its
    category tells none.
    """

    line = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(Candidate), required=True)
    excluded = fields.List(fields.Nested(Excluded), required=True)


class Ground(Schema):
    """The article that lets the bureau turn to a body; ``version``: the day of promulgation of its text."""

    source = fields.String(required=True)
    article = fields.String(required=True)
    version = fields.String(required=True)


class OutsideBody(Schema):
    """A kind of body 机关 outside of the bureau. A ground is null where no article gives one: then by agreement."""

    code = fields.String(required=True, validate=one_of(*BODIES))
    name = fields.String(required=True)
    transfer = fields.Nested(Ground, required=True, allow_none=True)
    assistance = fields.Nested(Ground, required=True, allow_none=True)
