"""One item of QTI 3 as it is written, so that other programs can read it."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from services.quiz.files import metadata
from services.quiz.files.embedded import Shown
from services.quiz.files.qti3_scoring import add_declarations, add_processing
from services.quiz.model.question import BLANK, ESSAY, MULTIPLE, STEM, TRUE_FALSE, Content, blanks_of

_NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
# HTML lets a page carry data of its own in such attributes, and so does QTI; other programs pass over it.
OURS = "data-mingjing"
# Blanks that the stem does not draw stand below it.
APART = "mingjing-blanks"
# Where a package keeps its pictures; items lie in a folder beside it.
MEDIA = "media"
CHOICE, ENTRY, FEEDBACK = "qti-choice-interaction", "qti-text-entry-interaction", "qti-modal-feedback"
_DRAWN_BLANK = re.compile("_{2,}")


def why_not(content: Content) -> str | None:
    """What of this question an item cannot hold, or None: it has choices, true or false, and blanks."""
    return "type" if content.type == ESSAY else None


def written(identifier: str, content: Content, pictures: Shown) -> Element:
    """The item; what QTI has no place for stands in a ``data-`` attribute, and pictures in the folder ``media``."""
    title = content.stem.split("\n", 1)[0][:60]
    item = Element(
        "qti-assessment-item",
        {"xmlns": _NAMESPACE, "identifier": identifier, "title": title, "adaptive": "false", "time-dependent": "false"},
    )
    add_declarations(item, content)
    body = SubElement(SubElement(item, "qti-item-body"), "div", {OURS: metadata.packed(content, "category")})
    if content.type == BLANK:
        _write_blanks(body, content)
        _write_pictures(body, STEM, content, pictures)
    else:
        _write_text(SubElement(body, _block(content.stem)), content.stem)
        _write_pictures(body, STEM, content, pictures)
        _write_choices(body, content, pictures)
    add_processing(item, content)
    if content.explanation:
        feedback = SubElement(
            item,
            FEEDBACK,
            {"outcome-identifier": "FEEDBACK", "identifier": "EXPLANATION", "show-hide": "show"},
        )
        text = SubElement(SubElement(feedback, "qti-content-body"), _block(content.explanation))
        _write_text(text, content.explanation)
    return item


def _write_blanks(body: Element, content: Content) -> None:
    """The stem with its blanks where it draws as many as there are; else they stand below it."""
    count = len(blanks_of(content.answer))
    drawn = _DRAWN_BLANK.findall(content.stem)
    stem = SubElement(body, _block(content.stem))
    if len(drawn) != count:
        _write_text(stem, content.stem)
        below = SubElement(body, "p", {"class": APART})
        for number in range(1, count + 1):
            SubElement(below, ENTRY, {"response-identifier": _response(number)})
        return
    parts = _DRAWN_BLANK.split(content.stem)
    _write_text(stem, parts[0])
    for number, (blank, after) in enumerate(zip(drawn, parts[1:], strict=True), start=1):
        attributes = {"response-identifier": _response(number), "placeholder-text": blank}
        _write_text(stem, after, SubElement(stem, ENTRY, attributes))


def _write_pictures(parent: Element, place: str, content: Content, pictures: Shown) -> None:
    """The pictures of this place, behind its text."""
    for where, id, alt in content.media:
        if where == place:
            SubElement(SubElement(parent, "p"), "img", {"src": f"../{MEDIA}/{pictures[id].name}", "alt": alt})


def _write_choices(body: Element, content: Content, pictures: Shown) -> None:
    many = content.type == MULTIPLE
    choices = (
        (("true", "正确"), ("false", "错误"))
        if content.type == TRUE_FALSE
        else [(f"choice_{key}", text) for key, text in content.options]
    )
    interaction = SubElement(
        body,
        CHOICE,
        {
            "response-identifier": "RESPONSE",
            "shuffle": "false" if content.type == TRUE_FALSE or content.fixed_options else "true",
            "max-choices": "0" if many else "1",
        },
    )
    for name, text in choices:
        choice = SubElement(interaction, "qti-simple-choice", identifier=name)
        _write_text(SubElement(choice, "pre") if _block(text) == "pre" else choice, text)
        _write_pictures(choice, name.removeprefix("choice_"), content, pictures)


def _block(text: str) -> str:
    """``pre`` where a reader of HTML would lose white space, else ``p``."""
    return "pre" if re.search(r"[\t\f]| {2}| \n|\n ", text) or "\n\n" in text else "p"


def _write_text(parent: Element, text: str, after: Element | None = None) -> None:
    """Puts the text into ``parent``, behind the element ``after``; lines are broken as HTML does."""
    lines = [text] if parent.tag == "pre" else text.split("\n")
    last = after
    for place, line in enumerate(lines):
        if place:
            last = SubElement(parent, "br")
        if last is None:
            parent.text = line
        else:
            last.tail = line


def _response(number: int) -> str:
    return "RESPONSE" if number == 1 else f"RESPONSE{number}"
