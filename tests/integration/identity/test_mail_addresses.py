"""Where people get mail: set by administrators, by tables and by themselves; asked for by services only."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from chassis import clock
from contracts.call import Actor
from contracts.identity import operations
from services.identity import handlers
from tests.integration.identity.test_people_import import csv_of, run, start, units

__all__ = ["units"]


def address_of(bureau, person_id):
    found = bureau.do(operations.mail_addresses, bureau.by(None), person_ids=[person_id])["items"]
    return found[0]["email"] if found else None


def as_oneself(bureau, person):
    return bureau.by(Actor(person["id"], person["name"], frozenset(person["roles"])))


def test_an_administrator_gives_changes_and_clears_an_address(bureau):
    person = bureau.person("mail.admin", password=None, email="first@justice.example")
    assert person["email"] == "first@justice.example"
    changed = bureau.do(
        operations.change_person, person_id=person["id"], expected_version=None, email="second@justice.example"
    )
    assert changed["email"] == "second@justice.example"
    bureau.do(operations.change_person, person_id=person["id"], expected_version=None, email=None)
    assert address_of(bureau, person["id"]) is None


def test_everybody_sets_their_own_address_and_nobody_elses_changes(bureau):
    person, other = bureau.person("mail.self", password=None), bureau.person("mail.other", password=None)
    answer = bureau.do(operations.change_my_address, as_oneself(bureau, person), email="me@justice.example")
    assert answer == {"email": "me@justice.example"}
    assert bureau.do(operations.me, as_oneself(bureau, person))["email"] == "me@justice.example"
    assert address_of(bureau, person["id"]) == "me@justice.example"
    assert address_of(bureau, other["id"]) is None


def test_who_left_gets_no_mail(bureau):
    person = bureau.person("mail.gone", password=None, email="gone@justice.example", active=False)
    assert address_of(bureau, person["id"]) is None


@pytest.mark.parametrize("email", ["nobody", "名字@例子.中国", "a@b@c.example", "x\r\nBcc: y@z.example"])
def test_what_no_server_could_write_is_no_address(bureau, email):
    with pytest.raises(ValidationError):
        operations.change_my_address.load({"email": email})


def test_a_table_gives_addresses_and_a_wrong_one_is_named_without_being_repeated(bureau):
    good, wrong = "张三,mail.t1,MT1,导入区司法局,,,,,", "李四,mail.t2,MT2,导入区司法局,,,,,"
    table = csv_of(f"{good}t1@justice.example", f"{wrong}not-an-address").replace("状态".encode(), "状态,邮箱".encode())
    result = run(bureau, table)
    assert address_of(bureau, bureau.store.people.by_username("mail.t1")["_id"]) == "t1@justice.example"
    assert [(one["row"], one["field"]) for one in result["rejected"]] == [(3, "email")]
    assert "not-an-address" not in str(result)


def test_a_table_without_the_column_leaves_addresses_as_they_are(bureau):
    bureau.person("mail.kept", password=None, email="kept@justice.example", staff_number="MK1")
    start(bureau, csv_of("王五,mail.kept,MK1,导入区司法局,,,科长,"))
    handlers.work_on_imports(bureau.store, bureau.settings, clock.now())
    kept = bureau.store.people.by_username("mail.kept")
    assert (kept["email"], kept["position"]) == ("kept@justice.example", "科长")


def test_no_address_is_in_any_event(bureau):
    person = bureau.person("mail.event", password=None, email="secret@justice.example", roles=("handler",))
    assert bureau.events("people", person["id"])
    assert "secret@justice.example" not in str(bureau.events("people", person["id"]))
