"""What a QTI 3 item declares of its answers and how it scores them."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from services.quiz.files.tolerance import tolerant
from services.quiz.model.question import BLANK, MULTIPLE, PARTIAL, TRUE_FALSE, Content, blanks_of


def add_declarations(item: Element, content: Content) -> None:
    """The key of each response, and the outcomes: the score, its greatest value, and whether to explain."""
    if content.type == BLANK:
        _declare_blanks(item, content)
    else:
        _declare_choice(item, content)
    score = _outcome(item, "SCORE", "float", "0")
    score.set("normal-maximum", repr(content.score))
    _outcome(item, "MAXSCORE", "float", repr(content.score))
    if content.explanation:
        _outcome(item, "FEEDBACK", "identifier", "EXPLANATION")


def add_processing(item: Element, content: Content) -> None:
    """All for the right answer; with partial scoring what the mapping gives to each part."""
    processing = SubElement(item, "qti-response-processing")
    if content.type == BLANK and not tolerant(content):
        total = SubElement(SubElement(processing, "qti-set-outcome-value", identifier="SCORE"), "qti-sum")
        for number in range(1, len(blanks_of(content.answer)) + 1):
            SubElement(total, "qti-map-response", identifier=_response(number))
        return
    if content.type == MULTIPLE and content.scoring == PARTIAL:
        outcome = SubElement(processing, "qti-set-outcome-value", identifier="SCORE")
        SubElement(outcome, "qti-map-response", identifier="RESPONSE")
        return
    condition = SubElement(SubElement(processing, "qti-response-condition"), "qti-response-if")
    number = tolerant(content)
    if number:
        test = SubElement(
            condition, "qti-equal", {"tolerance-mode": "absolute", "tolerance": f"{number[1]} {number[1]}"}
        )
    else:
        test = SubElement(condition, "qti-match")
    SubElement(test, "qti-variable", identifier="RESPONSE")
    SubElement(test, "qti-correct", identifier="RESPONSE")
    outcome = SubElement(condition, "qti-set-outcome-value", identifier="SCORE")
    SubElement(outcome, "qti-variable", identifier="MAXSCORE")


def _declare_choice(item: Element, content: Content) -> None:
    if content.type == TRUE_FALSE:
        right = ["true" if content.answer else "false"]
    else:
        right = [f"choice_{key}" for key in ([content.answer] if isinstance(content.answer, str) else content.answer)]
    many = content.type == MULTIPLE
    declaration = _declaration(item, "RESPONSE", "multiple" if many else "single", "identifier", right)
    if many and content.scoring == PARTIAL:
        # A wrong choice costs everything, as it does here.
        mapping = SubElement(
            declaration,
            "qti-mapping",
            {"default-value": repr(-content.score), "lower-bound": "0", "upper-bound": repr(content.score)},
        )
        for name in right:
            _entry(mapping, name, content.score / len(right))


def _declare_blanks(item: Element, content: Content) -> None:
    number = tolerant(content)
    if number:
        _declaration(item, "RESPONSE", "single", "float", [number[0]])
        return
    blanks = blanks_of(content.answer)
    for place, forms in enumerate(blanks, start=1):
        declaration = _declaration(item, _response(place), "single", "string", forms[:1])
        mapping = SubElement(declaration, "qti-mapping", {"default-value": "0"})
        for form in forms:
            _entry(mapping, form, content.score / len(blanks)).set("case-sensitive", "false")


def _declaration(item: Element, name: str, cardinality: str, base: str, right: list[str]) -> Element:
    declaration = SubElement(
        item, "qti-response-declaration", {"identifier": name, "cardinality": cardinality, "base-type": base}
    )
    correct = SubElement(declaration, "qti-correct-response")
    for value in right:
        SubElement(correct, "qti-value").text = value
    return declaration


def _entry(mapping: Element, key: str, value: float) -> Element:
    return SubElement(mapping, "qti-map-entry", {"map-key": key, "mapped-value": repr(value)})


def _outcome(item: Element, name: str, base: str, value: str) -> Element:
    outcome = SubElement(
        item, "qti-outcome-declaration", {"identifier": name, "cardinality": "single", "base-type": base}
    )
    SubElement(SubElement(outcome, "qti-default-value"), "qti-value").text = value
    return outcome


def _response(number: int) -> str:
    return "RESPONSE" if number == 1 else f"RESPONSE{number}"
