"""The analysis as a process holds it: the model, and the fingerprints of the reports that are known, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.reports.triage.analysis import analyse, fingerprint_of, similar_of
from services.reports.triage.classifier import Model
from services.reports.triage.reading import Reading, Submission
from services.reports.triage.similarity.index import MOST_CANDIDATES, Similar, SimilarityIndex
from services.reports.triage.similarity.meaning import Embedder, MeaningIndex, from_base64, to_base64

KINDS = ("report", "suggestion")

# With how many reports of each kind a new one is compared: some 1.3 KB of memory each.
ROOM = 20_000


class Analyst:
    """``analyse`` only computes and may run in any thread; what changes or asks the index runs in one.

    ``embedder``: where there is one, what texts mean counts as much as their letters.
    """

    def __init__(self, model: Model, embedder: Embedder | None = None, room: int = ROOM) -> None:
        self.model = model
        self.room = room
        self._embedder = embedder
        self._letters = {kind: SimilarityIndex(room) for kind in KINDS}
        self._meanings = {kind: MeaningIndex(room) for kind in KINDS}

    def analyse(self, submission: Submission) -> dict[str, Any]:
        """``analysis.analyse``; with an embedder also ``embedding`` (base64)."""
        found = analyse(self.model, Reading(submission))
        if self._embedder is not None:
            text = f"{submission.title}。{submission.narrative}"
            found["embedding"] = {"model": self._embedder.name, "vector": to_base64(self._embedder.embed(text))}
        return found

    def similar(self, kind: str, report_id: str, found: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Earlier reports of the kind that resemble the one that was analysed: ``report_id`` and ``points``."""
        by_letters = self._letters[kind].query(fingerprint_of(found), MOST_CANDIDATES, without=report_id)
        vector = self._vector(found)
        if vector is None:
            return similar_of(by_letters)
        by_meaning = self._meanings[kind].query(vector, MOST_CANDIDATES, without=report_id)
        return similar_of(_both(by_letters, by_meaning))

    def know(self, kind: str, report_id: str, found: Mapping[str, Any]) -> None:
        """Compare later reports with this one too."""
        self._letters[kind].add(report_id, fingerprint_of(found))
        vector = self._vector(found)
        if vector is not None:
            self._meanings[kind].add(report_id, vector)

    def forget(self, report_id: str) -> None:
        """Compare nothing with it any more."""
        for kind in KINDS:
            self._letters[kind].remove(report_id)
            self._meanings[kind].remove(report_id)

    def known(self, kind: str) -> set[str]:
        """The ids of the reports of this kind that are compared with."""
        return self._letters[kind].ids()

    def _vector(self, found: Mapping[str, Any]) -> Any:
        """The embedding, if it was made by the same model as others here are."""
        embedding = found.get("embedding")
        if self._embedder is None or embedding is None or embedding["model"] != self._embedder.name:
            return None
        return from_base64(embedding["vector"])


def _both(by_letters: list[Similar], by_meaning: list[Similar]) -> list[Similar]:
    """The mean of both scores; what only one of them found has 0 from the other."""
    scores: dict[str, float] = {}
    for similar in (*by_letters, *by_meaning):
        scores[similar.id] = scores.get(similar.id, 0.0) + similar.score / 2
    return sorted((Similar(id, score) for id, score in scores.items()), key=lambda each: (-each.score, each.id))
