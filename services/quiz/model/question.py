"""What a question is, and when one is well formed."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.quiz.model.folding import fold, stem_key

SINGLE, MULTIPLE, TRUE_FALSE, BLANK, ESSAY = "single", "multiple", "true_false", "blank", "essay"
TYPES = (SINGLE, MULTIPLE, TRUE_FALSE, BLANK, ESSAY)
KEYS = "ABCDEFGHIJ"

ALL_OR_NOTHING, PARTIAL = "all_or_nothing", "partial"
# What an incomplete answer earns when nobody says: of several blanks each counts, of several choices all
# must be right.
DEFAULT_SCORING = {BLANK: PARTIAL}

# The place of a picture that belongs to no option.
STEM = "stem"

# What parts tags and lines in a table's cell, and so cannot stand in one.
SEPARATORS = frozenset("、,，;；\n")

MAX_BLANKS, MAX_FORMS, MAX_FORM_LENGTH = 20, 20, 200

# Code -> the names under which a file may give it, the usual one first. Other categories are kept as they
# are written.
CATEGORIES = {
    "political": ("政治教育", "政治", "思想政治"),
    "warning": ("警示教育", "警示"),
    "heroic_model": ("英模教育", "英模", "先进典型"),
    "party_history": ("党史教育", "党史", "党史学习教育"),
    "law": ("法律知识", "法律", "法律法规", "法治知识"),
}
GENERAL = "general"
_CATEGORY_CODES = {fold(name): code for code, names in CATEGORIES.items() for name in (code, *names)}

# As in contracts.fields.Text: controls, bidirectional overrides, lone surrogates, noncharacters.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@dataclass
class InvalidQuestion(Exception):
    """A question that cannot be asked. ``errors``: ``[{"field", "message"}]``, each message a text code."""

    errors: list[dict[str, Any]]


@dataclass(frozen=True)
class Content:
    """All that a trainer writes of a question, in its normal form; days are ISO dates of Asia/Shanghai.

    ``answer`` by type: the key; a sorted list of keys; a bool; a list of accepted forms, or a list of such
    lists when there are several blanks; a model answer or None.
    """

    type: str
    stem: str
    options: tuple[tuple[str, str], ...]
    answer: Any
    score: float
    scoring: str
    category: str
    tags: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    difficulty: int = 3
    explanation: str = ""
    legal_basis: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    rubric: tuple[tuple[str, float], ...] = ()
    # Where each picture belongs (``stem`` or an option's key), its id, and what it shows in words; those of the stem
    # first, then option by option.
    media: tuple[tuple[str, str, str], ...] = ()
    # Of a choice, whether no exam shuffles its options; None where nobody said, and of other types.
    fixed_options: bool | None = None

    @property
    def key(self) -> str:
        """The natural key, by which a re-import finds the question again."""
        return stem_key(self.stem)

    def as_fields(self) -> dict[str, Any]:
        """The form in which a question is stored and sent."""
        return asdict(self) | {
            "options": [{"key": key, "text": text} for key, text in self.options],
            "tags": list(self.tags),
            "lines": list(self.lines),
            "rubric": [{"text": text, "score": score} for text, score in self.rubric],
            "media": [{"place": place, "id": id, "alt": alt} for place, id, alt in self.media],
            "fixed_options": bool(self.fixed_options),
        }


def content_of(given: dict[str, Any]) -> Content:
    """The normal form of a question's fields; ``InvalidQuestion`` names every wrong one.

    Texts are expected stripped and free of control characters but for ``answer``, which is checked here.
    """
    options = tuple((option["key"], _lines(option["text"])) for option in given["options"])
    draft = Content(
        type=given["type"],
        stem=_lines(given["stem"]),
        options=options,
        answer=None,
        score=float(given["score"]),
        scoring=given.get("scoring") or DEFAULT_SCORING.get(given["type"], ALL_OR_NOTHING),
        category=category_code(given["category"]),
        tags=tuple(dict.fromkeys(given.get("tags") or ())),
        lines=tuple(dict.fromkeys(given.get("lines") or ())),
        difficulty=given.get("difficulty") or 3,
        explanation=_lines(given.get("explanation") or ""),
        legal_basis=_lines(given.get("legal_basis") or "") or None,
        valid_from=_day(given.get("valid_from")),
        valid_to=_day(given.get("valid_to")),
        rubric=tuple((_lines(part["text"]), float(part["score"])) for part in given.get("rubric") or ()),
        media=_in_order((one["place"], one["id"], _lines(one["alt"])) for one in given.get("media") or ()),
        fixed_options=given.get("fixed_options") if given["type"] in (SINGLE, MULTIPLE) else None,
    )
    answer, errors = _answer(draft, given.get("answer"))
    errors = _wrong_options(draft) + _wrong_rubric(draft) + _wrong_media(draft) + errors
    for name, words in (("tags", draft.tags), ("lines", draft.lines)):
        if any(SEPARATORS.intersection(word) for word in words):
            errors.append(_error(name, "question.separator_in_word"))
    if draft.valid_from and draft.valid_to and draft.valid_to < draft.valid_from:
        errors.append(_error("valid_to", "question.valid_to_before_valid_from"))
    if errors:
        raise InvalidQuestion(errors)
    return replace(draft, answer=answer)


def category_code(name: str) -> str:
    """The code of a category given by code or by Chinese name; one that nobody knows stays as it is."""
    return _CATEGORY_CODES.get(fold(name), name)


def category_name(code: str) -> str:
    """The usual Chinese name, for files."""
    return CATEGORIES[code][0] if code in CATEGORIES else code


def blanks_of(answer: Any) -> list[list[str]]:
    """The accepted forms of each blank, from a blank question's key."""
    return answer if answer and isinstance(answer[0], list) else [answer]


# What questions are that were stored before these fields were thought of.
_BEFORE: dict[str, Any] = {"rubric": [], "fixed_options": False}


def same_content(stored: dict[str, Any], content: Content) -> bool:
    """Whether a stored question reads as ``content`` does; one stored before a field was thought of lacks it."""
    kept = stored.get("media") or ()
    pictures = _in_order((one["place"], one["id"], one["alt"]) for one in kept)
    fields = {name: value for name, value in content.as_fields().items() if name != "media"}
    return pictures == content.media and all(
        stored.get(name, _BEFORE.get(name)) == value for name, value in fields.items()
    )


def in_force(content: dict[str, Any], today: date) -> bool:
    """Whether the question may be drawn on ``today`` (Asia/Shanghai): its law is in force and it is not
    retired."""
    day = today.isoformat()
    return content.get("state", "active") == "active" and (content.get("valid_from") or day) <= day <= (
        content.get("valid_to") or day
    )


def _wrong_options(draft: Content) -> list[dict[str, Any]]:
    if draft.type not in (SINGLE, MULTIPLE):
        return [_error("options", "question.options_not_here")] if draft.options else []
    if len(draft.options) < 2:
        return [_error("options", "question.too_few_options")]
    if "".join(key for key, _ in draft.options) != KEYS[: len(draft.options)]:
        return [_error("options", "question.option_keys")]
    texts = [text for _, text in draft.options]
    if len(set(texts)) < len(texts):
        return [_error("options", "question.equal_options")]
    return []


def _wrong_rubric(draft: Content) -> list[dict[str, Any]]:
    if not draft.rubric:
        return []
    if draft.type != ESSAY:
        return [_error("rubric", "question.rubric_not_here")]
    if sum(Decimal(str(score)) for _, score in draft.rubric) != Decimal(str(draft.score)):
        return [_error("rubric", "question.rubric_sum")]
    return []


def _in_order(pictures: Iterable[tuple[str, str, str]]) -> tuple[tuple[str, str, str], ...]:
    """By place, which no file need keep otherwise; those of one place as they were given."""
    return tuple(sorted(pictures, key=lambda picture: (picture[0] != STEM, picture[0])))


def _wrong_media(draft: Content) -> list[dict[str, Any]]:
    places = {STEM, *(key for key, _ in draft.options)}
    if any(place not in places for place, _, _ in draft.media):
        return [_error("media", "question.media_place")]
    return []


def _answer(draft: Content, answer: Any) -> tuple[Any, list[dict[str, Any]]]:
    """The key in its normal form, and what is wrong with it."""
    keys = [key for key, _ in draft.options]
    if draft.type == SINGLE:
        fits = isinstance(answer, str) and answer in keys
        return answer, [] if fits else [_error("answer", "question.answer_single")]
    if draft.type == MULTIPLE:
        if isinstance(answer, list) and answer and all(key in keys for key in answer):
            return sorted(set(answer)), []
        return answer, [_error("answer", "question.answer_multiple")]
    if draft.type == TRUE_FALSE:
        return answer, [] if isinstance(answer, bool) else [_error("answer", "question.answer_true_false")]
    if draft.type == BLANK:
        return _blanks(answer)
    if answer is None or (isinstance(answer, str) and len(answer) <= 10_000 and not FORBIDDEN.search(answer)):
        return _lines(answer or "").strip() or None, []
    return answer, [_error("answer", "question.answer_essay")]


def _blanks(answer: Any) -> tuple[Any, list[dict[str, Any]]]:
    blanks = [[answer]] if isinstance(answer, str) else answer
    wrong = [_error("answer", "question.answer_blank")]
    if not isinstance(blanks, list) or not blanks:
        return answer, wrong
    if all(isinstance(form, str) for form in blanks):
        blanks = [blanks]
    if len(blanks) > MAX_BLANKS:
        return answer, wrong
    normal = []
    for forms in blanks:
        if not isinstance(forms, list) or not 0 < len(forms) <= MAX_FORMS:
            return answer, wrong
        if not all(isinstance(form, str) and _is_form(form.strip()) for form in forms):
            return answer, wrong
        normal.append(list(dict.fromkeys(form.strip() for form in forms)))
    return normal[0] if len(normal) == 1 else normal, []


def _is_form(form: str) -> bool:
    return 0 < len(form) <= MAX_FORM_LENGTH and not re.search(r"[\r\n]", form) and not FORBIDDEN.search(form)


def _lines(text: str) -> str:
    """The text with one kind of line break, so that it survives every file format."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _day(value: date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value or None


def _error(field: str, message: str) -> dict[str, Any]:
    return {"field": field, "message": message}
