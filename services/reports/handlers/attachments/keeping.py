"""What keeps the store of attachments in order."""

from __future__ import annotations

from datetime import datetime

from services.reports.attachments import ending
from services.reports.attachments.vault import Vault


def forget_unfinished(vault: Vault, now: datetime) -> int:
    """Remove uploads that nobody went on with for a day; how many there were."""
    return ending.forget_unfinished(vault, now)


def erase_attachments(vault: Vault, report_id: str) -> int:
    """Erase all attachments of a report: keys, then parts, then documents; how many there were.

    For the erasure of the report, after its own keys. May be broken off anywhere and called again.
    """
    return ending.erase(vault, report_id)
