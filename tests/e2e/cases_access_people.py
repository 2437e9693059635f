"""Those whom the table of who may do what with cases names, by the names of its columns."""

from __future__ import annotations

import secrets

import httpx

from tests.support.system import System

UNIT, OFFICE, OTHER = "南港区司法局", "机关纪委", "律师工作科"
# Demo accounts by the names of their columns; and those who are made for this, with role and unit.
ACCOUNTS = {
    "mem": "member1", "dsk": "desk", "han": "handler", "lea": "leader", "sup": "supervisor", "cus": "custodian",
    "tra": "trainer", "edi": "editor", "rev": "reviewer1", "adm": "admin", "aud": "auditor",
}  # fmt: skip
MADE = {
    "dof": ("desk", UNIT), "out": ("desk", OFFICE), "joi": ("handler", OFFICE), "hot": ("handler", OTHER),
    "prt": ("handler", OFFICE), "oth": ("leader", OFFICE), "lof": ("leader", UNIT), "lou": ("leader", OFFICE),
    "sou": ("supervisor", OFFICE), "two": ("supervisor desk", UNIT),
}  # fmt: skip


def employed(system: System, admin: httpx.Client) -> dict[str, httpx.Client]:
    """Those who are made for this, signed in."""
    units = {one["name"]: one["id"] for one in admin.get("/units", params={"limit": 200}).json()["items"]}
    ids, usernames = {}, {}
    for name, (role, unit) in MADE.items():
        usernames[name] = f"cases.{name}.{secrets.token_hex(4)}"
        body = {"username": usernames[name], "name": "某人", "unit_id": units[unit], "roles": [*role.split(), "member"]}
        person = admin.post("/people", json=body)
        assert person.status_code == 201, person.text
        ids[name] = person.json()["id"]
    codes = admin.post("/activation-codes", json={"person_ids": list(ids.values())}).json()["items"]
    with system.client() as nobody:
        for code in codes:
            activation = {"username": code["username"], "code": code["code"], "password": system.password}
            assert nobody.post("/activations", json=activation).status_code < 300
    return {name: system.client(username) for name, username in usernames.items()}
