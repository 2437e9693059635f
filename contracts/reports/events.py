"""The events of the reports service. None carries a narrative, a name, contact data or a receipt."""

from __future__ import annotations

from marshmallow import fields, validate

from contracts.event import Event
from contracts.fields import Id, Instant, one_of
from contracts.reports.schemas import identity_requests
from contracts.reports.schemas.messages import AUTHORS
from contracts.reports.schemas.triage import URGENCIES

KINDS = ("report", "suggestion")
REPORTER_MODES = ("anonymous", "named")
# Who handles a report: the bureau, or, when it is about the bureau's own head, the level above.
ROUTES = ("bureau", "above")
# What staff can read of a report, and the purposes that are codes.
READ = (
    "report", "suggestion", "messages", "attachments", "attachment", "triage", "identity", "evidence", "evidence_file",
)  # fmt: skip
PURPOSES = ("case_handling", "suggestion_handling", "answer", "supervision", "retention", "identity_request")


class ReportSubmittedV1(Event):
    """A report or suggestion from the public is stored durably. Subject: the report.

    Emitted once per report, with its insert. ``kind`` tells a report, which becomes a case, from a
    suggestion, which is answered by the reports service itself. ``category`` is a code of the form the report
    was made with. ``received_at`` is cut to the full hour, so that nobody is found by the minute of sending.
    ``subject_unit_ids`` are the units that the report is about, where known; they must never get to see the
    case. ``route`` is ``above`` for a report about the head of the bureau: the level above handles it, its content
    opens with no key of the bureau, and its case is hidden from everybody in it (《纪检监察机关处理检举控告工作规则》).
    A consumer may assume: the report exists, and its content can be had only through the reports service, or, with
    route ``above``, not at all.
    """

    producer = "reports"
    event = "report_submitted"
    discreet = True

    report_id = Id(required=True)
    kind = fields.String(required=True, validate=one_of(*KINDS))
    category = Id(required=True)
    reporter_mode = fields.String(required=True, validate=one_of(*REPORTER_MODES))
    received_at = Instant(required=True)
    subject_unit_ids = fields.List(Id(), load_default=list)
    route = fields.String(load_default="bureau", validate=one_of(*ROUTES))


class UnitsNamedV1(Event):
    """It was found after intake that a report is about further units. Subject: the report.

    Emitted with the write that keeps the report from them; never for a suggestion, which has no case.
    ``subject_unit_ids`` are all units that the report is about by now. A consumer may assume: they only become more, so
    what is known already is united with them, in whatever order the events come.
    """

    producer = "reports"
    event = "units_named"
    discreet = True

    report_id = Id(required=True)
    subject_unit_ids = fields.List(Id(), required=True)


class MessagePostedV1(Event):
    """A message between staff and reporter is stored durably. Subject: the report.

    Emitted once per message, with its insert and its being counted; the moment is not told, whoever wrote it.
    ``number`` counts the messages of a report from 1. ``author`` is the side that wrote, and all that is told of it.
    ``case_id`` is null for a suggestion, and for a report whose case is not known yet.
    A consumer may assume: the message can be read through the reports service; the highest ``number`` is the newest,
    whatever order the events come in.
    """

    producer = "reports"
    event = "message_posted"
    discreet = True

    report_id = Id(required=True)
    case_id = Id(required=True, allow_none=True)
    kind = fields.String(required=True, validate=one_of(*KINDS))
    author = fields.String(required=True, validate=one_of(*AUTHORS))
    number = fields.Integer(required=True, validate=validate.Range(min=1))


class ReportRatedV1(Event):
    """A reporter said whether the result satisfies. Subject: the report.

    Emitted once per rating, with its being stored. ``number`` counts the ratings of a report from 1; each is about a
    newer result than the one before. The reason stays sealed with the report. ``case_id`` is null for a suggestion.
    A consumer may assume: when the rating was given, the reporter saw a result; the case may have moved on since.
    """

    producer = "reports"
    event = "report_rated"
    discreet = True

    report_id = Id(required=True)
    case_id = Id(required=True, allow_none=True)
    satisfied = fields.Boolean(required=True)
    number = fields.Integer(required=True, validate=validate.Range(min=1))


class AttachmentReceivedV1(Event):
    """A file that belongs to a report is complete and durable, sealed. Subject: the attachment.

    Emitted once per attachment, with the write that makes it complete. ``author`` tells which side sent it:
    ``reporter`` or ``staff``. Of a file of evidence ``report_id`` is the id under which the case's files are kept
    (services/reports/store/case_files.py). A consumer may assume: the original can be opened part by part; nothing has
    looked into it but at its beginning.
    """

    producer = "reports"
    event = "attachment_received"
    discreet = True

    report_id = Id(required=True)
    attachment_id = Id(required=True)
    author = fields.String(required=True, validate=one_of("reporter", "staff"))


class EvidenceFileReceivedV1(Event):
    """The file of an item of evidence is complete and durable, sealed. Subject: the attachment.

    Emitted once per file, with the write that makes it complete, beside ``attachment_received``. ``item`` is the number
    in the case; ``staff_id`` who sent it; ``digest`` the SHA-256 of the sealed record of the file (name, size, type and
    the SHA-256 of the original), by which the custody chain holds on to it.
    A consumer may assume: an item has one file at most, and it never changes.
    """

    producer = "reports"
    event = "evidence_file_received"

    case_id = Id(required=True)
    item = fields.Integer(required=True, validate=validate.Range(min=1))
    attachment_id = Id(required=True)
    staff_id = Id(required=True)
    digest = fields.String(required=True)
    at = Instant(required=True)


class ContentAccessedV1(Event):
    """A member of staff is about to read content of a report. Subject: the access.

    Emitted once per reading, in the write that records it, which comes before anything is opened. ``what``: what was
    asked for. ``attachment_id`` and ``copy`` go with ``attachment`` and ``evidence_file``, ``evidence_item`` with the
    latter: the number of the item in the case. ``purpose_code`` is there where the purpose is one of the codes; a
    purpose in other words stays in the record. ``case_id`` is null for suggestions; ``report_id`` is the case's where
    the evidence of a case without a report is read.
    """

    producer = "reports"
    event = "content_accessed"

    access_id = Id(required=True)
    report_id = Id(required=True)
    case_id = Id(load_default=None, allow_none=True)
    actor_id = Id(required=True)
    what = fields.String(required=True, validate=one_of(*READ))
    attachment_id = Id(load_default=None, allow_none=True)
    copy = fields.String(load_default=None, allow_none=True, validate=one_of("original", "clean"))
    evidence_item = fields.Integer(load_default=None, allow_none=True)
    purpose_code = fields.String(load_default=None, allow_none=True, validate=one_of(*PURPOSES))
    at = Instant(required=True)


class ReportErasedV1(Event):
    """A report or suggestion was erased, since it had been kept for as long as the rules say. Subject: the report.

    Emitted once per report, when nothing but a tombstone is left of it. ``rule`` is ``<version>/<id>`` of
    services/reports/retention; ``erased_at`` the moment at which its keys were destroyed: from then on nobody could
    open it. A consumer may assume: nothing of its content can be had any more from anywhere; what the consumer derived
    from the content is to go too.
    """

    producer = "reports"
    event = "report_erased"

    report_id = Id(required=True)
    kind = fields.String(required=True, validate=one_of(*KINDS))
    rule = fields.String(required=True)
    erased_at = Instant(required=True)


class ReportClassifiedV1(Event):
    """Staff decided what a report is about and how urgent it is. Subject: the report.

    Emitted once per decision, with its being stored; a later one replaces the earlier. ``category`` is a code of the
    form the report was made with, which may be another than the reporter chose. ``urgency``: ``urgent``, ``prompt`` or
    ``routine`` (services/reports/triage/data/urgency.json defines them). ``case_id`` is null for a
    suggestion. A consumer may assume: a person decided, not the analysis.
    """

    producer = "reports"
    event = "report_classified"

    report_id = Id(required=True)
    case_id = Id(required=True, allow_none=True)
    category = Id(required=True)
    urgency = fields.String(required=True, validate=one_of(*URGENCIES))
    decided_at = Instant(required=True)


class IdentityRequestChangedV1(Event):
    """A request to see who a reporter is was made, or decided, or has ended. Subject: the request.

    Emitted once per change, with its being stored. ``state``: ``asked``; ``approved``, with ``until``, the moment at
    which the opening ends by itself, or ``refused``; ``revoked`` by the custodian before that, or ``over``.
    ``requester_id`` is who asked, ``number`` that of the case. Reasons and keys stay sealed with the report.
    A consumer may assume: the report has a named reporter; the highest ``sequence`` is the state now.
    """

    producer = "reports"
    event = "identity_request_changed"

    request_id = Id(required=True)
    report_id = Id(required=True)
    case_id = Id(required=True)
    number = Id(required=True)
    requester_id = Id(required=True)
    state = fields.String(required=True, validate=one_of(*identity_requests.STATES))
    until = Instant(load_default=None, allow_none=True)
    at = Instant(required=True)
