"""Evidence: items with their custody, and what the reports service tells of their files."""

from __future__ import annotations

from chassis import consume, serve
from contracts.reports.events import ContentAccessedV1, EvidenceFileReceivedV1
from contracts.tasks import operations
from services.tasks.handlers import evidence


class Evidence:
    """Entrypoints of ``TasksService``."""

    @serve(operations.add_evidence)
    def add_evidence(self, request, call):
        return evidence.add(self.store, request, call)

    @serve(operations.list_evidence)
    def list_evidence(self, request, call):
        return evidence.list_items(self.store, request, call)

    @serve(operations.get_evidence)
    def get_evidence(self, request, call):
        return evidence.get_item(self.store, request, call)

    @serve(operations.record_custody)
    def record_custody(self, request, call):
        return evidence.record_custody(self.store, request, call)

    @serve(operations.withdraw_evidence)
    def withdraw_evidence(self, request, call):
        return evidence.withdraw(self.store, request, call)

    @serve(operations.expect_evidence_file)
    def expect_evidence_file(self, request, call):
        evidence.expect_file(self.store, request, call)

    @consume(EvidenceFileReceivedV1)
    def attach_evidence_file(self, event):
        evidence.attach_file(self.store, event)

    @consume(ContentAccessedV1)
    def note_opened_evidence(self, event):
        evidence.note_opening(self.store, event)
