"""Export and import are each other's inverse: no question changes on its way through a file."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.quiz import files
from services.quiz.files import aiken, gift, moodle_xml, qti3
from tests.unit.quiz.questions import a_blank, a_multiple, a_single, a_true_false, an_essay, contents

FORMATS = ["csv", "xlsx", "gift", "aiken", "moodle_xml", "qti3"]
HOLDS = {
    "csv": lambda content: not content.media,
    "xlsx": lambda content: not content.media,
    "gift": gift.holds,
    "aiken": aiken.holds,
    "moodle_xml": moodle_xml.holds,
    "qti3": qti3.holds,
}
banks = st.lists(contents(), min_size=1, max_size=5, unique_by=lambda content: content.key)


def read_back(written, format):
    rows = files.read(written.content, format=format).rows
    assert [fault for row in rows for fault in row.rejected] == []
    return [row.content for row in rows]


@pytest.mark.parametrize("format", FORMATS)
@given(bank=banks)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_question_that_a_format_holds_comes_back_as_it_was_and_all_others_are_counted(format, bank):
    kept = [content for content in bank if HOLDS[format](content)]
    written = files.write(bank, format)

    assert written.left_out == len(bank) - len(kept)
    if kept:
        assert read_back(written, format) == kept


BANK = [
    a_single(stem="一", explanation="说明", tags=["宪法"], difficulty=5),
    a_multiple(stem="二  甲\n  乙", scoring="partial"),
    a_true_false(stem="三"),
    a_blank(["1921", "一九二一"], stem="四____"),
    a_blank(["3.14±0.01"], stem="五"),
    a_blank([["a"], ["b"]], stem="六____七__"),
    an_essay(stem="八"),
    an_essay(stem="九", answer="十"),
    an_essay(stem="十", score=3, rubric=[{"text": "论点=明确；充分", "score": 2}, {"text": "文字", "score": 1}]),
    a_single(stem="十一", media=[{"place": "A", "id": "picture", "alt": "国徽"}]),
]


@pytest.mark.parametrize(
    ("format", "stems"),
    [
        ("csv", "一二三四五六八九十"),
        ("xlsx", "一二三四五六八九十"),
        ("gift", "一二三四五八十"),
        ("moodle_xml", "一二三四五八十"),
        ("aiken", "一"),
        ("qti3", "一二三四五六"),
    ],
)
def test_what_a_format_cannot_hold_is_counted_and_not_bent(format, stems):
    written = files.write(BANK, format)
    back = read_back(written, format)

    assert "".join(content.stem[0] for content in back) == stems
    assert back == [content for content in BANK if content in back]
    assert written.left_out == len(BANK) - len(back)


@pytest.mark.parametrize("format", FORMATS)
def test_the_format_of_our_own_files_is_found_by_their_content(format):
    written = files.write([a_single()], format)

    assert files.read(written.content).format == format


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "'=1", "''=1", "'quoted'", "#N/A", "_x0041_"]
)
def test_no_cell_becomes_a_formula_and_none_changes(format, text):
    content = a_single(stem=text)
    written = files.write([content], format)

    assert read_back(written, format) == [content]


def test_the_same_questions_make_the_same_package():
    assert files.write(BANK, "qti3").content == files.write(BANK, "qti3").content
