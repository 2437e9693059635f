"""Similarity by meaning: static embeddings (model2vec) from a local folder, behind the optional extra ``embeddings``.

Letters find who repeats the same names, sums and words; embeddings also find who says the same in other words. Nothing
is downloaded: the folder holds a model in the form that ``StaticModel.save_pretrained`` writes.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from services.reports.triage.similarity.index import Similar

Vector = NDArray[numpy.float32]

_LONGEST = 4000
_FIRST_ROOM = 256


class EmbedderUnavailable(Exception):
    """The folder holds no model that can be read, or the extra is not installed."""


class Embedder:
    """A static embedding model. ``name``: of the folder, so that vectors of different models are not compared."""

    def __init__(self, folder: Path) -> None:
        """Raises ``EmbedderUnavailable``."""
        try:
            from model2vec import StaticModel  # a large library, for those alone who use it
        except ImportError as error:
            raise EmbedderUnavailable("needs the extra 'embeddings' (model2vec)") from error
        if not (folder / "model.safetensors").is_file():
            raise EmbedderUnavailable("holds no model.safetensors")
        self.name = folder.name
        self._model: Any = StaticModel.from_pretrained(str(folder))

    def embed(self, text: str) -> Vector:
        """A vector of length 1; all zeros for a text without any known token."""
        vector = numpy.asarray(self._model.encode([text[:_LONGEST]])[0], dtype=numpy.float32)
        length = float(numpy.linalg.norm(vector))
        return vector / length if length else numpy.zeros_like(vector)


class MeaningIndex:
    """Vectors by id, at most ``room`` of them: the one that came first gives way."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._vectors: NDArray[numpy.float16] = numpy.empty((0, 0), dtype=numpy.float16)

    def add(self, id: str, vector: Vector) -> None:
        """Hold the vector under ``id``, in place of an earlier one."""
        self.remove(id)
        if len(self._ids) >= self._room:
            self.remove(next(iter(self._rows)))
        row = len(self._ids)
        if row == len(self._vectors):
            larger = numpy.zeros((min(self._room, max(_FIRST_ROOM, 2 * row)), len(vector)), dtype=numpy.float16)
            larger[:row] = self._vectors[:row].reshape(row, len(vector))
            self._vectors = larger
        self._vectors[row] = vector
        self._ids.append(id)
        self._rows[id] = row

    def remove(self, id: str) -> None:
        """Forget the vector of ``id``, if there is one; its numbers are overwritten."""
        row = self._rows.pop(id, None)
        if row is None:
            return
        last = len(self._ids) - 1
        moved = self._ids.pop()
        if row != last:
            self._ids[row] = moved
            self._rows[moved] = row
        self._vectors[row] = self._vectors[last]
        self._vectors[last] = 0

    def query(self, vector: Vector, limit: int, without: str | None = None) -> list[Similar]:
        """The nearest by cosine, the nearest first, without the one of the id ``without``."""
        if not self._ids:
            return []
        scores = self._vectors[: len(self._ids)].astype(numpy.float32) @ vector
        order = numpy.argsort(-scores, kind="stable")[: limit + 1]
        found = [Similar(self._ids[row], float(scores[row])) for row in order.tolist()]
        return [similar for similar in found if similar.id != without and similar.score > 0][:limit]


def to_base64(vector: Vector) -> str:
    """The vector as text, in half precision."""
    return base64.b64encode(vector.astype("<f2").tobytes()).decode()


def from_base64(text: str) -> Vector:
    """The vector of ``to_base64``."""
    return numpy.frombuffer(base64.b64decode(text), dtype="<f2").astype(numpy.float32)
