"""Keys in use, keys that are lost, and sealing what was sealed to an old key to the current one.

A rotation may be stopped anywhere and begun again, run several times at once, and run beside the service: what is left
is found by a query, and each report is changed only while it is as it was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import structlog
from prometheus_client import Gauge

from services.reports import keys, sealing
from services.reports.model import keys as rules
from services.reports.model.keys import KeyState
from services.reports.model.report import ContentUnreadable, KeyMissing
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

_log = structlog.get_logger(__name__)

MISSING = Gauge(
    "mingjing_reports_key_missing",
    "Reports that are sealed to a key of the desk which this process was not given, as counted at its start.",
    ["key_id"],
)


class Rewrapped(NamedTuple):
    """A batch of a rotation: how many were sealed anew, how many somebody else changed meanwhile, and which did not
    open.
    """

    done: int
    overtaken: int
    unreadable: list[str]


def check(store: ReportsStore, sealer: Sealer) -> list[KeyState]:
    """Every key that is configured or needed, with the number of reports that need it."""
    lookups = [lookup.id for lookup in sealer.lookups]
    return rules.states(list(sealer.desk), lookups, sealer.custodian_id, sealer.superior_id, store.wrapped_keys.use())


def tell_missing(store: ReportsStore, sealer: Sealer) -> dict[str, int]:
    """Log and measure each desk key that reports are sealed to and that is not here; intake does without it."""
    lost = missing(store, sealer)
    for key_id, reports in lost.items():
        MISSING.labels(key_id).set(reports)
        _log.error("desk key missing: its reports open only with their receipts", key_id=key_id, reports=reports)
    return lost


def missing(store: ReportsStore, sealer: Sealer) -> dict[str, int]:
    """The desk keys that reports are sealed to and that are not here: id -> number of reports."""
    lost = [key_id for key_id in store.wrapped_keys.desk_ids() if key_id not in sealer.desk]
    return {key_id: store.wrapped_keys.sealed_to([key_id]) for key_id in lost}


def to_rotate(store: ReportsStore, sealer: Sealer) -> int:
    """How many reports are sealed to an old key of the desk that is here."""
    return store.wrapped_keys.sealed_to(_old(sealer))


def rotate(store: ReportsStore, sealer: Sealer, size: int) -> Iterator[Rewrapped]:
    """Seal the data key of each such report to the desk's current key, ``size`` reports a write."""
    for batch in store.wrapped_keys.data_keys(_old(sealer), size):
        wrapped, unreadable = [], []
        for report in batch:
            try:
                wrapped.append((report, sealer.rewrapped(report["_id"], report["data_key"])))
            except ContentUnreadable as error:
                unreadable.append(error.report_id)
        done = store.wrapped_keys.replace_data_keys(wrapped)
        yield Rewrapped(done, len(wrapped) - done, unreadable)


def identities_to_rotate(store: ReportsStore, to: bytes) -> int:
    """How many identities are sealed to another key of the custodian than the public key ``to``."""
    return store.wrapped_keys.identities_not_sealed_to(keys.key_id(to))


def rotate_identities(store: ReportsStore, old: Sequence[bytes], to: bytes, size: int) -> Iterator[Rewrapped]:
    """Seal each such identity to ``to``, where one of the custodian's private keys ``old`` opens it."""
    for batch in store.wrapped_keys.identity_keys(keys.key_id(to), size):
        wrapped, unreadable = [], []
        for report in batch:
            try:
                wrapped.append((report, sealing.identity_rewrapped(report["_id"], report["identity"], old, to)))
            except (ContentUnreadable, KeyMissing):
                unreadable.append(report["_id"])
        done = store.wrapped_keys.replace_identity_keys(wrapped)
        yield Rewrapped(done, len(wrapped) - done, unreadable)


def _old(sealer: Sealer) -> list[str]:
    return [key_id for key_id in sealer.desk if key_id != sealer.desk_current]
