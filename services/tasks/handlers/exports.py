"""A whole case as a bundle: numbered, signed, and put on record, all or nothing.

What is in the bundle whoever exports it has put together from what they may read; here it gets its number, the ends of
the custody chains and the bureau's signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chassis.ids import new_id
from chassis.refusals import Invalid, Stale
from contracts.call import Actor, Call
from contracts.tasks import operations
from services.tasks.evidence_documents import next_link, told
from services.tasks.export_keys import Signer
from services.tasks.handlers import dispatch
from services.tasks.handlers.changes import CaseChanged, changed_since
from services.tasks.handlers.reading import signed_in, visible
from services.tasks.handlers.recording import record
from services.tasks.model import custody
from services.tasks.model.calendar import local_day
from services.tasks.model.custody import Act
from services.tasks.model.decisions import Action, decide
from services.tasks.model.exports import KIND, Custody, manifest_text
from services.tasks.model.refusals import NothingSigns
from services.tasks.store import TasksStore

Document = dict[str, Any]

# How often it is done anew when somebody opened an item at the same moment.
_TRIES = 5


def export(store: TasksStore, request: Mapping[str, Any], call: Call, signer: Signer | None, prefix: str) -> Document:
    """Numbers and signs the bundle of these files; the history of the case says so, and the custody of each original.

    Raises ``NothingSigns`` without a ``signer``, ``NotFound``, ``CaseChanged``, ``Invalid`` for an item without a file,
    and as ``decide`` for ``export``.
    """
    if signer is None:
        raise NothingSigns

    def effect(session: Any) -> Document:
        if session is None:
            return store.transaction(effect)
        return _export(store, request, call, signer, prefix, session)

    for left in reversed(range(_TRIES)):
        try:
            return store.once(call, request, operations.export_case, effect)
        except CaseChanged:
            raise
        except Stale:
            if left == 0:
                raise
    raise AssertionError("the last try answers or raises")


def _export(
    store: TasksStore, request: Mapping[str, Any], call: Call, signer: Signer, prefix: str, session: Any
) -> Document:
    actor = signed_in(call)
    document, case = visible(store.case(request["case_id"], session), actor)
    entry = decide(case, Action("export", {}, call.now), actor, {}, case.version)
    if request["expected_version"] != case.version:
        raise changed_since(store, case, request["expected_version"])
    export_id = new_id()
    number = dispatch.next_number(store, prefix, KIND, local_day(call.now).year, session)
    store.dispatches.register(number, case.id, entry.action, call.now, session)
    manifest = manifest_text(
        number=number,
        case_id=case.id,
        case_number=case.number,
        case_version=case.version,
        made_at=call.now,
        made_by={"id": actor.id, "name": actor.name},
        files=request["files"],
        custody=_custody(store, request, call, actor, export_id, session),
    )
    details = {
        "bundle": number,
        "files": len(request["files"]),
        "manifest_sha256": hashlib.sha256(manifest.encode()).hexdigest(),
    }
    record(store, document, case, replace(entry, details=details), call.now, session=session)
    return {
        "id": export_id,
        "number": number,
        "manifest": manifest,
        "signature": signer.signature(manifest.encode()),
        "key_id": signer.key_id,
    }


def _custody(
    store: TasksStore, request: Mapping[str, Any], call: Call, actor: Actor, export_id: str, session: Any
) -> list[Custody]:
    """The chains of all items, those of the exported originals with a link that says so."""
    items = store.evidence.all_of_case(request["case_id"], session)
    exported = {file["item"] for file in request["files"] if file["item"] is not None}
    without = exported - {item["number"] for item in items if item.get("file")}
    if without:
        raise Invalid.field("files", "exports.no_such_original", item=min(without))
    chains = []
    for item in items:
        if item["number"] in exported:
            act = Act(custody.EXPORTED, call.now, call.now, actor.id, actor.name, ref=export_id, copy="original")
            link = next_link(item, act)
            store.evidence.append(item, link, {}, session)
            item = {**item, "custody": [*item["custody"], link], "head": link["hash"]}
        seen = told(item)
        chains.append(Custody(seen["item"], seen["state"], seen["links"], seen["head"], seen["broken_at"]))
    return chains
