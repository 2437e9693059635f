"""Imports of people: accepted at once, worked on in batches, taken up again where they stopped.

What is done to each person carries the import and the row, so a batch that is run again after a crash changes nothing
and is counted the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from pymongo.client_session import ClientSession

from chassis.imports import Contents, Taken, content_of, new_job, work_on
from chassis.tables import Limits, read_table, vocabulary
from contracts.call import Call
from contracts.identity import operations
from contracts.identity.organisation import DUTIES, LINE_DUTIES, LINES, ROLES
from services.identity.handlers.import_batches import Batch
from services.identity.people_table import PersonRow, Rejection, Vocabulary, read_people
from services.identity.settings import IdentitySettings
from services.identity.store import IdentityStore

Document = dict[str, Any]
Request = dict[str, Any]

LIMITS = Limits()


def start_people_import(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """Keeps the file and begins soon."""
    content = content_of(request["content"], broken="identity.import.broken", too_large="identity.import.too_large")
    job = new_job(operations.IMPORT_ID_PREFIX, call)

    def effect(session: ClientSession | None) -> Document:
        store.imports.insert(job, content, session)
        return {"id": job["_id"]}

    return store.once(call, request, operations.start_people_import, effect)


def get_import(store: IdentityStore, settings: IdentitySettings, request: Request, call: Call) -> Document:
    """How far it is."""
    return store.imports.progress(request["import_id"])


def work_on_imports(store: IdentityStore, settings: IdentitySettings, now: datetime) -> None:
    """Works on what waits, oldest first, for one turn."""
    work_on(store.imports, _People(store, settings), now)


@dataclass(frozen=True)
class _People:
    """The importer of people."""

    store: IdentityStore
    settings: IdentitySettings

    def read(self, content: bytes) -> Contents[PersonRow]:
        reading = read_people(read_table(content, LIMITS), _vocabulary())
        return Contents(reading.people, [_rejected(one) for one in reading.rejected], reading.total)

    def take(self, job: Document, rows: Sequence[PersonRow], now: datetime) -> Taken:
        batch = Batch(self.store, self.settings, job, list(rows))
        batch.work(now)
        return Taken(batch.counts, [_rejected(one) for one in batch.rejected])

    def message(self, reason: str) -> str:
        return f"identity.import.{reason}"

    def ended(self, job: Document, state: str, now: datetime) -> None:
        self.store.records.add(
            "people_imported",
            at=now,
            kept=self.settings.log_kept,
            person_id=None,
            actor_id=job["started_by"],
            details={"import_id": job["_id"], "state": state},
        )


def _rejected(rejection: Rejection) -> Document:
    message = rejection.message
    # A sentence of a contract's own validation is a message already.
    code = message if " " in message else f"identity.import.{message}"
    value = rejection.value[:200] if rejection.value else None
    return {"row": rejection.row, "field": rejection.field, "message": code, "value": value}


@cache
def _vocabulary() -> Vocabulary:
    def names(table: Any) -> dict[str, str]:
        return vocabulary((name.code, (name.zh, name.en, *name.aliases)) for name in table)

    own_duties = [duty for duty in DUTIES if duty.code not in LINE_DUTIES and not duty.code.startswith("linked_")]
    return Vocabulary(lines=names(LINES), roles=names(ROLES), duties=names(own_duties))
