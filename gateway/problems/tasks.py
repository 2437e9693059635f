"""The refusals of the tasks service."""

from __future__ import annotations

from typing import Any

from gateway.language import knows, text
from gateway.problems.row import Row


def _cannot_close(details: dict[str, Any], language: str) -> str:
    """What is missing, in words, and what can be done meanwhile."""
    semicolon, comma = ("; ", ", ") if language == "en" else ("；", "、")
    missing = semicolon.join(_missing(code, language) for code in details["missing"])
    allowed = comma.join(text(f"action.{action}", language) for action in details["allowed"])
    return text(
        "cases.missing" if allowed else "cases.missing_and_nothing_allowed",
        language,
        action=text(f"action.{details['action']}", language),
        state=text(f"state.{details['state']}", language),
        missing=missing,
        allowed=allowed,
    )


def _missing(code: str, language: str) -> str:
    name, _, number = code.partition(":")
    return text(f"cases.missing.{name}", language, number=number or "–")


def _changed(details: dict[str, Any], language: str) -> str:
    """What was done since, oldest first, and by whom."""
    colon, separator = (": ", "; ") if language == "en" else ("：", "；")
    said = [
        f"{one['by'] or text('cases.the_system', language)}{colon}{_action(one['action'], language)}"
        for one in details["changes"]
    ]
    return text("cases.changed" if said else "problem.stale", language, changes=separator.join(said))


def _action(action: str, language: str) -> str:
    code = f"action.{action}"
    return text(code, language) if knows(code) else action


PROBLEMS = {
    "CaseChanged": Row(
        412, "stale", zh="内容已被他人修改", en="Changed meanwhile", detail=_changed, members=("changes",)
    ),
    "EvidenceWithdrawn": Row(
        409,
        "evidence-withdrawn",
        zh="证据已撤销",
        en="Evidence struck out",
        detail="evidence.problem.withdrawn",
        members=("item",),
    ),
    "EvidenceHasFile": Row(
        409,
        "evidence-has-file",
        zh="证据已有文件",
        en="Evidence has its file",
        detail="evidence.problem.has_file",
        members=("item",),
    ),
    "NothingSigns": Row(
        409,
        "nothing-signs",
        zh="尚未配置签名密钥",
        en="No key to sign with",
        detail="exports.nothing_signs",
    ),
    "CaseCannotClose": Row(
        409,
        "case-cannot-close",
        zh="尚缺必要条件",
        en="Something is still missing",
        detail=_cannot_close,
        members=("state", "missing", "allowed"),
    ),
}
