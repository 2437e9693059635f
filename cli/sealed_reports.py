"""``mingjing sealed-reports``: reports about the head of the bureau, handed to the level above sealed, opened there."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from chassis import clock
from chassis.clock import BUREAU_ZONE
from chassis.config import load_settings as load_chassis
from cli.progress import progress
from cli.settings import read_or_exit, settings_or_exit
from cli.stores import opened
from services.reports import keys as key_forms
from services.reports.above import arriving, leaving
from services.reports.above.bundles import Bundle, NotABundle
from services.reports.attachments.choice import load_parts
from services.reports.model.report import ContentUnreadable, KeyMissing
from services.reports.store import ReportsStore

_FOLDER = click.Path(file_okay=False, path_type=Path)
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("sealed-reports")
def sealed_reports() -> None:
    """Hand reports about the head of the bureau, sealed, to the level above; open them there."""


@sealed_reports.command("list")
def list_reports() -> None:
    """List the reports on the sealed route, and whether the level above has all of each."""
    table = Table("report", "case", "received", "category", "reporter", "key", "messages", "files", "handed over")
    waiting = 0
    with opened(ReportsStore, settings_or_exit()) as store:
        for report in leaving.listed(store):
            waiting += report["pending"]
            exported = report["exports"][-1]["at"].astimezone(BUREAU_ZONE) if report["exports"] else None
            table.add_row(
                report["id"],
                report["number"] or "–",
                f"{report['received_at'].astimezone(BUREAU_ZONE):%Y-%m-%d %H:00}",
                report["category"],
                report["reporter_mode"],
                report["key_id"],
                str(report["messages"]),
                str(report["attachments"]),
                "–" if exported is None else f"{exported:%Y-%m-%d %H:%M}{' (more since)' if report['pending'] else ''}",
            )
    Console(width=None if sys.stdout.isatty() else 240).print(table)
    click.echo(f"{table.row_count} sealed reports, {waiting} to hand over.")


@sealed_reports.command("export")
@click.option("--to", "folder", required=True, type=_FOLDER, help="Where the bundles are written.")
@click.option("--id", "ids", multiple=True, help="Only these reports; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="Also those that were handed over whole before.")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who hands over, for the record.")
def export(folder: Path, ids: tuple[str, ...], everything: bool, by: str) -> None:
    """Write a sealed bundle of each report that the level above does not have whole, and record who did.

    Nothing in a bundle can be opened with a key of the bureau.
    """
    chassis, parts_of = read_or_exit(load_chassis, load_parts)
    with opened(ReportsStore, chassis) as store:
        known = {report["id"]: report for report in leaving.listed(store)}
        unknown = set(ids) - known.keys()
        if unknown:
            raise click.ClickException(f"No sealed report has the id {', '.join(sorted(unknown))}.")
        chosen = ids or [one for one, report in known.items() if everything or report["pending"]]
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for report_id in progress(chosen, "handed over"):
                path = leaving.export(store, parts_of(store), report_id, folder, by, clock.now())
                click.echo(path or f"{report_id} was erased meanwhile")
        except OSError as error:
            raise click.ClickException(
                f"Cannot write to {folder}: {error.strerror}. It is safe to try again."
            ) from error


@sealed_reports.command("open")
@click.argument("bundles", nargs=-1, required=True, type=_EXISTING)
@click.option("--key", required=True, type=_EXISTING, help="The private key file of the level above.")
@click.option("--to", "folder", required=True, type=_FOLDER, help="Where a folder for each report is made.")
def open_bundles(bundles: tuple[Path, ...], key: Path, folder: Path) -> None:
    """Open bundles with the private key of the level above. Needs no settings, no broker and no database.

    Attachments are written as they came: open them where harmful files can do no harm.
    """
    try:
        private_keys = key_forms.read_keys(key.read_text(encoding="ascii"), key_forms.SUPERIOR_PRIVATE)
    except (key_forms.BadKey, UnicodeDecodeError) as error:
        raise click.ClickException(f"{key} is no private key of the level above: {error}.") from error
    failed = [path for path in bundles if not _open(path, private_keys, folder)]
    if failed:
        sys.exit(1)


def _open(path: Path, private_keys: tuple[bytes, ...], folder: Path) -> bool:
    try:
        bundle = Bundle(path)
        try:
            click.echo(arriving.opened(bundle, private_keys, folder))
        finally:
            bundle.close()
    except (NotABundle, FileExistsError) as error:
        click.echo(f"{path}: {error}", err=True)
    except KeyMissing as error:
        click.echo(f"{path}: it is sealed to the key {error.key_id}, which is not in the file.", err=True)
    except ContentUnreadable:
        click.echo(f"{path}: it was changed on its way, or is not whole; have it exported again.", err=True)
    else:
        return True
    return False
