"""Export and import are each other's inverse: no question changes on its way through a file."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.quiz import files
from services.quiz.files import aiken, gift, moodle_xml
from tests.unit.quiz.questions import a_blank, a_single, an_essay, contents

banks = st.lists(contents(), min_size=1, max_size=5, unique_by=lambda content: content.key)
thorough = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_back(written, format):
    rows = files.read(written.content, format=format).rows
    assert [fault for row in rows for fault in row.rejected] == []
    return [row.content for row in rows]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@given(bank=banks)
@settings(thorough, max_examples=25)
def test_tables_hold_every_question_as_it_is(format, bank):
    written = files.write(bank, format)

    assert written.left_out == 0
    assert read_back(written, format) == bank


@pytest.mark.parametrize(("format", "holds"), [("gift", gift.holds), ("moodle_xml", moodle_xml.holds)])
@given(bank=banks)
@thorough
def test_moodle_formats_hold_every_question_that_they_have_a_form_for(format, holds, bank):
    kept = [content for content in bank if holds(content)]
    written = files.write(bank, format)

    assert written.left_out == len(bank) - len(kept)
    if kept:
        assert read_back(written, format) == kept


@given(bank=st.lists(contents(types=("single",)), min_size=1, max_size=5, unique_by=lambda content: content.key))
@thorough
def test_aiken_holds_stem_options_and_key_of_single_choices(bank):
    kept = [content for content in bank if aiken.holds(content)]
    written = files.write(bank, "aiken")

    if kept:
        back = read_back(written, "aiken")
        assert [(c.stem, c.options, c.answer) for c in back] == [(c.stem, c.options, c.answer) for c in kept]


def test_what_a_format_cannot_hold_is_counted_and_not_bent():
    bank = [
        a_single(stem="一"),
        a_blank([["a"], ["b"]], stem="二____三____"),
        an_essay(stem="四", answer="五"),
    ]

    assert [files.write(bank, format).left_out for format in ("csv", "xlsx", "gift", "moodle_xml", "aiken")] == [
        0,
        0,
        2,
        2,
        2,
    ]


@pytest.mark.parametrize("format", ["csv", "xlsx", "gift", "moodle_xml", "aiken"])
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
