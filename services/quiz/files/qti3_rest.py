"""What an item of QTI 3 says beside what a question is here: noted, since it is not taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element

from services.quiz.files.omissions import Omissions
from services.quiz.files.xml_reading import local, visible

_TRUE = frozenset({"true", "1"})
_FEEDBACK = ("qti-feedback-inline", "qti-feedback-block")
# An item that makes itself anew for each attempt asks no one question.
_CHANGING = frozenset({"qti-template-declaration", "qti-template-processing"})


def changes_itself(root: Element) -> str | None:
    """What makes the item another one in each attempt, or None."""
    if root.get("adaptive", "").strip().lower() in ("true", "1"):
        return "adaptive"
    return next((name for element in root.iter() if (name := local(element)) in _CHANGING), None)


def are_fixed(interaction: Element, choices: Sequence[Element], omitted: Omissions) -> bool:
    """Whether the choices stay in their order: they do unless the interaction says ``shuffle`` (QTI 3, 3.4), and where
    each is ``fixed``. Where some are, all stay, and that is noted: an order with those would be another question.
    """
    if interaction.get("shuffle", "false").strip() not in _TRUE:
        return True
    fixed = [one.get("identifier", "") for one in choices if one.get("fixed", "false").strip() in _TRUE]
    if fixed and len(fixed) < len(choices):
        omitted.note("fixed_options", "import.some_options_fixed", "、".join(fixed))
    return bool(fixed)


def note_rest(root: Element, omitted: Omissions) -> None:
    """Notes feedback to single answers, further explanations, and what is for markers."""
    explanations = 0
    for element in root.iter():
        name = local(element)
        explanations += name == "qti-modal-feedback"
        if name in _FEEDBACK or (name == "qti-modal-feedback" and explanations > 1):
            omitted.feedback(visible(element, _everything))
        elif name == "qti-rubric-block" and (text := visible(element, _everything)):
            omitted.note("rubric", "import.grader_information", text)


def note_forms(forms: Sequence[str], declaration: Element | None, omitted: Omissions) -> None:
    """Notes the forms of a blank that earn a part of what the best earn, and whether their case counts."""
    worth = mapped(declaration)
    best = max(worth.values(), default=0.0)
    for form, value in worth.items():
        if 0 < value < best and form not in forms:
            omitted.partial_credit(form, round(100 * value / best, 2))
    if _cased(forms) and not _folds_case(declaration):
        omitted.note("answer", "import.case_sensitive")


def note_tolerance(equal: Element | None, tolerance: str | None, omitted: Omissions) -> None:
    """Notes a tolerance that is no absolute one to both sides."""
    if equal is not None and tolerance is None and equal.get("tolerance-mode", "exact") != "exact":
        omitted.note(
            "answer", "import.tolerance", f"{equal.get('tolerance-mode')} {equal.get('tolerance', '')}".strip()
        )


def weights_of(names: Iterable[str], declaration: Element | None) -> list[float] | None:
    """What each choice earns of what the right ones earn together, in percent; None where nothing is mapped."""
    worth = mapped(declaration)
    whole = sum(value for value in worth.values() if value > 0)
    mapping = _mapping(declaration)
    if mapping is None or not whole:
        return None
    other = _number(mapping.get("default-value"))
    return [round(100 * worth.get(name, other) / whole, 2) for name in names]


def mapped(declaration: Element | None) -> Mapping[str, float]:
    """What each value earns by the mapping."""
    return {entry.get("map-key", "").strip(): _number(entry.get("mapped-value")) for entry in _entries(declaration)}


def _entries(declaration: Element | None) -> list[Element]:
    mapping = _mapping(declaration)
    return [] if mapping is None else [entry for entry in mapping if local(entry) == "qti-map-entry"]


def _mapping(declaration: Element | None) -> Element | None:
    return None if declaration is None else next((one for one in declaration if local(one) == "qti-mapping"), None)


def _cased(forms: Iterable[str]) -> bool:
    return any(form.lower() != form.upper() for form in forms)


def _folds_case(declaration: Element | None) -> bool:
    """Whether every form is mapped without regard to its case; QTI regards it where nothing is said."""
    entries = _entries(declaration)
    return bool(entries) and all(entry.get("case-sensitive", "true").strip() in ("false", "0") for entry in entries)


def _everything(_: Element) -> None:
    return None


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
