"""The access record: who reads what, and why, written down and told in one write before anything is opened."""

from __future__ import annotations

from typing import Any

from chassis.ids import new_id
from chassis.refusals import NotFound
from contracts.call import Actor, Call
from contracts.reports.events import PURPOSES, ContentAccessedV1
from services.reports.model import attachments
from services.reports.model import report as rules
from services.reports.store import ReportsStore


def reader(actor: Actor | None) -> rules.Reader:
    """The person who asks, as the rules know them; the operations let nobody in without an account."""
    if actor is None:
        raise NotFound("report")
    own = {actor.unit_id} if actor.unit_id else set()
    return rules.Reader(actor.id, actor.roles, frozenset(own | set(actor.unit_path)))


def record(
    store: ReportsStore,
    report: dict[str, Any],
    what: str,
    purpose: str,
    call: Call,
    *,
    attachment_id: str | None = None,
    copy: str | None = None,
    identity_request_id: str | None = None,
    evidence_item: int | None = None,
) -> str:
    """Records that content of a report is about to be read; the id of the access.

    ``what``: one of ``contracts.reports.events.READ``; ``identity_request_id`` goes with ``identity``,
    ``evidence_item`` with ``evidence_file``. What cannot be recorded is not read: the database's error ends the
    request.
    """
    person = reader(call.actor)
    access_id = new_id()
    told: dict[str, Any] = {
        "report_id": report["_id"],
        "case_id": report.get("case", {}).get("id"),
        "actor_id": person.id,
        "what": what,
        "attachment_id": attachment_id,
        "copy": copy,
        "evidence_item": evidence_item,
        "at": call.now,
    }
    access = {
        "_id": access_id,
        **{name: value for name, value in told.items() if value is not None},
        "roles": sorted(person.roles),
        "unit_id": call.actor.unit_id if call.actor else None,
        "purpose": purpose,
        **({"identity_request_id": identity_request_id} if identity_request_id else {}),
    }
    code = purpose if purpose in PURPOSES else None
    store.accesses.record(access, ContentAccessedV1.draft(access_id, access_id=access_id, purpose_code=code, **told))
    return access_id


def record_part(
    store: ReportsStore,
    report: dict[str, Any],
    document: dict[str, Any],
    request: dict[str, Any],
    call: Call,
    *,
    what: str = "attachment",
    evidence_item: int | None = None,
) -> str:
    """The record that a part of a file is read under: a new one for the first part, else that of the first.

    ``request`` has ``copy``, ``number``, ``access_id`` and ``purpose``. Raises ``ReadingOver`` where there is no such
    record, or it is too old.
    """
    file = {"attachment_id": document["_id"], "copy": request["copy"]}
    if request["access_id"] is None:
        if request["number"]:
            raise attachments.ReadingOver
        return record(store, report, what, request["purpose"], call, evidence_item=evidence_item, **file)
    access = store.accesses.find(request["access_id"], reader(call.actor).id, call.now - attachments.READING)
    if access is None or {name: access.get(name) for name in file} != file:
        raise attachments.ReadingOver
    return str(access["_id"])
