"""``mingjing verify-bundle``: whether an exported case is as the bureau signed it, on a machine without the system."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.bundles import checking
from services.tasks.export_keys import BadExportKey, public_keys


@click.command("verify-bundle")
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--public-key",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The bureau's public key for bundles (tasks-export.pub), received otherwise than with the bundle.",
)
def verify_bundle(bundle: Path, public_key: Path) -> None:
    """Check a bundle, a folder or a .zip, against the bureau's signature. Ends with 1 unless all is as signed."""
    try:
        keys = public_keys(public_key.read_text(encoding="ascii"))
        with checking.opened(bundle) as files:
            verdict = checking.check(files, keys)
    except (BadExportKey, UnicodeDecodeError) as error:
        reason = error if isinstance(error, BadExportKey) else "is no key file"
        raise click.ClickException(f"{public_key}: {reason}.") from error
    except checking.NoBundle as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from error
    said = verdict.manifest
    click.echo(f"{said['number']} · {said['case']['number']} · {said['made_at']} · {said['made_by']['name']}")
    for what, paths in (("changed", verdict.changed), ("missing", verdict.missing), ("added", verdict.extra)):
        for path in paths:
            click.echo(f"{what}: {_printable(path)}", err=True)
    if not verdict.right:
        sys.exit(1)
    click.echo(f"As signed by key {verdict.key_id}: {len(said['files'])} files.")


def _printable(path: str) -> str:
    """A name that somebody else chose must not write to the terminal what it likes."""
    return "".join(character if character.isprintable() else "?" for character in path)
