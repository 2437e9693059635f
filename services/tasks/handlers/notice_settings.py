"""What a person wants to be told by mail, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.refusals import Stale
from contracts.call import Call
from services.tasks.handlers.notices import due_at
from services.tasks.handlers.reading import signed_in
from services.tasks.model.quiet_hours import OFF, check
from services.tasks.notice_documents import settings_document, settings_of
from services.tasks.store import TasksStore

Document = dict[str, Any]

_FIELDS = ("mail", "digest_at", "quiet", "quiet_days_off", "urgent_breaks_quiet")
# As many as one mail takes: what is due first is among them.
_LOOKED_AT = 1000


def get_mine(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """The caller's settings; version 0 are those that everybody begins with."""
    mailbox = store.mailboxes.get(signed_in(call).id) or {}
    return {**settings_document(settings_of(mailbox.get("settings"))), "version": mailbox.get("version", 0)}


def set_mine(store: TasksStore, request: Mapping[str, Any], call: Call) -> Document:
    """Replaces the caller's settings; what waits to be mailed goes as they say from now on.

    ``Stale`` when the caller named another version than there is, ``Invalid`` when no digest could ever go.
    """
    person_id = signed_in(call).id
    settings = settings_of({name: request[name] for name in _FIELDS})
    check(settings)
    document = settings_document(settings)
    while True:
        version = (store.mailboxes.get(person_id) or {}).get("version", 0)
        if request["expected_version"] not in (None, version):
            raise Stale(version)
        if settings.mail == OFF:
            store.notices.need_no_mail_at_all(person_id)
        due = due_at({"settings": document}, store.notices.unmailed(person_id, _LOOKED_AT))
        if store.mailboxes.set(person_id, document, version, due):
            return {**document, "version": version + 1}
