"""The question bank: written, read, exported."""

from __future__ import annotations

from chassis import every, serve
from contracts.quiz import operations
from services.quiz.handlers import question_exports, questions


class Questions:
    """Entrypoints of ``QuizService``."""

    @serve(operations.list_questions)
    def list_questions(self, request, call):
        return questions.list_page(self.store, request)

    @serve(operations.create_question)
    def create_question(self, request, call):
        return questions.create(self.store, request, call)

    @serve(operations.get_question)
    def get_question(self, request, call):
        return questions.get(self.store, request)

    @serve(operations.update_question)
    def update_question(self, request, call):
        return questions.update(self.store, request, call)

    @serve(operations.list_question_revisions)
    def list_question_revisions(self, request, call):
        return questions.list_revisions(self.store, request)

    @every(seconds=60, role="retire-expired-questions")
    def retire_expired_questions(self, now):
        questions.retire_expired(self.store, now)

    @serve(operations.export_questions)
    def export_questions(self, request, call):
        return question_exports.export(self.store, request)

    @serve(operations.questions_left_out)
    def questions_left_out(self, request, call):
        return question_exports.left_out(self.store, request)
