"""Cursor pagination: a page after the last item seen, whatever was inserted or removed meanwhile."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bson import json_util
from pymongo.collection import Collection

from chassis.refusals import Invalid

Document = dict[str, Any]
_OPTIONS = json_util.JSONOptions(tz_aware=True)


def page(
    collection: Collection[Document],
    filter: Mapping[str, Any],
    sort: Sequence[tuple[str, int]],
    limit: int,
    cursor: str | None,
    projection: Mapping[str, Any] | None = None,
    shape: Callable[[Document], Any] = lambda document: document,
    hint: str | None = None,
) -> dict[str, Any]:
    """``{"items", "next_cursor"}``: at most ``limit`` documents in ``sort`` order, after ``cursor`` if given.

    ``sort`` ends with a unique field (``_id``), its fields are never missing, and an index begins with the
    filter's equalities and then ``sort``. ``hint``: that index, where the database
    might choose another. Raises ``Invalid`` for a cursor that is none of ours.
    """
    query: dict[str, Any] = dict(filter)
    if cursor:
        after = _decode(cursor, len(sort))
        query = {"$and": [query, _later_than(sort, after)]} if query else _later_than(sort, after)
    found = list(collection.find(query, projection, hint=hint).sort(list(sort)).limit(limit + 1))
    more = len(found) > limit
    items = found[:limit]
    following = cursor_after(items[-1], sort) if more else None
    return {"items": [shape(item) for item in items], "next_cursor": following}


def cursor_after(item: Document, sort: Sequence[tuple[str, int]]) -> str:
    """The cursor of the page that begins after this document."""
    return _encode([_value(item, name) for name, _ in sort])


def position(cursor: str, sort: Sequence[tuple[str, int]]) -> list[Any]:
    """The values, in ``sort`` order, of the item that this cursor comes after; ``Invalid`` for none of ours."""
    return _decode(cursor, len(sort))


def _later_than(sort: Sequence[tuple[str, int]], after: Sequence[Any]) -> dict[str, Any]:
    alternatives: list[dict[str, Any]] = []
    equal: dict[str, Any] = {}
    for (name, direction), value in zip(sort, after, strict=True):
        alternatives.append({**equal, name: {"$gt" if direction > 0 else "$lt": value}})
        equal[name] = value
    # The bound on the first field lets the index skip what came before; the alternatives settle ties.
    name, direction = sort[0]
    bound = {name: {"$gte" if direction > 0 else "$lte": after[0]}}
    return {"$and": [bound, {"$or": alternatives}]} if len(sort) > 1 else alternatives[0]


def _value(document: Document, name: str) -> Any:
    value: Any = document
    for part in name.split("."):
        value = value[part]
    return value


def _encode(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json_util.dumps(values, json_options=_OPTIONS).encode()).decode().rstrip("=")


def _decode(cursor: str, length: int) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json_util.loads(base64.urlsafe_b64decode(padded.encode()), json_options=_OPTIONS)
    except (ValueError, TypeError, KeyError, binascii.Error, OverflowError):
        values = None
    if not isinstance(values, list) or len(values) != length or any(isinstance(v, (dict, list)) for v in values):
        raise Invalid.field("cursor", "Not a cursor of this list.")
    return values
