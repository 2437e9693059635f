"""The whole analysis of one report, as plain data that can be sealed and read again."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from services.reports.triage import rules
from services.reports.triage.classifier import CATEGORY, URGENCY, Model
from services.reports.triage.reading import Reading
from services.reports.triage.scoring import Suggestion, suggest
from services.reports.triage.similarity.fingerprints import Fingerprint, fingerprint
from services.reports.triage.similarity.index import Similar

# The form of what ``analyse`` returns.
LAYOUT = 1

SHOWN_CATEGORIES = 3
# A text may name thousands; nobody reads them, and the result has to stay small.
MOST_ENTITIES = 300

# Below this score two reports share no more than any two on the same subject (docs/triage.md).
LEAST_SCORE = 0.08
MOST_SIMILAR = 10


def analyse(model: Model, reading: Reading) -> dict[str, Any]:
    """Suggested categories and urgency with their reasons, what is named, and the fingerprint.

    ``categories``: the likeliest first; ``urgencies``: all of them, the likeliest first; each with ``code``,
    ``probability`` (0 to 1), ``rules`` (``id`` and ``reason`` by language) and ``phrases``. ``entities``: ``field``,
    ``kind``, ``start``, ``end`` in code points, ``text``, ``value``, ``approximate``. ``fingerprint``: base64.
    """
    return {
        "layout": LAYOUT,
        "model": model.version,
        "rules": {"categories": rules.categories().version, "urgency": rules.urgencies().version},
        "categories": [_told(answer) for answer in suggest(model, reading, CATEGORY)[:SHOWN_CATEGORIES]],
        "urgencies": [_told(answer) for answer in suggest(model, reading, URGENCY)],
        "entities": _entities(reading)[:MOST_ENTITIES],
        "fingerprint": base64.b64encode(fingerprint(model, reading).to_bytes()).decode(),
    }


def fingerprint_of(analysis: Mapping[str, Any]) -> Fingerprint:
    """The fingerprint that ``analyse`` put in."""
    return Fingerprint.from_bytes(base64.b64decode(analysis["fingerprint"]))


def similar_of(found: Iterable[Similar]) -> list[dict[str, Any]]:
    """Those that resemble the report enough to be shown, as ``report_id`` and ``points`` (0 to 100)."""
    return [
        {"report_id": similar.id, "points": points_of(similar.score)}
        for similar in found
        if similar.score >= LEAST_SCORE
    ][:MOST_SIMILAR]


def points_of(score: float) -> int:
    """A score from 0 to 1 as whole points out of 100."""
    return max(0, min(100, round(100 * score)))


def _told(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "code": suggestion.answer,
        "probability": round(suggestion.probability, 4),
        "rules": [{"id": hit.rule.id, "reason": dict(hit.rule.reason)} for hit in suggestion.hits],
        "phrases": list(suggestion.phrases),
    }


def _entities(reading: Reading) -> list[dict[str, Any]]:
    told = []
    for field, text in (("title", reading.title), ("narrative", reading.narrative)):
        for entity in reading.found[field]:
            start, end = text.span(entity.start, entity.end)
            told.append(
                {
                    "field": field,
                    "kind": entity.kind,
                    "start": start,
                    "end": end,
                    "text": text.original[start:end],
                    "value": entity.value,
                    "approximate": entity.approximate,
                }
            )
    return told
