"""``mingjing triage``: how well the suggestions do, and training them anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from chassis.config import load_settings as load_chassis
from cli.progress import progress
from cli.settings import read_or_exit
from cli.stores import opened
from services.reports.handlers import corrections
from services.reports.settings import load_settings as load_reports
from services.reports.store import ReportsStore
from services.reports.triage import classifier, examples
from services.reports.triage.reading import Reading

try:
    from services.reports.triage import evaluation, training
except ModuleNotFoundError as error:
    raise click.ClickException("Measuring and training need the extra 'training' (scikit-learn).") from error

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
    with _progress() as bar:
        task = bar.add_task("evaluate", total=evaluation.FOLDS + 1)
        figures = evaluation.all_figures(model, lambda: bar.advance(task))
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    Console().print(_table(figures))


@triage.command()
@click.option(
    "--corrections",
    "with_corrections",
    is_flag=True,
    help="Also learn from what staff corrected (needs the reports keys).",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), default=classifier.PACKAGED)
@click.option("--version", default=VERSION, help="The version that results will name.")
def train(with_corrections: bool, output: Path, version: str) -> None:
    """Train the statistics from the examples and, if asked, from corrections; write the model file.

    REPORTS_TRIAGE_MODEL tells the worker to use it in place of the packaged one.
    """
    lessons = [evaluation.lesson(example) for example in examples.read(examples.DEVELOPMENT)]
    invented = len(lessons)
    if with_corrections:
        lessons += _corrections()
    with _progress() as bar:
        about: dict[str, Any] = {
            "version": version,
            "source": "invented examples" + (" and corrections by staff" if with_corrections else ""),
            "examples": invented,
            "corrections": len(lessons) - invented,
        }
        task = bar.add_task("train", total=evaluation.FOLDS + training.STEPS + 1)
        development = examples.read(examples.DEVELOPMENT)
        about["cross_validated"] = evaluation.cross_validated(development, lambda: bar.advance(task))
        model = training.train(lessons, about, lambda: bar.advance(task))
        scored = evaluation.scored_together(model, examples.read(examples.HELD_OUT))
        sharpness = {question: training.best_sharpness(pairs) for question, pairs in scored.items()}
        bar.advance(task)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(training.sharpened(model, sharpness).to_bytes())
    click.echo(f"{output}: {len(lessons)} reports, {len(model.vocabulary)} n-grams, {output.stat().st_size} bytes")


def _corrections() -> list[training.Lesson]:
    chassis, reports = read_or_exit(load_chassis, load_reports)
    lessons, closed = [], 0
    with opened(ReportsStore, chassis) as store:
        for submission, category, urgency in progress(corrections.corrections(store, reports.sealer), "corrections"):
            if submission is None:
                closed += 1
            else:
                lessons.append(training.Lesson(Reading(submission), category, urgency, real=True))
    if closed:
        click.echo(f"{closed} reports do not open with the keys at hand and were left out.", err=True)
    return lessons


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
