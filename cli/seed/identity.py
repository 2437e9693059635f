"""The bureau and its people: the first administrator, the units, the demo accounts, a table of practitioners."""

from __future__ import annotations

from typing import Any

from chassis.rpc_client import Refused
from cli.seed.context import Client, Context, SeedFailed
from cli.seed.organisation import ACCOUNTS, ROOT, TABLE_NAME, UNITS, DemoAccount, duty, table
from contracts.identity import operations

ADMIN = "admin"


def run(context: Context) -> None:
    """Adds what is missing; changes nothing that is there."""
    _create_admin(context)
    admin = context.client(ADMIN)
    unit_ids = _create_units(context, admin)
    _create_accounts(context, admin, unit_ids)
    _activate(context, admin)
    _import_table(context, admin)


def _create_admin(context: Context) -> None:
    request = {"username": ADMIN, "name": "系统管理员", "password": context.password, "unit_name": ROOT}
    try:
        context.rpc(operations.create_admin, request)
    except Refused as refusal:
        if refusal.name != "AdministratorExists":
            raise SeedFailed(f"The first administrator was refused: {refusal.name} {refusal.details}") from refusal


def _create_units(context: Context, admin: Client) -> dict[str, str]:
    """Unit ids by name; all names of the demo bureau differ."""
    ids = {unit["name"]: unit["id"] for unit in admin.items("/units")}
    for unit in context.track(UNITS, "units"):
        name, above = unit.path[-1], unit.path[-2] if len(unit.path) > 1 else ROOT
        if name not in ids:
            body = {"name": name, "kind": unit.kind, "parent_id": ids[above], "line": unit.line, "code": unit.code}
            body["aliases"] = list(unit.aliases)
            ids[name] = admin.api("POST", "/units", body)["id"]
    return ids


def _create_accounts(context: Context, admin: Client, unit_ids: dict[str, str]) -> None:
    there = {person["username"] for person in admin.items("/people")}
    for account in context.track(ACCOUNTS, "people"):
        if account.username not in there:
            admin.api("POST", "/people", _person(account, unit_ids))


def _person(account: DemoAccount, unit_ids: dict[str, str]) -> dict[str, Any]:
    return {
        "username": account.username,
        "name": account.name,
        "unit_id": unit_ids[account.unit],
        "line": account.line,
        "position": account.position,
        "roles": list(account.roles),
        "duties": [duty(kind, about, unit_ids) for kind, about in account.duties],
    }


def _activate(context: Context, admin: Client) -> None:
    """Gives the demo accounts their password, the way anybody gets theirs: with a code from the administrator."""
    usernames = {account.username for account in ACCOUNTS}
    waiting = [
        person["id"]
        for person in admin.items("/people")
        if person["username"] in usernames and not person["has_password"]
    ]
    if not waiting:
        return
    codes = admin.api("POST", "/activation-codes", {"person_ids": waiting})["items"]
    everybody = context.client()
    for code in context.track(codes, "passwords"):
        body = {"username": code["username"], "code": code["code"], "password": context.password}
        everybody.api("POST", "/activations", body)


def _import_table(context: Context, admin: Client) -> None:
    """Further people by a table, once; they have no passwords."""
    if any(True for _ in admin.items("/people", username="p0001")):
        return
    file = {"file": (TABLE_NAME, table(), "text/csv")}
    started = admin.api("POST", "/imports/people", files=file)

    def finished() -> Any:
        state = admin.api("GET", f"/imports/{started['id']}")
        return state if state["state"] != "running" else None

    result = context.wait_until(finished, "the import of people")
    context.say(f"import of {TABLE_NAME}: {result['created']} created, {result['rejected_total']} rejected")
