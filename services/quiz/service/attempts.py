"""Attempts: begun, saved, handed in, looked back at."""

from __future__ import annotations

from chassis import every, serve
from contracts.quiz import operations
from services.quiz.handlers import attempts, feedback


class Attempts:
    """Entrypoints of ``QuizService``."""

    @serve(operations.start_attempt)
    def start_attempt(self, request, call):
        return attempts.start(self.store, request, call)

    @serve(operations.save_answer)
    def save_answer(self, request, call):
        return attempts.save(self.store, request, call)

    @serve(operations.submit_attempt)
    def submit_attempt(self, request, call):
        return attempts.submit(self.store, request, call)

    @serve(operations.tell_answer)
    def tell_answer(self, request, call):
        return feedback.tell(self.store, request, call)

    @serve(operations.get_attempt)
    def get_attempt(self, request, call):
        return attempts.get(self.store, request, call)

    @every(seconds=2, role="close-overdue-attempts")
    def close_overdue(self, now):
        attempts.close_overdue(self.store, now)
