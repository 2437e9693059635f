"""`python -m tests.chaos [--seed 7 | --seeds 1-20] [--kills 30]`: what `make chaos` runs."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from cli.progress import progress
from deploy.local.broker import Broker
from deploy.local.checkout import ROOT
from deploy.local.database import Database
from deploy.local.trouble import Trouble
from tests.chaos.plan import Kill
from tests.chaos.run import Outcome, run
from tests.support.own_servers import own_servers

FOLDER = ROOT / ".local" / "chaos"
HIGHEST_DRAWN = 9999
# Findings on the screen; all of them are in the file.
SHOWN = 20


def seeds_of(text: str) -> list[int]:
    """`7`, `1-20`, `3,5,8-10`."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise click.BadParameter(f"{part!r} is no seed: write 7, 1-20 or 3,5,8-10")
        found += range(int(first), int(last or first) + 1)
    return found


@click.command()
@click.option("--seed", "--seeds", "seeds", default="", help="7, 1-20 or 3,5,8-10; drawn when left out.")
@click.option("--kills", default=30, show_default=True, type=click.IntRange(1), help="How many kills a seed.")
@click.option("--keep", is_flag=True, help="Keep the logs of seeds without findings, too.")
def chaos(seeds: str, kills: int, keep: bool) -> None:
    """Kill the running system part by part while it is used, and check that no promise was broken."""
    chosen = seeds_of(seeds) if seeds else [random.SystemRandom().randint(1, HIGHEST_DRAWN)]
    with own_servers(Path(FOLDER), "kills its servers") as (broker, database):
        outcomes = [one_seed(seed, kills, broker, database, keep) for seed in chosen]
    failed = [outcome for outcome in outcomes if outcome.findings]
    struck = sum(len(outcome.struck) for outcome in outcomes)
    acknowledged = sum(outcome.tally.acknowledged for outcome in outcomes)
    click.echo(f"{len(outcomes)} seeds, {struck} kills, {acknowledged} acknowledged; {len(failed)} seeds with findings")
    if failed:
        sys.exit(1)
    if not keep:
        shutil.rmtree(FOLDER, ignore_errors=True)


def one_seed(seed: int, kills: int, broker: Broker, database: Database, keep: bool) -> Outcome:
    """Runs it and tells of it; keeps the logs where something was found, or all."""
    folder = FOLDER / f"seed-{seed}"

    def track(plan: list[Kill]) -> Iterable[Kill]:
        return progress(plan, f"seed {seed}: kills", total=len(plan))

    outcome = run(seed, kills, broker, database, folder, track=track)
    click.echo(outcome.line)
    if not outcome.findings and not keep:
        shutil.rmtree(folder, ignore_errors=True)
        return outcome
    told = [outcome.line, *map(str, outcome.findings), "", "Kills:", *map(str, outcome.struck)]
    (folder / "told.txt").write_text("\n".join(told) + "\n")
    for finding in outcome.findings[:SHOWN]:
        click.echo(f"  {finding}")
    click.echo(f"  everything found, the kills and the logs: {folder.relative_to(ROOT)}")
    if outcome.findings:
        click.echo(f"  again: make chaos SEED={seed} KILLS={kills}")
    return outcome


if __name__ == "__main__":
    try:
        chaos(prog_name="make chaos")
    except Trouble as problem:
        sys.exit(str(problem))
