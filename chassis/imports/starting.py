"""Accepting an import: the file is kept with its job, the work begins soon."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Any

from chassis import ids
from chassis.imports.jobs import Document
from chassis.refusals import Invalid
from contracts.call import Call

MOST_BYTES = 10 * 1024 * 1024
_KEPT = timedelta(days=30)


def new_job(prefix: str, call: Call, **own: Any) -> Document:
    """A job that has not begun. ``prefix`` of its id tells its kind; ``own``: what its kind keeps besides."""
    return {
        "_id": prefix + ids.new_id(),
        "state": "running",
        # -1: the file has not been read yet; then the number of valid rows that are dealt with
        "done": -1,
        "attempts": 0,
        "total": 0,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "rejected": [],
        "rejected_total": 0,
        "message": None,
        "started_by": call.actor.id if call.actor else None,
        "started_at": call.now,
        "finished_at": None,
        "forget_at": call.now + _KEPT,
        **own,
    }


def content_of(text: str, *, broken: str, too_large: str) -> bytes:
    """The file of an ``ImportFile`` request; ``Invalid`` with one of these text codes."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid.field("file", broken) from error
    if len(content) > MOST_BYTES:
        raise Invalid.field("file", too_large)
    return content
