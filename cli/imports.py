"""``mingjing import``: hands a table to the platform, watches the work on it, and prints what was rejected and why."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from cli.passwords import password_from_environment
from cli.progress import progress
from cli.signed_in import SignedIn, signed_in

_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_LOOK_AGAIN_SECONDS = 0.5
_GUARDS = {
    "investigated": "not investigated (有访未查)",
    "clear": "not clear (查而不清)",
    "handled": "not handled (只查未处理)",
    "adequate": "not adequately (处理不到位)",
}


@click.group("import")
def imports() -> None:
    """Import tables."""


@imports.command("old-cases")
@click.argument("file", type=_EXISTING)
@click.option("--gateway", envvar="GATEWAY_URL", required=True, help="The platform's address. Or GATEWAY_URL.")
@click.option("--username", envvar="MINGJING_USERNAME", prompt=True, help="Your account. Or MINGJING_USERNAME.")
@click.option("--otp", help="The code of your second factor, if you have one.")
@click.option("--tls-ca", type=_EXISTING, help="A PEM file of an authority of your own.")
@click.option("--dry-run", is_flag=True, help="Only tell what would come of it; nothing is kept.")
def old_cases(file: Path, gateway: str, username: str, otp: str | None, tls_ca: Path | None, dry_run: bool) -> None:
    """Import old files from .xlsx or .csv and check each against the four guards (案件倒查).

    Signs in with your account of the case desk; the password comes from MINGJING_PASSWORD (or …_FILE), else it is asked
    for. A file that was imported before stays as it is, so a table can be handed in again. Ends with 1 when rows were
    rejected or the table could not be read.
    """
    password = password_from_environment("MINGJING_PASSWORD") or click.prompt("Password", hide_input=True)
    with signed_in(gateway, username, password, otp, str(tls_ca) if tls_ca else None) as client:
        form = {"dry_run": "true"} if dry_run else {}
        with file.open("rb") as content:
            started = client.call("POST", "/imports/old-cases", files={"file": (file.name, content)}, data=form)
        for _ in progress(_rows(client, started["id"]), "rows", total=_total(client, started["id"])):
            pass
        done = _look(client, started["id"])
    _print(done)
    if done["state"] == "failed" or done["rejected_total"]:
        sys.exit(1)


def _total(client: SignedIn, import_id: str) -> int:
    """How many rows there are, as soon as the table has been read."""
    while True:
        job = _look(client, import_id)
        if job["total"] or job["state"] != "running":
            return int(job["total"])
        time.sleep(_LOOK_AGAIN_SECONDS)


def _rows(client: SignedIn, import_id: str) -> Iterator[int]:
    """Each row as it is dealt with, until the import has come to its end."""
    told = 0
    while True:
        job = _look(client, import_id)
        # A row may be rejected for several things at once.
        dealt_with = min(job["total"], job["created"] + job["unchanged"] + job["rejected_total"])
        yield from range(told, dealt_with)
        told = max(told, dealt_with)
        if job["state"] != "running":
            return
        time.sleep(_LOOK_AGAIN_SECONDS)


def _look(client: SignedIn, import_id: str) -> Any:
    return client.call("GET", f"/imports/{import_id}")


def _print(job: dict[str, Any]) -> None:
    if job["rejected"]:
        columns = ("row", "column", "what stands there", "why it was rejected", "what would be right")
        table = Table(*(Column(name, overflow="fold") for name in columns))
        for row in job["rejected"]:
            table.add_row(str(row["row"]), row["field"], row["value"] or "", row["message"], row.get("right") or "")
        Console(width=None if sys.stdout.isatty() else 240).print(table)
    if job["rejected_total"] > len(job["rejected"]):
        click.echo(f"The account names the first {len(job['rejected'])} of {job['rejected_total']} rejections.")
    if job["state"] == "failed":
        click.echo(f"Not imported: {job['message']}", err=True)
        return
    did = "Would be" if job["dry_run"] else "Were"
    click.echo(
        f"Rows: {job['total']}. {did} reviewed: {job['created']}; passed {job['passed']}, open cases {job['opened']}. "
        f"Known before: {job['unchanged']}. Rejections: {job['rejected_total']}."
    )
    for guard, words in _GUARDS.items():
        click.echo(f"  {words}: {job['by_guard'][guard]}")
