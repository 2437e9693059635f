"""Tables of old files: what the rows of one mean, why a row is not taken, and that nothing is lost on the way."""

from __future__ import annotations

import csv
import io
import json
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from chassis.tables import Limits, Row, UnreadableTable, read_table
from contracts.identity.organisation import LINE_CODES
from contracts.tasks.schemas.cases import MEASURES, OUTCOMES
from gateway import language
from services.tasks.model.old_files import OldDisposition, OldFile, OldFinding
from services.tasks.old_file_table import number_key, read_old_files, template, vocabulary, written
from services.tasks.old_file_table.cells import says_nothing
from services.tasks.old_file_table.vocabulary import COLUMNS, categories

TODAY = date(2026, 3, 2)
LIMITS = Limits(cell=10_000)
FORMS = Path(__file__).parents[3] / "services" / "reports" / "forms"
HEADER = [names[0] for names in COLUMNS.values()]

# What somebody may write in a name or a text: anything in GB18030 that separates no list, and that says something.
letters = st.characters(codec="gb18030", exclude_categories=("C", "Z"), exclude_characters="、,，;；/|:：()（）.．")
names = st.text(letters, min_size=1, max_size=20).filter(lambda text: not says_nothing(text))
sentences = st.lists(names, min_size=1, max_size=4).map(" ".join).filter(lambda text: not says_nothing(text))
days = st.dates(date(1990, 1, 1), TODAY)


@st.composite
def old_files(draw: st.DrawFn) -> OldFile:
    allegations = draw(st.lists(sentences, min_size=1, max_size=5))
    numbers = st.sets(st.integers(1, len(allegations)))
    received_on = draw(days)
    later = st.none() | st.dates(received_on, TODAY)
    texts = st.none() | sentences
    return OldFile(
        number=draw(names),
        received_on=received_on,
        category=draw(st.sampled_from([category.code for category in categories()])),
        allegations=tuple(allegations),
        lines=tuple(draw(st.lists(st.sampled_from(LINE_CODES), unique=True))),
        unit=draw(st.none() | names),
        handlers=tuple(draw(st.lists(names, unique=True, max_size=3))),
        investigated=draw(st.booleans()),
        investigation=draw(texts),
        evidence=tuple(draw(st.lists(sentences, unique=True, max_size=3))),
        findings=tuple(
            OldFinding(number, draw(st.sampled_from(OUTCOMES)), draw(texts)) for number in sorted(draw(numbers))
        ),
        dispositions=tuple(
            OldDisposition(number, draw(st.sampled_from(MEASURES)), draw(texts)) for number in sorted(draw(numbers))
        ),
        reviewer=draw(st.none() | names),
        told_on=draw(later),
        closed_on=draw(later),
        excluded_units=tuple(draw(st.lists(names, unique=True, max_size=2))),
    )


def as_csv(rows, encoding):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode(encoding)


def reading(**cells):
    """A table of one row, right but for these cells."""
    row = {"number": "旧1", "received_on": "2021-03-05", "category": "其他", "allegations": "甲\n乙", **cells}
    table = [Row(1, tuple(HEADER)), Row(2, tuple(row.get(column, "") for column in COLUMNS))]
    return read_old_files(table, TODAY)


def read(**cells):
    result = reading(**cells)
    assert result.rejected == []
    return result.files[0].file


def rejected(**cells):
    return [(one.field, one.message) for one in reading(**cells).rejected]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(old_files(), min_size=1, max_size=3, unique_by=lambda file: number_key(file.number)),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
)
def test_what_is_exported_is_imported_as_the_same(files, encoding):
    result = read_old_files(read_table(as_csv(written(files), encoding), LIMITS), TODAY)
    assert result.rejected == []
    assert [row.file for row in result.files] == files
    assert [row.row for row in result.files] == list(range(2, len(files) + 2))


cells = st.text(max_size=30) | st.sampled_from(
    [
        "1. 属实",
        "9. 属实",
        "属实",
        "2021-13-45",
        "99999999",
        "：",
        "（）",
        "1.",
        "是",
        "系统外：",
        "a\nb\nc",
        "1. a\n1. b",
        "律师",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(cells, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=3))
def test_whatever_stands_in_the_cells_each_row_is_taken_or_named(rows):
    table = [Row(1, tuple(HEADER)), *(Row(number, tuple(row)) for number, row in enumerate(rows, start=2))]
    with suppress(UnreadableTable):
        result = read_old_files(table, TODAY)
        taken, named = {row.row for row in result.files}, {one.row for one in result.rejected}
        assert not taken & named
        assert taken | named == set(range(2, len(rows) + 2))
        for one in result.rejected:
            code = one.message if " " in one.message else f"old_files.import.{one.message}"
            assert language.message(code, "zh-CN") != code, code


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_table_or_an_unreadable_one(content):
    with suppress(UnreadableTable):
        read_old_files(read_table(content, LIMITS), TODAY)


def test_the_template_opens_and_its_example_is_an_old_file():
    book = load_workbook(io.BytesIO(template()))
    assert book.sheetnames == ["旧案", "填写说明"]
    assert [cell.value for cell in book["旧案"][1]] == HEADER
    result = read_old_files(read_table(template(), LIMITS), TODAY)
    assert (result.total, result.rejected) == (1, [])
    [row] = result.files
    again = read_old_files([Row(n, tuple(cells)) for n, cells in enumerate(written([row.file]), start=1)], TODAY)
    assert again.files[0].file == row.file


def test_every_word_of_the_template_is_understood():
    sheet = load_workbook(io.BytesIO(template()))["填写说明"]
    column, words = "", {}
    for heading, _, word in sheet.iter_rows(min_row=2, values_only=True):
        column = heading or column
        words.setdefault(column, []).append(word)
    for word in words["类别"]:
        assert rejected(category=word) == []
    for word in words["条线"]:
        assert rejected(lines=word) == []
    for word in words["认定结果"]:
        assert rejected(findings=f"1. {word}") == []
    for word in words["处理措施"]:
        assert rejected(dispositions=f"1. {word}") == []
    for word in words["是否调查"]:
        assert rejected(investigated=word) == []


def test_the_words_mean_every_outcome_and_measure_that_cases_know():
    assert set(vocabulary.OUTCOMES) == set(OUTCOMES)
    assert set(vocabulary.MEASURES) == set(MEASURES)


def test_the_categories_are_those_that_reports_may_have():
    form = json.loads(max(FORMS.glob("*.json")).read_text(encoding="utf-8"))
    offered = {}
    for category in form["categories"]:
        above = category.get("offered", ["report"])
        for one in (category, *category.get("subcategories", [])):
            if "report" in one.get("offered", above):
                offered[one["code"]] = one["name"]["zh-CN"]
    assert {category.code: category.names[0] for category in categories()} == offered


@pytest.mark.parametrize(
    "written_day",
    ["2021-03-05", "2021/3/5", "2021.3.5", "2021年3月5日", "20210305", "２０２１-03-05", "2021-03-05T00:00:00"],
)
def test_a_day_is_read_as_people_write_it(written_day):
    assert read(received_on=written_day).received_on == date(2021, 3, 5)


@pytest.mark.parametrize("number", ["明司〔2021〕7号", "明司[2021]7号", "明司【2021】 7 号", "明司［２０２１］7号"])
def test_one_file_has_one_number_however_it_is_written(number):
    assert number_key(number) == "明司[2021]7号"


def test_what_is_said_of_each_allegation_is_matched_by_line_or_by_number():
    by_line = read(findings="属实\n未认定", grounds="账目\n—", dispositions="批评教育、责令整改：退款\n未处理")
    assert by_line.findings == (OldFinding(1, "substantiated", "账目"),)
    assert by_line.dispositions == (
        OldDisposition(1, "criticism", "退款"),
        OldDisposition(1, "order_to_correct", "退款"),
    )
    by_number = read(findings="2、失实", grounds="（2）存根", dispositions="2: 不予处理（情节轻微）")
    assert by_number.findings == (OldFinding(2, "false", "存根"),)
    assert by_number.dispositions == (OldDisposition(2, "none", "情节轻微"),)


def test_numbers_before_allegations_are_dropped_only_where_all_have_theirs():
    assert read(allegations="1. 甲\n2. 乙").allegations == ("甲", "乙")
    assert read(allegations="3.5万元未入账\n乙").allegations == ("3.5万元未入账", "乙")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"number": ""}, [("number", "missing")]),
        ({"allegations": ""}, [("allegations", "missing")]),
        ({"received_on": "去年"}, [("received_on", "not_a_day")]),
        ({"received_on": "2021-02-30"}, [("received_on", "not_a_day")]),
        ({"received_on": (TODAY + timedelta(days=1)).isoformat()}, [("received_on", "in_the_future")]),
        ({"told_on": "2021-03-04"}, [("told_on", "before_received")]),
        ({"category": "天文"}, [("category", "unknown_category")]),
        ({"category": "违规收费"}, [("category", "ambiguous_category")]),
        ({"lines": "律师、天文"}, [("lines", "unknown_line")]),
        ({"investigated": "也许"}, [("investigated", "neither_yes_nor_no")]),
        ({"findings": "属实"}, [("findings", "lines_differ")]),
        ({"findings": "3. 属实"}, [("findings", "no_such_allegation")]),
        ({"findings": "1. 属实\n1. 失实"}, [("findings", "allegation_twice")]),
        ({"findings": "1. 大概"}, [("findings", "unknown_outcome")]),
        ({"grounds": "1. 账目"}, [("grounds", "ground_without_finding")]),
        ({"dispositions": "1. 开除"}, [("dispositions", "unknown_measure")]),
        ({"evidence": "\n".join(f"证{n}" for n in range(51))}, [("evidence", "too_many")]),
        (
            {"category": "天文", "investigated": "也许"},
            [("category", "unknown_category"), ("investigated", "neither_yes_nor_no")],
        ),
    ],
)
def test_what_cannot_be_read_is_named_with_its_column_and_all_of_it_at_once(cells, expected):
    assert rejected(**cells) == expected


@pytest.mark.parametrize("cells", [{"reviewer": "甲\u202e乙"}, {"allegations": "长" * 201}, {"unit": "某\x01局"}])
def test_a_text_that_no_form_would_take_is_rejected(cells):
    [(field, message)] = rejected(**cells)
    assert field == next(iter(cells))
    assert language.message(message, "zh-CN") != message


def test_the_second_row_of_the_same_file_is_rejected_and_names_the_first():
    row = ("旧1", "2021-03-05", "其他", "甲")
    header = ("原案号", "受理日期", "类别", "反映问题")
    result = read_old_files([Row(1, header), Row(2, row), Row(4, (" 旧１", *row[1:]))], TODAY)
    assert [(one.row, one.message, one.value) for one in result.rejected] == [(4, "doubled", "2")]
    assert len(result.files) == 1


@pytest.mark.parametrize(("rows", "reason"), [([], "empty"), ([HEADER], "empty"), ([["甲"], ["乙"]], "no_header")])
def test_a_table_without_rows_or_without_its_columns_is_unreadable(rows, reason):
    with pytest.raises(UnreadableTable) as error:
        read_old_files([Row(n, tuple(cells)) for n, cells in enumerate(rows, start=1)], TODAY)
    assert error.value.reason == reason


def test_every_column_has_words_for_what_would_be_right_in_both_languages():
    for column in COLUMNS:
        code = f"old_files.right.{column}"
        assert language.text(code, "zh-CN") != code
        assert language.text(code, "en") not in (code, language.text(code, "zh-CN"))


def test_what_is_said_of_allegations_that_are_missing_is_not_held_against_the_row_as_well():
    assert rejected(allegations="", findings="属实", dispositions="批评教育") == [("allegations", "missing")]
