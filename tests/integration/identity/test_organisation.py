"""Units and people: the tree, who is told of what, what is refused."""

from dataclasses import replace

import pytest

from chassis.refusals import Invalid, NotFound, Stale
from contracts.call import Actor
from contracts.identity import operations
from services.identity import handlers
from services.identity.model.refusals import (
    AdministratorExists,
    NameTaken,
    OwnRightsStay,
    UnitInUse,
    UnitMoveRefused,
)
from services.identity.store import IdentityStore
from tests.integration.identity.building import PASSWORD, Bureau


def test_a_person_is_told_of_with_their_place_and_never_with_their_name(bureau):
    unit = bureau.unit("告知科")
    person = bureau.person("told", unit["id"], ["handler", "member"], password=None, name="不可外传")
    ((kind, data),) = bureau.events("people", person["id"])
    assert kind == "identity.person_changed.v1"
    assert data == {
        "person_id": person["id"],
        "unit_id": unit["id"],
        "unit_path": [bureau.root, unit["id"]],
        "line": "bureau",
        "roles": ["handler", "member"],
        "active": True,
        "duties": [],
    }


def test_a_change_of_name_is_not_told_and_a_change_of_duties_is(bureau):
    person = bureau.person("renamed", password=None)
    renamed = bureau.do(operations.change_person, person_id=person["id"], expected_version=1, name="新名")
    assert (renamed["name"], renamed["version"]) == ("新名", 2)
    assert len(bureau.events("people", person["id"])) == 1
    duties = [{"kind": "head_of_unit", "unit_id": bureau.root}, {"kind": "linked_line", "line": "lawyers"}]
    bureau.do(operations.change_person, person_id=person["id"], expected_version=2, duties=duties)
    assert [duty["kind"] for duty in bureau.events("people", person["id"])[-1][1]["duties"]] == [
        "head_of_unit",
        "linked_line",
    ]


def test_a_stale_change_is_refused(bureau):
    person = bureau.person("stale", password=None)
    bureau.do(operations.change_person, person_id=person["id"], expected_version=1, name="甲")
    with pytest.raises(Stale) as stale:
        bureau.do(operations.change_person, person_id=person["id"], expected_version=1, name="乙")
    assert stale.value.current_version == 2


def test_the_same_key_creates_one_person(bureau):
    call = replace(bureau.by(bureau.admin), idempotency_key="once")
    request = {"username": "only.once", "name": "某人", "unit_id": bureau.root}
    first, second = (bureau.do(operations.create_person, call, **request) for _ in range(2))
    assert first == second


def test_user_names_and_staff_numbers_belong_to_one_person(bureau):
    bureau.person("unique", password=None, staff_number="S1")
    for username, staff_number, field in [("UNIQUE", None, "username"), ("unique2", "S1", "staff_number")]:
        with pytest.raises(NameTaken) as taken:
            bureau.person(username, password=None, staff_number=staff_number)
        assert taken.value.field == field
    other = bureau.person("unique3", password=None)
    with pytest.raises(NameTaken):
        bureau.do(operations.change_person, person_id=other["id"], expected_version=None, staff_number="S1")


def test_many_people_may_have_no_staff_number(bureau):
    assert bureau.person("no.number1", password=None)["staff_number"] is None
    assert bureau.person("no.number2", password=None)["staff_number"] is None


def test_a_person_needs_a_unit_that_is_there(bureau):
    with pytest.raises(Invalid):
        bureau.person("nowhere", "no-such-unit", password=None)
    with pytest.raises(Invalid):
        bureau.person("bad.duty", password=None, duties=[{"kind": "head_of_unit", "unit_id": "no-such-unit"}])
    with pytest.raises(Invalid):
        bureau.person("no.object", password=None, duties=[{"kind": "linked_line"}])


def test_administrators_cannot_take_their_own_rights(bureau):
    person = bureau.person("self.admin", roles=["admin"], password=None)
    myself = bureau.by(Actor(person["id"], "", frozenset({"admin"})))
    for change in ({"roles": ["member"]}, {"active": False}):
        with pytest.raises(OwnRightsStay):
            bureau.do(operations.change_person, myself, person_id=person["id"], expected_version=None, **change)


def test_me_shows_the_unit_and_the_units_above_it(bureau):
    district = bureau.unit("我的区司法局", kind="district_bureau")
    branch = bureau.unit("我的支部", district["id"], kind="branch")
    person = bureau.person("myself", branch["id"])
    me = bureau.do(operations.me, bureau.by(Actor(person["id"], "", frozenset({"member"}))))
    assert me["unit"] == {"id": branch["id"], "name": "我的支部", "kind": "branch"}
    assert [unit["id"] for unit in me["units_above"]] == [bureau.root, district["id"]]
    assert (me["line"], me["roles"], me["totp"]) == ("bureau", ["member"], False)


def test_a_moved_unit_takes_everything_and_everybody_below_with_it(bureau):
    old, new = bureau.unit("旧区司法局", kind="district_bureau"), bureau.unit("新区司法局", kind="district_bureau")
    branch = bureau.unit("随迁支部", old["id"], kind="branch")
    group = bureau.unit("随迁小组", branch["id"])
    people = [bureau.person(f"moved{n}", unit["id"], password=None) for n, unit in enumerate((branch, group))]
    moved = bureau.do(
        operations.change_unit, unit_id=branch["id"], expected_version=branch["version"], parent_id=new["id"]
    )
    assert moved["path"] == [bureau.root, new["id"], branch["id"]]
    below = bureau.do(operations.list_units, below=new["id"])["items"]
    assert {unit["id"] for unit in below} == {new["id"], branch["id"], group["id"]}
    paths = [[bureau.root, new["id"], branch["id"]], [bureau.root, new["id"], branch["id"], group["id"]]]
    for person, path in zip(people, paths, strict=True):
        assert bureau.do(operations.get_person, person_id=person["id"])["unit_path"] == path
        assert bureau.events("people", person["id"])[-1][1]["unit_path"] == path
    assert bureau.do(operations.list_people, unit_id=old["id"])["items"] == []


def test_people_who_came_to_a_unit_while_it_was_moving_follow_as_well(bureau):
    first, second = bureau.unit("甲区", kind="district_bureau"), bureau.unit("乙区", kind="district_bureau")
    branch = bureau.unit("边走边来支部", first["id"], kind="branch")
    person = bureau.person("latecomer", branch["id"], password=None)
    bureau.do(operations.change_unit, unit_id=branch["id"], expected_version=None, parent_id=second["id"])
    # as a request would leave it that had read the path before the move and wrote after it
    bureau.store.db["people"].update_one({"_id": person["id"]}, {"$set": {"unit_path": branch["path"]}})
    handlers.let_people_follow(bureau.store, bureau.settings, bureau.call.now)
    followed = bureau.do(operations.get_person, person_id=person["id"])
    assert followed["unit_path"] == [bureau.root, second["id"], branch["id"]]
    assert bureau.store.units.followed()
    handlers.let_people_follow(bureau.store, bureau.settings, bureau.later(seconds=61).now)
    assert not bureau.store.units.followed()


def test_a_unit_cannot_move_below_itself_and_the_root_cannot_move(bureau):
    outer = bureau.unit("外层")
    inner = bureau.unit("内层", outer["id"])
    for unit_id, parent_id in ((outer["id"], inner["id"]), (bureau.root, outer["id"])):
        with pytest.raises(UnitMoveRefused):
            bureau.do(operations.change_unit, unit_id=unit_id, expected_version=None, parent_id=parent_id)


def test_there_is_one_root_and_names_differ_among_siblings(bureau):
    with pytest.raises(UnitMoveRefused):
        bureau.do(operations.create_unit, name="另一个市局", kind="bureau")
    bureau.unit("同名科")
    with pytest.raises(NameTaken):
        bureau.unit("同名科")
    elsewhere = bureau.unit("别处")
    assert bureau.unit("同名科", elsewhere["id"])


def test_a_unit_in_use_cannot_be_closed_and_a_closed_one_takes_nobody(bureau):
    unit = bureau.unit("将撤销科")
    person = bureau.person("last.one", unit["id"], password=None)
    with pytest.raises(UnitInUse) as used:
        bureau.do(operations.change_unit, unit_id=unit["id"], expected_version=None, active=False)
    assert (used.value.people, used.value.units) == (1, 0)
    bureau.do(operations.change_person, person_id=person["id"], expected_version=None, active=False)
    assert not bureau.do(operations.change_unit, unit_id=unit["id"], expected_version=None, active=False)["active"]
    with pytest.raises(Invalid):
        bureau.person("too.late", unit["id"], password=None)


def test_people_are_found_by_unit_role_line_and_beginning_of_name(bureau):
    firm = bureau.unit("查找律师事务所", kind="law_firm", line="lawyers")
    lawyer = bureau.person("find.lawyer", firm["id"], ["member"], password=None, name="查律师")
    trainer = bureau.person("find.trainer", firm["id"], ["trainer"], password=None, name="查培训")

    def found(**filters):
        return [person["username"] for person in bureau.do(operations.list_people, **filters)["items"]]

    assert found(unit_id=firm["id"]) == ["find.lawyer", "find.trainer"]
    assert found(unit_id=firm["id"], role="trainer") == ["find.trainer"]
    assert found(name="查律") == ["find.lawyer"]
    assert found(line="lawyers", active=True) == ["find.lawyer", "find.trainer"]
    assert found(username="FIND.lawyer") == ["find.lawyer"]
    (entry,) = bureau.do(operations.list_directory, role="trainer", unit_id=firm["id"])["items"]
    assert entry == {"id": trainer["id"], "name": "查培训", "unit_id": firm["id"], "line": "lawyers", "position": None}
    assert lawyer["has_password"] is False


def test_a_list_is_read_page_by_page(bureau):
    unit = bureau.unit("翻页科")
    everybody = [bureau.person(f"page{number}", unit["id"], password=None)["username"] for number in range(5)]
    seen, cursor = [], None
    while True:
        page = bureau.do(operations.list_people, unit_id=unit["id"], limit=2, cursor=cursor)
        seen += [person["username"] for person in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == everybody


def test_what_is_not_there_is_not_found(bureau):
    with pytest.raises(NotFound):
        bureau.do(operations.get_person, person_id="nobody")
    with pytest.raises(NotFound):
        bureau.do(operations.get_unit, unit_id="nowhere")


def test_rights_and_sign_ins_are_in_the_log_for_the_auditor(bureau):
    person = bureau.person("logged", roles=["member"])
    bureau.sign_in("logged")
    bureau.do(operations.change_person, person_id=person["id"], expected_version=None, roles=["desk", "member"])
    records = bureau.do(operations.list_security_log, person_id=person["id"])["items"]
    assert {record["what"] for record in records} >= {"person_created", "password_set", "signed_in", "rights_changed"}
    changed = next(record for record in records if record["what"] == "rights_changed")
    assert changed["details"] == {"roles": ["desk", "member"], "were": ["member"], "active": True}
    assert changed["actor_id"] == bureau.admin.id


def test_the_first_administrator_is_made_once(mongo_client, database_prefix, settings):
    store = IdentityStore(mongo_client, f"{database_prefix}fresh_")
    store.ensure_indexes()
    fresh = Bureau(store, settings)
    request = {"username": "admin", "name": "管理员", "password": PASSWORD, "unit_name": "明镜市司法局"}
    admin = fresh.do(operations.create_admin, fresh.by(None), **request)
    assert admin["roles"] == ["admin"]
    assert store.units.root()["name"] == "明镜市司法局"
    assert fresh.sign_in("admin")
    with pytest.raises(AdministratorExists):
        fresh.do(operations.create_admin, fresh.by(None), **request | {"username": "second"})
