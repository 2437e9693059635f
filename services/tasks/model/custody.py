"""The custody chain 保管链 of an item of evidence: everything that was done with it, each link holding on to the one
before by its hash, so that a link that was changed, moved, added or taken out is seen.

《公安机关办理刑事案件程序规定》 and 《人民检察院刑事诉讼规则》 ask that whoever takes, keeps and hands over evidence is
recorded without a gap; what is here is the record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

# What people do with an item, and what the system records by itself.
BY_HAND = ("handed_over", "opened", "returned", "copied", "destroyed")
RECORDED = "recorded"
FILE_ATTACHED = "file_attached"
FILE_OPENED = "file_opened"
EXPORTED = "exported"
WITHDRAWN = "withdrawn"

# States of an item.
KEPT = "kept"
STRUCK_OUT = "withdrawn"

# So many acts may people record of one item; a link takes about 700 bytes, and 16 MB are the most that a document has.
MOST_LINKS = 5000


@dataclass(frozen=True)
class Text:
    """What was said of an act, kept sealed elsewhere: its id there, and the SHA-256 of its sealed form."""

    id: str
    digest: str


@dataclass(frozen=True)
class Act:
    """What was done: ``at`` when it was, ``recorded_at`` when it was written down.

    ``ref``: the access or the file that it is about; ``copy`` and ``purpose_code`` go with a file that was opened.
    """

    act: str
    at: datetime
    recorded_at: datetime
    by_id: str
    by_name: str
    text: Text | None = None
    ref: str | None = None
    copy: str | None = None
    purpose_code: str | None = None


@dataclass(frozen=True)
class Link:
    """An act in its place in the chain. ``number`` counts from 1; both hashes are hexadecimal."""

    number: int
    act: Act
    previous: str
    hash: str


@dataclass(frozen=True)
class Item:
    """Whose chain it is: an item of a case. All of it goes into the first hash."""

    case_id: str
    number: int
    kind: str


def beginning(item: Item) -> str:
    """What the first link holds on to."""
    return _hash({"case_id": item.case_id, "item": item.number, "kind": item.kind})


def following(item: Item, before: Link | None, act: Act) -> Link:
    """The link that this act becomes after ``before``, the last one; the first of the chain after None."""
    number = before.number + 1 if before else 1
    previous = before.hash if before else beginning(item)
    return Link(number, act, previous, link_hash(number, act, previous))


def link_hash(number: int, act: Act, previous: str) -> str:
    """SHA-256 over the canonical JSON of a link: keys in order, no spaces, UTF-8, times in UTC with milliseconds.

    What was said goes in by the digest of its sealed form, so that the chain can be checked by whoever may not read it.
    """
    said = {field.name: _plain(getattr(act, field.name)) for field in fields(act)}
    return _hash({"number": number, "previous": previous, **said})


def broken_at(item: Item, links: Sequence[Link], head: str) -> int | None:
    """The number of the first place at which the chain is not as it was written; None if it is.

    ``head``: the last hash, as the item tells it: a chain whose end was cut off is broken behind its last link.
    """
    previous = beginning(item)
    for number, link in enumerate(links, 1):
        expected = link_hash(number, link.act, previous)
        if (link.number, link.previous, link.hash) != (number, previous, expected):
            return number
        previous = link.hash
    return None if links and head == previous else len(links) + 1


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
    if isinstance(value, Text):
        return {"id": value.id, "digest": value.digest}
    return value


def _hash(said: dict[str, object]) -> str:
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
