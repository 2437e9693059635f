"""GIFT, Moodle's text format (docs.moodle.org, "GIFT format"): choices, true/false, short answers,
numbers, essays."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from services.quiz.files import metadata
from services.quiz.files.embedded import Pictures
from services.quiz.files.moodle_text import of_html
from services.quiz.files.omissions import Omissions, key_of
from services.quiz.files.row import Row, checked
from services.quiz.files.tolerance import NUMBER, tolerant
from services.quiz.model.question import (
    BLANK,
    ESSAY,
    KEYS,
    SINGLE,
    TRUE_FALSE,
    Content,
    category_name,
)

_OURS = "//mingjing "
_CATEGORY = "$CATEGORY:"
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{1,5})?)%")
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_HTML = "html"
_TAG = re.compile(r"\[tag:([^\]]+)\]")
_TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class _Unreadable(Exception):
    """What is wrong with one question."""

    def __init__(self, field: str, message: str, value: str | None = None) -> None:
        super().__init__(message)
        self.field, self.message, self.value = field, message, value


def rows(text: str) -> Iterator[Row]:
    """The questions, each at the line on which it begins."""
    category, above = None, Omissions(1)
    for start, lines, ours in _blocks(text):
        if lines[0].startswith(_CATEGORY):
            path = lines[0][len(_CATEGORY) :].strip()
            category, above = path.rpartition("/")[2], Omissions(start)
            above.category(path)
            start, lines = start + 1, lines[1:]
        if not lines:
            continue
        # What stood above a category is told once, with the first question that is taken of it.
        omitted = Omissions(start, [] if "category" in ours else [*above.found])
        try:
            pictures = Pictures(start)
            fields = _question("\n".join(lines), ours, omitted, pictures)
        except _Unreadable as fault:
            yield Row.refused(start, fault.field, fault.message, fault.value)
            continue
        row = checked(start, {"category": category} | fields, pictures, omitted)
        above = above if row.content is None else Omissions(start)
        yield row


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
            f"{_OURS}{metadata.packed(content, 'category', 'fixed_options')}\n"
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
            elif tags := _TAG.findall(line):
                # As Moodle writes them, before the question.
                ours = {"tags": tags} | ours
        elif line:
            if not lines:
                start = number
            lines.append(line)
        elif lines:
            yield start, lines, ours
            lines, ours = [], {}


def _question(block: str, ours: dict[str, Any], omitted: Omissions, pictures: Pictures) -> dict[str, Any]:
    if block.startswith("::"):
        _, _, block = block[2:].partition("::")
    block = block.strip()
    format = _FORMAT.match(block)
    block = block[format.end() :].strip() if format else block
    opening = _find(block, "{")
    closing = _find(block, "}", opening + 1) if opening >= 0 else -1
    if opening < 0 or closing < 0:
        raise _Unreadable("answer", "import.no_answer_braces", block)
    before, inside, after = block[:opening], block[opening + 1 : closing], block[closing + 1 :]
    stem = _unescape(before)
    if _find(after, "{") >= 0:
        raise _Unreadable("answer", "import.several_answer_braces", after.strip())
    if after.strip():
        stem = f"{stem}____{_unescape(after)}"
    inside, _, explanation = _partition(inside.strip(), "####")
    fields = _read_answers(inside.strip(), ours.get("type"), omitted)
    if explanation.strip():
        fields["explanation"] = _unescape(explanation).strip()
    if "scoring" in ours:
        fields.pop("scoring", None)
    fields = ours | {"stem": stem.strip()} | fields
    return _read_as_html(fields, pictures) if format and format[1].lower() == _HTML else fields


def _read_as_html(fields: dict[str, Any], pictures: Pictures) -> dict[str, Any]:
    """The fields with what a reader sees of their texts."""
    read = {name: of_html(fields[name], pictures) for name in ("stem", "explanation") if name in fields}
    if "options" in fields:
        read["options"] = [one | {"text": of_html(one["text"], pictures)} for one in fields["options"]]
    elif fields["type"] == BLANK:
        read["answer"] = [of_html(form, pictures) for form in fields["answer"]]
    return fields | read


def _read_answers(inside: str, type: str | None, omitted: Omissions) -> dict[str, Any]:
    if not inside:
        return {"type": ESSAY, "answer": None}
    before, _, feedback = _partition(inside, "#")
    truth = _TRUTHS.get(before.strip().upper())
    if truth is not None:
        for text in _parts(feedback, "#"):
            omitted.feedback(_unescape(text))
        return {"type": TRUE_FALSE, "answer": truth}
    if inside.startswith("#"):
        return {"type": BLANK, "answer": _numbers(inside[1:], omitted)}
    choices = _choices(inside, omitted)
    if not choices:
        raise _Unreadable("answer", "import.no_answer_braces", inside)
    if all(sign == "=" for sign, _, _ in choices) and type in (None, BLANK):
        if type is None and len(choices) > 1 and all("->" in text for _, _, text in choices):
            raise _Unreadable("type", "import.unsupported_type", "matching")
        return {"type": BLANK, "answer": _forms(choices, type, omitted)}
    options = [{"key": key, "text": text} for key, (_, _, text) in zip(KEYS, choices, strict=False)]
    if len(choices) > len(KEYS):
        raise _Unreadable("options", "import.too_many_options", str(len(choices)))
    single = type == SINGLE or (type is None and [sign for sign, _, _ in choices].count("=") == 1)
    weights = [weight if weight is not None else 100.0 * (sign == "=") for sign, weight, _ in choices]
    return {"options": options} | key_of(single, options, weights, omitted)


def _forms(choices: list[tuple[str, float | None, str]], type: str | None, omitted: Omissions) -> list[str]:
    """The forms that earn the whole score; what earns a part of it is noted."""
    forms = []
    for _, weight, text in choices:
        if weight in (None, 100.0):
            forms.append(text)
            if type is None:
                omitted.wildcard(text)
        elif weight:
            omitted.partial_credit(text, weight)
    return forms


def _choices(inside: str, omitted: Omissions) -> list[tuple[str, float | None, str]]:
    """Sign, weight in percent and text of each choice."""
    starts = [place for place, sign in _unescaped(inside) if sign in "=~"]
    if starts and inside[: starts[0]].strip():
        omitted.note("answer", "import.text_before_answers", inside[: starts[0]].strip())
    found = []
    for place, end in zip(starts, [*starts[1:], len(inside)], strict=True):
        text, _, feedback = _partition(inside[place + 1 : end].strip(), "#")
        omitted.feedback(_unescape(feedback))
        weight = _WEIGHT.match(text)
        if weight:
            text = text[weight.end() :]
        found.append((inside[place], float(weight[1]) if weight else None, _unescape(text).strip()))
    return found


def _numbers(text: str, omitted: Omissions) -> list[str]:
    """Accepted numbers: ``3.14:0.01`` and ``3.13..3.15`` become ``3.14±0.01``."""
    if _find(text, "=") < 0:
        plain, _, feedback = _partition(text, "#")
        omitted.feedback(_unescape(feedback))
        return [_number(plain.strip())]
    forms = []
    for _, weight, part in _choices(text, omitted):
        # Without a number it stands for all others, to say something to whoever wrote them.
        if not part:
            continue
        form = _number(part)
        if weight in (None, 100.0):
            forms.append(form)
        elif weight:
            omitted.partial_credit(form, weight)
    return forms


def _number(plain: str) -> str:
    value, colon, tolerance = plain.partition(":")
    low, dots, high = plain.partition("..")
    if colon and re.fullmatch(NUMBER, value.strip()) and re.fullmatch(NUMBER, tolerance.strip()):
        return f"{value.strip()}±{tolerance.strip()}"
    if dots and re.fullmatch(NUMBER, low.strip()) and re.fullmatch(NUMBER, high.strip()):
        middle, half = (float(low) + float(high)) / 2, (float(high) - float(low)) / 2
        return f"{middle:.10g}±{half:.10g}"
    if re.fullmatch(NUMBER, plain):
        return plain
    raise _Unreadable("answer", "import.not_a_number", plain)


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


def _parts(text: str, mark: str) -> Iterator[str]:
    """The texts between marks that are not escaped."""
    while text:
        part, _, text = _partition(text, mark)
        yield part


def _partition(text: str, mark: str) -> tuple[str, str, str]:
    """As ``str.partition``, but an escaped mark does not divide."""
    for place, _ in _unescaped(text):
        if text.startswith(mark, place):
            return text[:place], mark, text[place + len(mark) :]
    return text, "", ""
