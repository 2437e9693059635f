"""Holds: the desk keeps the report behind a case from erasure."""

from __future__ import annotations

from contracts.reports import operations as reports
from gateway.resource import Resource

blp = Resource("report_holds", description="举报材料的保全 Reports that are kept from erasure")


@blp.route("/cases/<case_id>/report/hold")
@blp.calls(reports.read_case_report_hold)
def read_case_report_hold(request, call, rpc, case_id):
    """查询保全 Whether the report is kept from erasure, and every decision about it"""
    return rpc(request)


@blp.route("/cases/<case_id>/report/hold", methods=["PUT"])
@blp.calls(reports.hold_case_report)
def hold_case_report(request, call, rpc, case_id):
    """保全 Keep the report from erasure, for a reason such as a lawsuit; until it is lifted, no rule erases it"""
    return rpc(request)


@blp.route("/cases/<case_id>/report/hold", methods=["DELETE"])
@blp.calls(reports.lift_case_report_hold, query=False)
def lift_case_report_hold(request, call, rpc, case_id):
    """解除保全 Keep it no longer; the `reason` goes in a JSON body. The rules hold again from then on"""
    return rpc(request)
