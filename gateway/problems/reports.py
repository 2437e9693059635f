"""The problems of reports and suggestions."""

from collections.abc import Callable
from typing import Any

from chassis.clock import BUREAU_ZONE
from contracts.fields import parse_instant
from gateway.language import knows, text
from gateway.problems.row import Row


def _no_result_yet(details: dict[str, Any], language: str) -> str:
    """Names the state in words where the catalogue has them."""
    state, code = details["state"], f"state.{details['state']}"
    return text("reports.problem.no_result_yet", language, state=text(code, language) if knows(code) else state)


def _erased(details: dict[str, Any], language: str) -> str:
    """What is gone, since when, and by which rule, in words."""
    day = parse_instant(details["erased_at"]).astimezone(BUREAU_ZONE)
    return text(
        "reports.problem.erased",
        language,
        kind=text(f"reports.kind.{details['kind']}", language),
        year=day.year,
        month=f"{day.month:02}",
        day=f"{day.day:02}",
        rule=details["rule_name"].get(language) or details["rule"],
    )


def _type_refused(details: dict[str, Any], language: str) -> str:
    """Names what the content looks like where the catalogue has words for it, and what is taken."""
    looks, code = details["looks_like"], f"reports.attachment.looks_like.{details['looks_like']}"
    allowed = (", " if language == "en" else "、").join(details["allowed"])
    said = text(code, language) if knows(code) else looks
    return text("reports.problem.attachment_type", language, looks_like=said, allowed=allowed)


def _too_large(details: dict[str, Any], language: str) -> str:
    """Which limit it is, in megabytes."""
    limit = f"{details['limit'] / (1 << 20):g}"
    return text(f"reports.problem.attachment_too_large_{details['what']}", language, limit=limit)


def _identity_request(code: str) -> Callable[[dict[str, Any], str], str]:
    """Names the state of the request in words."""

    def said(details: dict[str, Any], language: str) -> str:
        return text(code, language, state=text(f"reports.identity.state.{details['state']}", language))

    return said


PROBLEMS = {
    "AttachmentTooLarge": Row(
        413, "attachment-too-large", zh="附件过大", en="File too large", detail=_too_large, members=("limit", "what")
    ),
    "UploadLengthExceeded": Row(
        413,
        "upload-length-exceeded",
        zh="内容超出声明的长度",
        en="Longer than announced",
        detail="reports.problem.upload_length",
        members=("length",),
    ),
    "TooManyAttachments": Row(
        409,
        "too-many-attachments",
        zh="附件数量已达上限",
        en="Too many files",
        detail="reports.problem.too_many_attachments",
        members=("limit",),
    ),
    "AttachmentEmpty": Row(
        422, "attachment-empty", zh="附件为空", en="Empty file", detail="reports.problem.attachment_empty"
    ),
    "AttachmentTypeRefused": Row(
        415,
        "attachment-type",
        zh="附件类型不被接受",
        en="Type of file not taken",
        detail=_type_refused,
        members=("looks_like", "allowed"),
    ),
    "AttachmentIncomplete": Row(
        409,
        "attachment-incomplete",
        zh="附件尚未传完",
        en="File not complete",
        detail="reports.problem.attachment_incomplete",
    ),
    "AttachmentInfected": Row(
        409,
        "attachment-infected",
        zh="附件含有病毒",
        en="File with a virus",
        detail="reports.problem.attachment_infected",
    ),
    "NoCleanCopy": Row(
        409,
        "no-clean-copy",
        zh="没有去除元数据的副本",
        en="No copy without metadata",
        detail=lambda details, language: text(
            f"reports.problem.no_clean_copy{'' if details['copies'] else '_yet'}", language
        ),
        members=("check", "copies"),
    ),
    "ReadingOver": Row(409, "reading-over", zh="下载已中断", en="Reading over", detail="reports.problem.reading_over"),
    "UploadConflict": Row(
        409,
        "upload-conflict",
        zh="上传位置不符",
        en="Upload stands elsewhere",
        detail="reports.problem.upload_conflict",
        members=("offset",),
    ),
    "UploadComplete": Row(
        409, "upload-complete", zh="附件已传完", en="Upload complete", detail="reports.problem.upload_complete"
    ),
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
    "Erased": Row(
        410,
        "erased",
        zh="材料已按保存期限删除",
        en="Erased at the end of its time",
        detail=_erased,
        members=("kind", "erased_at", "rule"),
    ),
    "ReporterAnonymous": Row(
        409,
        "reporter-anonymous",
        zh="匿名举报",
        en="Anonymous report",
        detail="reports.problem.reporter_anonymous",
    ),
    "IdentityRequestOpen": Row(
        409,
        "identity-request-open",
        zh="已有未结束的申请",
        en="Request still open",
        detail=_identity_request("reports.problem.identity_request_open"),
        members=("request_id", "state"),
    ),
    "OwnIdentityRequest": Row(
        403,
        "own-identity-request",
        zh="不能决定本人的申请",
        en="Own request",
        detail="reports.problem.own_identity_request",
    ),
    "IdentityRequestState": Row(
        409,
        "identity-request-state",
        zh="申请的状态不允许此操作",
        en="Not possible in this state",
        detail=_identity_request("reports.problem.identity_request_state"),
        members=("state",),
    ),
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
