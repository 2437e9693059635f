"""Exams: held, listed, found by those who are to sit them."""

from __future__ import annotations

from chassis import serve
from contracts.quiz import operations
from services.quiz.handlers import exams


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
