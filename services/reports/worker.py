"""The worker of the reports service: what takes long and must not hold up intake, in a process of its own.

It stands on the same database and keys as the service and consumes the service's own events.
"""

from __future__ import annotations

from chassis import Configuration, Database, at_start, consume, every
from contracts.reports.events import (
    AttachmentReceivedV1,
    ContentAccessedV1,
    IdentityRequestChangedV1,
    ReportClassifiedV1,
    ReportErasedV1,
    ReportSubmittedV1,
)
from services.reports.handlers import analysis, erasure, identity_requests, inspection, readings
from services.reports.settings import load_settings
from services.reports.store import ReportsStore
from services.reports.triage.choice import load_analyst


class ReportsWorker:
    """Triage of reports, inspection of attachments, erasure of what was kept long enough and of keys whose time is
    over."""

    name = "reports-worker"
    # The relay stays where the events of intake are: handed over from memory there.
    store = Database(ReportsStore, relays=False)
    settings = Configuration(load_settings)
    analyst = Configuration(load_analyst)

    @at_start
    def fill_index(self):
        analysis.compare_with_what_is_kept(self.store, self.settings.sealer, self.analyst)

    # Another replica's reports come in, erased ones go out.
    @every(seconds=60)
    def refresh_index(self, now):
        analysis.compare_with_what_is_kept(self.store, self.settings.sealer, self.analyst)

    @consume(ReportSubmittedV1, concurrency=2)
    def analyse_report(self, event):
        analysis.analyse_report(self.store, self.settings.sealer, self.analyst, event.data["report_id"])

    @every(seconds=3600, role="triage")
    def analyse_overdue(self, now):
        analysis.analyse_overdue(self.store, self.settings.sealer, self.analyst, now)

    @consume(ReportClassifiedV1, group=200)
    def count_decisions(self, events):
        analysis.count_decisions(events)

    @consume(ReportErasedV1, group=50)
    def forget_erased(self, events):
        analysis.forget_erased(self.analyst, events)

    # One at a time: each may take as much memory as a child is allowed. With waits of ten minutes the attempts go on
    # for a day, which is how long clamd may be away.
    @consume(AttachmentReceivedV1, concurrency=1, attempts=150)
    def inspect_attachment(self, event):
        vault, settings = self.settings.vault(self.store), self.settings
        inspection.inspect_attachment(self.store, vault, settings.sealer, settings.scanner, event)

    @consume(ContentAccessedV1, group=200)
    def count_readings(self, events):
        readings.count(events)

    @consume(IdentityRequestChangedV1, group=200)
    def count_identity_requests(self, events):
        identity_requests.count(events)

    @every(seconds=60, role="identity requests")
    def end_identity_requests(self, now):
        identity_requests.end_over(self.store, now)

    @consume(ReportErasedV1, group=50)
    def sweep_erased(self, events):
        erasure.sweep_erased(self.store, self.settings.vault(self.store), events)

    @every(seconds=3600, role="retention")
    def erase_due(self, now):
        if self.settings.erases:
            erasure.run(self.store, self.settings.vault(self.store), now)
