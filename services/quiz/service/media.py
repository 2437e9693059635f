"""Pictures of questions: added, and shown to those who may see the question."""

from __future__ import annotations

from chassis import every, serve
from contracts.quiz import operations
from services.quiz.handlers import media, practice


class Media:
    """Entrypoints of ``QuizService``."""

    @serve(operations.add_media)
    def add_media(self, request, call):
        return media.add(self.store, request, call)

    @serve(operations.get_media)
    def get_media(self, request, call):
        return media.get(self.store, request)

    @serve(operations.get_attempt_media)
    def get_attempt_media(self, request, call):
        return media.get_in_attempt(self.store, request, call)

    @serve(operations.get_practice_media)
    def get_practice_media(self, request, call):
        return practice.picture(self.store, request, call)

    @every(seconds=3600, role="forget-unused-pictures")
    def forget_unused_pictures(self, now):
        media.forget_unused(self.store, now)
