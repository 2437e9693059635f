"""The events of the reports service. None carries a narrative, a name, contact data or a receipt."""

from __future__ import annotations

from marshmallow import fields

from contracts.event import Event
from contracts.fields import Id, Instant, one_of

KINDS = ("report", "suggestion")
REPORTER_MODES = ("anonymous", "named")


class ReportSubmittedV1(Event):
    """A report or suggestion from the public is stored durably. Subject: the report.

    Emitted once per report, with its insert. ``kind`` tells a report, which becomes a case, from a
    suggestion, which is answered by the reports service itself. ``category`` is a code of the form the report
    was made with. ``received_at`` is cut to the full hour, so that nobody is found by the minute of sending.
    ``subject_unit_ids`` are the units that the report is about, where known; they must never get to see the
    case. A consumer may assume: the report exists, and its content can be had only through the reports
    service.
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
