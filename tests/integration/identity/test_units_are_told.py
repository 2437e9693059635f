"""Others are told of each unit: what it is called, where it stands, who heads it; and never twice the same."""

import base64
from dataclasses import replace

import pytest

from chassis import clock
from contracts.identity import operations
from services.identity import handlers
from services.identity.store import IdentityStore
from tests.integration.identity.building import PASSWORD, Bureau


@pytest.fixture
def head_of(bureau):
    """``head_of(unit, "name")``: a new person who heads the unit."""

    def made(unit, name, username=None):
        duties = [{"kind": "head_of_unit", "unit_id": unit["id"]}]
        return bureau.person(username or f"head.{unit['id']}", unit["id"], password=None, name=name, duties=duties)

    return made


def told(bureau, unit):
    """All that was told of the unit, oldest first."""
    return [data for _, data in bureau.events("unit_states", unit["id"])]


def change(bureau, unit, **fields):
    return bureau.do(operations.change_unit, unit_id=unit["id"], expected_version=None, **fields)


def change_person(bureau, person, **fields):
    return bureau.do(operations.change_person, person_id=person["id"], expected_version=None, **fields)


def test_a_new_unit_is_told_of_whole(bureau):
    unit = bureau.unit("告知律师事务所", kind="law_firm", aliases=["告知律所", "告知所"])

    ((kind, data),) = bureau.events("unit_states", unit["id"])

    assert kind == "identity.unit_changed.v1"
    assert data == {
        "unit_id": unit["id"],
        "path": [bureau.root, unit["id"]],
        "name": "告知律师事务所",
        "code": None,
        "aliases": ["告知律所", "告知所"],
        "active": True,
        "head_ids": [],
        "head_names": [],
    }
    assert unit["aliases"] == ["告知律所", "告知所"]


def test_a_new_name_another_code_other_aliases_and_the_closing_are_told(bureau):
    unit = bureau.unit("将改名科")

    change(bureau, unit, name="已改名科")
    change(bureau, unit, code="GMK")
    change(bureau, unit, aliases=["改名"])
    change(bureau, unit, active=False)

    steps = [(data["name"], data["code"], data["aliases"], data["active"]) for data in told(bureau, unit)]
    assert steps == [
        ("将改名科", None, [], True),
        ("已改名科", None, [], True),
        ("已改名科", "GMK", [], True),
        ("已改名科", "GMK", ["改名"], True),
        ("已改名科", "GMK", ["改名"], False),
    ]


def test_what_others_need_not_know_of_a_unit_is_not_told(bureau):
    unit = bureau.unit("改条线科")

    change(bureau, unit, line="lawyers")

    assert len(told(bureau, unit)) == 1


def test_a_move_is_told_of_the_unit_and_of_all_below_it(bureau):
    old, new = bureau.unit("移出区", kind="district_bureau"), bureau.unit("移入区", kind="district_bureau")
    branch = bureau.unit("移动支部", old["id"], kind="branch")
    group = bureau.unit("移动小组", branch["id"])

    change(bureau, branch, parent_id=new["id"])

    assert told(bureau, branch)[-1]["path"] == [bureau.root, new["id"], branch["id"]]
    assert told(bureau, group)[-1]["path"] == [bureau.root, new["id"], branch["id"], group["id"]]
    assert len(told(bureau, old)) == 1


def test_a_head_is_told_of_with_name_from_appointment_to_departure(bureau, head_of):
    unit, other = bureau.unit("有首长科"), bureau.unit("另有首长科")
    head = head_of(unit, "甲首长")
    change_person(bureau, head, name="改名首长")
    change_person(bureau, head, duties=[{"kind": "head_of_unit", "unit_id": other["id"]}])
    change_person(bureau, head, active=False)

    assert [data["head_names"] for data in told(bureau, unit)] == [[], ["甲首长"], ["改名首长"], []]
    assert [data["head_names"] for data in told(bureau, other)] == [[], ["改名首长"], []]
    assert told(bureau, unit)[1]["head_ids"] == [head["id"]]


def test_another_head_does_not_make_the_version_stale_that_somebody_edits(bureau, head_of):
    unit = bureau.unit("正在编辑科")
    head_of(unit, "新首长")

    changed = bureau.do(operations.change_unit, unit_id=unit["id"], expected_version=1, name="编辑完毕科")

    assert changed["version"] == 2


def test_people_who_head_nothing_cause_no_event(bureau):
    unit = bureau.unit("平静科")
    person = bureau.person("quiet", unit["id"], password=None)

    change_person(bureau, person, name="安静", duties=[{"kind": "deputy_head_of_unit", "unit_id": unit["id"]}])

    assert len(told(bureau, unit)) == 1


def test_a_unit_with_two_heads_names_both(bureau, head_of):
    unit = bureau.unit("双首长科")
    first, second = head_of(unit, "甲", "double1"), head_of(unit, "乙", "double2")

    assert told(bureau, unit)[-1]["head_ids"] == [first["id"], second["id"]]
    assert told(bureau, unit)[-1]["head_names"] == ["甲", "乙"]


def test_heads_who_come_by_a_table_are_told_of(bureau):
    unit = bureau.unit("名册科")
    table = "姓名,用户名,单位,职责\r\n册首长,by.table,名册科,单位负责人"
    call = replace(bureau.by(bureau.admin), idempotency_key="heads-by-table")

    bureau.do(operations.start_people_import, call, content=base64.b64encode(table.encode()).decode())
    handlers.work_on_imports(bureau.store, bureau.settings, clock.now())

    assert told(bureau, unit)[-1]["head_names"] == ["册首长"]


def test_after_an_upgrade_every_unit_is_told_of_once(mongo_client, database_prefix, settings):
    store = IdentityStore(mongo_client, f"{database_prefix}upgraded_")
    store.ensure_indexes()
    old = Bureau(store, settings)
    request = {"username": "admin", "name": "管理员", "password": PASSWORD, "unit_name": "明镜市司法局"}
    old.do(operations.create_admin, old.by(None), **request)
    old.root = store.units.root()["_id"]
    units = [store.units.root(), *(store.units.get(old.unit(name)["id"]) for name in ("旧科", "老科"))]
    # As the version before wrote them.
    store.db["unit_states"].delete_many({})
    store.db["units"].update_many({}, {"$unset": {"aliases": 1, "tell_until": 1}})

    again = IdentityStore(mongo_client, f"{database_prefix}upgraded_")
    for replica in (store, again, store):
        handlers.tell_marked(replica, old.call.now)

    for unit in units:
        (event,) = old.events("unit_states", unit["_id"])
        assert event[1]["name"] == unit["name"]
        assert event[1]["aliases"] == []


def test_what_a_crash_left_untold_is_told_by_and_by(bureau, head_of):
    unit = bureau.unit("中断科")
    person = bureau.person("interrupted", unit["id"], password=None, name="断首长")
    # As a request leaves it that ends between writing the person and telling of the unit.
    store = bureau.store
    store.units.must_be_told([unit["id"]], bureau.call.now.replace(year=bureau.call.now.year + 1))
    duties = [{"kind": "head_of_unit", "unit_id": unit["id"], "line": None}]
    store.db["people"].update_one({"_id": person["id"]}, {"$set": {"duties": duties}})
    assert told(bureau, unit)[-1]["head_names"] == []

    handlers.tell_marked(store, bureau.call.now)

    assert told(bureau, unit)[-1]["head_names"] == ["断首长"]
    assert store.db["units"].find_one({"_id": unit["id"]})["tell_until"] > bureau.call.now


def test_marks_are_dropped_once_no_request_can_be_under_way_any_more(bureau):
    bureau.unit("标记科")
    handlers.tell_marked(bureau.store, bureau.call.now)
    assert bureau.store.units.to_be_told()

    late = bureau.call.now.replace(year=bureau.call.now.year + 2)
    handlers.tell_marked(bureau.store, late)

    assert bureau.store.units.to_be_told() == []
