"""The problems that any resource can have: HTTP's own, the chassis's refusals, the gateway's."""

from __future__ import annotations

from typing import Any

from gateway.language import knows, message, text
from gateway.problems.row import Row


def _wrong_state(details: dict[str, Any], language: str) -> str:
    """Which state it is in and what is possible in it, in words where the catalogue has them."""
    separator = ", " if language == "en" else "、"
    allowed = separator.join(_word(action, "action", language) for action in details.get("allowed") or [])
    code = "problem.wrong_state" if allowed else "problem.wrong_state_final"
    return text(code, language, state=_word(str(details.get("state")), "state", language), allowed=allowed)


def _forbidden(details: dict[str, Any], language: str) -> str:
    """The service's reason where it gives one, else that the roles do not allow it."""
    return message(details.get("why") or "problem.not_allowed", language)


def _word(value: str, kind: str, language: str) -> str:
    code = f"{kind}.{value}"
    return text(code, language) if knows(code) else value


MALFORMED = Row(400, "malformed", zh="请求格式错误", en="Malformed request", detail="problem.malformed")
BAD_JSON = Row(400, "bad-json", zh="JSON 格式错误", en="Malformed JSON", detail="problem.bad_json")
NOT_SIGNED_IN = Row(401, "not-signed-in", zh="未登录", en="Not signed in", detail="problem.not_signed_in")
SESSION_OVER = Row(401, "session-over", zh="登录已失效", en="The session is over", detail="problem.session_over")
NO_RECEIPT = Row(401, "no-receipt", zh="缺少查询码", en="Receipt missing", detail="problem.no_receipt")
NOT_ALLOWED = Row(403, "not-allowed", zh="无权操作", en="Not allowed", detail="problem.not_allowed")
FOREIGN_ORIGIN = Row(403, "foreign-origin", zh="来源不被允许", en="Foreign origin", detail="problem.foreign_origin")
NOT_FOUND = Row(404, "not-found", zh="未找到", en="Not found", detail="problem.not_found")
METHOD = Row(405, "method-not-allowed", zh="方法不被允许", en="Method not allowed", detail="problem.method")
BODY_STALLED = Row(408, "body-stalled", zh="请求中断", en="Request stalled", detail="problem.body_stalled")
TUS_VERSION = Row(412, "tus-version", zh="协议版本不支持", en="Version of the protocol", detail="problem.tus_version")
STALE = Row(412, "stale", zh="内容已被他人修改", en="Changed meanwhile", detail="problem.stale")
TOO_LARGE = Row(413, "too-large", zh="请求过大", en="Request too large", detail="problem.too_large")
WRONG_TYPE = Row(415, "wrong-type", zh="内容类型不支持", en="Unsupported content type", detail="problem.wrong_type")
INVALID = Row(422, "invalid", zh="内容无效", en="Invalid content", detail="problem.invalid")
PROOF_REFUSED = Row(
    422,
    "proof-of-work-refused",
    zh="工作量证明无效",
    en="Proof of work not accepted",
    detail="problem.proof_refused",
    members=("challenge",),
)
PROOF_NEEDED = Row(
    429,
    "proof-of-work-needed",
    zh="需要工作量证明",
    en="Proof of work needed",
    detail="problem.proof_needed",
    members=("challenge",),
)
TOO_MANY = Row(429, "too-many", zh="请求过于频繁", en="Too many requests", detail="problem.too_many")
INTERNAL = Row(500, "internal", zh="内部错误", en="Internal error", detail="problem.internal")
BUSY = Row(503, "busy", zh="系统繁忙", en="Busy", detail="problem.busy")
TRANSFERS_BUSY = Row(
    503, "transfers-busy", zh="文件传输繁忙", en="Too many files at once", detail="problem.transfers_busy"
)
UNAVAILABLE = Row(503, "unavailable", zh="服务暂不可用", en="Temporarily unavailable", detail="problem.unavailable")
NO_ANSWER = Row(503, "no-answer", zh="服务未及时答复", en="No answer in time", detail="problem.no_answer")

# What the gateway itself says, besides what the two tables below have.
OWN = (BAD_JSON, SESSION_OVER, NO_RECEIPT, FOREIGN_ORIGIN, PROOF_REFUSED, PROOF_NEEDED, BUSY)

# By the name of the refusal's class in chassis.refusals.
PROBLEMS = {
    "NotFound": NOT_FOUND,
    "NotSignedIn": NOT_SIGNED_IN,
    "Forbidden": Row(403, "not-allowed", zh="无权操作", en="Not allowed", detail=_forbidden),
    "Stale": STALE,
    "Invalid": INVALID,
    "WrongState": Row(
        409,
        "wrong-state",
        zh="当前状态不允许此操作",
        en="Not possible in this state",
        detail=_wrong_state,
        members=("state", "allowed"),
    ),
    "IdempotencyKeyReused": Row(
        422,
        "idempotency-key-reused",
        zh="幂等键已用于其他请求",
        en="Idempotency key used for another request",
        detail="problem.idempotency_key_reused",
    ),
    "TooMany": TOO_MANY,
    "Unavailable": UNAVAILABLE,
    # chassis/serve.py: started when the process was lost; the service does not know this operation; a fault of ours.
    "Interrupted": NO_ANSWER,
    "MethodNotFound": UNAVAILABLE,
    "Fault": INTERNAL,
}

# By HTTP status, for what the framework itself refuses.
BY_STATUS = {
    row.status: row
    for row in (
        MALFORMED,
        NOT_SIGNED_IN,
        NOT_ALLOWED,
        NOT_FOUND,
        METHOD,
        TOO_LARGE,
        WRONG_TYPE,
        INVALID,
        TOO_MANY,
    )
}
