"""The import of people: row by row, again and again, through crashes."""

import base64

import pytest

from chassis import clock
from chassis.imports import working
from chassis.refusals import Invalid, NotFound
from contracts.identity import operations
from services.identity import handlers
from services.identity.handlers.import_batches import Batch
from tests.support.tables import workbook

HEADER = "姓名,用户名,工号,单位,条线,角色,职务,状态"


@pytest.fixture(autouse=True)
def units(bureau):
    if "导入区司法局" not in [unit["name"] for unit in bureau.do(operations.list_units)["items"]]:
        district = bureau.unit("导入区司法局", kind="district_bureau")
        bureau.unit("导入律师事务所", district["id"], kind="law_firm", line="lawyers")
        bureau.unit("办公室", district["id"])
        bureau.unit("办公室")


def start(bureau, content, file_name="people.csv"):
    encoded = base64.b64encode(content).decode()
    return bureau.do(operations.start_people_import, file_name=file_name, content=encoded)["id"]


def run(bureau, content):
    """The import after it has been worked on."""
    import_id = start(bureau, content)
    handlers.work_on_imports(bureau.store, bureau.settings, clock.now())
    return bureau.do(operations.get_import, import_id=import_id)


def csv_of(*rows, encoding="utf-8"):
    return "\r\n".join((HEADER, *rows)).encode(encoding)


def person(bureau, username):
    return bureau.store.people.by_username(username)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_in_any_usual_encoding_creates_people(bureau, encoding):
    name = f"enc{encoding.replace('-', '')}"
    row = f"张三,{name},{name}-1,导入律师事务所,,承办人、干警,主任,启用"
    result = run(bureau, csv_of(row, encoding=encoding))
    assert (result["state"], result["total"], result["created"], result["rejected"]) == ("done", 1, 1, [])
    created = person(bureau, name)
    assert (created["name"], created["line"], created["roles"]) == ("张三", "lawyers", ["handler", "member"])
    assert (created["position"], created["staff_number"], created["active"]) == ("主任", f"{name}-1", True)
    assert len(bureau.events("people", created["_id"])) == 1


def test_a_workbook_creates_people(bureau):
    result = run(
        bureau,
        workbook([("姓名", "用户名", "工号", "单位"), ("李四", "xlsx.one", 100123, "导入区司法局"), (None,) * 4]),
    )
    assert (result["created"], result["rejected_total"]) == (1, 0)
    assert person(bureau, "xlsx.one")["staff_number"] == "100123"


def test_an_import_again_updates_and_doubles_nobody(bureau):
    first = csv_of("王五,again1,A1,导入区司法局,,,科员,", "赵六,again2,A2,导入区司法局,,,,")
    assert run(bureau, first)["created"] == 2
    bureau.do(
        operations.change_person,
        person_id=person(bureau, "again1")["_id"],
        expected_version=None,
        roles=["desk", "member"],
    )
    second = csv_of("王五,again1,A1,导入律师事务所,律师,,科长,", "赵六,again2,A2,导入区司法局,,,,")
    result = run(bureau, second)
    assert (result["created"], result["updated"], result["unchanged"]) == (0, 1, 1)
    moved = person(bureau, "again1")
    assert (moved["position"], moved["line"]) == ("科长", "lawyers")
    # what the table does not say stays
    assert moved["roles"] == ["desk", "member"]
    kinds = [data["line"] for _, data in bureau.events("people", moved["_id"])]
    assert kinds[-1] == "lawyers"


def test_a_person_whose_user_name_changed_is_known_by_the_staff_number(bureau):
    run(bureau, csv_of("钱七,oldname,B1,导入区司法局,,,,"))
    result = run(bureau, csv_of("钱七,newname,B1,导入区司法局,,,,"))
    assert result["updated"] == 1
    assert person(bureau, "oldname") is None
    assert person(bureau, "newname")["staff_number"] == "B1"


def test_every_row_that_cannot_be_taken_is_named_with_column_and_reason(bureau):
    run(bureau, csv_of("孙八,holder,C1,导入区司法局,,,,"))
    result = run(
        bureau,
        csv_of(
            ",x1,,导入区司法局,,,,",
            "甲,x2,,没有的单位,,,,",
            "乙,x3,,办公室,,,,",
            "丙,x4,,导入区司法局,天文,,,",
            "丁,x5,,导入区司法局,,国王,,",
            "戊,bad name,,导入区司法局,,,,",
            "己,holder,C2,导入区司法局,,,,",
            "庚,x6,,导入区司法局/办公室,,,,",
            "辛,x6,,导入区司法局,,,,",
            f"{'长' * 61},x7,,导入区司法局,,,,",
        ),
    )
    assert result["created"] == 1
    found = [(one["row"], one["field"], one["message"]) for one in result["rejected"]]
    assert sorted(found)[:-1] == [
        (2, "name", "identity.import.missing"),
        (3, "unit", "identity.import.unknown_unit"),
        (4, "unit", "identity.import.ambiguous_unit"),
        (5, "line", "identity.import.unknown_line"),
        (6, "roles", "identity.import.unknown_role"),
        (7, "username", "identity.import.bad_username"),
        (8, "username", "identity.import.username_taken"),
        (10, "username", "identity.import.doubled"),
    ]
    assert sorted(found)[-1][:2] == (11, "name")
    assert result["rejected_total"] == 9
    assert result["total"] == 10


def test_lost_rights_in_a_table_end_sessions(bureau):
    holder = bureau.person("table.demoted", roles=["desk", "member"], staff_number="D1")
    tokens = bureau.sign_in("table.demoted")
    run(bureau, csv_of("某人,table.demoted,D1,导入区司法局,司法行政干警,干警,,停用"))
    assert not bureau.store.people.get(holder["id"])["active"]
    assert bureau.store.sessions.get(tokens["refresh_token"].split(".")[0])["ended_why"] == "rights_lost"


def test_importing_administrators_cannot_shut_themselves_out(bureau):
    admin = bureau.person("table.admin", roles=["admin"], password=None, staff_number="E1")
    bureau.admin = type(bureau.admin)(admin["id"], "管理员", frozenset({"admin"}))
    result = run(bureau, csv_of("某人,table.admin,E1,导入区司法局,司法行政干警,干警,,"))
    assert [one["message"] for one in result["rejected"]] == ["identity.import.own_rights_stay"]
    assert bureau.store.people.get(admin["id"])["roles"] == ["admin"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "old_excel"),
        ("甲,乙\r\n丙,丁".encode(), "no_header"),
        (HEADER.encode(), "empty"),
        (b"PK\x03\x04 and then nothing", "broken"),
    ],
)
def test_a_file_that_cannot_be_read_fails_as_a_whole_and_says_why(bureau, content, reason):
    result = run(bureau, content)
    assert (result["state"], result["message"]) == ("failed", f"identity.import.{reason}")
    assert bureau.store.imports.content(result["id"]) is None


def test_what_is_no_base64_is_refused_at_once(bureau):
    with pytest.raises(Invalid):
        bureau.do(operations.start_people_import, file_name="x", content="no base64!")


def test_an_unknown_import_is_not_found(bureau):
    with pytest.raises(NotFound):
        bureau.do(operations.get_import, import_id="people-none")


def rows(prefix, number):
    return csv_of(*(f"某人,{prefix}{n},{prefix}-{n},导入区司法局,,,," for n in range(number)))


class Crash(BaseException):
    """As if the process had been killed."""


@pytest.mark.parametrize("after", ["the rows", "the note"])
def test_an_import_goes_on_after_a_crash_and_counts_everybody_once(bureau, monkeypatch, after):
    prefix = f"crash-{after[-4:]}-"
    monkeypatch.setattr(working, "BATCH", 4)
    import_id = start(bureau, rows(prefix, 10))
    work, advance = Batch.work, type(bureau.store.imports).advance
    batches = []

    def crash_in_second_batch(batch, now):
        work(batch, now)
        batches.append(batch)
        if len(batches) == 2 and after == "the rows":
            raise Crash

    def crash_at_second_note(self, job, *change):
        done = advance(self, job, *change)
        if job["done"] == 4 and after == "the note" and len(batches) == 2:
            raise Crash
        return done

    monkeypatch.setattr(Batch, "work", crash_in_second_batch)
    monkeypatch.setattr(type(bureau.store.imports), "advance", crash_at_second_note)
    with pytest.raises(Crash):
        handlers.work_on_imports(bureau.store, bureau.settings, clock.now())
    assert bureau.do(operations.get_import, import_id=import_id)["state"] == "running"
    handlers.work_on_imports(bureau.store, bureau.settings, clock.now())
    result = bureau.do(operations.get_import, import_id=import_id)
    assert (result["state"], result["created"], result["updated"], result["rejected"]) == ("done", 10, 0, [])
    assert bureau.store.db["people"].count_documents({"username": {"$regex": f"^{prefix}"}}) == 10


def test_two_replicas_on_the_same_import_count_everybody_once(bureau, monkeypatch):
    monkeypatch.setattr(working, "BATCH", 3)
    import_id = start(bureau, rows("twice", 9))
    work = Batch.work

    def meanwhile_the_other(batch, now):
        if batch._job["done"] == 3 and not getattr(meanwhile_the_other, "busy", False):
            meanwhile_the_other.busy = True
            handlers.work_on_imports(bureau.store, bureau.settings, clock.now())
        work(batch, now)

    monkeypatch.setattr(Batch, "work", meanwhile_the_other)
    handlers.work_on_imports(bureau.store, bureau.settings, clock.now())
    result = bureau.do(operations.get_import, import_id=import_id)
    assert (result["state"], result["created"], result["unchanged"], result["rejected_total"]) == ("done", 9, 0, 0)


def test_an_import_that_kills_its_process_again_and_again_is_given_up(bureau, monkeypatch):
    import_id = start(bureau, rows("deadly", 2))

    def die(batch, now):
        raise Crash

    monkeypatch.setattr(Batch, "work", die)
    for _ in range(6):
        with pytest.raises(Crash):
            handlers.work_on_imports(bureau.store, bureau.settings, clock.now())
        if bureau.store.imports.get(import_id)["attempts"] >= 5:
            break
    handlers.work_on_imports(bureau.store, bureau.settings, clock.now())
    assert bureau.do(operations.get_import, import_id=import_id)["message"] == "identity.import.interrupted"
