"""Papers: a fixed list of questions, or a blueprint from which questions are drawn."""

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.fields import Id, Instant, PageRequest, Text, one_of, page_of
from contracts.operation import Operation
from contracts.quiz.operations.questions import BANK_ROLES, TYPES
from contracts.schema import Schema

MAX_QUESTIONS = 300


class Cell(Schema):
    """So many questions of this kind, each worth ``score``. What is absent does not restrict."""

    category = Text(max=40)
    difficulty = fields.Integer(validate=validate.Range(min=1, max=5))
    type = fields.String(validate=one_of(*TYPES))
    line = Text(max=40)
    count = fields.Integer(required=True, validate=validate.Range(min=1, max=MAX_QUESTIONS))
    score = fields.Float(required=True, validate=validate.Range(min=0, min_inclusive=False, max=1000))


class NewPaper(Schema):
    """A paper. ``question_ids`` for a fixed one, ``blueprint`` for a drawn one.

    ``seed`` makes the draw repeatable (chosen and recorded when absent); ``variants`` is how many different
    draws are prepared for an exam.
    """

    title = Text(required=True, max=200, single_line=True)
    kind = fields.String(required=True, validate=one_of("fixed", "drawn"))
    question_ids = fields.List(Id(), load_default=list, validate=validate.Length(max=MAX_QUESTIONS))
    blueprint = fields.List(fields.Nested(Cell), load_default=list, validate=validate.Length(max=50))
    seed = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0, max=2**53 - 1))
    variants = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=20))

    @validates_schema
    def _fits_its_kind(self, data: dict[str, object], **kwargs: object) -> None:
        needed, other = ("question_ids", "blueprint") if data["kind"] == "fixed" else ("blueprint", "question_ids")
        if not data[needed]:
            raise ValidationError("Must not be empty for this kind of paper.", needed)
        if data[other]:
            raise ValidationError("Does not belong to this kind of paper.", other)


class Paper(Schema):
    """A paper as it stands; it never changes after it was made. ``max_score`` is the sum over its
    questions."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)
    question_ids = fields.List(fields.String())
    blueprint = fields.List(fields.Nested(Cell))
    seed = fields.Integer()
    variants = fields.Integer()
    question_count = fields.Integer(required=True)
    max_score = fields.Float(required=True)
    created_at = Instant(required=True)


class PaperId(Schema):
    """Which paper."""

    paper_id = Id(required=True)


class PaperFilter(PageRequest):
    """Which papers."""

    kind = fields.String(validate=one_of("fixed", "drawn"))


class Blueprint(Schema):
    """A blueprint that is to be tried before a paper is made of it."""

    blueprint = fields.List(fields.Nested(Cell), required=True, validate=validate.Length(min=1, max=50))


class CellAccount(Schema):
    """How a cell fares, counted from 1: ``available`` questions fit it, ``filled`` are left to it while as many places
    as possible of the whole blueprint are filled, ``short`` are missing.
    """

    cell = fields.Integer(required=True)
    wanted = fields.Integer(required=True)
    available = fields.Integer(required=True)
    filled = fields.Integer(required=True)
    short = fields.Integer(required=True)


class Shortage(Schema):
    """Cells that compete for the same questions: together they want more than the ``available`` that fit any of
    them."""

    cells = fields.List(fields.Integer(), required=True)
    wanted = fields.Integer(required=True)
    available = fields.Integer(required=True)
    short = fields.Integer(required=True)


class Feasibility(Schema):
    """What the blueprint finds in the bank today. ``shortages`` is empty exactly when it can be drawn."""

    feasible = fields.Boolean(required=True)
    cells = fields.List(fields.Nested(CellAccount), required=True)
    shortages = fields.List(fields.Nested(Shortage), required=True)


class OverlapRequest(Schema):
    """Which paper, and with which other one it is compared besides."""

    paper_id = Id(required=True)
    other_id = Id()


class Shared(Schema):
    """What two variants share, counted from 0: ``first`` of the paper, ``second`` of it or of the other paper.
    ``share``: of the shorter one's questions, 0 to 1.
    """

    first = fields.Integer(required=True)
    second = fields.Integer(required=True)
    common = fields.Integer(required=True)
    share = fields.Float(required=True)
    question_ids = fields.List(fields.String(), required=True)


class Overlap(Schema):
    """What the variants of a paper share by today's bank; a fixed paper has one variant. ``with_other`` is null where
    no other paper was named. Exams that exist keep what was drawn when they were made.
    """

    paper_id = fields.String(required=True)
    question_count = fields.Integer(required=True)
    between_variants = fields.List(fields.Nested(Shared), required=True)
    with_other = fields.List(fields.Nested(Shared), required=True, allow_none=True)


PaperPage = page_of(Paper)

list_papers = Operation("quiz", "list_papers", PaperFilter, PaperPage, roles=BANK_ROLES, repeatable=True)
create_paper = Operation("quiz", "create_paper", NewPaper, Paper, roles=BANK_ROLES)
get_paper = Operation("quiz", "get_paper", PaperId, Paper, roles=BANK_ROLES, repeatable=True)
paper_feasibility = Operation("quiz", "paper_feasibility", Blueprint, Feasibility, roles=BANK_ROLES, repeatable=True)
paper_overlap = Operation("quiz", "paper_overlap", OverlapRequest, Overlap, roles=BANK_ROLES, repeatable=True)
