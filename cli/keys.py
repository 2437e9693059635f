"""``mingjing keys``: the keys that reports are sealed with, and the one that bundles are signed with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn, TypeVar

import click
from rich.console import Console
from rich.table import Table

from chassis.config import load_settings as load_chassis
from cli.progress import progress
from cli.settings import read_or_exit, settings_or_exit
from cli.stores import opened
from services.reports import key_files
from services.reports import keys as key_forms
from services.reports.handlers import keys as handlers
from services.reports.handlers.keys import Rewrapped
from services.reports.model import keys as rules
from services.reports.model.keys import KeyState
from services.reports.settings import load_settings as load_reports
from services.reports.store import ReportsStore
from services.tasks import export_keys

_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)

T = TypeVar("T")

# What is to be done about a key, by its kind and what it is to the reports.
_ADVICE = {
    (rules.DESK, rules.NEEDED): "mingjing keys rotate",
    (rules.LOOKUP, rules.NEEDED): "stays until the receipts that it finds were used",
    (rules.DESK, rules.LOST): "LOST: put it back below the first; until then only receipts open these reports",
    (rules.LOOKUP, rules.LOST): "LOST: put it back below the first; until then these receipts find nothing",
    (rules.CUSTODIAN, rules.ELSEWHERE): "the custodian: mingjing keys rotate --identities",
    (rules.SUPERIOR, rules.ELSEWHERE): "the level above keeps it",
}


@click.group("keys")
def keys() -> None:
    """Make and look after the keys that reports are sealed with, and make the one that bundles are signed with."""


@keys.command("generate")
@click.option(
    "--directory",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the files are written (mode 600). Files that exist are kept.",
)
def generate(directory: Path) -> None:
    """Make the missing key files of reports and of bundles, and print the settings that point to them."""
    try:
        made = key_forms.generate(directory) | export_keys.generate(directory)
    except OSError as error:
        raise click.ClickException(f"Cannot write keys to {directory}: {error.strerror}.") from error
    for name, is_new in made.items():
        click.echo(f"{'made' if is_new else 'kept'} {directory / name}", err=True)
    for name, whom in key_forms.HAND_OVER.items():
        if made.get(name):
            click.echo(
                f"Hand {directory / name} to {whom}. Remove it from this machine: no service needs it.", err=True
            )
    if made[export_keys.PUBLIC_FILE]:
        click.echo(f"Give {directory / export_keys.PUBLIC_FILE} to whoever is to check bundles.", err=True)
    for variable, name in (key_forms.SETTINGS | export_keys.SETTINGS).items():
        click.echo(f"{variable}={(directory / name).resolve()}")


@keys.command("add")
@click.argument("kind", type=click.Choice(sorted(key_files.CHANGEABLE)))
@click.option("--file", "path", required=True, type=_EXISTING, help="The key file.")
def add(kind: str, path: Path) -> None:
    """Put a fresh key in front of those in a key file, and print its id."""
    key_id = _changed(path, lambda: key_files.add(path, key_files.CHANGEABLE[kind]))
    click.echo(f"Restart reports and reports-worker with {path}; the new key seals from then on.", err=True)
    click.echo(key_id)


@keys.command("remove")
@click.argument("kind", type=click.Choice(sorted(key_files.CHANGEABLE)))
@click.option("--file", "path", required=True, type=_EXISTING, help="The key file.")
@click.option("--id", "key_id", required=True, help="The key, as `mingjing keys check` names it.")
def remove(kind: str, path: Path, key_id: str) -> None:
    """Take an old key out of a key file, if no report needs it."""
    # Those without an id may be found by any lookup key.
    ids = (key_id, None) if kind == rules.LOOKUP else (key_id,)
    needed = sum(state.reports for state in _states() if state.kind == kind and state.id in ids)
    if needed:
        raise click.ClickException(f"{needed} reports still need {key_id}; nothing was changed.")
    _changed(path, lambda: key_files.remove(path, key_files.CHANGEABLE[kind], key_id))
    click.echo(f"Took {key_id} out of {path}; restart reports and reports-worker with it.")


@keys.command("check")
def check() -> None:
    """Show which keys the reports need, which are lost, and which may go. Ends with 1 when a key is lost."""
    table = Table("kind", "key", "reports", "state", "what to do")
    found = _states()
    for state in found:
        advice = "may be taken out" if state.verdict == rules.FREE else _ADVICE.get((state.kind, state.verdict), "–")
        table.add_row(state.kind, state.id or "(without an id)", str(state.reports), state.verdict, advice)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    lost = [state for state in found if state.verdict == rules.LOST]
    if lost:
        _fail("; ".join(f"The {state.kind} key {state.id} is lost: {state.reports} reports" for state in lost) + ".")


@keys.command("rotate")
@click.option("--identities", is_flag=True, help="Reporters' identities, to another key of the custodian.")
@click.option("--custodian-key", type=_EXISTING, help="With --identities: the custodian's private key file until now.")
@click.option("--to", type=_EXISTING, help="With --identities: the custodian's new public key file.")
@click.option("--batch", default=200, show_default=True, type=click.IntRange(1, 5000), help="Reports in one write.")
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
def rotate(identities: bool, custodian_key: Path | None, to: Path | None, batch: int, dry_run: bool) -> None:
    """Seal what is sealed to old keys of the desk to its current one; the texts themselves stay as they are.

    May be stopped and run again, and several times at once. Ends with 1 when something could not be sealed anew.
    """
    if identities != bool(custodian_key and to) or bool(custodian_key) != bool(to):
        raise click.UsageError("--identities goes with --custodian-key and --to.")
    if custodian_key and to:
        _rotate_identities(_read(custodian_key, key_forms.CUSTODIAN_PRIVATE), _read(to, key_forms.CUSTODIAN_PUBLIC),
                           batch, dry_run)  # fmt: skip
    else:
        _rotate_desk(batch, dry_run)


def _rotate_desk(batch: int, dry_run: bool) -> None:
    chassis, reports = read_or_exit(load_chassis, load_reports)
    sealer = reports.sealer
    with opened(ReportsStore, chassis) as store:
        count = handlers.to_rotate(store, sealer)
        click.echo(f"{count} reports to seal to the desk's key {sealer.desk_current}.")
        if not dry_run:
            _work_off(handlers.rotate(store, sealer, batch), count, lambda: handlers.to_rotate(store, sealer))
        lost = handlers.missing(store, sealer)
    if lost:
        told = "; ".join(
            f"{reports} reports are sealed to {key_id}, which is not here" for key_id, reports in lost.items()
        )
        _fail(f"{told}.")


def _rotate_identities(old: tuple[bytes, ...], to: tuple[bytes, ...], batch: int, dry_run: bool) -> None:
    with opened(ReportsStore, settings_or_exit()) as store:
        count = handlers.identities_to_rotate(store, to[0])
        click.echo(f"{count} identities to seal to the custodian's key {key_forms.key_id(to[0])}.")
        if not dry_run:
            rounds = handlers.rotate_identities(store, old, to[0], batch)
            _work_off(rounds, count, lambda: handlers.identities_to_rotate(store, to[0]))


def _work_off(rounds: Iterable[Rewrapped], count: int, left: Callable[[], int]) -> None:
    """Run all rounds with a progress bar, then say what came of them; ends the command with 1 if something is left
    that does not open.
    """
    done = overtaken = 0
    unreadable: list[str] = []
    for report in progress(_each(rounds), "sealed anew", total=count):
        done += report.done
        overtaken += report.overtaken
        unreadable += report.unreadable
    remaining = left()
    click.echo(f"Sealed anew: {done}. Changed by somebody else meanwhile: {overtaken}. Left: {remaining}.")
    if unreadable:
        _fail(f"Not opened, so left as they are: {', '.join(unreadable)}.")
    if remaining:
        _fail("Some came while this ran: a replica still seals to an old key. Restart it, then run this again.")


def _each(rounds: Iterable[Rewrapped]) -> Iterable[Rewrapped]:
    """The rounds as steps of one report each, for a bar that moves by reports."""
    for round in rounds:
        yield from (Rewrapped(1, 0, []) for _ in range(round.done))
        yield from (Rewrapped(0, 1, []) for _ in range(round.overtaken))
        yield from (Rewrapped(0, 0, [report_id]) for report_id in round.unreadable)


def _states() -> list[KeyState]:
    chassis, reports = read_or_exit(load_chassis, load_reports)
    with opened(ReportsStore, chassis) as store:
        return handlers.check(store, reports.sealer)


def _read(path: Path, purpose: str) -> tuple[bytes, ...]:
    return _changed(path, lambda: key_forms.read_keys(path.read_text(encoding="ascii"), purpose))


def _changed(path: Path, change: Callable[[], T]) -> T:
    try:
        return change()
    except FileExistsError as error:
        raise click.ClickException(
            f"{error.filename} is there: another change is under way. If none is, remove it and try again."
        ) from error
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}.") from error
    except (key_forms.BadKey, UnicodeDecodeError) as error:
        reason = error if isinstance(error, key_forms.BadKey) else "is no key file"
        raise click.ClickException(f"{path}: {reason}; nothing was changed.") from error


def _fail(sentence: str) -> NoReturn:
    raise click.ClickException(sentence)
