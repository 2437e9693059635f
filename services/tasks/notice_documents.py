"""Causes of notices, mail settings and people between the model and the form in which the database keeps them."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from services.tasks.model.case import Case
from services.tasks.model.notices import Cause, Recipient
from services.tasks.model.quiet_hours import DEFAULTS, MailSettings, Quiet

Document = dict[str, Any]


def cause_document(cause: Cause) -> Document:
    """A cause as it waits on its case."""
    return {
        "id": cause.id,
        "kind": cause.kind,
        "at": cause.at,
        "by_id": cause.by_id,
        "person_ids": list(cause.person_ids),
        "roles": sorted(cause.roles),
    }


def cause_of(document: Document) -> Cause:
    """The cause again."""
    return Cause(
        id=document["id"],
        kind=document["kind"],
        at=document["at"],
        by_id=document["by_id"],
        person_ids=tuple(document["person_ids"]),
        roles=frozenset(document["roles"]),
    )


def notice_document(cause: Cause, case: Case, person: Recipient, mail_from: datetime, forget_at: datetime) -> Document:
    """One person's notice of one cause; its id is the same however often it is made."""
    return {
        "_id": f"{cause.id}.{person.id}",
        "person_id": person.id,
        "kind": cause.kind,
        "case_id": case.id,
        "number": case.number,
        "at": cause.at,
        "unread": True,
        "mail_from": mail_from,
        **({"of_file": True} if cause.of_file else {}),
        "forget_at": forget_at,
    }


def recipient_of(person: Document) -> Recipient:
    """Somebody of the directory."""
    return Recipient(person["_id"], frozenset(person["roles"]), tuple(person["unit_path"]))


def settings_document(settings: MailSettings) -> Document:
    """What a person wants, as it is kept and as it is shown."""
    quiet = settings.quiet
    return {
        "mail": settings.mail,
        "digest_at": [_text(at) for at in settings.digest_at],
        "quiet": {"from": _text(quiet.since), "until": _text(quiet.until)} if quiet else None,
        "quiet_days_off": settings.quiet_days_off,
        "urgent_breaks_quiet": settings.urgent_breaks_quiet,
    }


def settings_of(document: Document | None) -> MailSettings:
    """The settings of such a document; those that everybody begins with where there is none."""
    if document is None:
        return DEFAULTS
    quiet = document["quiet"]
    return MailSettings(
        mail=document["mail"],
        digest_at=tuple(sorted({time.fromisoformat(at) for at in document["digest_at"]})),
        quiet=Quiet(time.fromisoformat(quiet["from"]), time.fromisoformat(quiet["until"])) if quiet else None,
        quiet_days_off=document["quiet_days_off"],
        urgent_breaks_quiet=document["urgent_breaks_quiet"],
    )


def _text(at: time) -> str:
    return f"{at:%H:%M}"
