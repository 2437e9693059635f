"""``python -m tests.performance``: measure, show, keep in `.local/bench/latest.json`."""

import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.performance import cases, growth, latest, memory, numbers, screen
from tests.performance.flows import EXAM, FLOWS
from tests.performance.machine import machine, origin
from tests.performance.rounds import IN_FLIGHT, Rounds
from tests.performance.scaling import scale
from tests.performance.stage import stage

IDLE_S = 10.0
INTERRUPTED = 130
PARTS = ("flows", "exam", *FLOWS, "memory", "growth", "scale", "cases", "all")

Sections = dict[str, Any]
Tell = Callable[[str], None]


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--repetitions", default=5, show_default=True, help="How often each side is measured.")
@click.option("--operations", type=int, help="Of one repetition (memory: in all), in place of each part's own number.")
@click.option("--documents", default=growth.DOCUMENTS, show_default=True, help="Of each kind; growth: and ten times.")
@click.option("--in-flight", default=IN_FLIGHT, show_default=True, help="How many operations at a time.")
@click.option("--file", type=Path, default=latest.FILE, show_default=True, help="What the sections are merged into.")
@click.option("--check", is_flag=True, help="End with 1 when a number misses its limit that must hold.")
def main(
    parts: tuple[str, ...],
    repetitions: int,
    operations: int | None,
    documents: int,
    in_flight: int,
    file: Path,
    check: bool,
) -> None:
    """Measure PARTS: the flows beside the floor (report_to_case, exam_started, answer_saved, exam_handed_in, fan_out,
    attachments; all of them when nothing is named; exam is the three of an exam), memory, growth, scale, cases.
    What FILE tells of other parts is kept.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console, rounds = Console(), Rounds(repetitions, operations, in_flight)
    sections: Sections = {}
    try:
        for measure in chosen(set(parts or ["flows"]), documents):
            done = measure(rounds)
            latest.merge(done, file)
            sections |= done
    except KeyboardInterrupt:
        console.print("interrupted: all that was started has been ended")
        sys.exit(INTERRUPTED)
    show(sections, console)
    console.print(f"\nkept in {file}", soft_wrap=True)
    sys.exit(1 if check and numbers.missed_musts(sections) else 0)


def chosen(parts: set[str], documents: int) -> Iterator[Callable[[Rounds], Sections]]:
    """What measures these parts, in order; each starts and ends what it needs."""
    if names := [name for name in FLOWS if {"flows", "all", name} & parts or ("exam" in parts and name in EXAM)]:
        yield partial(flows, names)
    if {"memory", "all"} & parts:
        yield lambda rounds: _with_progress(
            memory.STEPS + 1, lambda tell: memory.measure(rounds.operations, _titled(memory.TITLE, tell))
        )
    if {"growth", "all"} & parts:
        yield lambda rounds: _with_progress(
            growth.steps(rounds), lambda tell: growth.measure(documents, rounds, _titled(growth.TITLE, tell))
        )
    if {"cases", "all"} & parts:
        yield lambda rounds: _with_progress(
            cases.steps(rounds),
            lambda tell: cases.measure(cases.SMALL, cases.LARGE, rounds, _titled(cases.TITLE, tell)),
        )
    if {"scale", "all"} & parts:
        yield lambda rounds: _with_progress(
            scale.steps(rounds), lambda tell: scale.measure(rounds, _titled(scale.TITLE, tell))
        )


def flows(names: list[str], rounds: Rounds) -> Sections:
    """The sections of these flows, measured one after the other on one stage, and what it is like when idle."""

    def measure(tell: Tell) -> Sections:
        with stage() as running:
            tell("idle")
            sections: Sections = {"machine": machine(running), "idle": running.idle(IDLE_S) | origin()}
            for name in names:
                figures = FLOWS[name].measure(running, rounds.telling(_titled(screen.TITLES[name], tell)))
                sections[name] = section(name, figures, rounds, sections["idle"])
        return sections

    return _with_progress(sum(FLOWS[name].RUNS for name in names) * rounds.repetitions + 1, measure)


def show(sections: Sections, console: Console) -> None:
    """The sections as tables."""
    console.print(screen.machine(sections["machine"]))
    tables = {name: partial(screen.flow, name) for name in FLOWS}
    shown = {"idle": screen.idle, **tables}
    shown |= {"memory": screen.memory, "growth": screen.growth, "cases": screen.cases, "scale": screen.scale}
    for name, table in shown.items():
        if name in sections:
            console.print(table(sections[name]))


def section(name: str, figures: dict[str, Any], rounds: Rounds, idle: dict[str, Any]) -> dict[str, Any]:
    """A flow's section: its figures, how they were measured, which numbers hold."""
    servers = sum(idle["cpu_ms_per_s"][server] for server in ("broker", "mongod"))
    return {
        **figures,
        "floor_idle_cpu_ms": round(servers / figures["sides"]["floor"]["rate"], 3),
        "repetitions": rounds.repetitions,
        "in_flight": figures.get("in_flight", rounds.in_flight),
        "numbers": numbers.verdicts(name, figures),
        **origin(),
    }


def _with_progress(total: int, measure: Callable[[Tell], Sections]) -> Sections:
    """Measures with a bar of so many steps: one each time that `tell` is called."""
    columns = TextColumn("{task.description:60}"), BarColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("broker, database and system are started", total=total)

        def tell(words: str) -> None:
            progress.update(task, advance=1, description=words)
            if not console.is_terminal:
                console.print(words)

        return measure(tell)


def _titled(title: str, tell: Tell) -> Tell:
    return lambda words: tell(f"{title}: {words}")


if __name__ == "__main__":
    main(prog_name="python -m tests.performance")
