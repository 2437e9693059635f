"""Moodle XML (docs.moodle.org, "Moodle XML format"): choices, true/false, short answers, numbers, essays."""

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from services.quiz.files import metadata
from services.quiz.files.faults import UnreadableFile
from services.quiz.files.row import Row, checked
from services.quiz.files.tolerance import tolerant
from services.quiz.files.xml_reading import parse
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

_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4"})


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
            category = _text(question.find("category")).rpartition("/")[2]
            continue
        number += 1
        reader = _READERS.get(kind)
        if reader is None:
            yield Row.refused(number, "type", "import.unsupported_type", kind)
            continue
        ours = metadata.unpacked(question.findtext("mingjing", ""))
        yield checked(number, {"category": category} | _common(question) | ours | reader(question, ours))


def holds(content: Content) -> bool:
    """Whether the format can hold this question; several blanks in one stem it cannot, nor a model
    answer, nor pictures."""
    if content.media:
        return False
    if content.type == ESSAY:
        return content.answer is None
    return content.type != BLANK or not isinstance(content.answer[0], list)


def written(contents: Iterable[Content]) -> bytes:
    """The document; what Moodle has no element for stands in an element ``mingjing``, which Moodle passes
    over."""
    quiz, category = Element("quiz"), None
    for content in contents:
        if content.category != category:
            category = content.category
            head = SubElement(SubElement(quiz, "question", type="category"), "category")
            SubElement(head, "text").text = f"$course$/top/{category_name(category)}"
        _write(quiz, content)
    indent(quiz, space=" ")
    document: bytes = tostring(quiz, encoding="utf-8", xml_declaration=True)
    return document


def _common(question: Element) -> dict[str, Any]:
    return {
        "stem": _text(question.find("questiontext")),
        "score": question.findtext("defaultgrade") or question.findtext("grade"),
        "explanation": _text(question.find("generalfeedback")),
        "tags": [text for tag in question.iterfind("tags/tag") if (text := _text(tag))],
    }


def _choice(question: Element, ours: dict[str, Any]) -> dict[str, Any]:
    answers = question.findall("answer")
    options = [{"key": key, "text": _text(answer)} for key, answer in zip(KEYS, answers, strict=False)]
    right = [key for key, answer in zip(KEYS, answers, strict=False) if _fraction(answer) > 0]
    if question.findtext("single", "true").strip().lower() in ("true", "1"):
        return {"type": SINGLE, "options": options, "answer": right[0] if len(right) == 1 else None}
    return {"type": MULTIPLE, "options": options, "answer": right}


def _true_false(question: Element, ours: dict[str, Any]) -> dict[str, Any]:
    right = [_text(answer).lower() for answer in question.findall("answer") if _fraction(answer) > 0]
    return {"type": TRUE_FALSE, "answer": {"true": True, "false": False}.get(right[0] if right else "")}


def _short(question: Element, ours: dict[str, Any]) -> dict[str, Any]:
    forms = [_text(answer) for answer in question.findall("answer") if _fraction(answer) >= 100]
    return {"type": BLANK, "answer": forms}


def _numerical(question: Element, ours: dict[str, Any]) -> dict[str, Any]:
    forms = []
    for answer in question.findall("answer"):
        if _fraction(answer) >= 100:
            tolerance = (answer.findtext("tolerance") or "0").strip()
            value = _text(answer)
            forms.append(value if tolerance == "0" else f"{value}±{tolerance}")
    return {"type": BLANK, "answer": forms}


def _essay(question: Element, ours: dict[str, Any]) -> dict[str, Any]:
    return {"type": ESSAY, "answer": None}


_READERS = {
    "multichoice": _choice,
    "truefalse": _true_false,
    "shortanswer": _short,
    "numerical": _numerical,
    "essay": _essay,
}


def _write(quiz: Element, content: Content) -> None:
    number = tolerant(content)
    kind = "numerical" if number else _KINDS[content.type]
    question = SubElement(quiz, "question", type=kind)
    _put(question, "name", content.stem.split("\n", 1)[0][:60])
    _put(question, "questiontext", content.stem)
    _put(question, "generalfeedback", content.explanation)
    SubElement(question, "defaultgrade").text = repr(content.score)
    if content.type in (SINGLE, MULTIPLE):
        SubElement(question, "single").text = "true" if content.type == SINGLE else "false"
        SubElement(question, "shuffleanswers").text = "true"
    for fraction, text in _answers(content):
        answer = _put(question, "answer", number[0] if number else text, fraction=fraction)
        if number:
            SubElement(answer, "tolerance").text = number[1]
    if content.tags:
        tags = SubElement(question, "tags")
        for tag in content.tags:
            SubElement(SubElement(tags, "tag"), "text").text = tag
    SubElement(question, "mingjing").text = metadata.packed(content, "category")


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


def _put(parent: Element, tag: str, text: str, **attributes: str) -> Element:
    element = SubElement(parent, tag, {"format": "plain_text", **attributes})
    SubElement(element, "text").text = text
    return element


def _fraction(answer: Element) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0.0


def _text(element: Element | None) -> str:
    """The element's text; of HTML what a reader would see."""
    if element is None:
        return ""
    text = element.findtext("text") or ""
    if element.get("format", "") in ("html", "moodle_auto_format"):
        return _visible(text)
    return text.strip()


def _visible(markup: str) -> str:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = "".join(reader.parts).replace("\xa0", " ").split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


class _Reader(HTMLParser):
    """Collects the text between the tags; block elements break the line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins on a new line; scripts and styles are not for reading."""
        self._hidden += tag in ("script", "style")
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        self._hidden -= tag in ("script", "style")
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Text is kept unless it is hidden."""
        if self._hidden <= 0:
            self.parts.append(data)
