"""Sampling re-review: drawn, listed, judged."""

from __future__ import annotations

from chassis import serve
from contracts.tasks import operations
from services.tasks.handlers import re_reviews


class ReReviews:
    """Entrypoints of ``TasksService``."""

    @serve(operations.draw_re_reviews)
    def draw_re_reviews(self, request, call):
        return re_reviews.draw_re_reviews(self.store, request, call)

    @serve(operations.list_re_reviews)
    def list_re_reviews(self, request, call):
        return re_reviews.list_re_reviews(self.store, request, call)

    @serve(operations.decide_re_review)
    def decide_re_review(self, request, call):
        return re_reviews.decide_re_review(self.store, request, call)

    @serve(operations.list_re_review_draws)
    def list_re_review_draws(self, request, call):
        return re_reviews.list_draws(self.store, request, call)

    @serve(operations.get_re_review_draw)
    def get_re_review_draw(self, request, call):
        return re_reviews.get_draw(self.store, request, call)
