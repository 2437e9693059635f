"""Tables as bureaus send them: encodings, separators, workbooks, and those that mean no good."""

import csv
import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.tables.delimited import read_csv, separator_of
from chassis.tables.rows import Limits, UnreadableTable
from chassis.tables.workbooks import MOST_UNPACKED, read_table
from tests.support.tables import workbook

LIMITS = Limits()
HEADER = ("姓名", "用户名", "单位")

# What a cell may hold: anything that both encodings have and that a csv keeps as it is, stripped.
cells = st.text(alphabet=st.characters(codec="gb18030", exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=20).map(
    str.strip
)
tables = st.lists(st.tuples(cells, cells, cells), max_size=10)


def as_csv(rows, encoding="utf-8", separator=","):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator).writerows(rows)
    return buffer.getvalue().encode(encoding)


def stripped(rows):
    """The rows that hold anything, without the empty cells at their ends."""
    trimmed = [tuple(cell.strip() for cell in row) for row in rows]
    while any(row and not row[-1] for row in trimmed):
        trimmed = [row[:-1] if row and not row[-1] else row for row in trimmed]
    return [row for row in trimmed if row]


def contents(rows):
    return [row.cells for row in rows]


@given(tables, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_a_csv_reads_back_whatever_its_unicode_encoding(rows, encoding):
    assert contents(read_csv(as_csv([HEADER, *rows], encoding), LIMITS)) == stripped([HEADER, *rows])


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312"])
def test_a_csv_of_chinese_windows_is_read(encoding):
    rows = [HEADER, ("张三", "zhangsan", "东湖区司法局")]
    assert contents(read_csv(as_csv(rows, encoding), LIMITS)) == rows


@pytest.mark.parametrize("separator", [",", ";", "\t", "，"])
def test_the_separator_is_the_one_that_the_header_uses(separator):
    rows = [HEADER, ("张三", "zhangsan", "某所；某室")]
    assert separator_of(as_csv(rows, separator=separator).decode()) == separator
    assert contents(read_csv(as_csv(rows, separator=separator), LIMITS)) == rows


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_an_unreadable_one(content):
    with suppress(UnreadableTable):
        assert all(any(row.cells) for row in read_table(content, LIMITS))


def test_rows_keep_the_numbers_that_the_table_program_shows():
    rows = read_csv(as_csv([HEADER, ("", "", ""), ("张三", "a", "b")]), LIMITS)
    assert [row.number for row in rows] == [1, 3]


@given(tables)
def test_a_workbook_reads_back(rows):
    # a cell that begins with "=" is a formula, which has no value before Excel has opened it
    if any(cell.startswith("=") for row in rows for cell in row):
        return
    assert contents(read_table(workbook([HEADER, *rows]), LIMITS)) == stripped([HEADER, *rows])


def test_numbers_in_a_workbook_are_read_as_they_are_shown():
    rows = read_table(workbook([HEADER, (None, 100123.0, True), (1.5, 7, None)]), LIMITS)
    assert contents(rows)[1:] == [("", "100123", "是"), ("1.5", "7")]


def refused(content, limits=LIMITS):
    with pytest.raises(UnreadableTable) as error:
        read_table(content, limits)
    return error.value.reason


def test_too_many_rows_are_refused():
    limits = Limits(rows=3)
    assert len(read_table(as_csv([HEADER] * 4), limits)) == 4
    assert refused(as_csv([HEADER] * 5), limits) == "too_many_rows"
    assert refused(workbook([HEADER] * 5), limits) == "too_many_rows"


def test_a_cell_that_is_too_long_is_refused():
    assert refused(as_csv([HEADER, ("x" * 2001, "", "")])) == "too_large"


def test_an_old_or_encrypted_workbook_is_named_as_such():
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100) == "old_excel"


def test_a_zip_that_is_no_workbook_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert refused(buffer.getvalue()) == "unknown_format"


def test_a_workbook_cut_in_half_is_broken():
    content = workbook([HEADER] * 50)
    assert refused(content[: len(content) // 2]) == "broken"


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([HEADER]))) as honest,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in honest.namelist():
            archive.writestr(name, honest.read(name))
        with archive.open("xl/sharedStrings2.xml", "w") as part:
            for _ in range(MOST_UNPACKED // (1024 * 1024) + 1):
                part.write(b"\x00" * (1024 * 1024))
    assert len(buffer.getvalue()) < 200_000
    assert refused(buffer.getvalue()) == "too_large"


def test_entities_in_a_workbook_are_not_expanded():
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([HEADER]))) as honest, zipfile.ZipFile(buffer, "w") as archive:
        for name in honest.namelist():
            archive.writestr(name, bomb if name.endswith("sheet1.xml") else honest.read(name))
    assert refused(buffer.getvalue()) == "broken"


def test_bytes_that_are_no_text_have_no_known_encoding():
    assert refused(b"\xff\xfe\xd8") == "unknown_encoding"
    assert refused(b"\x81\xff\xff\xff") == "unknown_encoding"
