"""Notices to staff: one's own inbox, and how one is told of them by mail."""

from __future__ import annotations

from contracts.tasks import operations as tasks
from gateway.language import text
from gateway.resource import Resource

blp = Resource("staff_notices", description="工作提醒 Notices of what happened to cases that one works on")


@blp.route("/me/notices")
@blp.calls(tasks.list_my_notices)
def list_my_notices(request, call, rpc):
    """工作提醒列表 One's own notices, newest first

    A notice names the case by its number and says what kind of thing happened, nothing of what the case is about.
    One of a case that one may not know of any more is left out, so a page may be shorter than `limit`. Of a reporter's
    message `at` is the hour. Kept for 180 days.
    """
    page = rpc(request)
    return {**page, "items": [_in_words(notice, call.language) for notice in page["items"]]}


@blp.route("/me/notices/count")
@blp.calls(tasks.count_my_notices)
def count_my_notices(request, call, rpc):
    """未读提醒数 How many of one's own notices are unread"""
    return rpc(request)


@blp.route("/me/notices/read", methods=["POST"])
@blp.calls(tasks.read_my_notices)
def read_my_notices(request, call, rpc):
    """标为已读 Mark notices as read: these `ids`, or `up_to` one with all older ones"""
    return rpc(request)


@blp.route("/me/notice-settings")
@blp.calls(tasks.get_my_notice_settings, etag="version")
def get_my_notice_settings(request, call, rpc):
    """提醒设置 How one is told by mail: never, at once or in digests, and when not"""
    return rpc(request)


@blp.route("/me/notice-settings", methods=["PUT"])
@blp.calls(tasks.set_my_notice_settings, etag="version")
def set_my_notice_settings(request, call, rpc):
    """修改提醒设置 Replace the settings; times of day are those of Asia/Shanghai

    Mails go to the address of `PUT /me/email`. They say how many things wait, of what kinds and of which cases.
    """
    return rpc(request)


def _in_words(notice: dict, language: str) -> dict:
    return {**notice, "text": text(f"notice.{notice['kind']}", language, number=notice["number"])}
