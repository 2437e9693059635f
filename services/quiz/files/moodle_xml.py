"""Moodle XML (docs.moodle.org, "Moodle XML format"): choices, true/false, short answers, numbers, essays."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from services.quiz.files import metadata
from services.quiz.files.embedded import Embedded, Pictures, Shown
from services.quiz.files.faults import UnreadableFile
from services.quiz.files.moodle_rest import note_rest
from services.quiz.files.moodle_text import plain, put, seen
from services.quiz.files.omissions import Omissions, key_of
from services.quiz.files.row import Row, checked
from services.quiz.files.tolerance import NUMBER, tolerant
from services.quiz.files.xml_reading import parse
from services.quiz.model.question import (
    BLANK,
    ESSAY,
    KEYS,
    MULTIPLE,
    SINGLE,
    STEM,
    TRUE_FALSE,
    Content,
    category_name,
)

# A star that stands for itself.
_STAR = "\\*"
# ``shuffleanswers`` -> whether the options are fixed.
_FIXED = {"0": True, "false": True, "1": False, "true": False}


def rows(content: bytes) -> Iterator[Row]:
    """The questions, numbered in their order. A document with entities or a DTD is refused: it may be a
    bomb."""
    quiz = parse(content)
    if quiz.tag != "quiz":
        raise UnreadableFile("import.broken_xml")
    category, number, above = None, 0, Omissions(1)
    for question in quiz.iterfind("question"):
        kind = question.get("type", "")
        if kind == "category":
            path = plain(question.find("category"))
            category, above = path.rpartition("/")[2], Omissions(number + 1)
            above.category(path)
            continue
        number += 1
        reader = _READERS.get(kind)
        if reader is None:
            yield Row.refused(number, "type", "import.unsupported_type", kind)
            continue
        options = len(question.findall("answer")) if reader is _choice else 0
        if options > len(KEYS):
            yield Row.refused(number, "options", "import.too_many_options", options)
            continue
        odd = next((one for one in question.iterfind("answer") if _fraction(one) is None), None)
        if odd is not None:
            yield Row.refused(number, "answer", "import.not_a_number", odd.get("fraction"))
            continue
        ours = metadata.unpacked(question.findtext("mingjing", ""))
        # What stood above a category is told once, with the first question that is taken of it.
        omitted = Omissions(number, [] if "category" in ours else [*above.found])
        pictures = Pictures(number)
        fields = {"category": category} | _common(question, pictures) | ours
        read = reader(question, pictures, omitted)
        if "scoring" in ours:
            read.pop("scoring", None)
        note_rest(question, kind, omitted)
        row = checked(number, fields | read, pictures, omitted)
        above = above if row.content is None else Omissions(number)
        yield row


def why_not(content: Content) -> str | None:
    """What of this question the format cannot hold, or None: several blanks in one stem, or a model answer."""
    if content.type == ESSAY and content.answer is not None:
        return "model_answer"
    return "several_blanks" if content.type == BLANK and isinstance(content.answer[0], list) else None


def written(contents: Iterable[Content], pictures: Shown) -> bytes:
    """The document; what Moodle has no element for stands in an element ``mingjing``, which Moodle passes
    over."""
    quiz, category = Element("quiz"), None
    for content in contents:
        if content.category != category:
            category = content.category
            head = SubElement(SubElement(quiz, "question", type="category"), "category")
            SubElement(head, "text").text = f"$course$/top/{category_name(category)}"
        _write(quiz, content, pictures)
    indent(quiz, space=" ")
    document: bytes = tostring(quiz, encoding="utf-8", xml_declaration=True)
    return document


def _common(question: Element, pictures: Pictures) -> dict[str, Any]:
    return {
        "stem": seen(question.find("questiontext"), pictures, STEM),
        "score": question.findtext("defaultgrade") or question.findtext("grade"),
        "explanation": seen(question.find("generalfeedback"), pictures, None),
        "tags": [text for tag in question.iterfind("tags/tag") if (text := plain(tag))],
    }


def _choice(question: Element, pictures: Pictures, omitted: Omissions) -> dict[str, Any]:
    answers = question.findall("answer")
    options = [{"key": key, "text": seen(answer, pictures, key)} for key, answer in zip(KEYS, answers, strict=False)]
    single = question.findtext("single", "true").strip().lower() in ("true", "1")
    weights = [_fraction(answer) or 0.0 for answer in answers]
    fixed = _FIXED.get(question.findtext("shuffleanswers", "").strip().lower())
    return {"options": options, "fixed_options": fixed} | key_of(single, options, weights, omitted)


def _true_false(question: Element, pictures: Pictures, omitted: Omissions) -> dict[str, Any]:
    right = [text.lower() for text, fraction in _texts(question, pictures) if fraction > 0]
    return {"type": TRUE_FALSE, "answer": {"true": True, "false": False}.get(right[0] if right else "")}


def _short(question: Element, pictures: Pictures, omitted: Omissions) -> dict[str, Any]:
    forms = []
    foreign = question.find("mingjing") is None
    for text, fraction in _texts(question, pictures):
        if fraction >= 100:
            if foreign:
                omitted.wildcard(text.replace(_STAR, ""))
            forms.append(text.replace(_STAR, "*") if foreign else text)
        elif fraction:
            omitted.partial_credit(text, fraction)
    return {"type": BLANK, "answer": forms}


def _numerical(question: Element, pictures: Pictures, omitted: Omissions) -> dict[str, Any]:
    forms = []
    for answer, (value, fraction) in zip(question.findall("answer"), _texts(question, pictures), strict=True):
        if fraction >= 100:
            forms.append(_with_tolerance(value, (answer.findtext("tolerance") or "0").strip(), omitted))
        elif fraction:
            omitted.partial_credit(value, fraction)
    return {"type": BLANK, "answer": forms}


def _with_tolerance(value: str, tolerance: str, omitted: Omissions) -> str:
    """A number as a blank accepts it; exponents are written out."""
    if tolerance == "0":
        return value
    try:
        number, most = Decimal(value), Decimal(tolerance)
    except InvalidOperation:
        number, most = Decimal("NaN"), Decimal("NaN")
    if not number.is_finite() or not most.is_finite() or most < 0:
        omitted.note("answer", "import.tolerance", f"{value} ± {tolerance}")
        return value
    written = [text if re.fullmatch(NUMBER, text) else f"{one:f}" for text, one in ((value, number), (tolerance, most))]
    return "±".join(written)


def _texts(question: Element, pictures: Pictures) -> list[tuple[str, float]]:
    """The answers that are no options, with their fractions; none has a place for a picture."""
    return [(seen(answer, pictures, None), _fraction(answer) or 0.0) for answer in question.findall("answer")]


def _essay(question: Element, pictures: Pictures, omitted: Omissions) -> dict[str, Any]:
    return {"type": ESSAY, "answer": None}


_READERS = {
    "multichoice": _choice,
    "truefalse": _true_false,
    "shortanswer": _short,
    "numerical": _numerical,
    "essay": _essay,
}


def _write(quiz: Element, content: Content, pictures: Shown) -> None:
    number = tolerant(content)
    kind = "numerical" if number else _KINDS[content.type]
    question = SubElement(quiz, "question", type=kind)
    put(question, "name", content.stem.split("\n", 1)[0][:60])
    put(question, "questiontext", content.stem, _at(STEM, content, pictures))
    put(question, "generalfeedback", content.explanation)
    SubElement(question, "defaultgrade").text = repr(content.score)
    if content.type in (SINGLE, MULTIPLE):
        SubElement(question, "single").text = "true" if content.type == SINGLE else "false"
        SubElement(question, "shuffleanswers").text = "false" if content.fixed_options else "true"
    for place, (fraction, text) in enumerate(_answers(content)):
        shown = _at(content.options[place][0], content, pictures) if content.options else []
        answer = put(question, "answer", number[0] if number else text, shown, fraction=fraction)
        if number:
            SubElement(answer, "tolerance").text = number[1]
    if content.tags:
        tags = SubElement(question, "tags")
        for tag in content.tags:
            SubElement(SubElement(tags, "tag"), "text").text = tag
    SubElement(question, "mingjing").text = metadata.packed(content, "category")


def _at(place: str, content: Content, pictures: Shown) -> list[tuple[Embedded, str]]:
    """The pictures of this place, with what each shows in words."""
    return [(pictures[id], alt) for where, id, alt in content.media if where == place]


_KINDS = {
    SINGLE: "multichoice",
    MULTIPLE: "multichoice",
    TRUE_FALSE: "truefalse",
    BLANK: "shortanswer",
    ESSAY: "essay",
}


def _answers(content: Content) -> list[tuple[str, str]]:
    """Fraction in percent and text of each answer."""
    if content.type == SINGLE:
        return [("100" if key == content.answer else "0", text) for key, text in content.options]
    if content.type == MULTIPLE:
        share = f"{100 / len(content.answer):.5f}".rstrip("0").rstrip(".")
        return [(share if key in content.answer else "-100", text) for key, text in content.options]
    if content.type == TRUE_FALSE:
        return [("100" if truth is content.answer else "0", str(truth).lower()) for truth in (True, False)]
    if content.type == BLANK:
        return [("100", form) for form in content.answer]
    return []


def _fraction(answer: Element) -> float | None:
    """Percent of the score; None for what is no number."""
    try:
        fraction = float(answer.get("fraction", "0"))
    except ValueError:
        return None
    return fraction if isfinite(fraction) else None
