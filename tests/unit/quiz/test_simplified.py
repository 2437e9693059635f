"""Answers in traditional and in simplified signs count alike, and always will."""

import pytest
from opencc import OpenCC

from services.quiz.model.folding import matches, stem_key
from services.quiz.model.grading import mark
from services.quiz.model.simplified import TABLE
from tests.unit.quiz.questions import a_blank, asked


def test_the_signs_are_those_of_opencc():
    library = OpenCC("t2s")

    assert len(TABLE) > 3000
    assert [chr(sign) for sign, to in TABLE.items() if library.convert(chr(sign)) != chr(to)] == []


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ("干部", "幹部"),
        ("幹部", "干部"),
        ("乾隆", "乾隆"),
        ("中华人民共和国", "中華人民共和國"),
        ("ＷＴＯ规则", "wto 規則"),
        ("后宫", "後宮"),
    ],
)
def test_a_form_is_met_in_either_writing(form, answer):
    assert matches(form, answer)
    assert mark(asked(a_blank([form], score=2)), answer) == 2.0


def test_other_signs_stay_apart():
    assert not matches("干部", "千部")
    assert not matches("著作", "着作")


def test_stems_in_different_writing_are_different_questions():
    assert stem_key("中华") != stem_key("中華")
