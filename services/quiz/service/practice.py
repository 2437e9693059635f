"""Practice: the daily set and the wrong-question book."""

from __future__ import annotations

from chassis import Configuration, consume, every, serve
from contracts.quiz import operations
from contracts.quiz.events import AttemptGradedV1
from services.quiz.handlers import practice, wrong_questions
from services.quiz.settings import load_settings


class Practice:
    """Entrypoints of ``QuizService``."""

    settings = Configuration(load_settings)

    @serve(operations.get_practice)
    def get_practice(self, request, call):
        return practice.today(self.store, self.settings, call)

    @serve(operations.answer_practice)
    def answer_practice(self, request, call):
        return practice.answer(self.store, request, call)

    @serve(operations.list_wrong_questions)
    def list_wrong_questions(self, request, call):
        return wrong_questions.list_page(self.store, request, call)

    @serve(operations.remove_wrong_question)
    def remove_wrong_question(self, request, call):
        return wrong_questions.remove(self.store, request, call)

    @consume(AttemptGradedV1, group=50)
    def let_into_books(self, events):
        wrong_questions.let_enter(self.store, events)

    @every(seconds=5, role="take-into-books")
    def take_into_books(self, now):
        wrong_questions.take_in(self.store, now)
