"""Export and import are each other's inverse: no question changes on its way through a file."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.quiz import files
from services.quiz.model.question import content_of
from tests.unit.quiz.questions import PICTURES, a_blank, a_multiple, a_single, a_true_false, an_essay, contents

FORMATS = ["csv", "xlsx", "gift", "aiken", "moodle_xml", "qti3"]
WITH_PICTURES = ["moodle_xml", "qti3"]
banks = st.lists(contents(), min_size=1, max_size=5, unique_by=lambda content: content.key)


def there_and_back(bank, format):
    """The questions that the format holds, written and read again, each with its pictures."""
    written = files.write(bank, format, PICTURES)
    rows = files.read(written.content, format=format).rows
    assert [fault for row in rows for fault in (*row.rejected, *row.omitted)] == []
    for row in rows:
        assert row.pictures == {id: PICTURES[id].content for _, id, _ in row.content.media}
    return [row.content for row in rows]


@pytest.mark.parametrize("format", FORMATS)
@given(bank=banks)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_question_that_a_format_holds_comes_back_as_it_was_with_its_pictures(format, bank):
    kept = [content for content in bank if files.holds(content, format)]

    if kept:
        assert there_and_back(kept, format) == kept


@pytest.mark.parametrize("format", WITH_PICTURES)
@pytest.mark.parametrize(
    "text", ["　　缩进", "甲\n\n乙", " 乙 ", "a\xa0b", "<b>&amp;</b>", "甲\n  乙", "@@PLUGINFILE@@/a.png"]
)
def test_a_text_beside_a_picture_keeps_its_signs_and_its_white_space(format, text):
    (id, *_) = PICTURES
    shown = [{"place": place, "id": id, "alt": '"图"\n<1>'} for place in ("stem", "A")]
    options = [{"key": "A", "text": f"甲\n{text}乙"}, {"key": "B", "text": "丙"}]
    content = a_single(stem=f"题\n{text}目", options=2, media=shown)
    content = content_of(content.as_fields() | {"options": options})

    assert there_and_back([content], format) == [content]


@pytest.mark.parametrize("format", WITH_PICTURES)
def test_a_picture_that_several_questions_show_is_written_for_all_of_them(format):
    (id, *_) = PICTURES
    bank = [a_single(stem=stem, media=[{"place": "stem", "id": id, "alt": stem}]) for stem in "甲乙"]

    assert there_and_back(bank, format) == bank


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
    a_single(stem="图", media=[{"place": "A", "id": next(iter(PICTURES)), "alt": "国徽"}]),
    a_single(stem="行\n列"),
]


@pytest.mark.parametrize(
    ("format", "lacking"),
    [
        ("csv", {"图": "pictures"}),
        ("xlsx", {"图": "pictures"}),
        ("gift", {"六": "several_blanks", "九": "model_answer", "图": "pictures"}),
        ("moodle_xml", {"六": "several_blanks", "九": "model_answer"}),
        ("aiken", {"图": "pictures", "行": "layout"} | dict.fromkeys("二三四五六八九十", "type")),
        ("qti3", dict.fromkeys("八九十", "type")),
    ],
)
def test_what_a_format_cannot_hold_is_told_with_the_reason_and_not_bent(format, lacking):
    reasons = {content.stem[0]: files.why_not(content, format) for content in BANK}

    assert {stem: reason for stem, reason in reasons.items() if reason} == lacking
    held = [content for content in BANK if content.stem[0] not in lacking]
    assert there_and_back(held, format) == held


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
    assert there_and_back([content], format) == [content]


def test_the_same_questions_make_the_same_package():
    first, again = (files.write(BANK[:6], "qti3", PICTURES).content for _ in range(2))

    assert first == again


@pytest.mark.parametrize("format", FORMATS)
def test_a_category_with_a_stroke_in_its_name_is_one_category(format):
    content = a_single(category="宪法/总纲")

    assert there_and_back([content], format) == [content]


@pytest.mark.parametrize("format", FORMATS)
def test_a_form_with_a_star_means_the_star(format):
    content = a_blank(["2*3", r"2\*3"])

    if files.holds(content, format):
        assert there_and_back([content], format) == [content]
