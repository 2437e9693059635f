"""Suggestions from the public, as the desk reads and answers them."""

from __future__ import annotations

from contracts.reports import operations as reports
from gateway.resource import Resource

blp = Resource("suggestions", description="意见建议 Suggestions from the public")


@blp.route("/suggestions")
@blp.calls(reports.list_suggestions)
def list_suggestions(request, call, rpc):
    """意见建议列表 List suggestions without their content, newest first, or those overdue"""
    return rpc(request)


@blp.route("/suggestions/<suggestion_id>")
@blp.calls(reports.read_suggestion, etag="version")
def read_suggestion(request, call, rpc, suggestion_id):
    """阅读意见建议 Read one; who reads it is recorded first"""
    return rpc(request)


@blp.route("/suggestions/<suggestion_id>/answer", methods=["POST"])
@blp.calls(reports.answer_suggestion, etag="version")
def answer_suggestion(request, call, rpc, suggestion_id):
    """答复意见建议 Adopted, in part or not, because …; the person who suggested it reads both

    With If-Match it is refused where the suggestion is not as it was when it was read (412).
    """
    return rpc(request)


@blp.route("/suggestions/<suggestion_id>/messages")
@blp.calls(reports.list_suggestion_messages)
def list_suggestion_messages(request, call, rpc, suggestion_id):
    """往来消息 All messages about a suggestion, oldest first; recorded as a reading"""
    return rpc(request)


@blp.route("/suggestions/<suggestion_id>/messages", methods=["POST"])
@blp.calls(reports.post_suggestion_message, status=201)
def post_suggestion_message(request, call, rpc, suggestion_id):
    """答复建议人 Write to whoever made the suggestion"""
    return rpc(request)


@blp.route("/suggestions/<suggestion_id>/messages/read", methods=["PUT"])
@blp.calls(reports.mark_suggestion_messages_read)
def mark_suggestion_messages_read(request, call, rpc, suggestion_id):
    """标记已读 Mark the messages as read, up to and with `up_to`; never takes back an earlier mark"""
    return rpc(request)
