"""`python -m tests.rush [--candidates 2000] [--seed 1]`: what `make rush` runs."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from deploy.local.checkout import ROOT
from deploy.local.trouble import Trouble
from tests.rush.plan import Length
from tests.rush.run import run
from tests.support.own_servers import own_servers

FOLDER = ROOT / ".local" / "rush"
SHOWN = 20


@click.command()
@click.option("--candidates", default=2000, show_default=True, type=click.IntRange(1), help="How many sit the exam.")
@click.option("--answers", default=50, show_default=True, type=click.IntRange(1), help="How many each saves.")
@click.option("--kills", default=20, show_default=True, type=click.IntRange(0), help="How many parts are killed.")
@click.option("--seed", default=1, show_default=True, help="Another seed, other people and other kills.")
@click.option(
    "--saves-per-second",
    default=100.0,
    show_default=True,
    type=click.FloatRange(1),
    help="The pace of all together: what this machine can take. It says how long the exam is.",
)
@click.option("--folder", default=FOLDER, type=click.Path(path_type=Path), help="Where servers and logs are.")
def rush(candidates: int, answers: int, kills: int, seed: int, saves_per_second: float, folder: Path) -> None:
    """Let many people sit one exam while parts are killed, and compare what they were told with what was graded."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    length = length_of(candidates, answers, saves_per_second)
    click.echo(
        f"{candidates} candidates, {answers} answers each: {length.starting:.0f} s to start, {length.writing:.0f} s to "
        f"write, {length.handing_in:.0f} s to hand in"
    )
    with own_servers(folder, "kills its servers") as (broker, database):
        outcome = run(seed, candidates, answers, kills, length, broker, database, folder / "system")
    told = [outcome.line, *map(str, outcome.findings), "", "Kills:", *map(str, outcome.struck)]
    (folder / "told.txt").write_text("\n".join(told) + "\n")
    for line in told[: SHOWN + 1] if outcome.findings else told[:1]:
        click.echo(line)
    click.echo(f"everything found, the kills and the logs: {folder}")
    if outcome.findings:
        sys.exit(1)


def length_of(candidates: int, answers: int, saves_per_second: float) -> Length:
    """All start within a minute and hand in within the last two; between them as long as the saves take at this
    pace."""
    return Length(starting=60.0, writing=max(candidates * answers / saves_per_second, 30.0), handing_in=120.0)


if __name__ == "__main__":
    try:
        rush(prog_name="make rush")
    except Trouble as problem:
        sys.exit(str(problem))
