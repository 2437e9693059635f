"""Papers: fixed, or drawn by a blueprint."""

from __future__ import annotations

from chassis import serve
from contracts.quiz import operations
from services.quiz.handlers import papers


class Papers:
    """Entrypoints of ``QuizService``."""

    @serve(operations.list_papers)
    def list_papers(self, request, call):
        return papers.list_page(self.store, request)

    @serve(operations.create_paper)
    def create_paper(self, request, call):
        return papers.create(self.store, request, call)

    @serve(operations.get_paper)
    def get_paper(self, request, call):
        return papers.get(self.store, request)

    @serve(operations.paper_feasibility)
    def paper_feasibility(self, request, call):
        return papers.feasibility(self.store, request, call)

    @serve(operations.paper_overlap)
    def paper_overlap(self, request, call):
        return papers.overlap(self.store, request, call)
