"""What can be said of the keys that reports need and the keys that the service was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

DESK = "desk"
LOOKUP = "lookup"
CUSTODIAN = "custodian"
SUPERIOR = "superior"

# What a key is to the reports: it seals new ones; old ones still need it; nothing does, so it may be taken out; they
# need it and it is not here; they need it and it is an older one of the custodian's or the level above's, who keep it.
CURRENT = "current"
NEEDED = "needed"
FREE = "free"
LOST = "lost"
ELSEWHERE = "kept elsewhere"


@dataclass(frozen=True)
class KeyState:
    """One key. ``id`` None stands for the lookup key of reports from before such keys had ids. ``reports``: how many
    need it.
    """

    kind: str
    id: str | None
    verdict: str
    reports: int


def states(
    desk: Sequence[str],
    lookup: Sequence[str],
    custodian: str,
    superior: str,
    use: tuple[Mapping[str, int], Mapping[str | None, int], Mapping[str, int], Mapping[str, int]],
) -> list[KeyState]:
    """Every key that is configured (``desk`` and ``lookup``: ids, the current one first) or needed (``use``: of desk,
    lookup, custodian and the level above, id -> number of reports).
    """
    of_desk, of_lookup, of_custodian, of_superior = use
    unnamed = of_lookup.get(None, 0)
    named = {key_id: count for key_id, count in of_lookup.items() if key_id is not None}
    found = [*_of_kind(DESK, desk, of_desk), *_of_kind(LOOKUP, lookup, named)]
    if unnamed:
        found.append(KeyState(LOOKUP, None, NEEDED, unnamed))
    return [*found, *_public(CUSTODIAN, custodian, of_custodian), *_public(SUPERIOR, superior, of_superior)]


def _public(kind: str, current: str, use: Mapping[str, int]) -> Iterator[KeyState]:
    yield KeyState(kind, current, CURRENT, use.get(current, 0))
    for other in sorted(use.keys() - {current}):
        yield KeyState(kind, other, ELSEWHERE, use[other])


def _of_kind(kind: str, configured: Sequence[str], use: Mapping[str, int]) -> Iterator[KeyState]:
    current, *older = configured
    yield KeyState(kind, current, CURRENT, use.get(current, 0))
    for key_id in older:
        yield KeyState(kind, key_id, NEEDED if use.get(key_id) else FREE, use.get(key_id, 0))
    for key_id in sorted(use.keys() - set(configured)):
        yield KeyState(kind, key_id, LOST, use[key_id])
