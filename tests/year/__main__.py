"""`python -m tests.year [--cases 5000] [--seed 1] [--step 1]`: what `make year` runs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import click

from cli.progress import progress
from deploy.local.checkout import ROOT
from deploy.local.trouble import Trouble
from tests.support.own_servers import NOTHING_EXPIRES, own_servers
from tests.year.run import Outcome, run

FOLDER = ROOT / ".local" / "year"


@click.command()
@click.option("--cases", default=5000, show_default=True, type=click.IntRange(1), help="How many reports come.")
@click.option("--seed", default=1, show_default=True, help="Another seed is another year.")
@click.option("--step", default=1, show_default=True, type=click.IntRange(1, 7), help="Look at every so many-th day.")
@click.option("--folder", default=FOLDER, type=click.Path(path_type=Path), help="Where servers and logs are.")
def year(cases: int, seed: int, step: int, folder: Path) -> None:
    """Live a year of invented cases on the real system with a driven clock, and compare it with an own model."""

    def track(days: Sequence[date]) -> Iterable[date]:
        for day in progress(days, f"seed {seed}: days", total=len(days)):
            (folder / "today.txt").write_text(f"{day}\n")
            yield day

    # Told to end, it leaves nothing behind, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with own_servers(folder, "drives the clock of all that uses its servers", [NOTHING_EXPIRES]) as (broker, database):
        outcome = run(seed, cases, broker, database, folder / "system", step=step, track=track)
    told = "\n".join(_told(outcome))
    (folder / "told.txt").write_text(told + "\n")
    click.echo(told)
    if outcome.findings:
        sys.exit(1)


def _told(outcome: Outcome) -> Iterator[str]:
    yield outcome.line
    for what, counted in (
        ("actions", outcome.actions),
        ("refused as they must be", outcome.refused),
        ("stages", outcome.stages),
        ("states at the end", outcome.states),
        ("cases by source", outcome.sources),
    ):
        yield f"{what}: " + ", ".join(f"{name} {count}" for name, count in counted.most_common())
    yield from outcome.findings


if __name__ == "__main__":
    try:
        year(prog_name="make year")
    except Trouble as problem:
        sys.exit(str(problem))
