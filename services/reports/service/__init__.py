"""The reports service: its entrypoints, by subject."""

from __future__ import annotations

from chassis import Configuration, Database
from services.reports.service.attachments import Attachments
from services.reports.service.evidence import Evidence
from services.reports.service.holds import Holds
from services.reports.service.identity_requests import IdentityRequests
from services.reports.service.intake import Intake
from services.reports.service.progress import Progress
from services.reports.service.reporter import ReporterSide
from services.reports.service.staff import StaffSide
from services.reports.service.suggestions import Suggestions
from services.reports.service.triage import TriageSide
from services.reports.service.units import Units
from services.reports.settings import load_settings
from services.reports.store import ReportsStore


class ReportsService(
    Attachments,
    Evidence,
    Holds,
    IdentityRequests,
    Intake,
    Progress,
    ReporterSide,
    StaffSide,
    Suggestions,
    TriageSide,
    Units,
):
    """Intake, receipts, sealed content, the inbox with the reporter, suggestions."""

    name = "reports"
    store = Database(ReportsStore)
    settings = Configuration(load_settings)
