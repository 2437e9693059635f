"""The worker of the reports service: what takes long and must not hold up intake, in a process of its own.

It stands on the same database and keys as the service and consumes the service's own events.
"""

from __future__ import annotations

from chassis import Configuration, Database, consume
from contracts.reports.events import ContentAccessedV1
from services.reports.handlers import readings
from services.reports.settings import load_settings
from services.reports.store import ReportsStore


class ReportsWorker:
    """Triage of reports, inspection of attachments."""

    name = "reports-worker"
    # The relay stays where the events of intake are: handed over from memory there.
    store = Database(ReportsStore, relays=False)
    settings = Configuration(load_settings)

    @consume(ContentAccessedV1, group=200)
    def count_readings(self, events):
        readings.count(events)
