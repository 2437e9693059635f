"""Exams: held, listed, found by those who are to sit them."""

from __future__ import annotations

from chassis import every, serve
from contracts.quiz import operations
from services.quiz.handlers import exam_changes, exams, following


class Exams:
    """Entrypoints of ``QuizService``."""

    @serve(operations.list_exams)
    def list_exams(self, request, call):
        return exams.list_page(self.store, request, call)

    @serve(operations.create_exam)
    def create_exam(self, request, call):
        return exams.create(self.store, request, call)

    @serve(operations.get_exam)
    def get_exam(self, request, call):
        return exams.get(self.store, request)

    @serve(operations.my_exams)
    def my_exams(self, request, call):
        return exams.mine(self.store, request, call)

    @serve(operations.update_exam)
    def update_exam(self, request, call):
        return exam_changes.update(self.store, request, call)

    @serve(operations.cancel_exam)
    def cancel_exam(self, request, call):
        return exam_changes.cancel(self.store, request, call)

    @serve(operations.put_override)
    def put_override(self, request, call):
        return exam_changes.grant(self.store, request, call)

    @serve(operations.list_overrides)
    def list_overrides(self, request, call):
        return exam_changes.granted(self.store, request)

    @every(seconds=1)
    def note_changes_of_exams(self, now):
        following.note_changes(self.store, now)
