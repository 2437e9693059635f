"""The form that reports are made with."""

from __future__ import annotations

import flask

from contracts.reports import operations as reports
from gateway import parts
from gateway.resource import Resource

blp = Resource("report_form", description="举报表单 The form that reports are made with")


@blp.route("/report-form")
@blp.calls(reports.get_report_form, anonymous=True)
def get_report_form(request, call, rpc):
    """举报表单 Categories, fields and limits, with their names in the language asked for

    ``challenge`` is null unless a report from this address would now need a proof of work.
    """
    challenge = parts.current().door.challenge(flask.request.environ)
    return {**rpc(request), "challenge": challenge}
