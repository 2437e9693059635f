"""The units that reports may be about."""

from __future__ import annotations

from chassis import consume, every
from contracts.identity.events import UnitChangedV1
from services.reports.handlers import units


class Units:
    """Entrypoints of ``ReportsService``."""

    @consume(UnitChangedV1, group=200)
    def know_units(self, events):
        units.know_units(self.store, events)

    @every(seconds=2)
    def refresh_directory(self, now):
        units.refresh_directory(self.store)
