"""Moodle XML (docs.moodle.org, "Moodle XML format"): choices, true/false, short answers, numbers, essays."""

from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from services.quiz.files import metadata
from services.quiz.files.embedded import Embedded, Pictures, Shown
from services.quiz.files.faults import UnreadableFile
from services.quiz.files.moodle_text import plain, put, seen
from services.quiz.files.row import Row, checked
from services.quiz.files.tolerance import tolerant
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


def rows(content: bytes) -> Iterator[Row]:
    """The questions, numbered in their order. A document with entities or a DTD is refused: it may be a
    bomb."""
    quiz = parse(content)
    if quiz.tag != "quiz":
        raise UnreadableFile("import.broken_xml")
    category, number = None, 0
    for question in quiz.iterfind("question"):
        kind = question.get("type", "")
        if kind == "category":
            category = plain(question.find("category")).rpartition("/")[2]
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
        ours = metadata.unpacked(question.findtext("mingjing", ""))
        pictures = Pictures(number)
        fields = {"category": category} | _common(question, pictures) | ours | reader(question, pictures)
        yield checked(number, fields, pictures)


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


def _choice(question: Element, pictures: Pictures) -> dict[str, Any]:
    answers = question.findall("answer")
    options = [{"key": key, "text": seen(answer, pictures, key)} for key, answer in zip(KEYS, answers, strict=False)]
    right = [key for key, answer in zip(KEYS, answers, strict=False) if _fraction(answer) > 0]
    if question.findtext("single", "true").strip().lower() in ("true", "1"):
        return {"type": SINGLE, "options": options, "answer": right[0] if len(right) == 1 else None}
    return {"type": MULTIPLE, "options": options, "answer": right}


def _true_false(question: Element, pictures: Pictures) -> dict[str, Any]:
    right = [text.lower() for text, fraction in _texts(question, pictures) if fraction > 0]
    return {"type": TRUE_FALSE, "answer": {"true": True, "false": False}.get(right[0] if right else "")}


def _short(question: Element, pictures: Pictures) -> dict[str, Any]:
    forms = [text for text, fraction in _texts(question, pictures) if fraction >= 100]
    return {"type": BLANK, "answer": forms}


def _numerical(question: Element, pictures: Pictures) -> dict[str, Any]:
    forms = []
    for answer, (value, fraction) in zip(question.findall("answer"), _texts(question, pictures), strict=True):
        if fraction >= 100:
            tolerance = (answer.findtext("tolerance") or "0").strip()
            forms.append(value if tolerance == "0" else f"{value}±{tolerance}")
    return {"type": BLANK, "answer": forms}


def _texts(question: Element, pictures: Pictures) -> list[tuple[str, float]]:
    """The answers that are no options, with their fractions; none has a place for a picture."""
    return [(seen(answer, pictures, None), _fraction(answer)) for answer in question.findall("answer")]


def _essay(question: Element, pictures: Pictures) -> dict[str, Any]:
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
        SubElement(question, "shuffleanswers").text = "true"
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


def _fraction(answer: Element) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0.0
