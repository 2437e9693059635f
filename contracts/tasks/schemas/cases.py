"""Cases: the list, one case, its history, and the actions with their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.fields import Day, Id, Instant, PageRequest, Text, one_of
from contracts.schema import Schema
from contracts.tasks.events import CASE_STATES, CLOCK_STAGES, CLOCK_STATES, EXTENSION_GROUNDS
from contracts.tasks.schemas.dispatch import Assistance, Transfer

SOURCES = ("report", "clue", "review")

# Grounds on which a case is not accepted; each has its words in gateway/texts/tasks.py.
REFUSAL_GROUNDS = ("not_competent", "no_substance", "already_handled", "in_legal_process", "outside_duty")
# Which grounds an action may name; the reporter reads their words.
SUSPENSION_GROUNDS = ("awaiting_assistance",)
GROUNDS: Mapping[str, tuple[str, ...]] = {
    "refuse": REFUSAL_GROUNDS, "extend": EXTENSION_GROUNDS, "suspend": SUSPENSION_GROUNDS,
    "ask_extension": EXTENSION_GROUNDS, "approve_extension": EXTENSION_GROUNDS,
}  # fmt: skip
OUTCOMES = ("substantiated", "partly_substantiated", "unsubstantiated", "false", "unclear")
MEASURES = (
    "none", "talk_and_remind", "criticism", "order_to_correct", "organisational", "party_discipline",
    "administrative_penalty", "industry_discipline", "transfer_to_justice",
)  # fmt: skip


@dataclass(frozen=True)
class ActionFields:
    """Which fields an action must and may carry, besides ``action`` and ``expected_version``."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


def _takes(required: str = "", optional: str = "") -> ActionFields:
    return ActionFields(frozenset(required.split()), frozenset(optional.split()))


ACTION_FIELDS: Mapping[str, ActionFields] = {
    "accept": _takes(optional="allegations reason"),
    "refuse": _takes("ground reason"),
    "transfer": _takes("body reason", "body_name document_number"),
    "acknowledge_transfer": _takes("answered_on reason", "answer_number"),
    "take_back": _takes("reason"),
    "assign": _takes("handler_id", "unit_id reason"),
    "reassign": _takes("handler_id reason", "unit_id"),
    "start": _takes(optional="reason"),
    "return": _takes("reason"),
    "object": _takes("reason"),
    "insist": _takes("reason"),
    "join": _takes("handler_id reason"),
    "unjoin": _takes("handler_id reason"),
    "exclude": _takes("person_ids reason"),
    "record_step": _takes("what", "evidence"),
    "request_assistance": _takes("what reason", "body body_name unit_id document_number"),
    "record_assistance": _takes("request what", "evidence"),
    "withdraw_assistance": _takes("request reason"),
    "record_finding": _takes("allegation outcome reason"),
    "record_disposition": _takes("allegation measure reason"),
    "investigate_further": _takes("reason"),
    "conclude": _takes(optional="reason"),
    "tell_result": _takes(optional="reason"),
    "confirm_adequate": _takes("reason"),
    "send_back": _takes("reason"),
    "close": _takes(optional="reason"),
    "suspend": _takes("reason", "ground"),
    "resume": _takes(optional="reason"),
    "extend": _takes("days approver_id reason", "ground"),
    "ask_extension": _takes("days approver_id reason", "ground"),
    "approve_extension": _takes(optional="reason"),
    "refuse_extension": _takes("reason"),
    "supervise": _takes("reason", "due_on"),
    "answer_supervision": _takes("what", "order"),
    "merge": _takes("into reason"),
    "separate": _takes("reason"),
    "split": _takes("allegation_numbers reason"),
    "reopen": _takes("reason"),
}

_ALWAYS = frozenset({"case_id", "action", "expected_version"})


class CaseSource(Schema):
    """What the case was opened from."""

    kind = fields.String(required=True, validate=one_of(*SOURCES))
    id = Id(required=True)


class Clock(Schema):
    """One legal time limit; ``due_at`` of a paused clock is what it would be if it ran on from now.

    ``ref``: what it is for, where several of one rule run at once: the number of a request for assistance. ``stage``:
    how far oversight of it has got, null before its first stage and once it is met.
    """

    rule = fields.String(required=True)
    ref = fields.String(required=True, allow_none=True)
    started_at = Instant(required=True)
    due_at = Instant(required=True)
    state = fields.String(required=True, validate=one_of(*CLOCK_STATES))
    stage = fields.String(required=True, allow_none=True, validate=one_of(*CLOCK_STAGES))


class Guards(Schema):
    """The four guards 四个不放过; a case is closed only when all are true."""

    investigated = fields.Boolean(required=True)
    clear = fields.Boolean(required=True)
    handled = fields.Boolean(required=True)
    adequate = fields.Boolean(required=True)


class Supervision(Schema):
    """An order 督办 to account for a case that waits for its answer; ``due_on``: the day by which it is wanted."""

    number = fields.Integer(required=True)
    at = Instant(required=True)
    by_id = Id(required=True, allow_none=True)
    due_on = Day(required=True, allow_none=True)


class ExtensionRequest(Schema):
    """An extension that is asked for and not decided yet; ``approver_id``: the leader who decides, in person."""

    days = fields.Integer(required=True)
    approver_id = Id(required=True)
    ground = fields.String(required=True, validate=one_of(*EXTENSION_GROUNDS))
    at = Instant(required=True)
    by_id = Id(required=True, allow_none=True)


class CasePart(Schema):
    """A case that was split off; ``over``: closed, refused or transferred."""

    id = Id(required=True)
    number = fields.String(required=True)
    over = fields.Boolean(required=True)


class Allegation(Schema):
    """A question that the case answers, as far as it is answered in this round; ``moved``: in another case."""

    number = fields.Integer(required=True)
    text = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True, validate=one_of(*OUTCOMES))
    measure = fields.String(required=True, allow_none=True, validate=one_of(*MEASURES))
    moved = fields.Boolean(required=True)


class Case(Schema):
    """A case as its readers see it; ``allowed_actions`` are those that the reader may take now.

    ``clocks``: those that only a named reporter has are shown to the desk and the handler alone, and so is
    ``reply_awaited``, whether the reporter wrote last (null for everybody else). ``re_examination``: this round was
    asked for by a reporter who was not satisfied. ``satisfied``: the reporter's last rating, null before one.
    ``level``: how high the case has risen as its time limits ran out: 0 handler, 1 desk, 2 leader, 3 supervision
    group. ``supervisions``: orders that wait for an answer.
    ``merged_into``: the case that leads this one; ``follower_ids``: those that this one leads. ``split_from`` and
    ``parts``: what it was split off, and what was split off it. ``joint_handler_ids``: further handlers.
    ``excluded_person_ids``: who must never see it; told to the desk, the handlers and the supervision group alone.
    ``moved_allegations``: the numbers of those that are answered in another case.
    """

    id = Id(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True, validate=one_of(*CASE_STATES))
    category = fields.String(required=True)
    source = fields.Nested(CaseSource, required=True)
    handler_id = Id(required=True, allow_none=True)
    unit_id = Id(required=True, allow_none=True)
    clocks = fields.List(fields.Nested(Clock), required=True)
    guards = fields.Nested(Guards, required=True)
    re_examination = fields.Boolean(required=True)
    satisfied = fields.Boolean(required=True, allow_none=True)
    reply_awaited = fields.Boolean(required=True, allow_none=True)
    transfer = fields.Nested(Transfer, required=True, allow_none=True)
    assistance = fields.List(fields.Nested(Assistance), required=True)
    level = fields.Integer(required=True)
    supervisions = fields.List(fields.Nested(Supervision), required=True)
    extension_request = fields.Nested(ExtensionRequest, required=True, allow_none=True)
    merged_into = Id(required=True, allow_none=True)
    follower_ids = fields.List(Id(), required=True)
    split_from = Id(required=True, allow_none=True)
    parts = fields.List(fields.Nested(CasePart), required=True)
    joint_handler_ids = fields.List(Id(), required=True)
    excluded_person_ids = fields.List(Id(), required=True)
    moved_allegations = fields.List(fields.Integer(), required=True)
    allowed_actions = fields.List(fields.String(), required=True)
    version = fields.Integer(required=True)


class CaseInFull(Case):
    """A case by itself, with what is asked in it; ``allegations`` are told to the desk and the handlers alone."""

    allegations = fields.List(fields.Nested(Allegation), required=True)


class CaseId(Schema):
    """Which case."""

    case_id = Id(required=True)


class ReadHistory(PageRequest):
    """Which case, and which page of its history, oldest first."""

    case_id = Id(required=True)


class Who(Schema):
    """Who acted, with the name held then; null in the entry when it was the system itself."""

    id = Id(required=True)
    name = fields.String(required=True)


class HistoryEntry(Schema):
    """One action. ``details``: the other fields it carried; only the handler and the desk see them."""

    action = fields.String(required=True)
    at = Instant(required=True)
    who = fields.Nested(Who, required=True, allow_none=True)
    from_ = fields.String(data_key="from", attribute="from", required=True, allow_none=True)
    to = fields.String(required=True)
    why = fields.String(required=True, allow_none=True)
    details = fields.Dict(keys=fields.String(), required=True)


class ActOnCase(CaseId):
    """An action with its fields: those that ``ACTION_FIELDS`` names for it, and no other."""

    action = fields.String(required=True, validate=one_of(*ACTION_FIELDS))
    expected_version = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1),
        metadata={"description": "412 when the case has another version by now"},
    )
    reason = Text(max=2000)
    allegations = fields.List(Text(max=200, single_line=True), validate=validate.Length(min=1, max=50))
    ground = fields.String(
        validate=one_of(*REFUSAL_GROUNDS, *EXTENSION_GROUNDS, *SUSPENSION_GROUNDS),
        metadata={
            "description": "Why it is refused, or extended (complex when absent), whose words the reporter reads; or "
            "suspended: until assistance that was asked for is given"
        },
    )
    body = Text(
        max=100,
        single_line=True,
        metadata={"description": "The body that takes the case over or assists: a code of /outside-bodies, or a name"},
    )
    body_name = Text(max=100, single_line=True, metadata={"description": "Its full name; needed with `other`"})
    document_number = Text(
        max=60, single_line=True, metadata={"description": "Where it was written by hand; the system gives one else"}
    )
    answered_on = Day(metadata={"description": "The day of the body's answer"})
    answer_number = Text(max=60, single_line=True, metadata={"description": "The document number of its answer"})
    request = fields.Integer(validate=validate.Range(min=1), metadata={"description": "Of a request for assistance"})
    handler_id = Id()
    unit_id = Id(metadata={"description": "The handling unit; the handler's own when absent"})
    due_on = Day(metadata={"description": "The day by which an answer is wanted"})
    order = fields.Integer(
        validate=validate.Range(min=1),
        metadata={"description": "The order that is answered; the oldest open one when absent"},
    )
    what = Text(max=4000, metadata={"description": "The step of investigation taken"})
    evidence = fields.List(Text(max=200, single_line=True), validate=validate.Length(max=50))
    allegation = fields.Integer(validate=validate.Range(min=1), metadata={"description": "Its number"})
    allegation_numbers = fields.List(
        fields.Integer(validate=validate.Range(min=1)),
        validate=validate.Length(min=1, max=50),
        metadata={"description": "Those that are split off; at least one must stay"},
    )
    into = Id(metadata={"description": "The case that leads from now on"})
    person_ids = fields.List(
        Id(),
        validate=validate.Length(min=1, max=50),
        metadata={"description": "People who must never see the case"},
    )
    outcome = fields.String(validate=one_of(*OUTCOMES))
    measure = fields.String(validate=one_of(*MEASURES))
    days = fields.Integer(validate=validate.Range(min=1, max=365))
    approver_id = Id(metadata={"description": "The leader who approves the extension"})

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _only_the_fields_of_the_action(self, data: dict[str, Any], original: Any, **_kwargs: Any) -> None:
        takes = ACTION_FIELDS.get(data.get("action", ""))
        if takes is None or not isinstance(original, Mapping):
            return
        given = {name for name in self.fields if original.get(name) is not None} - _ALWAYS
        errors = {name: ["Missing data for required field."] for name in takes.required - given}
        errors |= {name: ["Unknown field."] for name in given - takes.required - takes.optional}
        if errors:
            raise ValidationError(errors)

    @validates_schema
    def _ground_of_the_action(self, data: dict[str, Any], **_kwargs: Any) -> None:
        grounds = GROUNDS.get(data["action"])
        if grounds and "ground" in data:
            try:
                one_of(*grounds)(data["ground"])
            except ValidationError as error:
                raise ValidationError(error.messages, "ground") from error
