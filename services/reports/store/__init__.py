"""The collections and queries of reports: the only folder of the service that knows pymongo."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from chassis import Store
from services.reports.store import accesses, keys, messages, reports


class ReportsStore(Store):
    """Everything that the reports service keeps, by subject."""

    database_name = "reports"
    outboxes = ("reports",)
    indexes: ClassVar = {
        **accesses.INDEXES,
        **messages.INDEXES,
        **reports.INDEXES,
    }

    @cached_property
    def reports(self) -> reports.Reports:
        """Reports and suggestions, and the events about them."""
        return reports.Reports(self.aggregates("reports"))

    @cached_property
    def messages(self) -> messages.Messages:
        """The inbox between staff and reporter."""
        return messages.Messages(self.db["messages"])

    @cached_property
    def accesses(self) -> accesses.Accesses:
        """Who read what, and why."""
        return accesses.Accesses(self.db["accesses"])

    @cached_property
    def wrapped_keys(self) -> keys.WrappedKeys:
        """Which keys the reports are sealed to."""
        return keys.WrappedKeys(self.db["reports"])
