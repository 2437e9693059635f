"""What others are told of a person, what ends sessions, who cannot take rights from whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identity.organisation import DUTY_CODES, LINE_DUTIES
from contracts.roles import ALL_ROLES
from services.identity.model.people import (
    check_own_rights,
    duties_without_object,
    ends_sessions,
    folded,
    is_told,
    tidy_duties,
    tidy_roles,
)
from services.identity.model.refusals import OwnRightsStay

PERSON = {
    "_id": "p1",
    "name": "张三",
    "position": None,
    "unit_id": "u",
    "unit_path": ["r", "u"],
    "line": "bureau",
    "roles": ["admin", "member"],
    "duties": [],
    "active": True,
}

duties = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(DUTY_CODES),
            "unit_id": st.none() | st.sampled_from(["u1", "u2"]),
            "line": st.none() | st.sampled_from(["lawyers", "notaries"]),
        }
    ),
    max_size=6,
)


@pytest.mark.parametrize("change", [{"unit_path": ["r", "x", "u"]}, {"line": "lawyers"}, {"active": False}])
def test_a_changed_place_or_right_is_told(change):
    assert is_told(PERSON, PERSON | change)


def test_a_changed_name_or_position_is_nobody_elses_business():
    assert not is_told(PERSON, PERSON | {"name": "张叁", "position": "科长"})


def test_a_lost_role_or_account_ends_sessions_and_a_new_role_does_not():
    assert ends_sessions(PERSON, PERSON | {"roles": ["member"]})
    assert ends_sessions(PERSON, PERSON | {"active": False})
    assert not ends_sessions(PERSON, PERSON | {"roles": ["admin", "desk", "member"]})
    assert not ends_sessions(PERSON | {"active": False}, PERSON)


@pytest.mark.parametrize("change", [{"roles": ["member"]}, {"active": False}])
def test_administrators_cannot_shut_themselves_out(change):
    with pytest.raises(OwnRightsStay):
        check_own_rights("p1", PERSON, PERSON | change)
    check_own_rights("somebody else", PERSON, PERSON | change)
    check_own_rights(None, PERSON, PERSON | change)


@given(st.lists(st.sampled_from(sorted(ALL_ROLES))))
def test_roles_are_a_sorted_set_and_nobody_is_without(roles):
    tidy = tidy_roles(roles)
    assert tidy == sorted(set(tidy))
    assert set(tidy) == (set(roles) or {"member"})


@given(duties)
def test_tidy_duties_do_not_depend_on_their_order_and_stay_tidy(given_duties):
    tidy = tidy_duties(given_duties, LINE_DUTIES)
    assert tidy == tidy_duties(list(reversed(given_duties)), LINE_DUTIES) == tidy_duties(tidy, LINE_DUTIES)
    assert bool(duties_without_object(given_duties, LINE_DUTIES)) == bool(duties_without_object(tidy, LINE_DUTIES))


@pytest.mark.parametrize("typed", ["Admin", " admin ", "ＡＤＭＩＮ"])
def test_a_user_name_has_one_spelling(typed):
    assert folded(typed) == "admin"
