"""Names that a JSON object has twice. RFC 8259 leaves open which of the two counts: the one that the sender saw may not
be the one that is read, so that such a body is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


class _Pairs(list[tuple[str, Any]]):
    """The members of an object as they were written."""


class _Repeated(Exception):
    """Found one."""


def _look(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > 1 and len({name for name, _ in pairs}) < len(pairs):
        raise _Repeated


def _nothing(_: str) -> None:
    """Numbers do not matter here; some are too long to be read."""


_SCANNER = json.JSONDecoder(object_pairs_hook=_look, parse_int=_nothing, parse_float=_nothing)
_READER = json.JSONDecoder(object_pairs_hook=_Pairs, parse_int=_nothing, parse_float=_nothing)


def first(text: str) -> str | None:
    """The path (``subjects.0.name``) of the first name that its object has twice, ``None`` without one.

    ``text`` is valid JSON. ``RecursionError`` when it is nested deeper than this can follow, some 900 levels.
    """
    try:
        _SCANNER.decode(text)
    except _Repeated:
        return next(_paths(_READER.decode(text), ""))
    return None


def _paths(node: Any, path: str) -> Iterator[str]:
    if isinstance(node, _Pairs):
        seen: set[str] = set()
        for name, inner in node:
            place = f"{path}.{name}" if path else name
            if name in seen:
                yield place
            seen.add(name)
            yield from _paths(inner, place)
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _paths(inner, f"{path}.{index}" if path else str(index))
