"""Certificates of what a study record shows: issued, printed, verified by anybody who has the code."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from chassis import offload
from chassis.refusals import NotFound
from contracts.call import Actor, Call
from contracts.identity import operations as identity
from contracts.operation import Operation
from services.tasks import certificate_page
from services.tasks.handlers.reading import signed_in
from services.tasks.handlers.study_sessions import oversees
from services.tasks.model import certificates as rules
from services.tasks.model.study import may_read_record
from services.tasks.store import TasksStore

Document = dict[str, Any]
Ask = Callable[[Operation, dict[str, Any]], Any]


def issue(store: TasksStore, ask: Ask, request: Mapping[str, Any], call: Call) -> Document:
    """The certificate of an entry, one's own, or anybody's for trainers; the same one however often it is asked for.

    ``NotFound`` where the record has no such entry that is passed.
    """
    actor, person_id, kind, ref = signed_in(call), request["person_id"], request["kind"], request["ref"]
    entry = store.study_entries.one(person_id, kind, ref) if may_read_record(actor, person_id) else None
    if entry is None or not entry["passed"]:
        raise NotFound("study_entry")
    known = store.certificates.of_entry(person_id, kind, ref)
    if known is not None:
        return _shown(known)
    document = {
        "_id": rules.code_from(secrets.token_bytes(rules.CODE_SYMBOLS)),
        "person_id": person_id,
        "kind": kind,
        "ref": ref,
        # The paper shows these, whatever they are called later.
        "name": _name(actor, person_id, ask),
        "title": entry["title"],
        "at": entry["at"],
        "credits": entry["credits"],
        "issued_at": call.now,
        "issued_by": actor.id,
    }
    try:
        store.certificates.add(document, None)
    except DuplicateKeyError:
        known = store.certificates.of_entry(person_id, kind, ref)
        if known is None:
            raise
        document = known
    return _shown(document)


def list_certificates(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """A page of a person's certificates."""
    if not may_read_record(signed_in(call), request["person_id"]):
        raise NotFound("study_record")
    found = store.certificates.page(request["person_id"], request["limit"], request["cursor"])
    return {**found, "items": [_shown(one) for one in found["items"]]}


def print_certificate(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """The certificate as PDF, with the grade that the record shows, for whom it is of, trainers and leaders;
    ``NotFound`` once it does not hold any more.
    """
    actor, document = signed_in(call), _certificate(store, request["code"])
    shown = _attested(store, document)
    if not (actor.id == document["person_id"] or oversees(actor)) or shown is None:
        raise NotFound("certificate")
    content = offload(certificate_page.pdf, document, shown.get("grade"))
    return {"content": content, "file_name": f"{document['_id']}.pdf", "media_type": "application/pdf"}


def verify(store: TasksStore, request: Mapping[str, Any], _call: Call) -> Document:
    """What the paper with this code shows, the name masked, and whether the record still shows it, with what grade."""
    document = _certificate(store, request["code"])
    shown = _attested(store, document)
    return {
        **document,
        "code": document["_id"],
        "name": rules.masked(document["name"]),
        "valid": shown is not None,
        "grade": shown.get("grade") if shown is not None else None,
    }


def _certificate(store: TasksStore, typed: str) -> Document:
    code = rules.as_written(typed)
    document = store.certificates.get(code) if code else None
    if document is None:
        raise NotFound("certificate")
    return document


def _attested(store: TasksStore, document: Mapping[str, Any]) -> Document | None:
    """The entry that a certificate attests; None when it does not hold any more."""
    entry = store.study_entries.one(document["person_id"], document["kind"], document["ref"])
    return entry if entry is not None and entry["passed"] else None


def _name(actor: Actor, person_id: str, ask: Ask) -> str:
    if actor.id == person_id:
        return actor.name
    found = ask(identity.recognise_people, {"person_ids": [person_id]})["items"]
    if not found:
        raise NotFound("person")
    return str(found[0]["name"])


def _shown(document: Document) -> Document:
    return {**document, "code": document["_id"]}
