"""Which units a report is about, by what its subjects say, and when it goes to the level above."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.model.conflict import ABOVE, BUREAU, Directory
from services.reports.model.unit_names import SUFFIXES, Unit, folded

ROOT = "root"
UNITS = (
    Unit(ROOT, (ROOT,), "明镜市司法局", heads=(("h-root", "钱领导"),)),
    Unit("office", (ROOT, "office"), "办公室", heads=(("h-office", "赵主管"),)),
    Unit("lawyers", (ROOT, "lawyers"), "律师工作科", heads=(("h-lawyers", "杨帆"),)),
    Unit("discipline", (ROOT, "discipline"), "机关纪委", ("纪检组",)),
    Unit("corrections", (ROOT, "corrections"), "社区矫正管理局"),
    Unit("association", (ROOT, "association"), "市律师协会"),
    Unit("notaries", (ROOT, "notaries"), "明镜市公证处"),
    Unit("east", (ROOT, "east"), "东湖区司法局", ("湖东分局",), heads=(("h-east", "卫东"),)),
    Unit("west", (ROOT, "west"), "西岭区司法局", heads=(("h-west", "欧阳建国"),)),
    Unit("east-notaries", (ROOT, "east", "east-notaries"), "东湖区公证处", heads=(("h-en", "王建国"),)),
    Unit("firm", (ROOT, "east", "firm"), "正衡律师事务所", heads=(("h-firm", "许诺"),)),
    Unit("other-firm", (ROOT, "west", "other-firm"), "同德律师事务所", heads=(("h-other", "许诺"),)),
    Unit("closed", (ROOT, "closed"), "南港区司法局", active=False, heads=(("h-closed", "旧首长"),)),
)
DIRECTORY = Directory(UNITS)


def conflict(unit="", position="", name="", unit_id=None, kind="report"):
    subject = {"unit": unit, "position": position, "name": name, "unit_id": unit_id}
    return DIRECTORY.conflict(kind, [subject])


def hidden_from(*said, **more):
    return set(conflict(*said, **more).unit_ids)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("东湖区司法局", {"east"}),
        ("  东湖区 司法局。", {"east"}),
        ("东湖区司法局(东湖)", {"east"}),
        ("明镜市东湖区司法局", {"east"}),
        ("东湖司法局", {"east"}),
        ("湖东分局", {"east"}),
        ("纪检组", {"discipline"}),
        ("明镜市司法局律师科", {"lawyers"}),
        ("市司法局的律师工作科", {"lawyers"}),
        ("社矫局", {"corrections"}),
        ("市律协", {"association"}),
        ("律师协会", {"association"}),
        ("正衡律所", {"firm"}),
        ("正衡所", {"firm"}),
        ("正衡", {"firm"}),
        ("东湖区公证处", {"east-notaries"}),
        ("东湖区司法局公证处", {"east-notaries"}),
        ("南港区司法局", {"closed"}),
        ("东湖区司法局和律师工作科", {"east", "lawyers"}),
    ],
)
def test_a_unit_is_known_by_its_name_its_aliases_and_what_people_make_of_them(said, meant):
    assert hidden_from(said) == meant


def test_a_full_width_or_compatibility_spelling_makes_no_difference():
    latin = Directory([Unit("r", ("r",), "市局"), Unit("legal", ("r", "legal"), "ABC律师事务所")])
    for said in ("ＡＢＣ律师事务所", "abc 律所", "A·B·C律师事务所"):
        assert latin.conflict("report", [{"unit": said}]).unit_ids == ("legal",), said


def test_texts_are_compared_without_width_case_spaces_and_punctuation():
    assert folded("ＡＢＣ　1２-律师（事务）所。") == "abc12律师事务所"
    # U+2F2F is the radical that looks like 工.
    assert folded("律师\u2f2f作科") == "律师工作科"
    assert hidden_from("", "律师\u2f2f作科科长") == {"lawyers"}


def test_in_doubt_all_that_may_be_meant_are_kept_from_it():
    assert hidden_from("公证处") == {"notaries", "east-notaries"}
    assert hidden_from("区司法局") == {"east", "west", "closed"}
    assert hidden_from("某区司法局") == {"east", "west", "closed"}
    assert hidden_from("司法局") == {"east", "west", "closed"}


@pytest.mark.parametrize("said", ["市司法局", "我市司法局", "明镜司法局", "贵局"])
def test_the_name_of_the_whole_bureau_keeps_nobody_from_it_unless_its_head_is_meant_or_it_was_chosen(said):
    assert hidden_from(said) == hidden_from(said, "科长", "某人") == set()
    assert hidden_from(said, "局长") == {ROOT}
    assert hidden_from(said, unit_id=ROOT) == {ROOT}


@pytest.mark.parametrize(
    "said",
    [
        "",
        "不详",
        "明镜市",
        "江城公证处",
        "江城市司法局",
        "衡信律师事务所",
        "石桥司法所",
        "某办事大厅",
        "局",
        "a",
        "的",
        "，。",
    ],
)
def test_what_is_not_ours_or_says_nothing_is_kept_from_nobody(said):
    assert hidden_from(said) == set()


def test_the_name_of_a_kind_of_institution_names_none_of_them():
    firms = [Unit(f"f{n}", ("r", f"f{n}"), f"{chr(0x4E00 + n)}恒律师事务所") for n in range(40)]
    directory = Directory([Unit("r", ("r",), "明镜市司法局"), *firms])

    assert directory.conflict("report", [{"unit": "某律师事务所"}]).unit_ids == ()
    assert directory.conflict("report", [{"unit": f"{chr(0x4E00 + 7)}恒律所"}]).unit_ids == ("f7",)


def test_what_very_many_units_are_called_for_short_names_them_only_if_the_bureau_is_one_of_them():
    places = [f"{chr(0x4E00 + n)}{chr(0x4F00 + n)}区" for n in range(25)]
    units = [
        Unit("r", ("r",), "明镜市司法局"),
        *(Unit(f"b{n}", ("r", f"b{n}"), f"{place}司法局") for n, place in enumerate(places)),
        *(Unit(f"n{n}", ("r", f"n{n}"), f"{place}公证处") for n, place in enumerate(places)),
    ]
    directory = Directory(units)

    assert directory.conflict("report", [{"unit": "公证处"}]).unit_ids == ()
    assert len(directory.conflict("report", [{"unit": "司法局"}]).unit_ids) == 25


def test_what_is_said_more_exactly_elsewhere_is_meant():
    assert hidden_from("市司法局", "办公室主任") == {"office"}
    assert hidden_from("市司法局", "", "律师科某某") == {"lawyers"}
    assert hidden_from("律师工作科", "东湖区司法局局长") == {"lawyers", "east"}


def test_a_unit_chosen_from_the_directory_always_counts_and_comes_first():
    found = conflict("东湖区司法局", unit_id="firm")

    assert found.unit_ids[0] == "firm"
    assert set(found.unit_ids) == {"firm", "east"}
    assert hidden_from(unit_id="not-told-of-yet") == {"not-told-of-yet"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (("", "", "卫东"), {"east"}),
        (("", "", "卫东同志"), {"east"}),
        (("", "局长", "卫东"), {"east"}),
        (("", "", "东湖区司法局局长卫东"), {"east"}),
        (("", "东湖区司法局局长", ""), {"east"}),
        (("不详", "", "卫东"), {"east"}),
        (("", "", "卫局长"), {"east"}),
        (("", "局长", "卫某"), {"east"}),
        (("", "局长", "欧阳某某"), {"west"}),
        (("", "主任", "王某"), {"east-notaries"}),
        (("正衡律师事务所", "", "许诺"), {"firm"}),
        (("东湖区", "", "卫东"), {"east", "east-notaries"}),
    ],
)
def test_a_head_is_the_unit_that_they_head(said, meant):
    assert hidden_from(*said) == meant


@pytest.mark.parametrize(
    "said",
    [
        ("", "", "许诺"),  # two heads have this name
        ("江城公证处", "", "卫东"),  # somebody of that name elsewhere
        ("", "", "旧首长"),  # of a unit that is closed
        ("", "", "卫"),  # a surname alone
        ("", "科长", "卫某"),  # no head of that surname is a 科长
        ("", "局长", ""),  # of which unit?
    ],
)
def test_a_name_that_may_be_anybody_s_is_nobody_s(said):
    assert hidden_from(*said) == set()


def test_with_a_unit_a_head_is_looked_for_only_around_it():
    assert hidden_from("正衡律师事务所", "", "欧阳建国") == {"firm"}
    assert hidden_from("正衡律师事务所", "", "卫东") == {"firm", "east"}
    assert hidden_from("西岭区司法局", "", "许诺") == {"west", "other-firm"}


@pytest.mark.parametrize(
    "said",
    [
        ("市司法局", "局长", ""),
        ("市司法局", "党组书记、局长", "某某"),
        ("市司法局", "一把手", ""),
        ("市司法局", "领导班子", ""),
        ("明镜市司法局局长", "", ""),
        ("市局", "局 长", ""),
        ("司法局", "局长", ""),
        ("明镜市", "", "钱领导"),
        ("", "", "钱领导"),
        ("", "", "钱局长"),
        ("", "局长", "钱某"),
        ("办公室", "", "钱领导"),
    ],
)
def test_what_is_about_the_head_of_the_bureau_goes_to_the_level_above(said):
    found = conflict(*said)

    assert found.route == ABOVE
    assert ROOT in found.unit_ids
    assert ROOT in found.headed


@pytest.mark.parametrize(
    "said",
    [
        ("市司法局", "", ""),
        ("市司法局", "副局长", ""),
        ("市司法局", "原局长", ""),
        ("市司法局", "局长助理", ""),
        ("市司法局", "科长", ""),
        ("市司法局", "四级主任科员", ""),
        ("市司法局", "书记员", ""),
        ("市司法局", "部门负责人", ""),
        ("市司法局", "机关党委书记", ""),
        ("市司法局", "办公室主任", ""),
        ("市司法局", "办公室负责人", ""),
        ("市司法局办公室", "主任", ""),
        ("市司法局东湖区司法局", "局长", ""),
        ("东湖区司法局", "局长", "卫东"),
        ("江城市司法局", "局长", "钱领导"),
    ],
)
def test_what_is_about_others_of_the_bureau_stays_in_it(said):
    assert conflict(*said).route == BUREAU


def test_the_bureau_chosen_from_the_directory_with_its_head_goes_to_the_level_above():
    assert conflict(unit_id=ROOT, position="局长").route == ABOVE
    assert conflict(unit_id=ROOT, name="钱领导").route == ABOVE
    assert conflict(unit_id=ROOT).route == BUREAU
    assert conflict(unit_id=ROOT, position="办公室主任").route == BUREAU


def test_one_subject_of_many_is_enough():
    others = [{"name": "某人", "unit": "某科"}, {"unit": "正衡律所"}]

    found = DIRECTORY.conflict("report", [*others, {"unit": "市司法局", "position": "局长"}])

    assert found.route == ABOVE
    assert set(found.unit_ids) == {"firm", ROOT}


def test_a_suggestion_stays_in_the_bureau():
    assert conflict("市司法局", "局长", kind="suggestion").route == BUREAU


def test_organisations_found_elsewhere_are_known_by_the_same_names():
    found = DIRECTORY.units_in(["东湖司法局", "江城公证处", "正衡律所", "律师"])

    assert found == {"east", "firm"}


def test_an_empty_directory_finds_only_what_was_chosen():
    found = Directory().conflict("report", [{"unit": "市司法局", "position": "局长", "unit_id": "x"}])

    assert (found.unit_ids, found.route) == (("x",), BUREAU)


HAN = st.text("明镜市东湖区司法局律师工作科公证处的长主任钱某王", max_size=30)
ANY = st.one_of(HAN, st.text(max_size=30))


@given(unit=ANY, position=ANY, name=ANY)
def test_whatever_is_written_has_an_answer_within_the_directory(unit, position, name):
    found = conflict(unit, position, name)

    assert set(found.unit_ids) <= {one.id for one in UNITS}
    assert found.headed <= set(found.unit_ids)
    assert (found.route == ABOVE) == (ROOT in found.headed)


@given(unit=st.sampled_from(UNITS[1:]), before=st.text("江城大小" + string.digits, max_size=5), after=HAN)
def test_a_unit_s_name_is_found_wherever_it_stands(unit, before, after):
    """The name itself, or that of something longer that begins with it or lies below it."""
    found = DIRECTORY.conflict("report", [{"unit": f"{before}，{unit.name}{after}"}]).unit_ids

    related = {one.id for one in UNITS if unit.id in one.path}
    assert related & set(found)


@given(unit=st.sampled_from(UNITS[1:]), spaces=st.lists(st.sampled_from([" ", "\u3000", "·", "-"]), max_size=3))
def test_spaces_and_dots_between_the_characters_of_a_name_make_no_difference(unit, spaces):
    written = unit.name
    for number, space in enumerate(spaces, 1):
        at = number * len(unit.name) // (len(spaces) + 1)
        written = written[: at + number - 1] + space + written[at + number - 1 :]

    assert folded(written) == folded(unit.name)
    assert unit.id in hidden_from(written)


@given(ANY)
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


def test_every_suffix_that_people_write_leads_to_the_unit():
    for suffix, others in SUFFIXES:
        unit = Unit("u", ("r", "u"), f"青云{suffix}")
        directory = Directory([Unit("r", ("r",), "明镜市司法局"), unit])
        for other in others:
            assert directory.conflict("report", [{"unit": f"青云{other}"}]).unit_ids == ("u",), other
