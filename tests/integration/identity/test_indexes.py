"""Every query of the service is served by an index: everything is run once, and all that it asked is explained."""

import base64
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from pymongo import MongoClient, monitoring

from chassis import clock
from contracts.identity import operations
from services.identity import handlers
from services.identity.model.refusals import SignInRefused
from services.identity.store import IdentityStore
from tests.integration.identity.building import CALL, OTHER_PASSWORD, PASSWORD, Bureau

ASKING = ("find", "findAndModify", "update", "aggregate", "delete", "count", "distinct")
NOT_EXPLAINABLE = (
    "lsid",
    "$db",
    "$clusterTime",
    "txnNumber",
    "startTransaction",
    "autocommit",
    "writeConcern",
    "readConcern",
    "$readPreference",
)
# A handful of documents that are always wanted all: nothing to look up in them.
READ_WHOLE = ("signing_keys",)


class Recorder(monitoring.CommandListener):
    """Keeps the commands that look something up."""

    def __init__(self):
        self.commands = []

    def started(self, event):
        if event.command_name in ASKING:
            self.commands.append({k: v for k, v in event.command.items() if k not in NOT_EXPLAINABLE})

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def watched(mongo_uri, database_prefix, recorder, settings, noise):
    with MongoClient(mongo_uri, tz_aware=True, w="majority", event_listeners=[recorder]) as client:
        yield Bureau(IdentityStore(client, database_prefix), settings)


def one_by_one(command):
    """Only one statement of an update or a deletion can be explained at a time."""
    name = next(iter(command))
    key = {"update": "updates", "delete": "deletes"}.get(name)
    return [{**command, key: [statement]} for statement in command[key]] if key else [command]


def stages_of(plan):
    found = [plan["stage"]] if "stage" in plan else []
    for inner in plan.values():
        for part in inner if isinstance(inner, list) else [inner]:
            if isinstance(part, dict):
                found += stages_of(part)
    return found


def test_every_query_is_served_by_an_index(watched, recorder):
    run_everything(watched)
    asked = [each for command in list(recorder.commands) for each in one_by_one(command)]
    asked = [command for command in asked if next(iter(command.values())) not in READ_WHOLE]

    assert len(asked) > 150
    for command in asked:
        explained = watched.store.db.command("explain", command, verbosity="queryPlanner")
        plan = explained.get("queryPlanner", {}).get("winningPlan") or explained["stages"][0]["$cursor"]["queryPlanner"]
        assert "COLLSCAN" not in stages_of(plan), command
        assert "SORT" not in stages_of(plan), command


def run_everything(bureau):
    unit, other = bureau.unit("索引区", kind="district_bureau", code="IX"), bureau.unit("索引二区", kind="department")
    below = bureau.unit("索引支部", unit["id"], kind="branch")
    people = [
        bureau.person(
            f"indexed{number}", below["id"], ["desk", "member"], staff_number=f"IX{number}", name=f"索{number}"
        )
        for number in range(3)
    ]
    person = people[0]
    sign_in_and_out(bureau, person)
    credentials(bureau, person)
    reading(bureau, unit, person)
    for operation, request in (
        (operations.change_unit, {"unit_id": below["id"], "parent_id": other["id"]}),
        (operations.change_unit, {"unit_id": unit["id"], "active": False}),
        (operations.change_person, {"person_id": person["id"], "roles": ["member"], "unit_id": other["id"]}),
        (operations.change_person, {"person_id": person["id"], "active": False}),
    ):
        bureau.do(operation, expected_version=None, **request)
    handlers.let_people_follow(bureau.store, bureau.settings, CALL.now + timedelta(minutes=2))
    table = "姓名,用户名,工号,单位\r\n甲,indexed2,IX2,索引二区\r\n乙,indexed9,IX9,索引二区"
    started = bureau.do(
        operations.start_people_import,
        replace(bureau.by(bureau.admin), idempotency_key="indexed"),
        content=base64.b64encode(table.encode()).decode(),
    )
    handlers.work_on_imports(bureau.store, bureau.settings, clock.now())
    bureau.do(operations.get_import, import_id=started["id"])
    bureau.store.people.has_administrator()
    bureau.store.units.root()


def sign_in_and_out(bureau, person):
    with pytest.raises(SignInRefused):
        bureau.sign_in(person["username"], OTHER_PASSWORD)
    tokens = bureau.sign_in(person["username"])
    bureau.refresh(tokens)
    bureau.do(operations.end_session, bureau.signed_in_as(person, tokens))
    walk(bureau, operations.list_ended_sessions)
    bureau.do(operations.unlock_person, person_id=person["id"])
    kid = bureau.do(operations.signing_keys)["keys"][0]["kid"]
    bureau.do(operations.revoke_signing_key, kid=kid)


def credentials(bureau, person):
    call = bureau.signed_in_as(person, bureau.sign_in(person["username"]))
    bureau.do(operations.change_password, call, current_password=PASSWORD, new_password=OTHER_PASSWORD)
    app = pyotp.TOTP(bureau.do(operations.enrol_totp, call)["secret"])
    codes = bureau.do(operations.confirm_totp, call, otp=app.at(CALL.now))["recovery_codes"]
    bureau.sign_in(person["username"], OTHER_PASSWORD, otp=codes[0])
    bureau.do(operations.disable_totp, call, password=OTHER_PASSWORD, otp=codes[1])
    bureau.do(operations.reset_totp, person_id=person["id"])
    bureau.do(operations.me, call)


def reading(bureau, unit, person):
    bureau.do(operations.get_person, person_id=person["id"])
    bureau.do(operations.get_unit, unit_id=unit["id"])
    for filters in (
        {},
        {"unit_id": unit["id"]},
        {"role": "desk"},
        {"line": "bureau"},
        {"active": True},
        {"name": "索"},
        {"username": "indexed1"},
        {"staff_number": "IX1"},
        {"unit_id": unit["id"], "role": "desk", "active": True},
    ):
        walk(bureau, operations.list_people, **filters)
    for filters in ({}, {"role": "desk"}, {"unit_id": unit["id"]}):
        walk(bureau, operations.list_directory, **filters)
    for filters in ({}, {"parent_id": bureau.root}, {"below": bureau.root}, {"kind": "department"}, {"line": "bureau"}):
        walk(bureau, operations.list_units, **filters)
    walk(bureau, operations.list_units, active=True)
    for filters in ({}, {"person_id": person["id"]}, {"what": "signed_in"}):
        walk(bureau, operations.list_security_log, **filters)


def walk(bureau, operation, **filters):
    """Both the first page and one behind a cursor."""
    first = bureau.do(operation, limit=1, cursor=None, **filters)
    if first["next_cursor"]:
        bureau.do(operation, limit=1, cursor=first["next_cursor"], **filters)
