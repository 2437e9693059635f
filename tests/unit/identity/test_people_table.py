"""What the rows of a table mean, and why a row is not taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.tables import Row, UnreadableTable, words
from services.identity.handlers.imports import _vocabulary
from services.identity.people_table import COLUMNS, columns_of, read_people

KNOWN = _vocabulary()


def reading(header, *rows):
    table = [Row(number, tuple(cells)) for number, cells in enumerate([header, *rows], start=1)]
    return read_people(table, KNOWN)


def rejected(header, *rows):
    return [(one.row, one.field, one.message) for one in reading(header, *rows).rejected]


HEADER = ("姓名", "用户名", "工号", "单位", "条线", "角色", "职责", "状态")


def test_a_full_row_is_understood():
    (person,) = reading(
        HEADER, ("张三", "ZhangSan", "100123", "东湖区司法局", "律师", "承办人、干警", "负责人", "启用")
    ).people
    assert (person.username, person.name, person.staff_number) == ("zhangsan", "张三", "100123")
    assert (person.unit, person.line, person.active) == ("东湖区司法局", "lawyers", True)
    assert person.roles == ("handler", "member")
    assert person.duties == ("head_of_unit",)


def test_english_headers_and_codes_are_understood():
    (person,) = reading(
        ("Name", "user name", "Unit", "line of work", "Roles", "Active"),
        ("Zhang San", "zs", "HQ", "lawyers", "handler, desk", "no"),
    ).people
    assert (person.line, person.roles, person.active) == ("lawyers", ("desk", "handler"), False)


def test_marks_in_headers_do_not_matter():
    assert columns_of(("* 姓名（必填）", "用 户 名", "所属单位：")) == {"name": 0, "username": 1, "unit": 2}


def test_a_name_of_a_role_that_holds_a_slash_is_one_role():
    (person,) = reading(("姓名", "用户名", "单位", "角色"), ("张三", "zs", "局", "干警/从业人员")).people
    assert person.roles == ("member",)


def test_the_staff_number_is_the_user_name_where_there_is_none():
    (person,) = reading(("姓名", "警号", "单位"), ("张三", "MJ2001", "局")).people
    assert (person.username, person.staff_number) == ("mj2001", "MJ2001")


def test_an_address_is_read_from_whatever_its_column_is_called():
    for header in ("邮箱", "电子邮件", "E-mail"):
        (person,) = reading(("姓名", "用户名", "单位", header), ("张三", "zs", "局", "zs@justice.example")).people
        assert person.email == "zs@justice.example"


def test_what_the_table_does_not_say_stays_open():
    (person,) = reading(("姓名", "用户名", "单位"), ("张三", "zs", "局")).people
    assert (person.line, person.roles, person.duties, person.active, person.position, person.email) == (None,) * 6


def test_each_wrong_cell_of_a_row_is_named():
    found = rejected(HEADER, ("", "有空格 的", "", "", "天文", "国王", "扫地", "也许"))
    assert found == [
        (2, "name", "missing"),
        (2, "unit", "missing"),
        (2, "username", "bad_username"),
        (2, "line", "unknown_line"),
        (2, "roles", "unknown_role"),
        (2, "duties", "unknown_duty"),
        (2, "active", "unknown_status"),
    ]


def test_the_same_person_twice_is_taken_once():
    header = ("姓名", "用户名", "工号", "单位")
    table = reading(header, ("张三", "zs", "1", "局"), ("张三", "ZS", "2", "局"), ("李四", "ls", "1", "局"))
    assert [person.row for person in table.people] == [2]
    assert [(one.row, one.field, one.value) for one in table.rejected] == [
        (3, "username", "2"),
        (4, "staff_number", "2"),
    ]


@pytest.mark.parametrize("header", [("姓名", "单位"), ("用户名", "单位"), ("姓名", "用户名"), ("甲", "乙", "丙")])
def test_a_table_without_the_needed_columns_has_no_header(header):
    with pytest.raises(UnreadableTable) as error:
        reading(header, ("x", "y", "z"))
    assert error.value.reason == "no_header"


def test_a_table_without_rows_is_empty():
    with pytest.raises(UnreadableTable) as error:
        reading(HEADER)
    assert error.value.reason == "empty"


def test_no_name_of_a_column_means_two_columns():
    names = [words(name) for column, aliases in COLUMNS.items() for name in (column, *aliases)]
    assert len({words(column) for column in COLUMNS}) == len(COLUMNS)
    by_name = {}
    for column, aliases in COLUMNS.items():
        for name in (column, *aliases):
            assert by_name.setdefault(words(name), column) == column
    assert set(names) == set(by_name)


@given(st.lists(st.lists(st.text(max_size=12), min_size=8, max_size=8), min_size=1, max_size=12))
def test_every_row_is_either_a_person_or_rejected_with_a_reason(rows):
    table = reading(HEADER, *([cell.strip() for cell in row] for row in rows))
    taken = {person.row for person in table.people}
    refused = {one.row for one in table.rejected}
    assert taken | refused == set(range(2, len(rows) + 2))
    assert not taken & refused
    assert table.total == len(rows)
