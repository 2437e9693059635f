"""Paths in the tree of units, whatever is moved where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.tables import AmbiguousUnit, UnitNames, UnknownUnit
from services.identity.model.refusals import UnitMoveRefused
from services.identity.model.tree import DEEPEST, check_move, is_within, path_after_move, path_below


@st.composite
def trees(draw):
    """Parent by unit; unit "0" is the root. At most twelve units, so no path is too deep."""
    size = draw(st.integers(2, DEEPEST))
    return {"0": None} | {str(n): str(draw(st.integers(0, n - 1))) for n in range(1, size)}


def path_of(parents, unit):
    return [*(path_of(parents, parents[unit]) if parents[unit] is not None else []), unit]


@given(trees(), st.data())
def test_after_a_move_every_path_is_that_of_the_new_tree(parents, data):
    moved = data.draw(st.sampled_from(sorted(set(parents) - {"0"})))
    target = data.draw(st.sampled_from(sorted(parents)))
    paths = {unit: path_of(parents, unit) for unit in parents}
    below = [unit for unit in parents if is_within(paths[unit], moved)]
    height = max(len(paths[unit]) for unit in below) - len(paths[moved])
    if target in below:
        with pytest.raises(UnitMoveRefused) as refused:
            check_move(paths[moved], paths[target], height)
        assert refused.value.reason == "into_itself"
        return
    check_move(paths[moved], paths[target], height)
    after = {
        unit: path_after_move(paths[unit], moved, paths[target]) if unit in below else paths[unit] for unit in parents
    }
    assert after == {unit: path_of(parents | {moved: target}, unit) for unit in parents}


def test_the_root_stays():
    with pytest.raises(UnitMoveRefused) as refused:
        check_move(["root"], ["root", "district"], 1)
    assert refused.value.reason == "root_stays"


def test_a_tree_that_would_become_too_deep_is_refused():
    deep = [str(n) for n in range(DEEPEST)]
    with pytest.raises(UnitMoveRefused):
        path_below(deep, "one too many")
    with pytest.raises(UnitMoveRefused):
        check_move(["0", "branch"], deep[:-2], height=2)
    check_move(["0", "branch"], deep[:-2], height=1)


UNITS = [
    {"_id": "r", "name": "市司法局", "code": None, "path": ["r"]},
    {"_id": "d1", "name": "东湖区司法局", "code": "DH", "path": ["r", "d1"]},
    {"_id": "d2", "name": "西岭区司法局", "code": None, "path": ["r", "d2"]},
    {"_id": "b1", "name": "办公室", "code": None, "path": ["r", "d1", "b1"]},
    {"_id": "b2", "name": "办公室", "code": None, "path": ["r", "d2", "b2"]},
]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("市司法局", "r"),
        (" 东湖区 司法局", "d1"),
        ("dh", "d1"),
        ("东湖区司法局/办公室", "b1"),
        ("市司法局 / 西岭区司法局 / 办公室", "b2"),
        ("市司法局＞东湖区司法局＞办公室", "b1"),
        ("市司法局/西岭区司法局", "d2"),
    ],
)
def test_a_unit_is_found_by_name_code_or_way_from_above(written, meant):
    assert UnitNames(UNITS).find(written)["_id"] == meant


def test_a_short_name_counts_where_nothing_is_called_so():
    units = [{**UNITS[0], "aliases": ["市局", "西岭区司法局"]}, *UNITS[1:]]
    assert UnitNames(units).find("市局")["_id"] == "r"
    assert UnitNames(units).find("西岭区司法局")["_id"] == "d2"


@pytest.mark.parametrize("written", ["办公室", "市司法局/办公室"])
def test_a_name_that_several_units_have_is_not_guessed(written):
    with pytest.raises(AmbiguousUnit):
        UnitNames(UNITS).find(written)


@pytest.mark.parametrize(
    "written", ["财政局", "西岭区司法局/东湖区司法局", "办公室/东湖区司法局", "/", "不存在/办公室"]
)
def test_what_is_no_unit_is_not_found(written):
    with pytest.raises(UnknownUnit):
        UnitNames(UNITS).find(written)
