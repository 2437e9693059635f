"""Marks: given by the machine in groups, and by markers."""

from __future__ import annotations

from chassis import consume, serve
from contracts.quiz import operations
from contracts.quiz.events import AttemptSubmittedV1
from services.quiz.handlers import grading, marking


class Grading:
    """Entrypoints of ``QuizService``."""

    @serve(operations.mark_answer)
    def mark_answer(self, request, call):
        return marking.mark_answer(self.store, request, call)

    @serve(operations.list_markings)
    def list_markings(self, request, call):
        return marking.queue(self.store, request, call)

    @serve(operations.get_marking)
    def get_marking(self, request, call):
        return marking.get(self.store, request, call)

    @serve(operations.give_mark)
    def give_mark(self, request, call):
        return marking.give(self.store, request, call)

    @consume(AttemptSubmittedV1, group=50)
    def grade(self, events):
        grading.grade(self.store, events)
