"""``mingjing export-case``: a whole case as a folder and a .zip, numbered and signed by the bureau."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from cli.bundles import case_file, documents, page
from cli.bundles.case_file import Kept
from cli.bundles.folder import Draft, Folder
from cli.passwords import password_from_environment
from cli.signed_in import Refused, SignedIn, signed_in

_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_CHANGED = 412
_PURPOSE = "导出案卷"


@click.command("export-case")
@click.argument("number")
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the bundle, which is made; the archive is put beside it as FOLDER.zip.",
)
@click.option("--purpose", default=_PURPOSE, show_default=True, help="Why it is exported; kept with each access.")
@click.option("--font", type=_EXISTING, help="A TrueType font with Chinese characters to embed in the documents.")
@click.option("--gateway", envvar="GATEWAY_URL", required=True, help="The platform's address. Or GATEWAY_URL.")
@click.option("--username", envvar="MINGJING_USERNAME", prompt=True, help="Your account. Or MINGJING_USERNAME.")
@click.option("--otp", help="The code of your second factor, if you have one.")
@click.option("--tls-ca", type=_EXISTING, help="A PEM file of an authority of your own.")
def export_case(
    number: str,
    target: Path,
    purpose: str,
    font: Path | None,
    gateway: str,
    username: str,
    otp: str | None,
    tls_ca: Path | None,
) -> None:
    """Export the case NUMBER: index, what was reported, its files, the originals of the evidence, a signed manifest.

    For the desk and the case's handlers, with their own account; the password comes from MINGJING_PASSWORD (or …_FILE),
    else it is asked for. When it was cut short, run it again: what is complete and right is not fetched again. Check
    the bundle with `mingjing verify-bundle`.
    """
    try:
        written_with = page.font_named(font)
    except page.NoFont as error:
        raise click.ClickException(str(error)) from error
    password = password_from_environment("MINGJING_PASSWORD") or click.prompt("Password", hide_input=True, err=True)
    try:
        with signed_in(gateway, username, password, otp, str(tls_ca) if tls_ca else None) as client:
            case = case_file.find(client, number)
            folder = Folder(target, case["id"])
            draft = folder.draft() or _put_together(client, case, folder, purpose, written_with)
            signed = _signed(client, case, folder, draft)
        archive = folder.finish(signed["manifest"], signed["signature"])
    except OSError as error:
        raise click.ClickException(f"{error.filename or target}: {error.strerror}. Run the command again.") from error
    click.echo(f"{signed['number']}: {len(draft.files)} files in {target} and {archive}, signed by {signed['key_id']}.")


def _put_together(client: SignedIn, case: dict[str, Any], folder: Folder, purpose: str, font: str) -> Draft:
    history = case_file.history(client, case)
    names = case_file.names(client, case, history)
    reports = case_file.reports(client, case, purpose)
    items = case_file.evidence(client, case, purpose)
    originals = case_file.originals(case["id"], items)
    kept = [*originals, *case_file.enclosed(reports)]
    _fetch(client, folder, kept, purpose)
    read = [case_file.with_custody(client, case, item["item"], purpose) for item in items]
    folder.write(documents.INDEX, [documents.index(case, history, read, originals, reports, names, font).content()])
    paths = [documents.INDEX]
    if reports:
        folder.write(documents.REPORT, [documents.reported(reports, names, purpose, font).content()])
        paths.append(documents.REPORT)
    entries = [folder.entry(path) for path in paths]
    entries += [folder.entry(file.path, file.item) for file in kept]
    draft = Draft(case["version"], tuple(entries))
    folder.keep_draft(draft)
    return draft


def _fetch(client: SignedIn, folder: Folder, kept: list[Kept], purpose: str) -> None:
    """The files that are not there yet, each compared with what the platform has noted of it."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("files", total=sum(file.size for file in kept))
        for file in kept:
            if folder.has(file.path, file.sha256):
                bar.advance(task, file.size)
                continue
            with client.fetching(file.source, copy=file.copy, purpose=purpose) as pieces:
                got = folder.write(file.path, _told(pieces, bar, task))
            if got != file.sha256:
                folder.remove(file.path)
                raise click.ClickException(
                    f"The file of {file.called} is not what was kept: its SHA-256 is {got} in place of "
                    f"{file.sha256}. Run the command again; if it stays so, tell the administrator."
                )
    if not console.is_terminal:
        click.echo(f"evidence and files of reports: {len(kept)}", err=True)


def _told(pieces: Iterator[bytes], bar: Progress, task: Any) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        bar.advance(task, len(piece))


def _signed(client: SignedIn, case: dict[str, Any], folder: Folder, draft: Draft) -> dict[str, Any]:
    body = {"expected_version": draft.version, "files": [vars(file) for file in draft.files]}
    try:
        signed: dict[str, Any] = client.call("POST", f"/cases/{case['id']}/exports", json=body, once=draft.key)
    except Refused as refused:
        if refused.status != _CHANGED:
            raise
        folder.forget_draft()
        raise click.ClickException(
            f"{refused.message} Nothing was numbered. Run the command again; the evidence that is there stays."
        ) from refused
    return signed
