"""The words of a bundle's documents: Chinese first, the code or English beside it where that helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.clock import BUREAU_ZONE
from contracts.fields import parse_instant
from gateway.language import knows, text
from services.tasks.model.rules import RULES

RULE_WORDS = {rule.code: rule.zh for rule in RULES}
SOURCES = {"report": "群众举报", "clue": "自行掌握的线索", "review": "案件倒查"}
OUTCOMES = {
    "substantiated": "属实",
    "partly_substantiated": "部分属实",
    "unsubstantiated": "不属实",
    "false": "失实",
    "unclear": "无法查清",
}
MEASURES = {
    "none": "不予处理",
    "talk_and_remind": "谈话提醒",
    "criticism": "批评教育",
    "order_to_correct": "责令改正",
    "organisational": "组织处理",
    "party_discipline": "党纪处分",
    "administrative_penalty": "行政处罚",
    "industry_discipline": "行业惩戒",
    "transfer_to_justice": "移送司法机关",
}
GUARDS = {"investigated": "已查", "clear": "查清", "handled": "已处理", "adequate": "处理到位（已复核）"}
CLOCK_STATES = {"running": "进行中", "paused": "已暂停", "met": "已完成", "missed": "已超期"}

# Details of actions that are named in the history; others keep their code.
_DETAILS = {
    "allegation": "问题",
    "outcome": "认定",
    "measure": "处理",
    "what": "内容",
    "evidence": "证据",
    "item": "证据编号",
    "body": "机关",
    "body_name": "机关名称",
    "document_number": "文号",
    "handler_id": "承办人",
    "unit_id": "承办单位",
    "ground": "理由",
    "days": "天数",
    "bundle": "案卷编号",
    "files": "文件数",
}
_VALUES = {"outcome": OUTCOMES, "measure": MEASURES}


def at(moment: str | None) -> str:
    """A moment on the bureau's clock, to the minute."""
    return f"{parse_instant(moment).astimezone(BUREAU_ZONE):%Y-%m-%d %H:%M}" if moment else "–"


def code(kind: str, value: str | None) -> str:
    """What the platform calls this state or action."""
    if value is None:
        return "–"
    name = f"{kind}.{value}"
    return text(name) if knows(name) else value


def checked(file: Mapping[str, Any]) -> list[str]:
    """What the inspection of a file of a report found; whoever opens the file elsewhere must know what it may hold."""
    said = [text(f"reports.attachment.check.{file['check']}").rstrip("。")]
    marks = {"infected": "quarantined", "waiting": "not inspected"}
    said += [marks[file["check"]]] if file["check"] in marks else []
    # What waits is not scanned either.
    return said + (["未经病毒扫描 not scanned"] if file["scan"] in (None, "not_scanned") else [])


def named(names: Mapping[str, str], value: str | None) -> str:
    """The name of a value that may not be there yet."""
    return names.get(value, value) if value else "–"


def details(said: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The fields of an action, one a line; ``names``: what ids stand for."""
    known = [(name, _value(name, value, names)) for name, value in said.items() if value is not None]
    return "\n".join(f"{_DETAILS.get(name, name)}：{value}" for name, value in known)


def _value(name: str, value: Any, names: Mapping[str, str]) -> str:
    if name in _VALUES:
        return _VALUES[name].get(value, str(value))
    if isinstance(value, (list, tuple)):
        return "、".join(_value("", one, names) for one in value)
    if isinstance(value, Mapping):
        return "；".join(f"{key}={_value('', one, names)}" for key, one in value.items())
    return names.get(value, value) if isinstance(value, str) else str(value)
