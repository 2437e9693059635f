"""Reports from the public, and the reporter's side of them, which the receipt opens in place of an account.

Nothing that a client sends besides these requests is looked at: a session of the same browser stays unknown.
"""

from __future__ import annotations

from typing import Any

from contracts.reports import operations as reports
from gateway import receipt_qr
from gateway.language import text
from gateway.resource import Resource

blp = Resource("reports", description="举报与意见建议 Reports and suggestions from the public")


@blp.route("/reports", methods=["POST"])
@blp.calls(reports.submit_report, status=201, anonymous=True)
def submit_report(request, call, rpc):
    """提交举报或意见建议 Submit a report or suggestion

    The receipt is told this once, in text and as a QR code, and kept nowhere. With an Idempotency-Key a repeated
    request gets the same answer, for 48 hours.
    """
    submitted = rpc(request)
    return {**submitted, "receipt_qr": receipt_qr.svg(submitted["receipt"], call.language)}


@blp.route("/reports/current")
@blp.calls(reports.read_current_report, receipt=True)
def read_current_report(request, call, rpc):
    """查询办理情况 What became of it: state, history, each step with its statutory day and why it moved, messages

    And who was allowed to see the identity of a named reporter: for what, in which time, in which hours it was opened.
    Reading marks nothing as read.
    """
    report, language = rpc(request), call.language
    return {
        **report,
        "history": [_in_words(entry, language) for entry in report["history"]],
        "steps": [_step(step, language) for step in report["steps"]],
        "identity_requests": [_identity_request(one, language) for one in report.get("identity_requests", ())],
    }


@blp.route("/reports/current/messages")
@blp.calls(reports.list_current_messages, receipt=True)
def list_current_messages(request, call, rpc):
    """往来消息 The messages between staff and reporter, oldest first"""
    return rpc(request)


@blp.route("/reports/current/messages", methods=["POST"])
@blp.calls(reports.post_current_message, status=201, receipt=True)
def post_current_message(request, call, rpc):
    """发送消息 Write to the staff who handle the report"""
    return rpc(request)


@blp.route("/reports/current/messages/read", methods=["PUT"])
@blp.calls(reports.mark_current_messages_read, receipt=True)
def mark_current_messages_read(request, call, rpc):
    """标记已读 Mark the messages of the staff as read, up to and with `up_to`; never takes back an earlier mark"""
    return rpc(request)


@blp.route("/reports/current/rating", methods=["POST"])
@blp.calls(reports.rate_current_report, receipt=True)
def rate_current_report(request, call, rpc):
    """评价结果 Say whether the result satisfies, once there is one

    "Not satisfied" has the report examined again, once, by people who had no part in the result. A later result may be
    rated once more; the second rating is final.
    """
    return rpc(request)


def _step(step: dict[str, Any], language: str) -> dict[str, Any]:
    words = text(
        "reports.step",
        language,
        step=text(f"reports.step.{step['step']}", language),
        state=text(f"reports.step_state.{step['state']}", language),
    )
    return {**step, "text": words, "moved": [_in_words(move, language) for move in step["moved"]]}


def _identity_request(request: dict[str, Any], language: str) -> dict[str, Any]:
    purpose, state = (text(f"reports.identity.{name}.{request[name]}", language) for name in ("purpose", "state"))
    return {**request, "text": text("reports.identity.seen", language, purpose=purpose, state=state)}


def _in_words(entry: dict[str, Any], language: str) -> dict[str, Any]:
    return {**entry, "text": text(entry["text_code"], language)}
