"""The problems of reports and suggestions."""

from typing import Any

from gateway.language import knows, text
from gateway.problems.row import Row


def _no_result_yet(details: dict[str, Any], language: str) -> str:
    """Names the state in words where the catalogue has them."""
    state, code = details["state"], f"state.{details['state']}"
    return text("reports.problem.no_result_yet", language, state=text(code, language) if knows(code) else state)


PROBLEMS = {
    "ReceiptUnknown": Row(
        401,
        "bad-receipt",
        zh="查询码不正确",
        en="Receipt not valid",
        detail="reports.problem.receipt_unknown",
        challenge='Receipt realm="reports"',
    ),
    "NotYetRated": Row(
        409,
        "no-result-yet",
        zh="尚无办理结果",
        en="No result yet",
        detail=_no_result_yet,
        members=("state",),
    ),
    "AlreadyRated": Row(409, "already-rated", zh="已评价", en="Rated already", detail="reports.problem.already_rated"),
    "AlreadyAnswered": Row(
        409,
        "already-answered",
        zh="已答复",
        en="Answered already",
        detail="reports.problem.already_answered",
        members=("state",),
    ),
    "InboxFull": Row(409, "inbox-full", zh="消息已满", en="Inbox full", detail="reports.problem.inbox_full"),
    "ContentUnreadable": Row(
        500,
        "content-unreadable",
        zh="内容无法解密",
        en="Content does not open",
        detail="reports.problem.content_unreadable",
        members=("report_id",),
    ),
    "KeyMissing": Row(
        503,
        "key-missing",
        zh="缺少解密密钥",
        en="Key missing",
        detail="reports.problem.key_missing",
        members=("key_id",),
    ),
}
