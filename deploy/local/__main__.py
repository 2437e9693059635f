"""`python -m deploy.local run|status|logs|down|clean`: the verbs of the Makefile that are about the running system."""

import shutil
import subprocess
import sys
from contextlib import suppress

import click
from rich.console import Console
from rich.markup import escape

from deploy.local import screen
from deploy.local.checkout import Checkout
from deploy.local.record import Record
from deploy.local.running import run as run_system
from deploy.local.stopping import stop
from deploy.local.trouble import Trouble


@click.group()
def local() -> None:
    """The running system of this checkout."""


@local.command()
def run() -> None:
    """Start everything and stay in the foreground; Ctrl-C stops everything."""
    sys.exit(run_system(Checkout(), Console(highlight=False)))


@local.command()
def status() -> None:
    """Show the parts: address, memory, whether each is ready now. Fails when something is not."""
    console = Console(highlight=False)
    checkout = Checkout()
    record = Record.read(checkout.folder)
    if record is None or record.supervisor() is None:
        raise Trouble("The system does not run: start it with 'make run'.")
    console.print(screen.parts_table(record.parts, ask=True))
    address = checkout.folder / "address"
    if not address.exists():
        raise Trouble("It is still starting, or stopping.")
    console.print(f"\n{address.read_text().strip()}")
    if any(screen.state_now(part) not in screen.WELL for part in record.parts):
        raise Trouble("Not every part is ready: see 'make logs'.")


@local.command()
@click.option("--lines", default=20, show_default=True, help="How many earlier lines of each log to show.")
def logs(lines: int) -> None:
    """Follow the logs of all parts until Ctrl-C."""
    files = sorted(Checkout().logs.glob("*.log"))
    if not files:
        raise Trouble("There are no logs yet: start the system with 'make run'.")
    with suppress(KeyboardInterrupt):
        subprocess.run(["tail", f"--lines={lines}", "--follow=name", "--retry", *map(str, files)], check=False)


@local.command()
def down() -> None:
    """Stop the system that runs in another terminal, and whatever one that was killed has left."""
    _down(Console(highlight=False))


@local.command()
def clean() -> None:
    """Stop the system and remove its data, ports, secrets and logs."""
    console = Console(highlight=False)
    _down(console)
    shutil.rmtree(Checkout().folder, ignore_errors=True)
    console.print("removed .local")


def _down(console: Console) -> None:
    console.print("stopped" if stop(Checkout().folder) else "The system does not run.")


if __name__ == "__main__":
    try:
        local(prog_name="make", standalone_mode=True)
    except Trouble as problem:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]{escape(str(problem))}[/red]")
        sys.exit(1)
