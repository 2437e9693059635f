"""``mingjing retention``: how long reports are kept, what would go, and erasing it."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time

import click
from rich.console import Console
from rich.table import Column, Table

from chassis import clock
from chassis.clock import BUREAU_ZONE
from chassis.config import load_settings as load_chassis
from cli.progress import progress
from cli.settings import read_or_exit
from cli.stores import opened
from services.reports import retention as schedules
from services.reports.handlers import erasure
from services.reports.settings import load_settings as load_reports
from services.reports.store import ReportsStore


@click.group("retention")
def retention() -> None:
    """Look at how long reports are kept, and erase what has been kept long enough."""


@retention.command("show")
def show() -> None:
    """Show every version of the rules; the one in force is marked."""
    in_force = erasure.schedule(clock.now())
    for version, schedule in schedules.all_versions().items():
        mark = ", in force" if in_force is not None and version == in_force.version else ""
        click.echo(f"{version} (from {schedule.in_force_from}{mark}): {schedule.source}")
        columns = ("rule", "of", "categories", "outcomes", "months after the end", "source")
        table = Table(*(Column(name, overflow="fold") for name in columns))
        for rule in schedule.rules:
            categories = ", ".join(category or "(every)" for category in rule.categories)
            table.add_row(
                rule.id, rule.kind, categories, ", ".join(sorted(rule.outcomes)), str(rule.months), rule.source
            )
        _print(table)


@retention.command("dry-run")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="What would go on this day; today when left out.")
def dry_run(on: datetime | None) -> None:
    """Show what would go, by rule. Changes nothing."""
    now = _end_of(on) if on else clock.now()
    counts: dict[str, list[datetime]] = {}
    held = 0
    with _store() as store:
        for found in progress(erasure.due(store, now), "found"):
            if found.held:
                held += 1
            else:
                counts.setdefault(found.rule_name, []).append(found.report["ended_at"])
        waiting = sum(1 for _ in store.retention.erasing(clock.now()))
    table = Table("rule", "reports", "ended, the oldest")
    for rule, ended in sorted(counts.items()):
        table.add_row(rule, str(len(ended)), f"{min(ended).astimezone(BUREAU_ZONE):%Y-%m-%d}")
    _print(table)
    click.echo(f"Would go: {sum(map(len, counts.values()))}. Kept by a hold: {held}. Begun before: {waiting}.")


@retention.command("run")
@click.confirmation_option(prompt="What is erased cannot be recovered by anybody. Go on?")
def run() -> None:
    """Erase what has been kept long enough, as the worker does every hour. May be stopped and run again."""
    now = clock.now()
    chassis, reports = read_or_exit(load_chassis, load_reports)
    with opened(ReportsStore, chassis) as store:
        vault = reports.vault(store)
        begun = held = 0
        for found in progress(erasure.due(store, now), "keys destroyed"):
            held += found.held
            begun += erasure.begin(store, found, now)
        erased = sum(1 for _ in progress(erasure.complete(store, vault, clock.now()), "erased"))
        erasure.sweep_stragglers(store, vault, now)
        waiting = sum(1 for _ in store.retention.erasing(clock.now()))
    click.echo(f"Keys destroyed: {begun}. Erased to the end: {erased}. Kept by a hold: {held}.")
    if waiting:
        click.echo(
            f"{waiting} more open for nobody any more; their messages and attachments go with the worker's next turn, "
            "or when this is run again in a minute."
        )


def _store() -> AbstractContextManager[ReportsStore]:
    (settings,) = read_or_exit(load_chassis)
    return opened(ReportsStore, settings)


def _end_of(day: datetime) -> datetime:
    return datetime.combine(day.date(), time.max, BUREAU_ZONE).astimezone(UTC)


def _print(table: Table) -> None:
    Console(width=None if sys.stdout.isatty() else 240).print(table)
