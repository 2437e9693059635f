"""Whether what an action sends out, or records of an answer, is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.tasks.model.bodies import addressee
from services.tasks.model.calendar import local_day
from services.tasks.model.case import Case
from services.tasks.model.conflict import concerned
from services.tasks.model.dispatch import open_requests
from services.tasks.model.refusals import invalid

# The ground of a suspension that waits for assistance.
AWAITING_ASSISTANCE = "awaiting_assistance"


def check_dispatch(case: Case, action: str, fields: Mapping[str, Any], at: datetime) -> None:
    """``Invalid`` when the fields do not fit: a body, a unit, the number of a request, the day of an answer."""
    if action == "request_assistance":
        _check_addressee(case, fields)
    if "body" in fields:
        addressee(fields["body"], fields.get("body_name"))
    if "request" in fields and fields["request"] not in open_requests(case.assistance):
        raise invalid("request", "cases.no_such_request")
    if fields.get("ground") == AWAITING_ASSISTANCE and not open_requests(case.assistance):
        raise invalid("ground", "cases.no_open_assistance")
    if action == "acknowledge_transfer" and case.transfer is not None:
        sent_on = local_day(case.transfer.at)
        if not sent_on <= fields["answered_on"] <= local_day(at):
            raise invalid("answered_on", "cases.answered_out_of_time", sent_on=sent_on.isoformat())


def _check_addressee(case: Case, fields: Mapping[str, Any]) -> None:
    if ("body" in fields) == ("unit_id" in fields):
        raise invalid("body", "cases.body_or_unit")
    if "unit_id" in fields and concerned(case.excluded_unit_ids, (fields["unit_id"],)):
        raise invalid("unit_id", "cases.unit_concerned")
