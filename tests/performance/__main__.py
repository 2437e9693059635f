"""``python -m tests.performance``: measure, show, keep in `.local/bench/latest.json`."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.performance import latest, numbers, screen
from tests.performance.flows import FLOWS
from tests.performance.machine import machine, origin
from tests.performance.rounds import IN_FLIGHT, Rounds
from tests.performance.stage import stage

IDLE_S = 10.0
INTERRUPTED = 130
PARTS = ("flows", *FLOWS, "all")


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--repetitions", default=5, show_default=True, help="How often each side of a flow is measured.")
@click.option("--operations", type=int, help="Of one repetition, in place of each flow's own number.")
@click.option("--in-flight", default=IN_FLIGHT, show_default=True, help="How many operations at a time.")
@click.option("--file", type=Path, default=latest.FILE, show_default=True, help="What the sections are merged into.")
@click.option("--check", is_flag=True, help="End with 1 when a number misses its limit that must hold.")
def main(
    parts: tuple[str, ...], repetitions: int, operations: int | None, in_flight: int, file: Path, check: bool
) -> None:
    """Measure PARTS (the three flows when none is named) beside the floor; the rest of the last result is kept."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    chosen = [name for name in FLOWS if {"flows", "all", name} & set(parts or ["flows"])]
    try:
        sections = flows(chosen, Rounds(repetitions, operations, in_flight), Console(stderr=True))
    except KeyboardInterrupt:
        console.print("interrupted: all that was started has been ended")
        sys.exit(INTERRUPTED)
    latest.merge(sections, file)
    show(sections, console)
    console.print(f"\nkept in {file}", soft_wrap=True)
    sys.exit(1 if check and numbers.missed_musts(sections) else 0)


def flows(chosen: list[str], rounds: Rounds, console: Console) -> dict[str, Any]:
    """The sections of these flows, measured one after the other on one stage, and what it is like when idle."""
    columns = TextColumn("{task.description:60}"), BarColumn(), TimeElapsedColumn()
    total = sum(FLOWS[name].RUNS for name in chosen) * rounds.repetitions
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("broker, database and system are started", total=total)
        with stage() as running:
            progress.update(task, description="idle")
            sections: dict[str, Any] = {"machine": machine(running), "idle": running.idle(IDLE_S) | origin()}
            for name in chosen:
                progress.update(task, description=screen.TITLES[name])
                figures = FLOWS[name].measure(running, rounds.telling(_teller(progress, name)))
                sections[name] = section(name, figures, rounds, sections["idle"])
    return sections


def show(sections: dict[str, Any], console: Console) -> None:
    """The sections as tables."""
    console.print(screen.machine(sections["machine"]))
    console.print(screen.idle(sections["idle"]))
    for name in FLOWS:
        if name in sections:
            console.print(screen.flow(name, sections[name]))


def section(name: str, figures: dict[str, Any], rounds: Rounds, idle: dict[str, Any]) -> dict[str, Any]:
    """A flow's section: its figures, how they were measured, which numbers hold."""
    servers = sum(idle["cpu_ms_per_s"][server] for server in ("broker", "mongod"))
    return {
        **figures,
        "floor_idle_cpu_ms": round(servers / figures["sides"]["floor"]["rate"], 3),
        "repetitions": rounds.repetitions,
        "in_flight": rounds.in_flight,
        "numbers": numbers.verdicts(name, figures),
        **origin(),
    }


def _teller(progress: Progress, name: str) -> Callable[[str], None]:
    def tell(words: str) -> None:
        progress.update(progress.task_ids[0], advance=1, description=f"{screen.TITLES[name]}: {words}")
        if not progress.console.is_terminal:
            progress.console.print(f"{screen.TITLES[name]}: {words}")

    return tell


if __name__ == "__main__":
    main(prog_name="python -m tests.performance")
