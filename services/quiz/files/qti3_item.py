"""One item of QTI 3 as other programs write it: choices and text entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from services.quiz.files import metadata
from services.quiz.files.embedded import Embedded, Pictures
from services.quiz.files.omissions import Omissions
from services.quiz.files.qti3_rest import are_fixed, changes_itself, note_forms, note_rest, note_tolerance, weights_of
from services.quiz.files.qti3_writing import APART, CHOICE, ENTRY, FEEDBACK, OURS
from services.quiz.files.row import Row, checked
from services.quiz.files.xml_reading import local, visible
from services.quiz.model.question import (
    ALL_OR_NOTHING,
    BLANK,
    KEYS,
    MULTIPLE,
    PARTIAL,
    SINGLE,
    STEM,
    TRUE_FALSE,
)

# Formulas and sounds say what no text of ours would.
_OTHER_MEDIA = frozenset({"object", "math", "audio", "video", "picture", "svg"})
# What is not for those who are asked.
_ASIDE = frozenset({"qti-rubric-block", "qti-feedback-block", "qti-feedback-inline"})
_TRUTHS = {"true": True, "false": False}


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
    if not interactions or not (kinds == {ENTRY} or (kinds == {CHOICE} and len(interactions) == 1)):
        kind = ", ".join(sorted(kinds - {ENTRY, CHOICE}) or sorted(kinds))
        return Row.refused(number, "type", "import.unsupported_type", kind)
    choices = sum(local(element) == "qti-simple-choice" for element in elements)
    if choices > len(KEYS):
        return Row.refused(number, "options", "import.too_many_options", choices)
    if changing := changes_itself(root):
        return Row.refused(number, "type", "import.unsupported_type", changing)
    ours = metadata.unpacked(next((found for element in elements if (found := element.get(OURS))), ""))
    declared = {
        element.get("identifier", ""): element
        for element in root.iter()
        if local(element) == "qti-response-declaration"
    }
    omitted = Omissions(number)
    read_as = _choice if kinds == {CHOICE} else _entries
    asked = read_as(interactions, declared, root, omitted)
    note_rest(root, omitted)
    return checked(number, _common(root, body) | ours | asked, _pictures(number, root, body, fetch), omitted)


def _common(root: Element, body: Element) -> dict[str, Any]:
    feedback = _first(root, FEEDBACK)
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
    feedback = _first(root, FEEDBACK)
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
    if name == ENTRY:
        drawn = element.get("placeholder-text", "")
        return drawn if drawn and not drawn.strip("_") else "____"
    if name == CHOICE:
        prompt = _first(element, "qti-prompt")
        # In a block of its own, after what stands before the choices.
        return f"\x01{visible(prompt, _nothing_for)}\x01" if prompt is not None else ""
    if name in _ASIDE - {"qti-feedback-inline"} or element.get("class") == APART:
        return ""
    return None


def _nothing_for(element: Element) -> str | None:
    return "" if local(element) in ("qti-feedback-inline", "qti-feedback-block") else None


def _first(parent: Element, name: str) -> Element | None:
    return next((element for element in parent.iter() if local(element) == name), None)


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
