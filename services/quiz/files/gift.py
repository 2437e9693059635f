"""GIFT, Moodle's text format (docs.moodle.org, "GIFT format"): choices, true/false, short answers,
numbers, essays."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from services.quiz.files import metadata
from services.quiz.files.row import Row, checked
from services.quiz.files.tolerance import NUMBER, tolerant
from services.quiz.model.question import (
    BLANK,
    ESSAY,
    KEYS,
    MULTIPLE,
    SINGLE,
    TRUE_FALSE,
    Content,
    category_name,
)

_OURS = "//mingjing "
_CATEGORY = "$CATEGORY:"
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{1,5})?)%")
_FORMAT = re.compile(r"\[(?:html|moodle|plain|markdown)\]", re.IGNORECASE)
_TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class _Unreadable(Exception):
    """What is wrong with one question."""

    def __init__(self, field: str, message: str, value: str | None = None) -> None:
        super().__init__(message)
        self.field, self.message, self.value = field, message, value


def rows(text: str) -> Iterator[Row]:
    """The questions, each at the line on which it begins."""
    category = None
    for start, lines, ours in _blocks(text):
        if lines[0].startswith(_CATEGORY):
            category = lines[0][len(_CATEGORY) :].strip().rpartition("/")[2]
            start, lines = start + 1, lines[1:]
        if not lines:
            continue
        try:
            fields = _question("\n".join(lines), ours)
        except _Unreadable as fault:
            yield Row.refused(start, fault.field, fault.message, fault.value)
            continue
        yield checked(start, {"category": category} | fields)


def why_not(content: Content) -> str | None:
    """What of this question the format cannot hold, or None: pictures, a model answer, several blanks in one stem."""
    if content.media:
        return "pictures"
    if content.type == ESSAY and content.answer is not None:
        return "model_answer"
    return "several_blanks" if content.type == BLANK and isinstance(content.answer[0], list) else None


def written(contents: Iterable[Content]) -> str:
    """The questions with their categories; what GIFT has no place for stands in a comment before each."""
    blocks, category = [], None
    for number, content in enumerate(contents, start=1):
        if content.category != category:
            category = content.category
            blocks.append(f"{_CATEGORY} {category_name(category)}\n")
        feedback = f"####{_escape(content.explanation)}" if content.explanation else ""
        blocks.append(
            f"{_OURS}{metadata.packed(content, 'category')}\n"
            f"::{number}::{_stem(content)}{{{_answers(content)}{feedback}}}\n"
        )
    return "\n".join(blocks)


def _blocks(text: str) -> Iterator[tuple[int, list[str], dict[str, Any]]]:
    """Questions are separated by empty lines; comments fall away, but for ours."""
    start, lines, ours = 1, [], {}  # type: ignore[var-annotated]
    for number, line in enumerate([*text.lstrip("\ufeff").replace("\r\n", "\n").split("\n"), ""], start=1):
        line = line.strip()
        if line.startswith("//"):
            if line.startswith(_OURS):
                ours = metadata.unpacked(line[len(_OURS) :])
        elif line:
            if not lines:
                start = number
            lines.append(line)
        elif lines:
            yield start, lines, ours
            lines, ours = [], {}


def _question(block: str, ours: dict[str, Any]) -> dict[str, Any]:
    if block.startswith("::"):
        _, _, block = block[2:].partition("::")
    block = _FORMAT.sub("", block.strip(), count=1) if _FORMAT.match(block.strip()) else block.strip()
    opening = _find(block, "{")
    closing = _find(block, "}", opening + 1) if opening >= 0 else -1
    if opening < 0 or closing < 0:
        raise _Unreadable("answer", "import.no_answer_braces", block)
    before, inside, after = block[:opening], block[opening + 1 : closing], block[closing + 1 :]
    stem = _unescape(before)
    if after.strip():
        stem = f"{stem}____{_unescape(after)}"
    inside, _, explanation = _partition(inside.strip(), "####")
    fields = _read_answers(inside.strip(), ours.get("type"))
    if explanation.strip():
        fields["explanation"] = _unescape(explanation).strip()
    return ours | {"stem": stem.strip()} | fields


def _read_answers(inside: str, type: str | None) -> dict[str, Any]:
    if not inside:
        return {"type": ESSAY, "answer": None}
    truth = _TRUTHS.get(_partition(inside, "#")[0].strip().upper())
    if truth is not None:
        return {"type": TRUE_FALSE, "answer": truth}
    if inside.startswith("#"):
        return {"type": BLANK, "answer": _numbers(inside[1:])}
    choices = _choices(inside)
    if not choices:
        raise _Unreadable("answer", "import.no_answer_braces", inside)
    if all(sign == "=" for sign, _, _ in choices) and type in (None, BLANK):
        if type is None and len(choices) > 1 and all("->" in text for _, _, text in choices):
            raise _Unreadable("type", "import.unsupported_type", "matching")
        return {"type": BLANK, "answer": [text for _, weight, text in choices if weight in (None, 100.0)]}
    options = [{"key": key, "text": text} for key, (_, _, text) in zip(KEYS, choices, strict=False)]
    if len(choices) > len(KEYS):
        raise _Unreadable("options", "import.too_many_options", str(len(choices)))
    right = [
        key
        for key, (sign, weight, _) in zip(KEYS, choices, strict=False)
        if (weight > 0 if weight is not None else sign == "=")
    ]
    single = type == SINGLE or (type is None and [sign for sign, _, _ in choices].count("=") == 1)
    if single:
        return {"type": SINGLE, "options": options, "answer": right[0] if len(right) == 1 else None}
    return {"type": MULTIPLE, "options": options, "answer": right}


def _choices(inside: str) -> list[tuple[str, float | None, str]]:
    """Sign, weight in percent and text of each choice; what stands before the first sign is nothing."""
    starts = [place for place, sign in _unescaped(inside) if sign in "=~"]
    found = []
    for place, end in zip(starts, [*starts[1:], len(inside)], strict=True):
        text = _partition(inside[place + 1 : end].strip(), "#")[0]
        weight = _WEIGHT.match(text)
        if weight:
            text = text[weight.end() :]
        found.append((inside[place], float(weight[1]) if weight else None, _unescape(text).strip()))
    return found


def _numbers(text: str) -> list[str]:
    """Accepted numbers: ``3.14:0.01`` and ``3.13..3.15`` become ``3.14±0.01``."""
    parts = [text] if _find(text, "=") < 0 else [part for _, _, part in _choices(text)]
    forms = []
    for part in parts:
        plain = _partition(part, "#")[0].strip()
        value, colon, tolerance = plain.partition(":")
        low, dots, high = plain.partition("..")
        if colon and re.fullmatch(NUMBER, value.strip()) and re.fullmatch(NUMBER, tolerance.strip()):
            forms.append(f"{value.strip()}±{tolerance.strip()}")
        elif dots and re.fullmatch(NUMBER, low.strip()) and re.fullmatch(NUMBER, high.strip()):
            middle, half = (float(low) + float(high)) / 2, (float(high) - float(low)) / 2
            forms.append(f"{middle:.10g}±{half:.10g}")
        elif re.fullmatch(NUMBER, plain):
            forms.append(plain)
        else:
            raise _Unreadable("answer", "import.not_a_number", plain)
    return forms


def _answers(content: Content) -> str:
    if content.type == TRUE_FALSE:
        return "TRUE" if content.answer else "FALSE"
    if content.type == ESSAY:
        return ""
    if content.type == BLANK:
        if number := tolerant(content):
            return f"#{number[0]}:{number[1]}"
        return "".join(f"\n={_weighted(form, 100)}" for form in content.answer) + "\n"
    if content.type == SINGLE:
        return (
            "".join(
                f"\n={_weighted(text, 100)}" if key == content.answer else f"\n~{_weighted(text, 0)}"
                for key, text in content.options
            )
            + "\n"
        )
    share = f"{100 / len(content.answer):.5f}".rstrip("0").rstrip(".")
    return (
        "".join(f"\n~%{share if key in content.answer else -100}%{_escape(text)}" for key, text in content.options)
        + "\n"
    )


def _stem(content: Content) -> str:
    """The stem; a bracket that would be read as the name of a markup language is escaped."""
    escaped = _escape(content.stem)
    return f"\\{escaped}" if _FORMAT.match(escaped) else escaped


def _weighted(text: str, weight: int) -> str:
    """A choice's text; with its weight before it only where it would else be read as one."""
    return f"%{weight}%{_escape(text)}" if text.startswith("%") else _escape(text)


def _escape(text: str) -> str:
    return re.sub(r"[\\~=#{}:]", r"\\\g<0>", text).replace("\n", r"\n")


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], text)


def _unescaped(text: str) -> Iterator[tuple[int, str]]:
    escaped = False
    for place, sign in enumerate(text):
        if not escaped:
            yield place, sign
        escaped = sign == "\\" and not escaped


def _find(text: str, sign: str, start: int = 0) -> int:
    """Where ``sign`` first stands unescaped from ``start`` on, or -1."""
    return next((place for place, found in _unescaped(text) if found == sign and place >= start), -1)


def _partition(text: str, mark: str) -> tuple[str, str, str]:
    """As ``str.partition``, but an escaped mark does not divide."""
    for place, _ in _unescaped(text):
        if text.startswith(mark, place):
            return text[:place], mark, text[place + len(mark) :]
    return text, "", ""
