"""Marks: given by the machine in groups, and by trainers."""

from __future__ import annotations

from chassis import consume, serve
from contracts.quiz import operations
from contracts.quiz.events import AttemptSubmittedV1
from services.quiz.handlers import grading


class Grading:
    """Entrypoints of ``QuizService``."""

    @serve(operations.mark_answer)
    def mark_answer(self, request, call):
        return grading.mark(self.store, request, call.now)

    @consume(AttemptSubmittedV1, group=50)
    def grade(self, events):
        grading.grade(self.store, events)
