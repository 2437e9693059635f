"""``mingjing seed``: fills a running system with demonstration data, once."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click
from rich.console import Console

from cli.passwords import password_from_environment
from cli.rpc import call
from cli.seed.context import Context
from cli.settings import settings_or_exit

# In this order: people first, then what they do.
AREAS = ("identity", "quiz", "study", "publicity", "reports")

# Where `make run` keeps them (API.md, "Demo accounts").
_ADDRESS_FILE = Path(".local/address")
_PASSWORD_FILE = Path(".local/demo-password")


@click.command("seed")
@click.option("--address", envvar="GATEWAY_URL", help="The gateway's base URL; by default what .local/address holds.")
@click.option("--only", "only", multiple=True, type=click.Choice(AREAS), help="Only this area; may be repeated.")
def seed(address: str | None, only: tuple[str, ...]) -> None:
    """Add the demonstration data that is missing. The accounts' password comes from DEMO_PASSWORD(_FILE)."""
    settings = settings_or_exit()
    base_url = address or _kept(_ADDRESS_FILE, "the gateway's address", "--address or GATEWAY_URL")
    password = password_from_environment("DEMO_PASSWORD") or _kept(
        _PASSWORD_FILE, "the accounts' password", "DEMO_PASSWORD or DEMO_PASSWORD_FILE"
    )
    context = Context(base_url, password, partial(call, settings))
    console = Console(stderr=True)
    for area in AREAS:
        # An area whose service is not part of this checkout has nothing to add.
        if (only and area not in only) or find_spec(f"cli.seed.{area}") is None:
            continue
        console.print(f"[bold]{area}[/bold]")
        import_module(f"cli.seed.{area}").run(context)


def _kept(file: Path, what: str, instead: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise click.ClickException(f"Where is {what}? {file} cannot be read; set {instead}.") from error
