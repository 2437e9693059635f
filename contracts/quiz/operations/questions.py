"""The question bank: what a trainer asks of it. These answers carry keys, so only trainers may call."""

from marshmallow import fields, validate

from contracts.fields import Day, Id, Instant, PageRequest, Text, one_of, page_of
from contracts.imports import GetImport, Import, ImportFile, StartedImport
from contracts.operation import Operation
from contracts.roles import TRAINER
from contracts.schema import Schema

TYPES = ("single", "multiple", "true_false", "blank", "essay")
FORMATS = ("xlsx", "csv", "gift", "aiken", "moodle_xml", "qti3")
BANK_ROLES = frozenset({TRAINER})

# Ids of these imports begin so; the gateway, which has one path for all imports, tells by it whom to ask.
IMPORT_ID_PREFIX = "questions-"


class Option(Schema):
    """One choice: its key, a capital letter, and its text."""

    key = fields.String(required=True, validate=validate.Regexp(r"^[A-J]\Z", error="Must be a letter from A to J."))
    text = Text(required=True, max=2000)


class RubricPart(Schema):
    """One thing that an essay is marked for, and what it is worth at most."""

    text = Text(required=True, max=500)
    score = fields.Float(required=True, validate=validate.Range(min=0, min_inclusive=False, max=1000))


class Picture(Schema):
    """A picture of a question: where it belongs (``stem`` or the key of an option), which one, and what it shows, in
    words for those who do not see it.
    """

    place = fields.String(required=True, validate=validate.Regexp(r"^(stem|[A-J])\Z", error="Must be stem or a key."))
    id = Id(required=True)
    alt = Text(required=True, max=500)


class NewQuestion(Schema):
    """A question as a trainer writes it. How ``answer`` looks depends on ``type``:

    single ``"A"``; multiple ``["A", "C"]``; true_false ``true``; blank a list of accepted forms, or a list of
    such lists when there are several blanks (a form ``"3.14±0.01"`` accepts numbers within a tolerance);
    essay a model answer or null, and a ``rubric`` whose parts add up to its score. ``scoring`` decides what part of a
    multiple or blank answer earns. ``fixed_options``: no exam shuffles its options, say since one reads "all of the
    above". Days are of Asia/Shanghai.
    """

    type = fields.String(required=True, validate=one_of(*TYPES))
    stem = Text(required=True, max=4000)
    options = fields.List(fields.Nested(Option), load_default=list, validate=validate.Length(max=10))
    answer = fields.Raw(load_default=None, allow_none=True)
    score = fields.Float(load_default=1.0, validate=validate.Range(min=0, min_inclusive=False, max=1000))
    scoring = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(["all_or_nothing", "partial"]))
    category = Text(required=True, max=40, single_line=True)
    tags = fields.List(Text(max=30, single_line=True), load_default=list, validate=validate.Length(max=20))
    lines = fields.List(Text(max=40, single_line=True), load_default=list, validate=validate.Length(max=20))
    difficulty = fields.Integer(load_default=3, validate=validate.Range(min=1, max=5))
    explanation = Text(load_default="", min=0, max=4000)
    legal_basis = Text(load_default=None, allow_none=True, max=1000)
    valid_from = Day(load_default=None, allow_none=True)
    valid_to = Day(load_default=None, allow_none=True)
    rubric = fields.List(fields.Nested(RubricPart), load_default=list, validate=validate.Length(max=20))
    media = fields.List(fields.Nested(Picture), load_default=list, validate=validate.Length(max=20))
    fixed_options = fields.Boolean(load_default=False)


class ChangedQuestion(Schema):
    """The fields to change; what is absent stays. ``state`` ``retired`` takes the question out of every
    future paper."""

    question_id = Id(required=True)
    expected_version = fields.Integer(required=True, allow_none=True)
    type = fields.String(validate=one_of(*TYPES))
    stem = Text(max=4000)
    options = fields.List(fields.Nested(Option), validate=validate.Length(max=10))
    answer = fields.Raw(allow_none=True)
    score = fields.Float(validate=validate.Range(min=0, min_inclusive=False, max=1000))
    scoring = fields.String(allow_none=True, validate=validate.OneOf(["all_or_nothing", "partial"]))
    category = Text(max=40, single_line=True)
    tags = fields.List(Text(max=30, single_line=True), validate=validate.Length(max=20))
    lines = fields.List(Text(max=40, single_line=True), validate=validate.Length(max=20))
    difficulty = fields.Integer(validate=validate.Range(min=1, max=5))
    explanation = Text(min=0, max=4000)
    legal_basis = Text(allow_none=True, max=1000)
    valid_from = Day(allow_none=True)
    valid_to = Day(allow_none=True)
    rubric = fields.List(fields.Nested(RubricPart), validate=validate.Length(max=20))
    media = fields.List(fields.Nested(Picture), validate=validate.Length(max=20))
    fixed_options = fields.Boolean()
    state = fields.String(validate=one_of("active", "retired"))


class Question(Schema):
    """A question of the bank with its key. ``version`` is for ``If-Match``; ``revision`` counts changes of the content.
    ``retired_because``: ``expired`` (the law behind it was repealed) or ``by_hand``.
    """

    id = fields.String(required=True)
    type = fields.String(required=True)
    stem = fields.String(required=True)
    options = fields.List(fields.Nested(Option), required=True)
    answer = fields.Raw(required=True, allow_none=True)
    score = fields.Float(required=True)
    scoring = fields.String(required=True)
    category = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    lines = fields.List(fields.String(), required=True)
    difficulty = fields.Integer(required=True)
    fixed_options = fields.Boolean()
    explanation = fields.String(required=True)
    legal_basis = fields.String(required=True, allow_none=True)
    valid_from = fields.String(required=True, allow_none=True)
    valid_to = fields.String(required=True, allow_none=True)
    rubric = fields.List(fields.Nested(RubricPart))
    media = fields.List(fields.Nested(Picture))
    state = fields.String(required=True)
    retired_because = fields.String(allow_none=True)
    revision = fields.Integer(required=True)
    version = fields.Integer(required=True)
    updated_at = Instant(required=True)


class QuestionFilter(PageRequest):
    """Which questions: every given filter must fit. ``reason``: why a question is retired."""

    type = fields.String(validate=one_of(*TYPES))
    category = Text(max=40)
    difficulty = fields.Integer(validate=validate.Range(min=1, max=5))
    tag = Text(max=30)
    line = Text(max=40)
    state = fields.String(validate=one_of("active", "retired"))
    reason = fields.String(validate=one_of("expired", "by_hand"))


class QuestionId(Schema):
    """Which question."""

    question_id = Id(required=True)


class QuestionFile(ImportFile):
    """A file of questions. Without ``format`` it is told by content and name. A ``dry_run`` gives the full account of
    what the import would do, and writes nothing into the bank.
    """

    format = fields.String(load_default=None, allow_none=True, validate=one_of(*FORMATS))
    dry_run = fields.Boolean(load_default=False)


class ExportRequest(Schema):
    """Which questions in which format; filters as in the list."""

    format = fields.String(required=True, validate=one_of(*FORMATS))
    type = fields.String(validate=one_of(*TYPES))
    category = Text(max=40)
    difficulty = fields.Integer(validate=validate.Range(min=1, max=5))
    tag = Text(max=30)
    line = Text(max=40)
    state = fields.String(load_default="active", validate=one_of("active", "retired"))


class TemplateRequest(Schema):
    """The empty table to fill in; ``xlsx`` has a sheet that explains the columns."""

    format = fields.String(load_default="xlsx", validate=one_of("xlsx", "csv"))


class QuestionRevision(Schema):
    """What a question read before it was changed, with the key that it had; ``replaced_at`` is when it was changed."""

    question_id = fields.String(required=True)
    revision = fields.Integer(required=True)
    type = fields.String(required=True)
    stem = fields.String(required=True)
    options = fields.List(fields.Nested(Option), required=True)
    answer = fields.Raw(required=True, allow_none=True)
    score = fields.Float(required=True)
    scoring = fields.String(required=True)
    category = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    lines = fields.List(fields.String(), required=True)
    difficulty = fields.Integer(required=True)
    fixed_options = fields.Boolean()
    explanation = fields.String(required=True)
    legal_basis = fields.String(required=True, allow_none=True)
    valid_from = fields.String(required=True, allow_none=True)
    valid_to = fields.String(required=True, allow_none=True)
    rubric = fields.List(fields.Nested(RubricPart), required=True)
    media = fields.List(fields.Nested(Picture), required=True)
    replaced_at = Instant(required=True)


class RevisionsRequest(PageRequest):
    """The former revisions of one question, the latest first."""

    question_id = Id(required=True)


class ExportedFile(Schema):
    """A file, base64. ``left_out`` counts the questions that are not in it, ``because`` by reason (see ``LeftOut``)."""

    content = fields.String(required=True)
    file_name = fields.String(required=True)
    media_type = fields.String(required=True)
    left_out = fields.Integer(required=True)
    because = fields.Dict(keys=fields.String(), values=fields.Integer(), load_default=dict)


class LeftOutQuestion(Schema):
    """A question that an export leaves out; the gateway puts ``reason`` in words as ``message``."""

    question_id = fields.String(required=True)
    stem = fields.String(required=True)
    reason = fields.String(required=True)
    message = fields.String()


class LeftOut(Schema):
    """What an export leaves out.

    Because the format has no place for it: ``pictures``, ``type`` (of question), ``several_blanks`` in one stem,
    ``model_answer`` of an essay, ``layout`` (lines that would read as something else). Because a file holds no more:
    ``no_room`` (7 MiB of pictures), ``beyond`` (20,000 questions). ``items``: the first thousand, without those
    ``beyond``; ``left_out`` counts all, ``because`` by reason.
    """

    format = fields.String(required=True)
    exported = fields.Integer(required=True)
    left_out = fields.Integer(required=True)
    because = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    items = fields.List(fields.Nested(LeftOutQuestion), required=True)


QuestionPage = page_of(Question)
QuestionRevisionPage = page_of(QuestionRevision)

list_questions = Operation("quiz", "list_questions", QuestionFilter, QuestionPage, roles=BANK_ROLES, repeatable=True)
create_question = Operation("quiz", "create_question", NewQuestion, Question, roles=BANK_ROLES)
get_question = Operation("quiz", "get_question", QuestionId, Question, roles=BANK_ROLES, repeatable=True)
update_question = Operation("quiz", "update_question", ChangedQuestion, Question, roles=BANK_ROLES)
list_question_revisions = Operation(
    "quiz", "list_question_revisions", RevisionsRequest, QuestionRevisionPage, roles=BANK_ROLES, repeatable=True
)
question_template = Operation(
    "quiz", "question_template", TemplateRequest, ExportedFile, roles=BANK_ROLES, repeatable=True
)
import_questions = Operation("quiz", "import_questions", QuestionFile, StartedImport, roles=BANK_ROLES)
get_import = Operation("quiz", "get_import", GetImport, Import, roles=BANK_ROLES, repeatable=True)
export_questions = Operation("quiz", "export_questions", ExportRequest, ExportedFile, roles=BANK_ROLES, repeatable=True)
questions_left_out = Operation("quiz", "questions_left_out", ExportRequest, LeftOut, roles=BANK_ROLES, repeatable=True)
