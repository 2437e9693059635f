"""Keys in use, keys that are lost, and sealing what was sealed to an old key to the current one.

A rotation may be stopped anywhere and begun again, run several times at once, and run beside the service: what is left
is found by a query, and each report is changed only while it is as it was read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import structlog
from prometheus_client import Gauge

from services.reports import keys, sealing
from services.reports.model import keys as rules
from services.reports.model.keys import KeyState
from services.reports.model.report import ContentUnreadable, KeyMissing
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore
from services.reports.store.keys import DeskKeys

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
    use = store.wrapped_keys.use()
    of_files = {key_id: store.wrapped_file_keys.sealed_to([key_id]) for key_id in store.wrapped_file_keys.desk_ids()}
    use = use._replace(desk=Counter(use.desk) + Counter(of_files))
    return rules.states(list(sealer.desk), lookups, sealer.custodian_id, sealer.superior_id, use)


def tell_missing(store: ReportsStore, sealer: Sealer) -> dict[str, int]:
    """Log and measure each desk key that reports are sealed to and that is not here; intake does without it."""
    lost = missing(store, sealer)
    for key_id, reports in lost.items():
        MISSING.labels(key_id).set(reports)
        _log.error("desk key missing: its reports open only with their receipts", key_id=key_id, reports=reports)
    return lost


def missing(store: ReportsStore, sealer: Sealer) -> dict[str, int]:
    """The desk keys that reports are sealed to and that are not here: id -> number of reports."""
    lost = {key_id for keys_of in _all(store) for key_id in keys_of.desk_ids() if key_id not in sealer.desk}
    return {key_id: sum(keys_of.sealed_to([key_id]) for keys_of in _all(store)) for key_id in sorted(lost)}


def to_rotate(store: ReportsStore, sealer: Sealer) -> int:
    """How many reports are sealed to an old key of the desk that is here."""
    return sum(keys_of.sealed_to(_old(sealer)) for keys_of in _all(store))


def rotate(store: ReportsStore, sealer: Sealer, size: int) -> Iterator[Rewrapped]:
    """Seal the data key of each such report to the desk's current key, ``size`` reports a write."""
    for keys_of in _all(store):
        for batch in keys_of.data_keys(_old(sealer), size):
            yield _rewrapped(keys_of, sealer, batch)


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


def _rewrapped(keys_of: DeskKeys, sealer: Sealer, batch: Sequence[dict[str, Any]]) -> Rewrapped:
    wrapped, unreadable = [], []
    for document in batch:
        try:
            wrapped.append((document, sealer.rewrapped(document["_id"], document["data_key"])))
        except ContentUnreadable as error:
            unreadable.append(error.report_id)
    done = keys_of.replace_data_keys(wrapped)
    return Rewrapped(done, len(wrapped) - done, unreadable)


def _all(store: ReportsStore) -> tuple[DeskKeys, ...]:
    """The reports, and the files of cases that nobody reported: both are sealed to the desk."""
    return store.wrapped_keys, store.wrapped_file_keys


def _old(sealer: Sealer) -> list[str]:
    return [key_id for key_id in sealer.desk if key_id != sealer.desk_current]
