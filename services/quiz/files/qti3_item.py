"""One item of QTI 3: choices and text entries, read as others write them and written so that others can read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from services.quiz.files import metadata
from services.quiz.files.embedded import Embedded, Pictures, Shown
from services.quiz.files.omissions import Omissions
from services.quiz.files.qti3_rest import are_fixed, changes_itself, note_forms, note_rest, note_tolerance, weights_of
from services.quiz.files.qti3_scoring import add_declarations, add_processing
from services.quiz.files.row import Row, checked
from services.quiz.files.xml_reading import local, visible
from services.quiz.model.question import (
    ALL_OR_NOTHING,
    BLANK,
    ESSAY,
    KEYS,
    MULTIPLE,
    PARTIAL,
    SINGLE,
    STEM,
    TRUE_FALSE,
    Content,
    blanks_of,
)

_NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
# HTML lets a page carry data of its own in such attributes, and so does QTI; other programs pass over it.
_OURS = "data-mingjing"
_APART = "mingjing-blanks"
# Where a package keeps its pictures; items lie in a folder beside it.
MEDIA = "media"
_CHOICE, _ENTRY = "qti-choice-interaction", "qti-text-entry-interaction"
# Formulas and sounds say what no text of ours would.
_OTHER_MEDIA = frozenset({"object", "math", "audio", "video", "picture", "svg"})
_FEEDBACK = "qti-modal-feedback"
# What is not for those who are asked.
_ASIDE = frozenset({"qti-rubric-block", "qti-feedback-block", "qti-feedback-inline"})
_TRUTHS = {"true": True, "false": False}
_DRAWN_BLANK = re.compile("_{2,}")


def why_not(content: Content) -> str | None:
    """What of this question an item cannot hold, or None: it has choices, true or false, and blanks."""
    return "type" if content.type == ESSAY else None


def read(number: int, root: Element, fetch: Callable[[str], Embedded | None]) -> Row:
    """The question of an item, or why it is not taken. ``fetch`` gives the content of what the item refers to, or None
    for what there is not.
    """
    if local(root) != "qti-assessment-item":
        return Row.refused(number, "type", "import.unsupported_type", local(root))
    body = _first(root, "qti-item-body")
    if body is None:
        return Row.refused(number, "stem", "import.no_item_body")
    elements = list(body.iter())
    interactions = [element for element in elements if local(element).endswith("-interaction")]
    kinds = {local(interaction) for interaction in interactions}
    if not interactions or not (kinds == {_ENTRY} or (kinds == {_CHOICE} and len(interactions) == 1)):
        kind = ", ".join(sorted(kinds - {_ENTRY, _CHOICE}) or sorted(kinds))
        return Row.refused(number, "type", "import.unsupported_type", kind)
    choices = sum(local(element) == "qti-simple-choice" for element in elements)
    if choices > len(KEYS):
        return Row.refused(number, "options", "import.too_many_options", choices)
    if changing := changes_itself(root):
        return Row.refused(number, "type", "import.unsupported_type", changing)
    ours = metadata.unpacked(next((found for element in elements if (found := element.get(_OURS))), ""))
    declared = {
        element.get("identifier", ""): element
        for element in root.iter()
        if local(element) == "qti-response-declaration"
    }
    omitted = Omissions(number)
    read_as = _choice if kinds == {_CHOICE} else _entries
    asked = read_as(interactions, declared, root, omitted)
    note_rest(root, omitted)
    return checked(number, _common(root, body) | ours | asked, _pictures(number, root, body, fetch), omitted)


def written(identifier: str, content: Content, pictures: Shown) -> Element:
    """The item; what QTI has no place for stands in a ``data-`` attribute, and pictures in the folder ``media``."""
    title = content.stem.split("\n", 1)[0][:60]
    item = Element(
        "qti-assessment-item",
        {"xmlns": _NAMESPACE, "identifier": identifier, "title": title, "adaptive": "false", "time-dependent": "false"},
    )
    add_declarations(item, content)
    body = SubElement(SubElement(item, "qti-item-body"), "div", {_OURS: metadata.packed(content, "category")})
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
            _FEEDBACK,
            {"outcome-identifier": "FEEDBACK", "identifier": "EXPLANATION", "show-hide": "show"},
        )
        text = SubElement(SubElement(feedback, "qti-content-body"), _block(content.explanation))
        _write_text(text, content.explanation)
    return item


def _common(root: Element, body: Element) -> dict[str, Any]:
    feedback = _first(root, _FEEDBACK)
    return {
        "stem": visible(body, _of_stem),
        "score": _greatest_score(root),
        "explanation": visible(feedback, _nothing_for) if feedback is not None else "",
    }


def _pictures(number: int, root: Element, body: Element, fetch: Callable[[str], Embedded | None]) -> Pictures:
    """The pictures of the stem and of each choice; what is shown elsewhere, or is no picture, is refused."""
    found = Pictures(number)
    choices = [element for element in body.iter() if local(element) == "qti-simple-choice"]
    places = dict(zip((id(choice) for choice in choices), KEYS, strict=False))
    # The element, the place that it belongs to.
    todo: list[tuple[Element, str | None]] = [(body, STEM)]
    feedback = _first(root, _FEEDBACK)
    if feedback is not None:
        todo.append((feedback, None))
    while todo:
        element, place = todo.pop()
        name = local(element)
        if name in _OTHER_MEDIA:
            found.refuse("import.media_in_item", name)
            continue
        if name == "img":
            source = element.get("src", "")
            if place is None:
                found.refuse("import.picture_without_place", source)
            else:
                found.show(place, source, element.get("alt", ""), fetch(source))
        place = None if name in _ASIDE else places.get(id(element), place)
        todo += [(child, place) for child in reversed(element)]
    return found


def _choice(
    interactions: list[Element], declared: dict[str, Element], root: Element, omitted: Omissions
) -> dict[str, Any]:
    (interaction,) = interactions
    choices = [element for element in interaction.iter() if local(element) == "qti-simple-choice"]
    declaration = declared.get(interaction.get("response-identifier", ""))
    right = _right_values(declaration)
    names = [choice.get("identifier", "") for choice in choices]
    if set(names) == set(_TRUTHS) and len(names) == 2:
        return {"type": TRUE_FALSE, "answer": _TRUTHS.get(right[0]) if len(right) == 1 else None}
    keys = dict(zip(names, KEYS, strict=False))
    options = [{"key": key, "text": visible(choice, _nothing_for)} for key, choice in zip(KEYS, choices, strict=False)]
    answer = [keys[name] for name in right if name in keys]
    given = {"options": options, "fixed_options": are_fixed(interaction, choices, omitted)}
    weights = weights_of(names, declaration)
    if declaration is not None and declaration.get("cardinality") == "multiple":
        scoring = _scoring(root)
        if scoring == PARTIAL and weights is not None:
            omitted.weights(weights)
        return {"type": MULTIPLE, "answer": answer, "scoring": scoring} | given
    for option, weight in zip(options, weights or (), strict=False):
        if weight > 0 and option["key"] not in answer:
            omitted.partial_credit(option["text"], weight)
    return {"type": SINGLE, "answer": answer[0] if len(answer) == 1 else None} | given


def _entries(
    interactions: list[Element], declared: dict[str, Element], root: Element, omitted: Omissions
) -> dict[str, Any]:
    blanks = []
    for interaction in interactions:
        declaration = declared.get(interaction.get("response-identifier", ""))
        forms = _right_values(declaration)
        note_forms(forms, declaration, omitted)
        blanks.append(forms)
    tolerance = _tolerance(root)
    note_tolerance(_first(root, "qti-equal"), tolerance, omitted)
    if tolerance and len(blanks) == 1 and len(blanks[0]) == 1:
        blanks = [[f"{blanks[0][0]}±{tolerance}"]]
    return {"type": BLANK, "answer": blanks}


def _right_values(declaration: Element | None) -> list[str]:
    """The correct response, then what the mapping rewards as well as it rewards anything."""
    if declaration is None:
        return []
    correct = [
        (value.text or "").strip()
        for response in declaration
        if local(response) == "qti-correct-response"
        for value in response
    ]
    rewarded = [
        (entry.get("map-key", "").strip(), _number(entry.get("mapped-value")))
        for entry in declaration.iter()
        if local(entry) == "qti-map-entry"
    ]
    if declaration.get("cardinality") == "multiple" and correct:
        return correct
    most = max((value for _, value in rewarded), default=0.0)
    return list(dict.fromkeys([*correct, *(key for key, value in rewarded if value == most > 0)]))


def _scoring(root: Element) -> str:
    """A mapped response earns its parts, a matched one all or nothing."""
    mapped = any(
        local(element) == "qti-map-response" or "map_response" in element.get("template", "") for element in root.iter()
    )
    return PARTIAL if mapped else ALL_OR_NOTHING


def _tolerance(root: Element) -> str | None:
    equal = _first(root, "qti-equal")
    if equal is None or equal.get("tolerance-mode") != "absolute":
        return None
    bounds = equal.get("tolerance", "").split()
    return bounds[0] if bounds and len(set(bounds)) == 1 else None


def _greatest_score(root: Element) -> str | None:
    for element in root.iter():
        if local(element) == "qti-outcome-declaration":
            if element.get("identifier") == "MAXSCORE":
                value = _first(element, "qti-value")
                return value.text if value is not None else None
            if element.get("identifier") == "SCORE" and element.get("normal-maximum"):
                return element.get("normal-maximum")
    return None


def _of_stem(element: Element) -> str | None:
    """What stands for the element in the stem: blanks are drawn, choices and what is for markers left out."""
    name = local(element)
    if name == _ENTRY:
        drawn = element.get("placeholder-text", "")
        return drawn if drawn and not drawn.strip("_") else "____"
    if name == _CHOICE:
        prompt = _first(element, "qti-prompt")
        # In a block of its own, after what stands before the choices.
        return f"\x01{visible(prompt, _nothing_for)}\x01" if prompt is not None else ""
    if name in _ASIDE - {"qti-feedback-inline"} or element.get("class") == _APART:
        return ""
    return None


def _nothing_for(element: Element) -> str | None:
    return "" if local(element) in ("qti-feedback-inline", "qti-feedback-block") else None


def _write_blanks(body: Element, content: Content) -> None:
    """The stem with its blanks where it draws as many as there are; else they stand below it."""
    count = len(blanks_of(content.answer))
    drawn = _DRAWN_BLANK.findall(content.stem)
    stem = SubElement(body, _block(content.stem))
    if len(drawn) != count:
        _write_text(stem, content.stem)
        below = SubElement(body, "p", {"class": _APART})
        for number in range(1, count + 1):
            SubElement(below, _ENTRY, {"response-identifier": _response(number)})
        return
    parts = _DRAWN_BLANK.split(content.stem)
    _write_text(stem, parts[0])
    for number, (blank, after) in enumerate(zip(drawn, parts[1:], strict=True), start=1):
        attributes = {"response-identifier": _response(number), "placeholder-text": blank}
        _write_text(stem, after, SubElement(stem, _ENTRY, attributes))


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
        _CHOICE,
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


def _first(parent: Element, name: str) -> Element | None:
    return next((element for element in parent.iter() if local(element) == name), None)


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
