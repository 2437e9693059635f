"""Regrades: proposed, looked at, applied, worked off."""

from __future__ import annotations

from chassis import every, serve
from contracts.quiz import operations
from services.quiz.handlers import regrades


class Regrades:
    """Entrypoints of ``QuizService``."""

    @serve(operations.propose_regrade)
    def propose_regrade(self, request, call):
        return regrades.propose(self.store, request, call)

    @serve(operations.list_regrades)
    def list_regrades(self, request, call):
        return regrades.list_page(self.store, request)

    @serve(operations.get_regrade)
    def get_regrade(self, request, call):
        return regrades.get(self.store, request)

    @serve(operations.list_regrade_changes)
    def list_regrade_changes(self, request, call):
        return regrades.changes(self.store, request)

    @serve(operations.apply_regrade)
    def apply_regrade(self, request, call):
        return regrades.apply(self.store, request, call)

    @every(seconds=1, role="work-off-regrades")
    def work_off_regrades(self, now):
        regrades.work_off(self.store, now)
