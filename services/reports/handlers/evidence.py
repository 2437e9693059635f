"""What is said of evidence, kept sealed under the key of its case's file and opened again; each reading is recorded.

The tasks service knows which items there are, and its custody chains hold the SHA-256 of what is sealed here: what was
changed, replaced or removed is seen when it is opened.
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

from chassis.refusals import IdempotencyKeyReused
from contracts.call import Call
from contracts.reports.schemas.evidence import CustodyContent, EvidenceContent
from services.reports import sealing
from services.reports.attachments.vault import Held, Vault, opened
from services.reports.handlers.accesses import reader, record
from services.reports.handlers.attachments import telling
from services.reports.handlers.case_files import CaseFile, case_file
from services.reports.model import attachments as files
from services.reports.model.report import ContentUnreadable
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

Document = dict[str, Any]

_OF_AN_ITEM, _OF_AN_ACT = EvidenceContent(), CustodyContent()


def keep_content(store: ReportsStore, sealer: Sealer, request: Document, call: Call) -> Document:
    """Keeps what is said of an item: ``{id, digest}``. The same again under one idempotency key is kept once.

    Raises ``NotFound``, ``Erased``, ``IdempotencyKeyReused``.
    """
    return _keep(store, sealer, "item", _OF_AN_ITEM.dump(request), request["case_id"], call)


def keep_custody(store: ReportsStore, sealer: Sealer, request: Document, call: Call) -> Document:
    """Keeps what is said of an act; as ``keep_content``."""
    return _keep(store, sealer, "act", _OF_AN_ACT.dump(request), request["case_id"], call)


def open_items(store: ReportsStore, vault: Vault, sealer: Sealer, request: Document, call: Call) -> Document:
    """The items, opened, in the order in which they were asked for; recorded as one reading first.

    Raises ``NotFound``, ``Erased``, ``KeyMissing``. What is not as it was kept is told of as not intact.
    """
    file = case_file(store, sealer, request["case_id"], call)
    record(store, file.report, "evidence", request["purpose"], call)
    wanted = request["items"]
    ids = [text["id"] for item in wanted for text in (item["content"], *item["acts"])]
    texts = store.case_files.texts(file.case_id, ids)
    kept = {
        document["number"]: document
        for document in vault.attachments.numbered(file.owner, [item["item"] for item in wanted])
        if document["state"] == files.STORED
    }
    return {"items": [_opened(file, item, texts, kept.get(item["item"])) for item in wanted]}


def record_digest(sealed: bytes) -> str:
    """The SHA-256 of something sealed, as the custody chain holds it; hexadecimal."""
    return hashlib.sha256(sealed).hexdigest()


def _keep(store: ReportsStore, sealer: Sealer, what: str, said: Document, case_id: str, call: Call) -> Document:
    file = case_file(store, sealer, case_id, call)
    content = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    for text_id, sealed in _kept_before(store, sealer, file, what, call).items():
        if sealing.open_text(file.key, case_id, _place(text_id), sealed) != content:
            raise IdempotencyKeyReused
        return {"id": text_id, "digest": record_digest(sealed)}
    text_id = _ids(sealer, file, what, call)[0]
    sealed = sealing.seal_text(file.key, case_id, _place(text_id), content)
    if not store.case_files.add_text({"_id": text_id, "case_id": case_id, "sealed": sealed}):
        # The same request came twice at once, and this one second.
        return _keep(store, sealer, what, said, case_id, call)
    return {"id": text_id, "digest": record_digest(sealed)}


def _kept_before(store: ReportsStore, sealer: Sealer, file: CaseFile, what: str, call: Call) -> dict[str, bytes]:
    if call.idempotency_key is None:
        return {}
    return store.case_files.texts(file.case_id, _ids(sealer, file, what, call))


def _ids(sealer: Sealer, file: CaseFile, what: str, call: Call) -> list[str]:
    """The id that the text gets, and those that the same request may have led to before."""
    key = call.idempotency_key
    if key is None:
        return [sealing.new_id()]
    scope = f"evidence/{file.case_id}/{reader(call.actor).id}/{what}"
    return [sealer.id_of(scope, key), *sealer.older_ids_of(scope, key, call.now)]


def _opened(file: CaseFile, item: Document, texts: dict[str, bytes], attachment: Document | None) -> Document:
    content = _said(file, item["content"], texts)
    acts = [(act["id"], _said(file, act, texts)) for act in item["acts"]]
    held = _held(file, attachment)
    named = item["file"]
    file_intact = named is None or (held is not None and _names(named, held))
    return {
        "item": item["item"],
        "intact": content is not None and all(said is not None for _, said in acts) and file_intact,
        "content": content,
        "acts": [{"id": id, **said} for id, said in acts if said is not None],
        "file": telling.attachment(held) if held else None,
    }


def _said(file: CaseFile, named: Document, texts: dict[str, bytes]) -> Document | None:
    """The text, if it is what the chain names."""
    sealed = texts.get(named["id"])
    if sealed is None or record_digest(sealed) != named["digest"]:
        return None
    try:
        said: Document = orjson.loads(sealing.open_text(file.key, file.case_id, _place(named["id"]), sealed))
    except ContentUnreadable:
        return None
    return said


def _held(file: CaseFile, attachment: Document | None) -> Held | None:
    try:
        return opened(attachment, file.key) if attachment else None
    except ContentUnreadable:
        return None


def _names(named: Document, held: Held) -> bool:
    sealed = held.document[files.ORIGINAL]["manifest"]
    return bool(named["id"] == held.document["_id"] and named["digest"] == record_digest(sealed))


def _place(text_id: str) -> str:
    return f"evidence/{text_id}"
