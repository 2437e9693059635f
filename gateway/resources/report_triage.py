"""Triage: what the analysis suggests about reports and suggestions, and what staff decide."""

from __future__ import annotations

from contracts.reports import operations as reports
from gateway.resource import Resource

blp = Resource("report_triage", description="研判 Suggested category, urgency, names and similar reports")


@blp.route("/cases/<case_id>/report/triage")
@blp.calls(reports.read_case_triage)
def read_case_triage(request, call, rpc, case_id):
    """研判建议 What the analysis suggests, with its reasons; recorded as a reading of the report

    Similar reports are told by their cases, and only those that the reader may see. `state` is `pending` until the
    analysis has run, `skipped` where it cannot.
    """
    return rpc(request)


@blp.route("/cases/<case_id>/report/triage/decision", methods=["POST"])
@blp.calls(reports.decide_case_triage)
def decide_case_triage(request, call, rpc, case_id):
    """确认或更正研判 Confirm or correct category, urgency, what the text names, and which cases are alike

    The last decision counts; earlier ones are kept. Corrections are what the analysis is trained with anew.
    """
    return rpc(request)


@blp.route("/suggestions/<suggestion_id>/triage")
@blp.calls(reports.read_suggestion_triage)
def read_suggestion_triage(request, call, rpc, suggestion_id):
    """研判建议 What the analysis suggests about a suggestion; recorded as a reading"""
    return rpc(request)


@blp.route("/suggestions/<suggestion_id>/triage/decision", methods=["POST"])
@blp.calls(reports.decide_suggestion_triage)
def decide_suggestion_triage(request, call, rpc, suggestion_id):
    """确认或更正研判 Confirm or correct what the analysis suggests about a suggestion; the last decision counts"""
    return rpc(request)
