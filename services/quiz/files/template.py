"""The table to fill in: our headers, and beside them what each column is for."""

from __future__ import annotations

import csv
import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.datavalidation import DataValidation

from services.quiz.files.reading import CSV, XLSX
from services.quiz.files.table import COLUMNS, TYPES
from services.quiz.files.writing import Written
from services.quiz.model.question import KEYS

_OPTION = ("单选题、多选题的选项，从 A 起依次填写", "An option of a single or multiple choice, from A on", "国家宪法日")
# Column -> Chinese, English, an example.
EXPLAINED = {
    "type": ("题型：单选题、多选题、判断题、填空题、简答题", "Kind of question", "单选题"),
    "stem": (
        "题干，必填；题干相同的试题视为同一题，再次导入即更新",
        "The question itself, required; the same stem again updates the question",
        "每年的 12 月 4 日是____",
    ),
    **{f"option_{key}": _OPTION for key in KEYS},
    "answer": (
        "答案，必填（简答题可不填）。单选 A；多选 ABC；判断 正确/错误；填空的多种写法以 | 分隔，多个空以 ; 分隔，"
        "数值可带误差 3.14±0.01",
        "The key: A; ABC; 正确/错误; accepted forms of a blank with |, several blanks with ;, a number with its "
        "tolerance 3.14±0.01; of an essay the model answer",
        "A",
    ),
    "score": ("分值，默认 1", "Score, 1 when empty", "2"),
    "scoring": (
        "计分方式：全对得分、部分得分（多选题默认全对得分，填空题默认部分得分）",
        "全对得分 (all or nothing) or 部分得分 (partial)",
        "全对得分",
    ),
    "category": (
        "分类：政治教育、警示教育、英模教育、党史教育、法律知识，或自定",
        "Category: one of the five, or your own",
        "法律知识",
    ),
    "tags": ("标签，以顿号分隔", "Tags, separated by 、", "宪法、节日"),
    "lines": ("适用条线，以顿号分隔，不填为全部", "Lines of work, separated by 、; empty for all", ""),
    "difficulty": ("难度 1 至 5，或 易、较易、中、较难、难", "Difficulty, 1 to 5", "2"),
    "explanation": ("解析，阅卷后按考试规则公布", "Explanation, shown when the exam's rules allow it", ""),
    "legal_basis": ("法律依据", "Legal basis", ""),
    "valid_from": ("依据的生效日期，如 2026-01-01", "First day on which the law is in force", ""),
    "valid_to": (
        "依据的失效日期（当日仍有效），次日起试题自动停用",
        "Last day on which it is in force; the question retires the day after",
        "",
    ),
    "rubric": (
        "简答题的评分标准，如 论点明确=4；论据充分=6，各项之和为分值",
        "Rubric of an essay; its parts add up to the score",
        "",
    ),
    "fixed_options": (
        "单选题、多选题的选项是否不打乱：是、否；不填时新题为否，已有试题不变",
        "是 (yes) where no exam shuffles the options, else 否 (no); empty changes nothing, of a new question it is no",
        "",
    ),
}


def template(format: str) -> Written:
    """The empty table as ``xlsx``, with a sheet that explains each column, or as ``csv``: the header alone."""
    headers = [names[0] for names in COLUMNS.values()]
    if format == CSV:
        target = io.StringIO(newline="")
        csv.writer(target).writerow(headers)
        return Written(target.getvalue().encode("utf-8-sig"), CSV, "text/csv; charset=utf-8")
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Written(_workbook(headers), XLSX, media_type)


def _workbook(headers: list[str]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "题库"
    sheet.append(headers)
    sheet.freeze_panes = "A2"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    names = ",".join(names[0] for names in TYPES.values())
    kinds = DataValidation(type="list", formula1=f'"{names}"', allow_blank=True)
    kinds.add("A2:A20001")
    sheet.add_data_validation(kinds)
    about = book.create_sheet("填写说明")
    about.append(["列 Column", "说明", "Explanation", "示例 Example"])
    for column, header in zip(COLUMNS, headers, strict=True):
        about.append([header, *EXPLAINED[column]])
    for letter, width in zip("ABCD", (14, 60, 60, 24), strict=True):
        about.column_dimensions[letter].width = width
    for line in about.iter_rows():
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
