"""Routing: candidates for a case, bodies outside the bureau."""

from __future__ import annotations

from chassis import serve
from contracts.tasks import operations
from services.tasks.handlers import routing


class Routing:
    """Entrypoints of ``TasksService``."""

    @serve(operations.list_candidates)
    def list_candidates(self, request, call):
        return routing.list_candidates(self.store, request, call)

    @serve(operations.list_outside_bodies)
    def list_outside_bodies(self, request, call):
        return routing.list_outside_bodies(self.store, request, call)
