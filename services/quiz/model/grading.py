"""What an answer earns, and whether it is an answer to the question at all."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from services.quiz.model.folding import matches
from services.quiz.model.question import (
    BLANK,
    ESSAY,
    FORBIDDEN,
    MULTIPLE,
    PARTIAL,
    SINGLE,
    TRUE_FALSE,
    blanks_of,
)

MAX_BLANK_ANSWER, MAX_ESSAY_ANSWER = 500, 20_000


@dataclass
class InvalidAnswer(Exception):
    """An answer that does not fit its question's type. ``errors``: ``[{"field", "message"}]``, messages
    are codes."""

    errors: list[dict[str, Any]]

    @classmethod
    def because(cls, message: str) -> "InvalidAnswer":
        """One error on the field ``answer``."""
        return cls([{"field": "answer", "message": message}])


@dataclass(frozen=True)
class Shape:
    """What must be known of a question to check an answer's form: nothing of its key."""

    type: str
    keys: frozenset[str]
    blanks: int

    @classmethod
    def of(cls, question: dict[str, Any]) -> "Shape":
        """The shape of a question as a form keeps it."""
        keys = frozenset(option["key"] for option in question["options"])
        blanks = len(blanks_of(question["answer"])) if question["type"] == BLANK else 0
        return cls(question["type"], keys, blanks)

    def check(self, answer: Any) -> Any:
        """The answer to store; None for one that says nothing. ``InvalidAnswer`` for a wrong form."""
        if answer is None:
            return None
        if self.type == SINGLE:
            if isinstance(answer, str) and answer in self.keys:
                return answer
            raise InvalidAnswer.because("answer.single")
        if self.type == MULTIPLE:
            if isinstance(answer, list) and all(isinstance(key, str) and key in self.keys for key in answer):
                return sorted(set(answer)) or None
            raise InvalidAnswer.because("answer.multiple")
        if self.type == TRUE_FALSE:
            if isinstance(answer, bool):
                return answer
            raise InvalidAnswer.because("answer.true_false")
        if self.type == BLANK:
            return self._blanks(answer)
        if isinstance(answer, str) and len(answer) <= MAX_ESSAY_ANSWER and not FORBIDDEN.search(answer):
            return answer if answer.strip() else None
        raise InvalidAnswer.because("answer.essay")

    def _blanks(self, answer: Any) -> Any:
        texts = [answer] if isinstance(answer, str) else answer
        if not isinstance(texts, list) or len(texts) != self.blanks:
            raise InvalidAnswer.because("answer.blank")
        for text in texts:
            if not isinstance(text, str) or len(text) > MAX_BLANK_ANSWER or FORBIDDEN.search(text):
                raise InvalidAnswer.because("answer.blank")
        return answer if any(text.strip() for text in texts) else None


def mark(question: dict[str, Any], answer: Any) -> float | None:
    """The score that ``answer`` (already of the right shape, or None) earns; None where a person must mark
    it.

    The whole score for a right answer. With ``partial`` scoring a multiple choice earns its share of the
    right keys as long as no wrong one is chosen, and each of several blanks its equal share; half a
    hundredth rounds up.
    """
    if question["type"] == ESSAY and not question.get("void"):
        return None if answer is not None else 0.0
    return points(question["score"], share(question, answer))


def share(question: dict[str, Any], answer: Any) -> Fraction:
    """The part of the question's score that is earned, 0 to 1: all of a question that was declared void, answered or
    not, and the best that any of its keys gives where a regrade accepted further ones.
    """
    if question.get("void"):
        return Fraction(1)
    if answer is None:
        return Fraction(0)
    keys = [question["answer"], *question.get("accepted", ())]
    earned = max(_EARNED[question["type"]](key, answer) for key in keys)
    return earned if question["scoring"] == PARTIAL or earned == 1 else Fraction(0)


def points(score: float, part: Fraction) -> float:
    """``part`` of ``score`` in hundredths, half a hundredth up."""
    exact = Decimal(str(score)) * part.numerator / part.denominator
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def total(scores: list[float]) -> float:
    """The sum, exact in hundredths."""
    return float(sum((Decimal(str(score)) for score in scores), Decimal(0)))


def _same(key: Any, answer: Any) -> Fraction:
    return Fraction(int(answer == key))


def _of_choices(key: list[str], answer: list[str]) -> Fraction:
    chosen, right = set(answer), set(key)
    return Fraction(len(chosen), len(right)) if chosen <= right else Fraction(0)


def _of_blanks(key: Any, answer: Any) -> Fraction:
    blanks = blanks_of(key)
    texts = [answer] if isinstance(answer, str) else answer
    right = sum(any(matches(form, text) for form in forms) for forms, text in zip(blanks, texts, strict=True))
    return Fraction(right, len(blanks))


_EARNED = {SINGLE: _same, TRUE_FALSE: _same, MULTIPLE: _of_choices, BLANK: _of_blanks}
