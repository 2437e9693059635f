"""Tables of questions: one a row, under Chinese (or the fields' own) headers. CSV and .xlsx share all but
the cells."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from services.quiz.files.faults import Rejected, UnreadableFile, shown
from services.quiz.files.omissions import Omissions
from services.quiz.files.row import Row, checked
from services.quiz.model.folding import fold
from services.quiz.model.question import (
    ALL_OR_NOTHING,
    BLANK,
    ESSAY,
    KEYS,
    MULTIPLE,
    PARTIAL,
    SEPARATORS,
    SINGLE,
    TRUE_FALSE,
    Content,
    blanks_of,
    category_name,
)

# Column -> the names under which it is known, the one that we write first.
COLUMNS = {
    "type": ("题型", "试题类型", "题目类型", "type"),
    "stem": ("题干", "题目", "试题", "试题内容", "stem"),
    **{f"option_{key}": (f"选项{key}", f"选项 {key}", f"option {key}", f"option_{key}", key) for key in KEYS},
    "answer": ("答案", "正确答案", "参考答案", "answer"),
    "score": ("分值", "分数", "score"),
    "scoring": ("计分方式", "scoring"),
    "category": ("分类", "类别", "category"),
    "tags": ("标签", "tags"),
    "lines": ("条线", "lines"),
    "difficulty": ("难度", "difficulty"),
    "explanation": ("解析", "答案解析", "explanation"),
    "legal_basis": ("法律依据", "legal_basis"),
    "valid_from": ("生效日期", "valid_from"),
    "valid_to": ("失效日期", "valid_to"),
    "rubric": ("评分标准", "评分细则", "rubric"),
    "fixed_options": ("固定选项", "选项固定", "fixed_options"),
}
_BY_NAME = {fold(name): column for column, names in COLUMNS.items() for name in names}

TYPES = {
    SINGLE: ("单选题", "单选", "单项选择题", "single"),
    MULTIPLE: ("多选题", "多选", "多项选择题", "不定项选择题", "multiple"),
    TRUE_FALSE: ("判断题", "判断", "是非题", "true_false"),
    BLANK: ("填空题", "填空", "blank"),
    ESSAY: ("简答题", "简答", "问答题", "论述题", "essay"),
}
_TYPE_BY_NAME = {fold(name): type for type, names in TYPES.items() for name in names}
_SCORINGS = {ALL_OR_NOTHING: "全对得分", PARTIAL: "部分得分"}
_SCORING_BY_NAME = {fold(name): code for code, text in _SCORINGS.items() for name in (code, text)}
_DIFFICULTIES = {fold(name): level for level, name in ((1, "易"), (2, "较易"), (3, "中"), (4, "较难"), (5, "难"))}
_TRUE = frozenset(fold(word) for word in ("对", "正确", "√", "✓", "是", "T", "true", "A", "1"))
_FALSE = frozenset(fold(word) for word in ("错", "错误", "×", "✗", "否", "F", "false", "B", "0"))

# What separates blanks and their forms; a backslash before it makes it a part of the form.
_SPECIAL = re.compile(r"[\\|;；]")
# What separates the parts of a rubric, each with its score: ``论点明确=4；论据充分=6``.
_SPECIAL_IN_PART = re.compile(r"[\\=＝;；\n]")
_ESCAPE = r"\\\g<0>"
_LIST = re.compile(f"[{''.join(sorted(SEPARATORS))}]")
# A cell that a table program would take for a formula (OWASP, CSV injection); we put an apostrophe before it.
_FORMULA = re.compile(r"'*[=+\-@\t]")

Cells = list[str]


def rows(lines: Iterable[tuple[int, Cells]]) -> Iterator[Row]:
    """The questions of numbered lines of cells, the first of which is the header. Empty lines are left
    out."""
    numbered = iter(lines)
    first, header = next(numbered, (1, []))
    columns = _header(header)
    # Told once, with the first question that is taken: that no question has what stands in these columns.
    unknown = [Rejected(first, "file", "import.unknown_column", shown(_plain(name)))
               for column, name in zip(columns, header, strict=True) if not column and _plain(name)]  # fmt: skip
    for number, cells in numbered:
        given = {column: text for column, cell in zip(columns, cells, strict=False) if (text := _plain(cell))}
        given.pop("", None)
        if not given:
            continue
        omitted = Omissions(number, [*unknown])
        for cell in cells[len(columns) :]:
            if text := _plain(cell):
                omitted.note("file", "import.cell_without_column", text)
        row = _row(number, given, omitted)
        unknown = unknown if row.content is None else []
        yield row


def has_header(line: str) -> bool:
    """Whether a first line holds our headers, whatever separates them."""
    names = {_BY_NAME.get(fold(cell)) for cell in re.split(r"[,;\t]", line.strip().replace('"', ""))}
    return {"stem", "answer"} <= names


def csv_cells(text: str) -> Iterator[tuple[int, Cells]]:
    """The cells of a CSV text, separated by comma, semicolon or tab; numbered by record, as table programs
    do."""
    text = text.lstrip("\ufeff")
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise UnreadableFile("import.broken_csv") from error


def why_not(content: Content) -> str | None:
    """What of this question no table can hold, or None: pictures."""
    return "pictures" if content.media else None


def written(contents: Iterable[Content]) -> Iterator[Cells]:
    """The header and a line of cells for each question."""
    yield [names[0] for names in COLUMNS.values()]
    for content in contents:
        cells = _cells(content)
        yield [_escaped(cells.get(column, "")) for column in COLUMNS]


def _header(cells: Cells) -> list[str]:
    columns = [_BY_NAME.get(fold(cell), "") for cell in cells]
    missing = {"stem", "answer"} - set(columns)
    known = [column for column in columns if column]
    if missing or len(known) > len(set(known)):
        raise UnreadableFile("import.no_header")
    return columns


def _row(number: int, given: dict[str, str], omitted: Omissions) -> Row:
    options = [(key, given.pop(f"option_{key}", "")) for key in KEYS]
    while options and not options[-1][1]:
        options.pop()
    type = _TYPE_BY_NAME.get(fold(given["type"])) if "type" in given else _guessed(given.get("answer", ""), options)
    if any(not text for _, text in options):
        return Row.refused(number, "options", "question.option_keys")
    if type is None:
        return Row.refused(number, "type", "import.unknown_type", given.get("type"))
    fields: dict[str, Any] = {**given, "type": type}
    if type not in (SINGLE, MULTIPLE):
        for _, text in options:
            if fold(text) not in _TRUE | _FALSE:
                omitted.note("options", "import.options_not_here", text)
        if fold(given.get("fixed_options", "")) in _TRUE:
            omitted.note("fixed_options", "import.options_not_here", given["fixed_options"])
    # Table programs of exam sites write 正确/错误 as options of a true/false question.
    fields["options"] = [{"key": key, "text": text} for key, text in options if type in (SINGLE, MULTIPLE)]
    fields["answer"] = _answer(type, given.get("answer", ""))
    if "scoring" in given:
        fields["scoring"] = _SCORING_BY_NAME.get(fold(given["scoring"]), given["scoring"])
    if "difficulty" in given:
        fields["difficulty"] = _DIFFICULTIES.get(fold(given["difficulty"]), given["difficulty"])
    if "fixed_options" in given:
        fields["fixed_options"] = _yes_or_no(given["fixed_options"])
    if "rubric" in given:
        fields["rubric"] = [_rubric_part(part) for part in _split(given["rubric"], ";；\n")]
    for column in ("tags", "lines"):
        if column in given:
            fields[column] = [part for part in map(str.strip, _LIST.split(given[column])) if part]
    return checked(number, fields, omitted=omitted)


def _rubric_part(text: str) -> dict[str, str]:
    """What one part of a rubric is for, and its score, after the last sign of equality."""
    parts = _split(text, "=＝")
    return {"text": _unescaped("=".join(parts[:-1])), "score": parts[-1].strip()}


def _guessed(answer: str, options: list[tuple[str, str]]) -> str | None:
    """The type of a row that does not tell it, where there is only one it can be."""
    if options:
        return MULTIPLE if len(_keys(answer)) > 1 else SINGLE
    return TRUE_FALSE if fold(answer) in _TRUE | _FALSE else BLANK if answer else None


def _answer(type: str, text: str) -> Any:
    if type == SINGLE:
        return fold(text).upper()
    if type == MULTIPLE:
        return _keys(text)
    if type == TRUE_FALSE:
        return _yes_or_no(text)
    if type == BLANK:
        return [_unjoined(blank, "|") for blank in _split(text, ";；")] or text
    return text


def _yes_or_no(text: str) -> Any:
    """A bool; the text itself where it is neither yes nor no."""
    folded = fold(text)
    return True if folded in _TRUE else False if folded in _FALSE else text


def _keys(text: str) -> list[str]:
    return list(_LIST.sub("", fold(text).upper()))


def _cells(content: Content) -> dict[str, str]:
    cells = {f"option_{key}": text for key, text in content.options}
    return cells | {
        "type": TYPES[content.type][0],
        "stem": content.stem,
        "answer": _written_answer(content),
        "score": repr(content.score).removesuffix(".0"),
        "scoring": _SCORINGS[content.scoring],
        "category": category_name(content.category),
        "tags": "、".join(content.tags),
        "lines": "、".join(content.lines),
        "difficulty": str(content.difficulty),
        "explanation": content.explanation,
        "legal_basis": content.legal_basis or "",
        "valid_from": content.valid_from or "",
        "valid_to": content.valid_to or "",
        "rubric": ";".join(f"{_SPECIAL_IN_PART.sub(_ESCAPE, text)}={score!r}" for text, score in content.rubric),
        "fixed_options": "" if content.fixed_options is None else "是" if content.fixed_options else "否",
    }


def _written_answer(content: Content) -> str:
    if content.type == MULTIPLE:
        return "".join(content.answer)
    if content.type == TRUE_FALSE:
        return "正确" if content.answer else "错误"
    if content.type == BLANK:
        blanks = [[_SPECIAL.sub(_ESCAPE, form) for form in forms] for forms in blanks_of(content.answer)]
        return ";".join("|".join(forms) for forms in blanks)
    return content.answer or ""


def _split(text: str, separators: str) -> list[str]:
    """Parts between separators that no backslash escapes; the escapes stay."""
    parts, current, escaped = [], "", False
    for sign in text:
        if sign in separators and not escaped:
            parts.append(current)
            current = ""
        else:
            current += sign
        escaped = sign == "\\" and not escaped
    return [part for part in [*parts, current] if part.strip()]


def _unjoined(text: str, separator: str) -> list[str]:
    return [_unescaped(part) for part in _split(text, separator)]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text.strip(), flags=re.DOTALL)


def _escaped(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:].strip() if text.startswith("'") and _FORMULA.match(text) else text
