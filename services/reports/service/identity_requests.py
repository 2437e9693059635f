"""Requests to see who a reporter is: asked, decided, opened."""

from __future__ import annotations

from chassis import serve
from contracts.reports import operations
from services.reports.handlers import identity_requests


class IdentityRequests:
    """Entrypoints of ``ReportsService``."""

    @serve(operations.ask_for_identity)
    def ask_for_identity(self, request, call):
        return identity_requests.ask_for_identity(self.store, self.settings.sealer, request, call)

    @serve(operations.list_identity_requests)
    def list_identity_requests(self, request, call):
        return identity_requests.list_requests(self.store, request, call)

    @serve(operations.read_identity_request)
    def read_identity_request(self, request, call):
        return identity_requests.read_request(self.store, self.settings.sealer, request, call)

    @serve(operations.decide_identity_request)
    def decide_identity_request(self, request, call):
        return identity_requests.decide_request(self.store, self.settings.sealer, request, call)

    @serve(operations.revoke_identity_request)
    def revoke_identity_request(self, request, call):
        return identity_requests.revoke_request(self.store, self.settings.sealer, request, call)

    @serve(operations.open_identity)
    def open_identity(self, request, call):
        return identity_requests.open_identity(self.store, request, call)
