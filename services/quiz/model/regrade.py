"""Regrades: what may be corrected of an exam's questions once people have answered them, and who gains or loses by it.

The forms stay as they were asked. A correction stands beside them, by question id, and marking takes the question with
its corrections; so a regrade is the same marking once more.
"""

from dataclasses import dataclass
from typing import Any

from services.quiz.model.grading import Shape
from services.quiz.model.question import ALL_OR_NOTHING, BLANK, ESSAY, MULTIPLE, PARTIAL, InvalidQuestion, content_of

KEY, ACCEPT, VOID, SCORING = "key", "accept", "void", "scoring"
KINDS = (KEY, ACCEPT, VOID, SCORING)

PROPOSED, APPLYING, APPLIED = "proposed", "applying", "applied"

Question = dict[str, Any]


@dataclass
class InvalidRegrade(Exception):
    """Corrections that cannot be made. ``errors``: ``[{"field", "message"}]``, messages are codes."""

    errors: list[dict[str, Any]]


@dataclass
class PreviewOutdated(Exception):
    """Another regrade of the exam was applied since this one was proposed: who changes must be looked at again."""


def corrected(question: Question, correction: dict[str, Any] | None) -> Question:
    """The question as it is marked: with another ``answer`` or ``scoring``, with further ``accepted`` keys, or
    ``void``.
    """
    return question | correction if correction else question


def corrected_form(form: dict[str, Any], corrections: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The form with every correction in it."""
    if not corrections:
        return form
    return form | {
        "questions": [corrected(question, corrections.get(question["id"])) for question in form["questions"]]
    }


def merged(
    corrections: dict[str, dict[str, Any]], changes: list[dict[str, Any]], questions: dict[str, Question]
) -> dict[str, dict[str, Any]]:
    """The corrections by question id once ``changes`` are made: ``[{"question_id", "kind", "answer"?, "scoring"?}]``.

    ``questions``: as they were asked, by id. A new key takes the place of every key before it; a further one stands
    beside. ``InvalidRegrade`` names every change that cannot be made.
    """
    result = {id: dict(correction) for id, correction in corrections.items()}
    errors: list[dict[str, Any]] = []
    for place, change in enumerate(changes):
        question = questions.get(change["question_id"])
        if question is None:
            errors.append(_error(place, "question_id", "regrade.unknown_question"))
            continue
        now = corrected(question, result.get(question["id"]))
        try:
            result[question["id"]] = result.get(question["id"], {}) | _change(now, change)
        except InvalidRegrade as invalid:
            errors += [error | {"field": f"changes.{place}.{error['field']}"} for error in invalid.errors]
    if errors:
        raise InvalidRegrade(errors)
    return result


@dataclass(frozen=True)
class Change:
    """What a regrade does to what counts of one person: ``score`` and ``passed`` before and after."""

    person_id: str
    before: float
    after: float
    passed_before: bool
    passed_after: bool

    @property
    def flip(self) -> str | None:
        """``passes``, ``fails``, or None where passing stays as it was."""
        if self.passed_before == self.passed_after:
            return None
        return "passes" if self.passed_after else "fails"


def summary(changes: list[Change], attempts: int, attempts_changed: int) -> dict[str, int]:
    """The figures that the list of changes adds up to."""
    return {
        "attempts": attempts,
        "attempts_changed": attempts_changed,
        "people_changed": len(changes),
        "gain": sum(change.after > change.before for change in changes),
        "lose": sum(change.after < change.before for change in changes),
        "newly_passed": sum(change.flip == "passes" for change in changes),
        "newly_failed": sum(change.flip == "fails" for change in changes),
    }


def _change(question: Question, change: dict[str, Any]) -> dict[str, Any]:
    kind = change["kind"]
    if kind == VOID:
        return {"void": True}
    if kind == SCORING:
        if question["type"] not in (MULTIPLE, BLANK):
            raise InvalidRegrade([{"field": "kind", "message": "regrade.no_partial_credit"}])
        if change.get("scoring") not in (ALL_OR_NOTHING, PARTIAL):
            raise InvalidRegrade([{"field": "scoring", "message": "regrade.scoring_missing"}])
        return {"scoring": change["scoring"]}
    key = _key(question, change.get("answer"))
    if kind == ACCEPT:
        return {"accepted": [*question.get("accepted", []), key]}
    return {"answer": key, "accepted": []}


def _key(question: Question, answer: Any) -> Any:
    if question["type"] == ESSAY:
        raise InvalidRegrade([{"field": "kind", "message": "regrade.no_key"}])
    try:
        key = content_of(question | {"answer": answer}).answer
    except InvalidQuestion as invalid:
        raise InvalidRegrade([error for error in invalid.errors if error["field"] == "answer"]) from invalid
    if Shape.of(question).blanks != Shape.of(question | {"answer": key}).blanks:
        raise InvalidRegrade([{"field": "answer", "message": "regrade.other_blanks"}])
    return key


def _error(place: int, field: str, message: str) -> dict[str, Any]:
    return {"field": f"changes.{place}.{field}", "message": message}
