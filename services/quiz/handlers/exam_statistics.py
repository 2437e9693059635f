"""The statistics of an exam: computed of the marks that are stored, and kept until there are others."""

from __future__ import annotations

from typing import Any

from chassis.offloading import offload
from chassis.refusals import NotFound
from contracts.call import Call
from services.quiz.model import statistics
from services.quiz.model.question import MULTIPLE, SINGLE
from services.quiz.model.regrade import corrected_form
from services.quiz.store import QuizStore

Document = dict[str, Any]
FIRST, LAST, HIGHEST, ALL = "first", "last", "highest", "all"
_DIGITS = 4


def get(store: QuizStore, request: Document, call: Call) -> Document:
    """The figures of the attempts that are graded by now, and of how many of each person's: the first by default, since
    later ones know the questions.

    While a regrade is under way only what is marked by the corrected keys is counted.
    """
    exam = known(store, request["exam_id"])
    which = request["attempts"]
    number = store.regrades.corrections(exam["_id"])["number"]
    kind = f"statistics-{which}"
    stamp = [number, store.attempts.count_graded(exam["_id"])]
    content = store.figures.kept(kind, exam["_id"], stamp)
    if content is None:
        items, attempts = read(store, exam)
        figures = offload(statistics.of_exam, list(items.values()), _chosen(attempts, which), exam["max_score"])
        content = rounded(figures) | {"computed_at": call.now}
        # Stamped with what was read: of an attempt that came meanwhile it says nothing, and is computed anew for it.
        store.figures.keep(kind, exam["_id"], [number, len(attempts)], content)
    forms = forms_of(store, exam)
    questions = {question["id"]: question for form in forms for question in form["questions"]}
    of_each = [
        item | {"question_id": item["id"], "type": questions[item["id"]]["type"], "stem": questions[item["id"]]["stem"]}
        for item in content["items"]
    ]
    return content | {"exam_id": exam["_id"], "of": which, "graded": stamp[1], "items": of_each}


def known(store: QuizStore, exam_id: str) -> Document:
    """The exam; ``NotFound`` when there is none."""
    exam = store.exams.get(exam_id)
    if exam is None:
        raise NotFound("exam")
    return exam


def forms_of(store: QuizStore, exam: Document) -> list[Document]:
    """The exam's forms as they are marked now."""
    corrections = store.regrades.corrections(exam["_id"])["questions"]
    forms = (store.exams.form(f"{exam['_id']}.{variant}") for variant in range(exam["variants"]))
    return [corrected_form(form, corrections) for form in forms if form is not None]


def read(store: QuizStore, exam: Document) -> tuple[dict[str, statistics.Item], list[Document]]:
    """The items that count, by id, and the graded attempts: ``person_id``, ``number``, ``score`` and the ``sitting``.

    A void question tells nothing of anybody and is left out. A question that two drawn papers ask for different scores
    is measured on one scale.
    """
    number = store.regrades.corrections(exam["_id"])["number"]
    forms = {form["_id"]: form for form in forms_of(store, exam)}
    items: dict[str, statistics.Item] = {}
    for form in forms.values():
        for question in form["questions"]:
            if not question.get("void") and question["id"] not in items:
                items[question["id"]] = _item(question)
    choices = [id for id, item in items.items() if item.options]
    fields = ("person_id", "number", "score", "marks", "form_id", "keys", *(f"answers.{id}.answer" for id in choices))
    attempts = []
    for attempt in store.attempts.graded(exam["_id"], dict.fromkeys(fields, 1)):
        if attempt.get("keys", 0) == number:
            sitting = _sitting(forms[attempt["form_id"]], items, attempt)
            kept = {name: attempt[name] for name in ("person_id", "number", "score")}
            attempts.append(kept | {"id": attempt["_id"], "sitting": sitting})
    return items, attempts


def rounded(value: Any) -> Any:
    """Every figure within, to four digits behind the point."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list) else value


def _item(question: Document) -> statistics.Item:
    if question["type"] not in (SINGLE, MULTIPLE):
        return statistics.Item(question["id"], question["score"])
    right = {key for answer in (question["answer"], *question.get("accepted", ())) for key in answer}
    options = tuple(option["key"] for option in question["options"])
    return statistics.Item(question["id"], question["score"], options, frozenset(right))


def _sitting(form: Document, items: dict[str, statistics.Item], attempt: Document) -> statistics.Sitting:
    answers = attempt.get("answers", {})
    earned, chosen = {}, {}
    for question in form["questions"]:
        item = items.get(question["id"])
        if item is None:
            continue
        earned[item.id] = attempt["marks"][item.id] * item.max_score / question["score"]
        if item.options and (answer := answers.get(item.id, {}).get("answer")):
            chosen[item.id] = tuple(answer)
    return statistics.Sitting(attempt["score"], earned, chosen)


def _chosen(attempts: list[Document], which: str) -> list[statistics.Sitting]:
    """The sittings that are counted of each person's."""
    if which == ALL:
        return [attempt["sitting"] for attempt in attempts]
    best = {
        FIRST: lambda attempt: -attempt["number"],
        LAST: lambda attempt: attempt["number"],
        HIGHEST: lambda attempt: (attempt["score"], -attempt["number"]),
    }[which]
    of_person: dict[str, Document] = {}
    for attempt in attempts:
        known = of_person.get(attempt["person_id"])
        if known is None or best(attempt) > best(known):
            of_person[attempt["person_id"]] = attempt
    return [attempt["sitting"] for attempt in of_person.values()]
