"""``mingjing keys``: the keys that reports are sealed with."""

from __future__ import annotations

from pathlib import Path

import click

from services.reports import keys as key_files


@click.group("keys")
def keys() -> None:
    """Make and look after the keys that reports are sealed with."""


@keys.command("generate")
@click.option(
    "--directory",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the files are written (mode 600). Files that exist are kept.",
)
def generate(directory: Path) -> None:
    """Make the missing key files of the reports service and print the settings that point to them."""
    try:
        made = key_files.generate(directory)
    except OSError as error:
        raise click.ClickException(f"Cannot write keys to {directory}: {error.strerror}.") from error
    for name, is_new in made.items():
        click.echo(f"{'made' if is_new else 'kept'} {directory / name}", err=True)
    if made.get(key_files.CUSTODIAN_PRIVATE_FILE):
        click.echo(
            f"Hand {directory / key_files.CUSTODIAN_PRIVATE_FILE} to the identity custodian and remove it from "
            "this machine: it opens the reporters' identities, and no service needs it.",
            err=True,
        )
    for variable, name in key_files.SETTINGS.items():
        click.echo(f"{variable}={(directory / name).resolve()}")
