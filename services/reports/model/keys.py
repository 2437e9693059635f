"""What can be said of the keys that reports need and the keys that the service was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

DESK = "desk"
LOOKUP = "lookup"
CUSTODIAN = "custodian"

# What a key is to the reports: it seals new ones; old ones still need it; nothing does, so it may be taken out; they
# need it and it is not here; they need it and it is the custodian's, who is not here.
CURRENT = "current"
NEEDED = "needed"
FREE = "free"
LOST = "lost"
WITH_CUSTODIAN = "with the custodian"


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
    use: tuple[Mapping[str, int], Mapping[str | None, int], Mapping[str, int]],
) -> list[KeyState]:
    """Every key that is configured (``desk`` and ``lookup``: ids, the current one first) or needed (``use``: of desk,
    lookup and custodian, id -> number of reports).
    """
    of_desk, of_lookup, of_custodian = use
    unnamed = of_lookup.get(None, 0)
    named = {key_id: count for key_id, count in of_lookup.items() if key_id is not None}
    found = [*_of_kind(DESK, desk, of_desk), *_of_kind(LOOKUP, lookup, named)]
    if unnamed:
        found.append(KeyState(LOOKUP, None, NEEDED, unnamed))
    found.append(KeyState(CUSTODIAN, custodian, CURRENT, of_custodian.get(custodian, 0)))
    others = sorted(of_custodian.keys() - {custodian})
    return found + [KeyState(CUSTODIAN, other, WITH_CUSTODIAN, of_custodian[other]) for other in others]


def _of_kind(kind: str, configured: Sequence[str], use: Mapping[str, int]) -> Iterator[KeyState]:
    current, *older = configured
    yield KeyState(kind, current, CURRENT, use.get(current, 0))
    for key_id in older:
        yield KeyState(kind, key_id, NEEDED if use.get(key_id) else FREE, use.get(key_id, 0))
    for key_id in sorted(use.keys() - set(configured)):
        yield KeyState(kind, key_id, LOST, use[key_id])
