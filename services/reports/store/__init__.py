"""The collections and queries of reports: the only folder of the service that knows pymongo."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

from chassis import Store
from services.reports.store import (
    above,
    accesses,
    attachments,
    case_files,
    identity_requests,
    keys,
    messages,
    parts,
    reports,
    retention,
    triage,
    units,
)


class ReportsStore(Store):
    """Everything that the reports service keeps, by subject."""

    database_name = "reports"
    outboxes = ("reports", "attachments", "accesses", "identity_requests")
    indexes: ClassVar = {
        **accesses.INDEXES,
        **attachments.INDEXES,
        **case_files.INDEXES,
        **identity_requests.INDEXES,
        **messages.INDEXES,
        **parts.INDEXES,
        **reports.INDEXES,
        **units.INDEXES,
    }

    @cached_property
    def reports(self) -> reports.Reports:
        """Reports and suggestions, and the events about them."""
        return reports.Reports(self.aggregates("reports"))

    @cached_property
    def above(self) -> above.Above:
        """The reports that the level above handles."""
        return above.Above(self.db["reports"])

    @cached_property
    def units(self) -> units.Units:
        """The units that reports may be about."""
        return units.Units(self.db)

    @cached_property
    def messages(self) -> messages.Messages:
        """The inbox between staff and reporter."""
        return messages.Messages(self.db["messages"], self.aggregates("reports"), self.transaction)

    @cached_property
    def accesses(self) -> accesses.Accesses:
        """Who read what, and why."""
        return accesses.Accesses(self.aggregates("accesses"))

    @cached_property
    def identity_requests(self) -> identity_requests.IdentityRequests:
        """Who asked to see a reporter's identity, and what came of it."""
        return identity_requests.IdentityRequests(self.aggregates("identity_requests"))

    @cached_property
    def attachments(self) -> attachments.Attachments:
        """Files of both sides, and the events about them."""
        return attachments.Attachments(self.aggregates("attachments"))

    @cached_property
    def case_files(self) -> case_files.CaseFiles:
        """The keys of cases that have evidence, and what is said of it."""
        return case_files.CaseFiles(self.db)

    @cached_property
    def parts(self) -> parts.GridFsParts:
        """The sealed parts of attachments, where the database keeps them."""
        return parts.GridFsParts(self.db)

    @cached_property
    def retention(self) -> retention.Retention:
        """What has ended and goes one day, and the tombstones."""
        return retention.Retention(self.aggregates("reports"), self.db["messages"])

    @cached_property
    def triage(self) -> triage.Triage:
        """What was suggested about reports, and decided."""
        return triage.Triage(self.aggregates("reports"))

    @cached_property
    def wrapped_keys(self) -> keys.WrappedKeys:
        """Which keys the reports are sealed to."""
        return keys.WrappedKeys(self.db["reports"])

    @cached_property
    def wrapped_file_keys(self) -> keys.DeskKeys:
        """Which keys of the desk the files of cases that nobody reported are sealed to."""
        return keys.DeskKeys(self.db["case_files"])
