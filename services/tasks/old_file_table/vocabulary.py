"""The words that tables of old files are written in, and the codes that they mean."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chassis.tables import vocabulary, words
from contracts.identity.organisation import LINES

# What a column may be called; the first is what the template writes.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("原案号", "案号", "线索编号", "number"),
    "received_on": ("受理日期", "受理时间", "received_on"),
    "category": ("类别", "问题类别", "category"),
    "allegations": ("反映问题", "反映的问题", "allegations"),
    "excluded_units": ("被反映单位", "涉及单位", "excluded_units"),
    "lines": ("条线", "行业", "lines"),
    "unit": ("承办单位", "unit"),
    "handlers": ("承办人", "调查人", "handlers"),
    "investigated": ("是否调查", "investigated"),
    "investigation": ("调查情况", "investigation"),
    "evidence": ("证据", "证据清单", "evidence"),
    "findings": ("认定结果", "findings"),
    "grounds": ("认定依据", "依据", "grounds"),
    "dispositions": ("处理措施", "处理结果", "dispositions"),
    "reviewer": ("复核人", "reviewer"),
    "told_on": ("反馈日期", "told_on"),
    "closed_on": ("结案日期", "closed_on"),
}
REQUIRED = ("number", "received_on", "category", "allegations")

# Outcomes and measures of contracts/tasks/schemas/cases.py; the first word is what the template writes.
OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "substantiated": ("属实", "查实", "查证属实"),
    "partly_substantiated": ("部分属实", "基本属实"),
    "unsubstantiated": ("查无实据", "未查实"),
    "false": ("不属实", "失实", "不实"),
    "unclear": ("未查清", "无法认定", "待查"),
}
MEASURES: Mapping[str, tuple[str, ...]] = {
    "none": ("不予处理", "免予处理", "无需处理"),
    "talk_and_remind": ("谈话提醒", "提醒谈话", "谈话"),
    "criticism": ("批评教育",),
    "order_to_correct": ("责令改正", "责令整改", "整改"),
    "organisational": ("组织处理",),
    "party_discipline": ("党纪处分",),
    "administrative_penalty": ("行政处罚",),
    "industry_discipline": ("行业处分", "行业惩戒"),
    "transfer_to_justice": ("移送司法机关", "移送司法"),
}
YES = ("是", "已调查", "y", "yes", "true", "1")
NO = ("否", "未调查", "n", "no", "false", "0")
# What a cell, or a line of one, says when there is nothing to say.
NOTHING = frozenset({"", "-", "—", "——", "/", "无", "未认定", "未处理", "none"})
# Before the name of a unit that the system does not have, and so nobody in it can be kept from anything.
OUTSIDE = ("系统外", "outside")

OUTCOME_BY_WORD = vocabulary(OUTCOMES.items())
MEASURE_BY_WORD = vocabulary(MEASURES.items())
LINE_BY_WORD = vocabulary((line.code, (line.zh, line.en, *line.aliases)) for line in LINES)
INVESTIGATED_BY_WORD = {words(word): word in YES for word in (*YES, *NO)}

_CATEGORIES = Path(__file__).parent / "categories.json"


@dataclass(frozen=True)
class Category:
    """A category of the report form; ``path`` is its name with that of the category above, as one writes it."""

    code: str
    path: str
    names: tuple[str, ...]


@cache
def categories() -> tuple[Category, ...]:
    """Those that a report may have, in the order of the form."""
    entries = json.loads(_CATEGORIES.read_text(encoding="utf-8"))["categories"]
    above = {entry["code"]: entry["zh"] for entry in entries}
    found = []
    for entry in entries:
        below = entry.get("below")
        path = f"{above[below]}/{entry['zh']}" if below else entry["zh"]
        found.append(Category(entry["code"], path, (entry["zh"], path, entry["en"])))
    return tuple(found)


@cache
def category_codes() -> Mapping[str, frozenset[str]]:
    """The codes that a word may mean: several where categories share a name. A code means itself."""
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for category in categories():
        for name in category.names:
            codes[words(name)].add(category.code)
        codes[words(category.code)] = {category.code}
    return {word: frozenset(found) for word, found in codes.items()}


@cache
def category_path(code: str) -> str:
    """How a category is written; the code itself where the form has it no more."""
    return next((category.path for category in categories() if category.code == code), code)
