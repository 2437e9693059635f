"""An index of fingerprints in memory: locality-sensitive hashing (LSH) over MinHash finds candidates, the cosine of
the TF-IDF vectors ranks them.

The signature is cut into bands; two reports are candidates when one of their bands is equal. Bands are short, because
the same matter in other words shares little. All bands of all reports are compared at once: with numpy that costs
less than a look-up in a hash table per band for as many reports as a bureau keeps (docs/triage.md has the figures).
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy
from numpy.typing import NDArray

from services.reports.triage.similarity.fingerprints import FEATURES, PERMUTATIONS, Fingerprint

ROWS = 1
BANDS = PERMUTATIONS // ROWS
# Of this many candidates the cosine is computed, those with the most bands in common.
MOST_CANDIDATES = 200

_FIRST_ROOM = 256
_BAND_MIX = numpy.uint64(0x9E3779B97F4A7C15)

Number = TypeVar("Number", bound=numpy.generic)


class Similar(NamedTuple):
    """An earlier report, with a score from 0 to 1."""

    id: str
    score: float


class SimilarityIndex:
    """Fingerprints by id, at most ``room`` of them: the one that came first gives way. Not safe for threads that
    change it at the same time."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._bands: NDArray[numpy.uint32] = numpy.empty((0, BANDS), dtype=numpy.uint32)
        self._features: NDArray[numpy.uint32] = numpy.empty((0, FEATURES), dtype=numpy.uint32)
        self._weights: NDArray[numpy.float16] = numpy.empty((0, FEATURES), dtype=numpy.float16)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, id: object) -> bool:
        return id in self._rows

    def ids(self) -> set[str]:
        """The ids of all fingerprints that are held."""
        return set(self._rows)

    def add(self, id: str, fingerprint: Fingerprint) -> None:
        """Hold ``fingerprint`` under ``id``, in place of an earlier one of the same id."""
        self.remove(id)
        if len(self._ids) >= self._room:
            self.remove(next(iter(self._rows)))
        row = len(self._ids)
        if row == len(self._bands):
            self._grow()
        self._bands[row] = _bands(fingerprint)
        self._features[row], self._weights[row] = fingerprint.features, fingerprint.weights
        self._ids.append(id)
        self._rows[id] = row

    def remove(self, id: str) -> None:
        """Forget the fingerprint of ``id``, if there is one: the last row takes its place and is overwritten."""
        row = self._rows.pop(id, None)
        if row is None:
            return
        last = len(self._ids) - 1
        moved = self._ids.pop()
        if row != last:
            self._ids[row] = moved
            self._rows[moved] = row
        for table in (self._bands, self._features, self._weights):
            table[row] = table[last]
            table[last] = 0

    def query(self, fingerprint: Fingerprint, limit: int, without: str | None = None) -> list[Similar]:
        """The most similar reports, the most similar first, without the one of the id ``without``."""
        rows = self._candidates(fingerprint)
        scored = zip(rows.tolist(), self._cosines(fingerprint, rows).tolist(), strict=True)
        found = [Similar(self._ids[row], score) for row, score in scored if score > 0 and self._ids[row] != without]
        return sorted(found, key=lambda similar: (-similar.score, similar.id))[:limit]

    def _candidates(self, fingerprint: Fingerprint) -> NDArray[numpy.intp]:
        shared = (self._bands[: len(self._ids)] == _bands(fingerprint)).sum(axis=1)
        rows = numpy.nonzero(shared)[0]
        return rows[numpy.argsort(-shared[rows], kind="stable")[:MOST_CANDIDATES]]

    def _cosines(self, fingerprint: Fingerprint, rows: NDArray[numpy.intp]) -> NDArray[numpy.float32]:
        features, weights = self._features[rows], self._weights[rows].astype(numpy.float32)
        places = numpy.searchsorted(fingerprint.features, features).clip(max=FEATURES - 1)
        shared = fingerprint.features[places] == features
        return numpy.asarray((fingerprint.weights.astype(numpy.float32)[places] * weights * shared).sum(axis=1))

    def _grow(self) -> None:
        room = min(self._room, max(_FIRST_ROOM, 2 * len(self._bands)))
        self._bands = _enlarged(self._bands, room)
        self._features = _enlarged(self._features, room)
        self._weights = _enlarged(self._weights, room)


def _bands(fingerprint: Fingerprint) -> NDArray[numpy.uint32]:
    """One hash for each band of the signature."""
    pairs = fingerprint.signature.astype(numpy.uint64).reshape(BANDS, ROWS)
    mixed = pairs[:, 0] * _BAND_MIX
    for row in range(1, ROWS):
        mixed = (mixed ^ pairs[:, row]) * _BAND_MIX
    return (mixed >> numpy.uint64(32)).astype(numpy.uint32)


def _enlarged(table: NDArray[Number], rows: int) -> NDArray[Number]:
    larger = numpy.zeros((rows, table.shape[1]), dtype=table.dtype)
    larger[: len(table)] = table
    return larger
