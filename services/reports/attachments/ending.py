"""The end of attachments: uploads that nobody went on with, and the erasure of a report."""

from __future__ import annotations

from datetime import datetime

from services.reports.attachments.vault import COPIES, Vault

_AT_ONCE = 100


def forget_unfinished(vault: Vault, now: datetime) -> int:
    """Removes uploads that nobody went on with in time, parts first; how many there were."""
    removed = 0
    for document in vault.attachments.expired(now, _AT_ONCE):
        if vault.attachments.begin_removing(document["_id"], document["version"]):
            vault.parts.erase(document["_id"], COPIES)
            vault.attachments.remove(document["_id"])
            removed += 1
    return removed


def erase(vault: Vault, report_id: str) -> int:
    """Erases all attachments of a report: keys first, then parts, then documents; how many there were.

    It may be broken off anywhere and begun again.
    """
    vault.attachments.erase_keys(report_id)
    documents = vault.attachments.of_report(report_id)
    for document in documents:
        vault.parts.erase(document["_id"], COPIES)
        vault.attachments.remove(document["_id"])
    return len(documents)
