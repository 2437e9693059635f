"""Pictures of questions. What a picture shows is told by the question that has it (``alt``)."""

from marshmallow import fields, validate

from contracts.fields import Id, Instant
from contracts.imports import MAX_CONTENT
from contracts.operation import Operation
from contracts.quiz.operations.questions import BANK_ROLES
from contracts.roles import ANY_ROLE
from contracts.schema import Schema


class NewMedia(Schema):
    """A picture, base64: PNG, JPEG or WebP, at most 2 MB and 16 megapixels. It is drawn anew without metadata."""

    content = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=MAX_CONTENT))


class Media(Schema):
    """A picture that is kept. ``id`` follows from its content; ``size`` is in bytes, as it is kept."""

    id = fields.String(required=True)
    media_type = fields.String(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    size = fields.Integer(required=True)
    added_at = Instant(required=True)


class MediaId(Schema):
    """Which picture."""

    media_id = Id(required=True)


class AttemptMediaId(Schema):
    """Which picture of which attempt."""

    attempt_id = Id(required=True)
    media_id = Id(required=True)


class PracticeMediaId(Schema):
    """Which picture of which question that the person practises."""

    question_id = Id(required=True)
    media_id = Id(required=True)


class MediaContent(Schema):
    """A picture, base64."""

    content = fields.String(required=True)
    media_type = fields.String(required=True)


add_media = Operation("quiz", "add_media", NewMedia, Media, roles=BANK_ROLES, repeatable=True)
get_media = Operation("quiz", "get_media", MediaId, MediaContent, roles=BANK_ROLES, repeatable=True)
get_attempt_media = Operation(
    "quiz", "get_attempt_media", AttemptMediaId, MediaContent, roles=ANY_ROLE, repeatable=True
)
get_practice_media = Operation(
    "quiz", "get_practice_media", PracticeMediaId, MediaContent, roles=ANY_ROLE, repeatable=True
)
