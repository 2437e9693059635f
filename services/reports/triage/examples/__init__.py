"""Invented reports with what a careful reader would make of them.

``development.jsonl`` is what the rules were written with and the statistics are trained on; ``held_out.jsonl`` was
written when the rules stood and is only measured on (docs/triage.md says how far it is blind).
One object a line: ``id``, ``kind``, ``category``, ``urgency``, ``received_on``, ``group`` (reports of the same matter
share it), ``title``, ``narrative`` and, in a part, ``entities``, then complete: ``field``, ``kind``, ``start``, ``end``
(code points), ``value`` (``~``: at least).
All persons, firms and places are invented.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

DEVELOPMENT = "development"
HELD_OUT = "held_out"


@dataclass(frozen=True)
class Example:
    """A labelled report. ``entities`` is ``None`` where they were not marked."""

    id: str
    kind: str
    category: str
    urgency: str
    received_on: date
    group: str | None
    title: str
    narrative: str
    entities: tuple[dict[str, Any], ...] | None = None


def read(part: str) -> list[Example]:
    """The examples of ``DEVELOPMENT`` or ``HELD_OUT``, in their order."""
    lines = (Path(__file__).parent / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_example(json.loads(line)) for line in lines]


def _example(line: dict[str, Any]) -> Example:
    marked = line.get("entities")
    return Example(
        **{
            **line,
            "received_on": date.fromisoformat(line["received_on"]),
            "entities": None if marked is None else tuple(marked),
        }
    )
