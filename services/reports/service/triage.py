"""What the analysis suggests about reports and suggestions, and what staff decide."""

from __future__ import annotations

from chassis import serve
from contracts.reports import operations
from services.reports.handlers import triage


class TriageSide:
    """Entrypoints of ``ReportsService``."""

    @serve(operations.read_case_triage)
    def read_case_triage(self, request, call):
        return triage.read_case_triage(self.store, self.settings.sealer, request, call)

    @serve(operations.decide_case_triage)
    def decide_case_triage(self, request, call):
        return triage.decide_case_triage(self.store, self.settings.sealer, request, call)

    @serve(operations.read_suggestion_triage)
    def read_suggestion_triage(self, request, call):
        return triage.read_suggestion_triage(self.store, self.settings.sealer, request, call)

    @serve(operations.decide_suggestion_triage)
    def decide_suggestion_triage(self, request, call):
        return triage.decide_suggestion_triage(self.store, self.settings.sealer, request, call)
