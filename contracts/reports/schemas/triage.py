"""Triage: what the analysis suggests about a report, and what staff decide."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.fields import Id, Instant, Text, one_of
from contracts.reports.schemas.staff import ReadCaseReport
from contracts.reports.schemas.suggestions import ReadSuggestion
from contracts.schema import Schema

URGENCIES = ("urgent", "prompt", "routine")
STATES = ("pending", "done", "skipped")
ENTITY_KINDS = ("person", "organisation", "place", "money", "date")
MAX_CONFIRMED = 50
MAX_ENTITIES = 200


class ReadCaseTriage(ReadCaseReport):
    """A reading like that of the report itself: what it names is among the answer."""


class ReadSuggestionTriage(ReadSuggestion):
    """A reading like that of the suggestion itself."""


class Reason(Schema):
    """A rule that applies, and what it means, in the reader's language."""

    rule = fields.String(required=True)
    text = fields.String(required=True)


class SuggestedCode(Schema):
    """A category or an urgency that the analysis suggests.

    ``confidence``: 0 to 1, how often suggestions that were as sure as this one were right when it was measured
    (docs/triage.md). ``phrases``: pieces of the text that the statistics find telling, the strongest first.
    """

    code = fields.String(required=True)
    name = fields.String(required=True)
    confidence = fields.Float(required=True)
    reasons = fields.List(fields.Nested(Reason), required=True)
    phrases = fields.List(fields.String(), required=True)


class SuggestedUrgency(SuggestedCode):
    """``definition`` says what the level means, ``within`` by when such a report is looked at."""

    definition = fields.String(required=True)
    within = fields.String(required=True)


class FoundEntity(Schema):
    """Something that the text names. ``start`` and ``end`` count Unicode code points of ``field``.

    ``value``: yuan for money, ISO 8601 for dates, null otherwise; ``approximate``: at least so much.
    """

    kind = fields.String(required=True, validate=one_of(*ENTITY_KINDS))
    field = fields.String(required=True, validate=one_of("title", "narrative"))
    start = fields.Integer(required=True)
    end = fields.Integer(required=True)
    text = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)
    approximate = fields.Boolean(required=True)


class NamedEntity(Schema):
    """Something that the text names, as staff read it."""

    kind = fields.String(required=True, validate=one_of(*ENTITY_KINDS))
    text = Text(max=200, single_line=True, required=True)


class SimilarCase(Schema):
    """An earlier report that may tell of the same matter, as the case that it opened. ``points``: 0 to 100."""

    case_id = fields.String(required=True)
    points = fields.Integer(required=True)


class SimilarSuggestion(Schema):
    """An earlier suggestion of the same kind. ``points``: 0 to 100."""

    suggestion_id = fields.String(required=True)
    points = fields.Integer(required=True)


class Triage(Schema):
    """What the analysis suggests; nothing in it is decided.

    ``state``: ``pending`` until the worker has looked at it, ``skipped`` where it cannot, with the ``reason`` as a
    code; the lists are empty then. ``category``: as the reporter chose it. ``categories`` and ``urgencies``: the
    suggestion first. ``model``: the version of rules and statistics.
    """

    state = fields.String(required=True, validate=one_of(*STATES))
    reason = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    category = fields.String(required=True)
    categories = fields.List(fields.Nested(SuggestedCode), required=True)
    urgencies = fields.List(fields.Nested(SuggestedUrgency), required=True)
    entities = fields.List(fields.Nested(FoundEntity), required=True)


class Decision(Schema):
    """What staff decided. ``agreed``: category and urgency are those that were suggested; null without a
    suggestion. ``similar_confirmed``: ids of cases, for a suggestion of suggestions. ``entities``: null as long as
    nobody judged them."""

    category = fields.String(required=True)
    urgency = fields.String(required=True)
    similar_confirmed = fields.List(fields.String(), required=True)
    entities = fields.List(fields.Nested(NamedEntity), required=True, allow_none=True)
    agreed = fields.Boolean(required=True, allow_none=True)
    decided_at = Instant(required=True)
    decided_by_id = fields.String(required=True)


class CaseTriage(Triage):
    """The triage of the report behind a case. ``similar``: only cases that the reader may see."""

    case_id = fields.String(required=True)
    report_id = fields.String(required=True)
    similar = fields.List(fields.Nested(SimilarCase), required=True)
    decision = fields.Nested(Decision, required=True, allow_none=True)


class SuggestionTriage(Triage):
    """The triage of a suggestion. ``similar``: only suggestions that the reader may see."""

    id = fields.String(required=True)
    similar = fields.List(fields.Nested(SimilarSuggestion), required=True)
    decision = fields.Nested(Decision, required=True, allow_none=True)


class Judgement(Schema):
    """Confirm or correct what was suggested. ``category``: a code of the form that it was made with.

    ``similar_confirmed``: cases (or suggestions) on the same matter, among those that the person may see.
    ``entities``: all that the text really names, null to leave them as they were found.
    """

    category = Id(required=True)
    urgency = fields.String(required=True, validate=one_of(*URGENCIES))
    similar_confirmed = fields.List(
        Id(), load_default=list, validate=validate.Length(max=MAX_CONFIRMED, error="Must have at most {max} entries.")
    )
    entities = fields.List(
        fields.Nested(NamedEntity),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=MAX_ENTITIES, error="Must have at most {max} entries."),
    )


class DecideCaseTriage(Judgement):
    """What the desk or the handler decides about the report behind a case."""

    case_id = Id(required=True)


class DecideSuggestionTriage(Judgement):
    """What the desk decides about a suggestion."""

    suggestion_id = Id(required=True)
