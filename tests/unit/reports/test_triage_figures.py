"""The figures of docs/triage.md are those of the packaged model and the examples."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from services.reports.triage import classifier, evaluation, examples

ROOT = Path(__file__).resolve().parents[3]
TOLERANCE = 0.02


@pytest.fixture(scope="module")
def documented() -> dict[str, float]:
    text = (ROOT / "docs" / "triage.md").read_text(encoding="utf-8")
    return {
        name: float(value) for name, value in re.findall(r"^\| `([a-z0-9_.]+)` \| ([0-9.]+) \|$", text, re.MULTILINE)
    }


@pytest.fixture(scope="module")
def measured() -> dict[str, float]:
    """Measured now, save what needs training again, which the model tells of itself."""
    model = classifier.load()
    development, held_out = examples.read(examples.DEVELOPMENT), examples.read(examples.HELD_OUT)
    figures: dict[str, Any] = {
        "cross_validated": model.about["cross_validated"],
        "held_out": evaluation.judged(model, held_out),
        "calibration": evaluation.calibration(model, held_out),
        "entities": {"development": evaluation.named(development), "held_out": evaluation.named(held_out)},
        "similar": evaluation.recalled(model, [*development, *held_out]),
    }
    return dict(flat(figures, ""))


def flat(figures: dict[str, Any], above: str):
    for name, value in figures.items():
        path = f"{above}.{name}" if above else name
        if isinstance(value, dict):
            yield from flat(value, path)
        else:
            yield path, float(value)


def test_the_document_tells_what_is_measured(documented, measured):
    assert len(documented) > 50
    assert {name: measured.get(name) for name in documented} == pytest.approx(documented, abs=TOLERANCE)


def test_what_matters_most_is_documented(documented):
    assert {
        "cross_validated.category.macro_f1",
        "held_out.together.category.top_1",
        "held_out.together.category.top_3",
        "held_out.together.urgency.urgent_recall",
        "entities.held_out.person.recall",
        "similar.at_5",
    } <= set(documented)


def test_the_examples_are_as_many_and_as_varied_as_the_figures_need():
    all_of_them = [*examples.read(examples.DEVELOPMENT), *examples.read(examples.HELD_OUT)]
    groups = [each.group for each in all_of_them if each.group]

    assert len({each.id for each in all_of_them}) == len(all_of_them) >= 220
    assert sum(each.entities is not None for each in all_of_them) >= 60
    assert len({group for group in groups if groups.count(group) >= 2}) >= 25
    assert all(60 <= len(each.narrative) <= 400 for each in all_of_them)
    assert {each.urgency for each in all_of_them} == {"urgent", "prompt", "routine"}


def test_marked_entities_are_where_they_say():
    for each in [*examples.read(examples.DEVELOPMENT), *examples.read(examples.HELD_OUT)]:
        for entity in each.entities or ():
            text = getattr(each, entity["field"])
            assert 0 <= entity["start"] < entity["end"] <= len(text)
            assert text[entity["start"] : entity["end"]].strip()
