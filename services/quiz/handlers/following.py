"""What follows for running attempts when their exam changes: deadlines move, a cancelled exam is handed in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chassis.refusals import Stale
from services.quiz.handlers.attempts import TRIES, submit_attempt
from services.quiz.model import attempt as rules
from services.quiz.model.exam import due_at, locks_at
from services.quiz.model.overrides import personal
from services.quiz.store import QuizStore

Document = dict[str, Any]
# Longer than any start that read the former state is on its way.
FOLLOWED = timedelta(seconds=10)


def follow(store: QuizStore, exam: Document, now: datetime) -> None:
    """Brings the exam's running attempts in line with it; done again it changes nothing."""
    for attempt in store.attempts.running_in(exam["_id"]):
        if exam.get("cancelled_at") is not None:
            submit_attempt(store, attempt, now, rules.BY_SERVER, exam["cancelled_at"])
        else:
            _move(store, exam, attempt)


def note_changes(store: QuizStore, now: datetime) -> None:
    """Learns of exams that another process has changed, and brings in line what was begun by the former state at the
    same moment, or left undone by a crash.
    """
    learned = {exam["_id"]: exam for exam, newly in store.exams.refresh() if newly}
    for exam in store.exams.not_followed():
        learned.pop(exam["_id"], None)
        follow(store, exam, now)
        if now - exam["changed_at"] >= FOLLOWED:
            store.exams.followed(exam)
    for exam in learned.values():
        follow(store, exam, now)


def _move(store: QuizStore, exam: Document, attempt: Document) -> None:
    for _ in range(TRIES):
        due = due_at(personal(exam, attempt["person_id"]), attempt["started_at"])
        times = {"due_at": due, "locks_at": locks_at(exam, due)}
        if attempt["state"] != rules.RUNNING or all(attempt[name] == time for name, time in times.items()):
            return
        try:
            store.attempts.update(attempt, times)
            return
        except Stale:
            # An answer was saved in between.
            current = store.attempts.get(attempt["_id"])
            assert current is not None
            attempt = current
    raise Stale
