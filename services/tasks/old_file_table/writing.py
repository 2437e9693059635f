"""Old files as rows of a table that can be read again, and the template to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from chassis.tables import Sheet, workbook
from contracts.identity.organisation import LINES
from services.tasks.model.old_files import OldDisposition, OldFile, OldFinding
from services.tasks.old_file_table.vocabulary import (
    COLUMNS,
    MEASURES,
    OUTCOMES,
    OUTSIDE,
    categories,
    category_path,
)

Cells = list[str]

_LINE_NAMES = {line.code: line.zh for line in LINES}

_EXAMPLE = OldFile(
    number="明司线〔2021〕7号",
    received_on=date(2021, 3, 5),
    category="lawyers.overcharging",
    allegations=("代理费高于政府指导价", "收费不开票"),
    lines=("lawyers",),
    unit="律师工作科",
    handlers=("张三", "李四"),
    investigated=True,
    investigation="查阅收费台账和委托合同，与当事人、承办律师分别谈话。",
    evidence=("收费台账复印件", "委托合同", "谈话笔录两份"),
    findings=(
        OldFinding(1, "substantiated", "台账与合同约定的金额一致，高于指导价"),
        OldFinding(2, "false", "已开具发票，有存根"),
    ),
    dispositions=(OldDisposition(1, "order_to_correct", "退还多收部分"),),
    reviewer="王五",
    told_on=date(2021, 5, 10),
    closed_on=date(2021, 5, 20),
    excluded_units=(f"{OUTSIDE[0]}：某某律师事务所",),
)

# What is to be known of a column; the rest its example tells.
_NOTES: Mapping[str, str] = {
    "number": "必填。原案卷的编号；同一编号只导入一次",
    "received_on": "必填。如 2021-03-05 或 2021年3月5日",
    "category": "必填。名称见右侧；同名的写成“上级/名称”",
    "allegations": "必填。每行一项，最多50项，每项200字以内",
    "excluded_units": "单位名称、代码，或“上级/单位”；不在系统内的写“系统外：名称”。这些单位的人员看不到此案",
    "lines": "名称见右侧；多个以顿号分隔",
    "unit": "单位名称或代码；系统内没有的可照写",
    "handlers": "调查、处理此案的人员，以顿号分隔；未写承办人的，不能认定复核人为第二人",
    "investigated": "是 或 否",
    "investigation": "做了哪些调查",
    "evidence": "每行一件，或以分号分隔",
    "findings": "每项反映问题一行，顺序相同，没有认定的写“未认定”；或写序号，如“2. 属实”。用词见右侧",
    "grounds": "同上，每项认定的依据；没有依据的认定视为查而不清",
    "dispositions": "同上，每项的处理措施，理由写在冒号后；“不予处理”须写理由。用词见右侧",
    "reviewer": "未参与调查和处理的复核人",
    "told_on": "向反映人反馈的日期",
    "closed_on": "结案日期",
}


def header() -> Cells:
    """The first row."""
    return [names[0] for names in COLUMNS.values()]


def written(files: Iterable[OldFile]) -> Iterator[Cells]:
    """The header, and a row for each file."""
    yield header()
    for file in files:
        cells = _cells(file)
        yield [cells.get(column, "") for column in COLUMNS]


def template() -> bytes:
    """An .xlsx: the header with an example, and on a second sheet what may stand in each column."""
    return workbook([Sheet("旧案", list(written([_EXAMPLE]))), Sheet("填写说明", list(_instructions()))])


def _instructions() -> Iterator[Cells]:
    yield ["列", "说明", "可用的词"]
    allowed = {
        "category": [category.path for category in categories()],
        "lines": [line.zh for line in LINES],
        "findings": [names[0] for names in OUTCOMES.values()],
        "dispositions": [names[0] for names in MEASURES.values()],
        "investigated": ["是", "否"],
    }
    for column, names in COLUMNS.items():
        words = allowed.get(column, [""])
        yield [names[0], _NOTES[column], words[0]]
        yield from (["", "", word] for word in words[1:])


def _cells(file: OldFile) -> dict[str, str]:
    dispositions: dict[int, list[OldDisposition]] = {}
    for one in file.dispositions:
        dispositions.setdefault(one.allegation, []).append(one)
    return {
        "number": file.number,
        "received_on": file.received_on.isoformat(),
        "category": category_path(file.category),
        "allegations": _numbered(dict(enumerate(file.allegations, start=1))),
        "excluded_units": "、".join(file.excluded_units),
        "lines": "、".join(_LINE_NAMES[line] for line in file.lines),
        "unit": file.unit or "",
        "handlers": "、".join(file.handlers),
        "investigated": "是" if file.investigated else "否",
        "investigation": file.investigation or "",
        "evidence": "\n".join(file.evidence),
        "findings": _numbered({one.allegation: OUTCOMES[one.outcome][0] for one in file.findings}),
        "grounds": _numbered({one.allegation: one.ground for one in file.findings if one.ground}),
        "dispositions": _numbered({number: _measures(those) for number, those in dispositions.items()}),
        "reviewer": file.reviewer or "",
        "told_on": file.told_on.isoformat() if file.told_on else "",
        "closed_on": file.closed_on.isoformat() if file.closed_on else "",
    }


def _measures(dispositions: list[OldDisposition]) -> str:
    names = "、".join(MEASURES[one.measure][0] for one in dispositions)
    reason = dispositions[0].reason
    return f"{names}：{reason}" if reason else names


def _numbered(said: Mapping[int, str]) -> str:
    return "\n".join(f"{number}. {text}" for number, text in sorted(said.items()))
