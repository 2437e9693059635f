"""``mingjing identity-requests``: both sides of seeing who a reporter is, each on the person's own machine.

Keys are made, used and kept there; what goes to the gateway is sealed (docs/decisions/0025-identity-requests.md).
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console
from rich.table import Table

from chassis.clock import BUREAU_ZONE
from cli.passwords import password_from_environment
from cli.signed_in import Refused, SignedIn, signed_in
from contracts.fields import parse_instant
from contracts.reports.schemas.identity_requests import MOST_HOURS, PURPOSES
from services.reports import identity_grants, keys
from services.reports.model.report import ContentUnreadable, KeyMissing

_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)
_REASON = click.option(
    "--reason-file",
    "reason",
    type=click.File(encoding="utf-8"),
    default="-",
    help="The reason, as a text file; by default what is typed or piped in.",
)

# What `show` says of a request, in this order, where it is told.
_SHOWN = {
    "id": "request",
    "number": "case",
    "state": "state",
    "purpose": "purpose",
    "requester_name": "asked by",
    "requester_id": "account",
    "reason": "because",
    "hours": "hours asked for",
    "asked_at": "asked at",
    "decided_at": "decided at",
    "decision_reason": "decided because",
    "until": "open until",
    "ended_at": "ended at",
    "end_reason": "ended because",
    "openings": "times opened",
}


@click.group("identity-requests")
@click.option("--gateway", envvar="GATEWAY_URL", required=True, help="The platform's address. Or GATEWAY_URL.")
@click.option("--username", envvar="MINGJING_USERNAME", prompt=True, help="Your account. Or MINGJING_USERNAME.")
@click.option("--otp", help="The code of your second factor, if you have one.")
@click.option("--tls-ca", type=_EXISTING, help="A PEM file of an authority of your own.")
@click.pass_context
def identity_requests(
    context: click.Context, gateway: str, username: str, otp: str | None, tls_ca: Path | None
) -> None:
    """Ask to see who a reporter is, decide on it, and open what was allowed.

    Signs in with your account; the password comes from MINGJING_PASSWORD (or …_FILE), else it is asked for.
    """
    context.obj = gateway, username, otp, str(tls_ca) if tls_ca else None


@identity_requests.command("ask")
@click.argument("case_id")
@click.option("--purpose", required=True, type=click.Choice(PURPOSES))
@click.option("--hours", required=True, type=click.IntRange(1, MOST_HOURS), help="For how long it is to be open.")
@click.option("--key-file", required=True, type=_NEW, help="Where the key of this request is written: keep it.")
@_REASON
@click.pass_obj
def ask(person: tuple[Any, ...], case_id: str, purpose: str, hours: int, key_file: Path, reason: TextIO) -> None:
    """Ask to see who the reporter of a case is. Makes a key that opens the answer, and nothing else ever will."""
    private = secrets.token_bytes(keys.KEY_BYTES)
    public = keys.public_key(private)
    body = {"purpose": purpose, "hours": hours, "reason": _said(reason), "public_key": _text(public)}
    with _calling(person) as gateway:
        try:
            keys.write_new(key_file, keys.write_key(private, identity_grants.REQUESTER_PRIVATE))
        except FileExistsError as error:
            raise click.ClickException(f"{key_file} is there already; every request needs a new key file.") from error
        except OSError as error:
            raise click.ClickException(f"{key_file}: {error.strerror}; nothing was asked.") from error
        try:
            asked = gateway.call("POST", f"/cases/{case_id}/identity-requests", json=body)
        except Refused:
            # The key of nothing.
            key_file.unlink()
            raise
    click.echo(f"Asked. Keep {key_file}: without it nobody can open what is allowed.", err=True)
    click.echo("Tell the custodian by telephone or in person:", err=True)
    click.echo(f"  fingerprint {identity_grants.fingerprint(public)}", err=True)
    click.echo(asked["id"])


@identity_requests.command("list")
@click.pass_obj
def list_requests(person: tuple[Any, ...]) -> None:
    """List the requests that you may know of, those that wait for a decision first."""
    table = Table("request", "case", "state", "purpose", "hours", "asked", "open until", "opened")
    with _calling(person) as gateway:
        for one in _all(gateway):
            table.add_row(
                one["id"], one["number"], one["state"], one["purpose"], str(one["hours"]), _at(one["asked_at"]),
                _at(one["until"]), str(one["openings"]),
            )  # fmt: skip
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@identity_requests.command("show")
@click.argument("request_id")
@click.pass_obj
def show(person: tuple[Any, ...], request_id: str) -> None:
    """Show a request: who asks, for which case, and, if it is for you to know, why."""
    with _calling(person) as gateway:
        told = gateway.call("GET", f"/identity-requests/{request_id}")
    for name, label in _SHOWN.items():
        if told[name] is not None:
            click.echo(f"{label}: {_at(told[name]) if name.endswith('_at') or name == 'until' else told[name]}")
    if told["public_key"]:
        click.echo(f"fingerprint: {identity_grants.fingerprint(base64.b64decode(told['public_key']))}")


@identity_requests.command("decide")
@click.argument("request_id")
@click.option("--approve/--refuse", "approved", required=True, default=None)
@click.option("--hours", type=click.IntRange(1, MOST_HOURS), help="At most as asked, which it is by default.")
@click.option("--custodian-key", type=_EXISTING, help="To approve: the custodian's private key file.")
@click.option("--fingerprint", help="To approve: as the person who asks has told it, by telephone or in person.")
@_REASON
@click.pass_obj
def decide(
    person: tuple[Any, ...],
    request_id: str,
    approved: bool,
    hours: int | None,
    custodian_key: Path | None,
    fingerprint: str | None,
    reason: TextIO,
) -> None:
    """Approve or refuse a request, as the custodian. An approval passes the key on from this machine, sealed."""
    if approved and not (custodian_key and fingerprint):
        raise click.UsageError("--approve goes with --custodian-key and --fingerprint.")
    if not approved and (custodian_key or fingerprint or hours):
        raise click.UsageError("--custodian-key, --fingerprint and --hours go with --approve.")
    body: dict[str, Any] = {"approved": approved, "reason": _said(reason)}
    private_keys = _keys_in(custodian_key, keys.CUSTODIAN_PRIVATE) if custodian_key else ()
    with _calling(person) as gateway:
        told = gateway.call("GET", f"/identity-requests/{request_id}")
        if custodian_key and fingerprint:
            body["sealed_key"] = _text(_resealed(told, private_keys, fingerprint, custodian_key))
            body |= {"hours": hours} if hours else {}
        decided = gateway.call("POST", f"/identity-requests/{request_id}/decision", json=body, version=told["version"])
    click.echo(f"{decided['state']}, open until {_at(decided['until'])}" if approved else decided["state"])


@identity_requests.command("revoke")
@click.argument("request_id")
@_REASON
@click.pass_obj
def revoke(person: tuple[Any, ...], request_id: str, reason: TextIO) -> None:
    """End what was approved before its time, as the custodian."""
    body = {"reason": _said(reason)}
    with _calling(person) as gateway:
        ended = gateway.call("POST", f"/identity-requests/{request_id}/revocation", json=body)
    click.echo(ended["state"])


@identity_requests.command("open")
@click.argument("request_id")
@click.option("--key-file", required=True, type=_EXISTING, help="The key file that `ask` wrote for this request.")
@click.option("--to", "target", type=_NEW, help="Write it to a new file (mode 600) in place of the screen.")
@click.pass_obj
def open_identity(person: tuple[Any, ...], request_id: str, key_file: Path, target: Path | None) -> None:
    """Open the identity, as who asked. Each opening is recorded, and the reporter sees the hour of it."""
    private, *_ = _keys_in(key_file, identity_grants.REQUESTER_PRIVATE)
    if target and target.exists():
        raise click.ClickException(f"{target} is there already; nothing was opened.")
    with _calling(person) as gateway:
        got = gateway.call("GET", f"/identity-requests/{request_id}/identity")
    sealed_key, identity = (base64.b64decode(got[name]) for name in ("sealed_key", "identity"))
    try:
        opened = identity_grants.opened(got["report_id"], got["request_id"], sealed_key, identity, private)
    except (ContentUnreadable, KeyMissing) as error:
        raise click.ClickException(
            f"{key_file} does not open it: it is the key of another request, or what the custodian sealed was changed. "
            "Look for the file that `ask` wrote; if it is lost, have the custodian revoke this request and ask again."
        ) from error
    said = "".join(f"{name}: {value}\n" for name, value in json.loads(opened).items())
    if target is None:
        click.echo(said, nl=False)
        return
    try:
        keys.write_new(target, said)
    except OSError as error:
        raise click.ClickException(f"{target}: {error.strerror}.") from error
    click.echo(f"Written to {target}. Remove it when it is not needed any more.")


@contextmanager
def _calling(person: tuple[Any, ...]) -> Iterator[SignedIn]:
    address, username, otp, authority = person
    password = password_from_environment("MINGJING_PASSWORD") or click.prompt("Password", hide_input=True, err=True)
    with signed_in(address, username, password, otp, authority) as gateway:
        yield gateway


def _all(gateway: SignedIn) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = gateway.call(
            "GET", "/identity-requests", params={"limit": 200, **({"cursor": cursor} if cursor else {})}
        )
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _resealed(told: dict[str, Any], private_keys: tuple[bytes, ...], fingerprint: str, custodian_key: Path) -> bytes:
    """The identity's key for who asked; ends the command where that would be somebody else's key."""
    key = told["identity_key"]
    if key is None:
        raise click.ClickException(f"There is nothing to approve: the request is {told['state']}, or it is your own.")
    public = base64.b64decode(told["public_key"])
    actual = identity_grants.fingerprint(public)
    if "".join(fingerprint.lower().split()) != "".join(actual.split()):
        raise click.ClickException(
            f"The request arrived with a key whose fingerprint is {actual}. If who asks reads out another one, "
            "somebody has put a key in between: do not approve, and tell the administrator."
        )
    try:
        sealed = key["key_id"], base64.b64decode(key["sealed_key"])
        return identity_grants.resealed(key["report_id"], told["id"], sealed, private_keys, public)
    except KeyMissing as error:
        raise click.ClickException(
            f"The identity is sealed to the custodian's key {error.key_id}, which is not in {custodian_key}. Give the "
            "file that holds it."
        ) from error
    except ContentUnreadable as error:
        raise click.ClickException("The identity's key was changed in the database; tell the administrator.") from error


def _keys_in(path: Path, purpose: str) -> tuple[bytes, ...]:
    try:
        return keys.read_keys(path.read_text(encoding="ascii"), purpose)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}.") from error
    except (keys.BadKey, UnicodeDecodeError) as error:
        reason = error if isinstance(error, keys.BadKey) else "is no key file"
        raise click.ClickException(f"{path}: {reason}.") from error


def _said(reason: TextIO) -> str:
    if reason.isatty():
        click.echo("Why? End with Ctrl-D on a line of its own.", err=True)
    said = reason.read().strip()
    if not said:
        raise click.ClickException("Nothing is asked or decided without a reason; type it, or give --reason-file.")
    return said


def _at(moment: str | None) -> str:
    return f"{parse_instant(moment).astimezone(BUREAU_ZONE):%Y-%m-%d %H:%M}" if moment else "–"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
