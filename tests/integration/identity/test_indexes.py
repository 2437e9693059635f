"""Every query of the service is served by an index: everything is run once, and all that it asked is explained."""

import base64
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from chassis import clock
from contracts.identity import operations
from services.identity import handlers
from services.identity.model.refusals import SignInRefused
from tests.integration.identity.building import CALL, OTHER_PASSWORD, PASSWORD, Bureau
from tests.support.explaining import BY_READING_ALL, asked, stages, walk

# A handful of documents that are always wanted all: nothing to look up in them.
READ_WHOLE = ("signing_keys",)


@pytest.fixture
def watched_bureau(watched, settings, noise):
    return Bureau(watched, settings)


def test_every_query_is_served_by_an_index(watched_bureau, recorder):
    run_everything(watched_bureau)
    commands = [command for command in asked(recorder) if next(iter(command.values())) not in READ_WHOLE]

    assert len(commands) > 150
    for command in commands:
        assert not stages(watched_bureau.store.db, command) & BY_READING_ALL, command


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
    head = [{"kind": "head_of_unit", "unit_id": other["id"]}]
    bureau.person("indexed.head", other["id"], password=None, duties=head)
    for minutes in (0, 2):
        handlers.tell_marked(bureau.store, CALL.now + timedelta(minutes=minutes))


def sign_in_and_out(bureau, person):
    with pytest.raises(SignInRefused):
        bureau.sign_in(person["username"], OTHER_PASSWORD)
    tokens = bureau.sign_in(person["username"])
    bureau.refresh(tokens)
    bureau.do(operations.end_session, bureau.signed_in_as(person, tokens))
    walk(lambda page: bureau.do(operations.list_ended_sessions, **page))
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
        walk(lambda page, filters=filters: bureau.do(operations.list_people, **filters, **page))
    for filters in ({}, {"role": "desk"}, {"unit_id": unit["id"]}):
        walk(lambda page, filters=filters: bureau.do(operations.list_directory, **filters, **page))
    for filters in ({}, {"parent_id": bureau.root}, {"below": bureau.root}, {"kind": "department"}, {"line": "bureau"}):
        walk(lambda page, filters=filters: bureau.do(operations.list_units, **filters, **page))
    walk(lambda page: bureau.do(operations.list_units, active=True, **page))
    for filters in ({}, {"person_id": person["id"]}, {"what": "signed_in"}):
        walk(lambda page, filters=filters: bureau.do(operations.list_security_log, **filters, **page))
