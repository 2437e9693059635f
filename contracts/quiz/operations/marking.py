"""Essays that wait for markers. Nothing here tells whose an answer is."""

from marshmallow import fields

from contracts.fields import Id, Instant, PageRequest, page_of
from contracts.operation import Operation
from contracts.quiz.operations.attempts import GivenMark
from contracts.quiz.operations.questions import BANK_ROLES, RubricPart
from contracts.schema import Schema


class MarkingQueue(PageRequest):
    """What waits for a mark that the caller can give, of one exam or of all."""

    exam_id = Id()


class MarkingId(Schema):
    """Which marking."""

    marking_id = Id(required=True)


class GiveMark(GivenMark):
    """The caller's mark for this answer. One a person; it stays as it was given, and sent again it changes nothing."""

    marking_id = Id(required=True)


class KeptMark(Schema):
    """One mark: by whom, when, for which parts of the rubric."""

    by = fields.String(required=True)
    score = fields.Float(required=True)
    points = fields.List(fields.Float(), required=True, allow_none=True)
    comment = fields.String(required=True)
    at = Instant(required=True)


class EssayMarking(Schema):
    """An answer to be marked. ``state``: ``waiting``, ``third`` (two marks lie too far apart, a third decides),
    ``done``, or ``void`` (the question was withdrawn). ``marks`` holds the caller's own until it is done, then
    everybody's; ``score`` is what counts then.
    """

    id = fields.String(required=True)
    exam_id = fields.String(required=True)
    exam_title = fields.String(required=True)
    question_id = fields.String(required=True)
    stem = fields.String(required=True)
    model_answer = fields.String(required=True, allow_none=True)
    rubric = fields.List(fields.Nested(RubricPart), required=True)
    max_score = fields.Float(required=True)
    answer = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    markers = fields.Integer(required=True)
    marks = fields.List(fields.Nested(KeptMark), required=True)
    score = fields.Float(required=True, allow_none=True)


EssayMarkingPage = page_of(EssayMarking)

list_markings = Operation("quiz", "list_markings", MarkingQueue, EssayMarkingPage, roles=BANK_ROLES, repeatable=True)
get_marking = Operation("quiz", "get_marking", MarkingId, EssayMarking, roles=BANK_ROLES, repeatable=True)
give_mark = Operation("quiz", "give_mark", GiveMark, EssayMarking, roles=BANK_ROLES, repeatable=True)
