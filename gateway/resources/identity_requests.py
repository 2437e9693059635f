"""Requests to see who a reporter is: asked by who handles the case, decided by the custodian, opened by who asked.

The gateway passes sealed bytes on, in base64; what is in them is made and opened on the machines of the two people
(docs/decisions/0025-identity-requests.md).
"""

from __future__ import annotations

from contracts.reports import operations as reports
from gateway.resource import Resource

blp = Resource("identity_requests", description="举报人身份查询 Requests to see who a reporter is")


@blp.route("/cases/<case_id>/identity-requests", methods=["POST"])
@blp.calls(reports.ask_for_identity, status=201, etag="version")
def ask_for_identity(request, call, rpc, case_id):
    """申请查看举报人身份 Ask to see who the reporter of the case is, for a purpose and a number of hours

    `public_key`: of an X25519 pair that the client makes for this request alone; its private half never leaves it. 409
    for an anonymous report, and while an earlier request of the same person for the case is open.
    """
    return rpc(request)


@blp.route("/identity-requests")
@blp.calls(reports.list_identity_requests)
def list_identity_requests(request, call, rpc):
    """身份查询申请列表 List requests in states and codes, those that wait for a decision first

    Custodians, the supervision group and auditors find all of them, others their own.
    """
    return rpc(request)


@blp.route("/identity-requests/<request_id>")
@blp.calls(reports.read_identity_request, etag="version")
def read_identity_request(request, call, rpc, request_id):
    """身份查询申请 Read a request: who asks, for which case, and, for the custodian and who asked, why

    Never anything of the case or the report. For the custodian, `identity_key` is the identity's key as it is sealed to
    the custodian, while the request waits for the decision.
    """
    return rpc(request)


@blp.route("/identity-requests/<request_id>/decision", methods=["POST"])
@blp.calls(reports.decide_identity_request, etag="version")
def decide_identity_request(request, call, rpc, request_id):
    """决定 Approve or refuse, because …; once, and never one's own

    With an approval `sealed_key` is the identity's key, which the custodian's client has opened and sealed to the
    `public_key` of the request. 409 when it was decided otherwise, 412 when it is not at the version of `If-Match`.
    """
    return rpc(request)


@blp.route("/identity-requests/<request_id>/revocation", methods=["POST"])
@blp.calls(reports.revoke_identity_request, etag="version")
def revoke_identity_request(request, call, rpc, request_id):
    """撤销 End what was approved before its time, because …; the sealed key is erased at once"""
    return rpc(request)


@blp.route("/identity-requests/<request_id>/identity")
@blp.calls(reports.open_identity)
def open_identity(request, call, rpc, request_id):
    """打开身份 Get the sealed identity and its key, sealed to who asked; recorded first, and told to the reporter

    Only for who asked, while the time lasts and while they handle the case. 409 before the decision, after a refusal or
    revocation, and when the time is over.
    """
    return rpc(request)
