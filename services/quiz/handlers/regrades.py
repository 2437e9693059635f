"""Regrades: proposed with a look at who changes, applied once, in groups that any crash may cut short."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from chassis.ids import new_id
from chassis.refusals import NotFound, WrongState
from contracts.call import Call
from contracts.quiz import operations
from services.quiz.handlers import grading
from services.quiz.model import regrade as rules
from services.quiz.model.attempt import marks_of, score_of
from services.quiz.model.standing import standing
from services.quiz.store import QuizStore

Document = dict[str, Any]
log = structlog.get_logger()

# How many attempts are marked anew before it is noted that they are.
GROUP = 50
# How many groups fit into a turn that no other replica takes for dead.
GROUPS_A_TURN = 8


def propose(store: QuizStore, request: Document, call: Call) -> Document:
    """A regrade to be decided on: what it would change, and of whom. Nothing is changed yet.

    ``InvalidRegrade`` names the changes that cannot be made; ``WrongState`` while another regrade of the exam is under
    way.
    """
    exam = store.exams.get(request["exam_id"])
    if exam is None:
        raise NotFound("exam")
    _refuse_while_applying(store, exam["_id"])
    current = store.regrades.corrections(exam["_id"])
    questions = {question["id"]: question for form in _forms(store, exam) for question in form["questions"]}
    corrections = rules.merged(current["questions"], request["changes"], questions)

    def effect(session: Any) -> Document:
        id = new_id()
        changes, summary = _preview(store, exam, {change["question_id"] for change in request["changes"]}, corrections)
        store.regrades.insert_changes([_kept(id, place, change) for place, change in enumerate(changes)])
        regrade = {
            "_id": id,
            "exam_id": exam["_id"],
            "state": rules.PROPOSED,
            "changes": request["changes"],
            "corrections": corrections,
            "based_on": current["number"],
            "reason": request["reason"],
            "notice": request["notice"],
            "summary": summary,
            "proposed_by": call.actor.id if call.actor else None,
            "proposed_at": call.now,
        }
        store.regrades.insert(regrade, session)
        return _shown(store, regrade)

    return store.once(call, request, operations.propose_regrade, effect)


def get(store: QuizStore, request: Document) -> Document:
    """One regrade, with how far it has come."""
    return _shown(store, _known(store, request["regrade_id"]))


def list_page(store: QuizStore, request: Document) -> Document:
    """A page of the exam's regrades, the newest first."""
    if store.exams.get(request["exam_id"]) is None:
        raise NotFound("exam")
    page = store.regrades.page_of_exam(request["exam_id"], request["limit"], request["cursor"])
    return page | {"items": [_shown(store, regrade) for regrade in page["items"]]}


def changes(store: QuizStore, request: Document) -> Document:
    """A page of the people whose standing changes, those first who pass or fail by it."""
    _known(store, request["regrade_id"])
    return store.regrades.page_of_changes(request["regrade_id"], request["limit"], request["cursor"])


def apply(store: QuizStore, request: Document, call: Call) -> Document:
    """Puts the corrections into force; the attempts follow by ``work_off``. Asked again, the same.

    ``PreviewOutdated`` when another regrade of the exam came first; ``WrongState`` while one is under way.
    """
    id = request["regrade_id"]

    def effect(session: Any) -> None:
        regrade = store.regrades.get(id, session)
        if regrade is None:
            raise NotFound("regrade")
        if regrade["state"] != rules.PROPOSED:
            return
        if store.regrades.corrections(regrade["exam_id"], session)["number"] != regrade["based_on"]:
            raise rules.PreviewOutdated
        number = regrade["based_on"] + 1
        by = call.actor.id if call.actor else None
        fields = {"state": rules.APPLYING, "number": number, "applied_by": by, "applied_at": call.now}
        store.regrades.change(id, rules.PROPOSED, fields, session)
        store.regrades.correct(regrade, number, session)

    regrade = _known(store, id)
    if regrade["state"] == rules.PROPOSED:
        _refuse_while_applying(store, regrade["exam_id"])
        store.transaction(effect)
    return _shown(store, _known(store, id))


def work_off(store: QuizStore, now: datetime) -> None:
    """Goes on with every regrade that is under way: what is marked anew is noted in groups, and noting comes last, so
    that what a crash cut short is done once more, to no effect where it was done. What is too much for one turn is left
    to the next.
    """
    for regrade in store.regrades.in_state(rules.APPLYING):
        if _remark(store, regrade, now):
            _grade_what_waited(store, regrade, now)
            _finish(store, regrade, now)


def _remark(store: QuizStore, regrade: Document, now: datetime) -> bool:
    """Marks anew as much as a turn holds; whether nothing is left."""
    keys = store.regrades.corrections(regrade["exam_id"])
    for _ in range(GROUPS_A_TURN):
        group = store.attempts.not_regraded(regrade["exam_id"], regrade["number"], GROUP)
        if not group:
            return True
        for attempt in group:
            grading.remark(store, attempt, keys, now)
        store.attempts.regraded([attempt["_id"] for attempt in group], regrade["number"])
    return False


def _finish(store: QuizStore, regrade: Document, now: datetime) -> None:
    changed = store.attempts.count_corrected(regrade["_id"])
    fields = {"state": rules.APPLIED, "finished_at": now, "attempts_changed": changed}
    if store.regrades.change(regrade["_id"], rules.APPLYING, fields):
        log.info("exam_regraded", exam_id=regrade["exam_id"], regrade_id=regrade["_id"], changed=changed)


def _grade_what_waited(store: QuizStore, regrade: Document, now: datetime) -> None:
    """A void essay needs no marker: what waited for nothing else is graded."""
    void = [id for id, correction in regrade["corrections"].items() if correction.get("void")]
    while waiting := store.markings.waiting_for(regrade["exam_id"], void, GROUP):
        grading.grade_attempts(store, store.attempts.many({marking["attempt_id"] for marking in waiting}), now)
        store.markings.close([marking["_id"] for marking in waiting])


def _preview(
    store: QuizStore, exam: Document, question_ids: set[str], corrections: Document
) -> tuple[list[rules.Change], Document]:
    """Who would change, those first who pass or fail by it, and the figures. Attempts that count in no standing are
    marked anew like all others, but change nothing of anybody's.
    """
    questions = {
        form["_id"]: [
            rules.corrected(question, corrections.get(question["id"]))
            for question in form["questions"]
            if question["id"] in question_ids
        ]
        for form in _forms(store, exam)
    }
    names = ("person_id", "number", "score", "marks", "form_id", "by_hand", "exam_id", "submitted_at", "graded_at")
    read = dict.fromkeys(names, 1)
    people: dict[str, tuple[Document, Document]] = {}
    attempts = changed = 0
    for attempt in store.attempts.graded(exam["_id"], read | {f"answers.{id}": 1 for id in question_ids}):
        answers = attempt.get("answers", {})
        again = marks_of(questions[attempt["form_id"]], answers, attempt.get("by_hand", {}))
        after = score_of(attempt["marks"] | again)
        attempts, changed = attempts + 1, changed + int(after != attempt["score"])
        if not grading.counts(store, attempt):
            continue
        before_of, after_of = people.setdefault(attempt["person_id"], ({}, {}))
        key = str(attempt["number"])
        before_of[key] = {"number": attempt["number"], "score": attempt["score"]}
        after_of[key] = {"number": attempt["number"], "score": after}
    found = [_change(exam, person_id, before, after) for person_id, (before, after) in people.items()]
    changes = [change for change in found if change.before != change.after or change.flip]
    changes.sort(key=lambda change: (change.flip is None, change.person_id))
    return changes, rules.summary(changes, attempts, changed)


def _change(exam: Document, person_id: str, before: Document, after: Document) -> rules.Change:
    then, now = standing(exam, before), standing(exam, after)
    return rules.Change(person_id, then.score, now.score, then.passed, now.passed)


def _kept(id: str, place: int, change: rules.Change) -> Document:
    return {
        "_id": f"{id}:{place:07}",
        "regrade_id": id,
        "person_id": change.person_id,
        "before": change.before,
        "after": change.after,
        "passed_before": change.passed_before,
        "passed_after": change.passed_after,
    }


def _forms(store: QuizStore, exam: Document) -> list[Document]:
    forms = (store.exams.form(f"{exam['_id']}.{variant}") for variant in range(exam["variants"]))
    return [form for form in forms if form is not None]


def _refuse_while_applying(store: QuizStore, exam_id: str) -> None:
    if any(regrade["exam_id"] == exam_id for regrade in store.regrades.in_state(rules.APPLYING)):
        raise WrongState(rules.APPLYING)


def _known(store: QuizStore, id: str) -> Document:
    regrade = store.regrades.get(id)
    if regrade is None:
        raise NotFound("regrade")
    return regrade


def _shown(store: QuizStore, regrade: Document) -> Document:
    left = 0
    if regrade["state"] == rules.APPLYING:
        left = store.attempts.count_not_regraded(regrade["exam_id"], regrade["number"])
    return {**regrade, "id": regrade["_id"], "attempts_left": left}
