"""Options that no exam shuffles, on their way through files: said in each format's own words, where it has any."""

import pytest

from services.quiz import files
from tests.unit.quiz.questions import a_multiple, a_single, a_true_false

FORMATS = ["csv", "xlsx", "gift", "aiken", "moodle_xml", "qti3"]
CHOICE = "<qti-simple-choice identifier='{0}' fixed='{1}'>{0}</qti-simple-choice>"
ITEM = """<qti-assessment-item xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0' identifier='i'>
<qti-response-declaration identifier='R' cardinality='single'><qti-correct-response><qti-value>x</qti-value>
</qti-correct-response></qti-response-declaration><qti-item-body><p>题</p><qti-choice-interaction
response-identifier='R' {0}>{1}</qti-choice-interaction></qti-item-body></qti-assessment-item>"""
MOODLE = """<quiz><question type="multichoice"><questiontext><text>题</text></questiontext>{0}
<answer fraction="100"><text>甲</text></answer><answer fraction="0"><text>乙</text></answer></question></quiz>"""


def the_one(content, **options):
    (row,) = files.read(content if isinstance(content, bytes) else content.encode(), **options).rows
    assert (row.rejected, row.omitted) == ([], [])
    return row.content


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("fixed", [True, False])
def test_every_format_brings_back_whether_options_are_fixed(format, fixed):
    content = a_single(fixed_options=fixed)

    assert the_one(files.write([content], format).content, format=format).fixed_options is fixed


@pytest.mark.parametrize("fixed", [True, False])
def test_formats_with_words_of_their_own_say_it_in_these(fixed):
    written = {name: files.write([a_multiple(fixed_options=fixed)], name).content for name in ("csv", "moodle_xml")}
    header, line = written["csv"].decode("utf-8-sig").splitlines()

    assert line.split(",")[header.split(",").index("固定选项")] == ("是" if fixed else "否")
    shuffled = "false" if fixed else "true"
    assert f"<shuffleanswers>{shuffled}</shuffleanswers>" in written["moodle_xml"].decode()
    assert b"fixed_options" not in written["moodle_xml"]


@pytest.mark.parametrize(
    ("said", "fixed"),
    [
        ("", None),
        ("<shuffleanswers>0</shuffleanswers>", True),
        ("<shuffleanswers>false</shuffleanswers>", True),
        ("<shuffleanswers>1</shuffleanswers>", False),
        ("<shuffleanswers>true</shuffleanswers>", False),
    ],
)
def test_moodle_says_it_by_not_shuffling(said, fixed):
    assert the_one(MOODLE.format(said)).fixed_options is fixed


@pytest.mark.parametrize(
    ("shuffle", "each", "fixed"),
    [
        ("", "false", True),
        ("shuffle='false'", "false", True),
        ("shuffle='true'", "false", False),
        ("shuffle='true'", "true", True),
    ],
)
def test_an_item_keeps_its_order_unless_it_says_to_shuffle(shuffle, each, fixed):
    choices = "".join(CHOICE.format(name, each) for name in "xy")

    assert the_one(ITEM.format(shuffle, choices)).fixed_options is fixed


@pytest.mark.parametrize(("cell", "fixed"), [("是", True), ("否", False), ("", None), ("√", True), ("false", False)])
def test_a_table_says_it_in_a_column_or_not_at_all(cell, fixed):
    assert the_one(f"题型,题干,选项A,选项B,答案,固定选项\n单选题,题,甲,乙,A,{cell}\n").fixed_options is fixed


def test_a_cell_that_says_neither_rejects_the_row():
    (row,) = files.read("题型,题干,选项A,选项B,答案,固定选项\n单选题,题,甲,乙,A,也许\n".encode()).rows

    assert [(one.row, one.field, one.value) for one in row.rejected] == [(2, "fixed_options", "也许")]


@pytest.mark.parametrize(("text", "format"), [("题 {=甲 ~乙}", "gift"), ("题\nA. 甲\nB. 乙\nANSWER: A\n", "aiken")])
def test_gift_and_aiken_of_other_programs_say_nothing_of_it(text, format):
    assert the_one(text, format=format).fixed_options is None


def test_a_question_without_options_has_none_to_fix():
    assert a_true_false(fixed_options=True).as_fields()["fixed_options"] is False
