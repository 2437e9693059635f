"""``mingjing create-admin``: the very first administrator, who then creates everybody else over HTTP."""

from __future__ import annotations

import click

from chassis.rpc_client import DeadlineExceeded, Refused
from cli.passwords import password_from_environment
from cli.rpc import call
from cli.settings import settings_or_exit
from contracts.identity import operations

# What identity may answer, for the person at the terminal.
_SENTENCES = {
    "AdministratorExists": "There is an administrator already. They can create further ones.",
    "WeakPassword": "The password is too weak ({reason}); at least {at_least} characters that nobody would guess.",
    "Invalid": "Not accepted: {errors}.",
}


@click.command("create-admin")
@click.option("--username", default="admin", show_default=True)
@click.option("--name", default="系统管理员", show_default=True, help="The person's name.")
@click.option("--unit", default="市司法局", show_default=True, help="The root unit, if there is none yet.")
def create_admin(username: str, name: str, unit: str) -> None:
    """Create the first administrator, while there is none. Asks for the password; needs the broker and identity."""
    password = password_from_environment("ADMIN_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    request = {"username": username, "name": name, "unit_name": unit, "password": password}
    try:
        call(settings_or_exit(), operations.create_admin, request)
    except Refused as refusal:
        sentence = _SENTENCES.get(refusal.name, refusal.name)
        raise click.ClickException(sentence.format_map(refusal.details)) from refusal
    except DeadlineExceeded as error:
        raise click.ClickException("identity did not answer in time; look whether the account exists.") from error
    click.echo(f"Created {username}. Sign in and create the others.")
