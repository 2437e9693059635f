"""``mingjing triage``: how well the suggestions do, and training them anew."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from services.reports.triage import classifier, evaluation, examples, training

VERSION = "2026-01"


@click.group()
def triage() -> None:
    """Suggestions for reports: measure them, train them anew."""


@triage.command()
@click.option("--model", "path", type=click.Path(path_type=Path, exists=True), default=classifier.PACKAGED)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for docs and tests.")
def evaluate(path: Path, as_json: bool) -> None:
    """Judge rules, statistics, entities and similarity on the labelled examples."""
    model = classifier.load(path)
    with _progress() as progress:
        task = progress.add_task("evaluate", total=evaluation.FOLDS + 1)
        figures = evaluation.all_figures(model, lambda: progress.advance(task))
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    Console().print(_table(figures))


@triage.command()
@click.option("--corrections", is_flag=True, help="Also learn from what staff corrected (needs the reports keys).")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), default=classifier.PACKAGED)
@click.option("--version", default=VERSION, help="The version that results will name.")
def train(corrections: bool, output: Path, version: str) -> None:
    """Train the statistics from the examples and, if asked, from corrections; write the model file."""
    lessons = [evaluation.lesson(example) for example in examples.read(examples.DEVELOPMENT)]
    invented = len(lessons)
    with _progress() as progress:
        if corrections:
            lessons += _corrections(progress)
        about = {
            "version": version,
            "source": "invented examples" + (" and corrections by staff" if corrections else ""),
            "examples": invented,
            "corrections": len(lessons) - invented,
        }
        task = progress.add_task("train", total=training.STEPS + 1)
        model = training.train(lessons, about, lambda: progress.advance(task))
        scored = evaluation.scored_together(model, examples.read(examples.HELD_OUT))
        sharpness = {question: training.best_sharpness(pairs) for question, pairs in scored.items()}
        progress.advance(task)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(training.sharpened(model, sharpness).to_bytes())
    click.echo(f"{output}: {len(lessons)} reports, {len(model.vocabulary)} n-grams, {output.stat().st_size} bytes")


def _corrections(progress: Progress) -> Sequence[training.Lesson]:
    raise click.UsageError("not connected yet")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _table(figures: dict[str, Any]) -> Table:
    table = Table("figure", "value")
    for name, value in _rows(figures, ""):
        table.add_row(name, value)
    return table


def _rows(figures: dict[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, value in figures.items():
        path = f"{above}.{name}" if above else name
        if isinstance(value, dict):
            yield from _rows(value, path)
        else:
            yield path, f"{value:g}"
