"""What variants of papers share, and who may ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.quiz import operations
from contracts.roles import ALL_ROLES
from services.quiz.model.overlap import between_papers, between_variants
from tests.integration.quiz.building import a_member

variants = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1), min_size=1, max_size=4)


@given(variants)
def test_every_two_variants_are_compared_once(given_variants):
    found = between_variants(given_variants)

    assert len(found) == len(given_variants) * (len(given_variants) - 1) // 2
    for pair in found:
        one, another = given_variants[pair["first"]], given_variants[pair["second"]]
        assert pair["first"] < pair["second"]
        assert pair["question_ids"] == [id for id in sorted(one) if id in another]
        assert 0 <= pair["share"] == pair["common"] / min(len(one), len(another)) <= 1


@given(variants)
def test_a_paper_shares_everything_with_itself(given_variants):
    found = between_papers(given_variants, given_variants)

    assert len(found) == len(given_variants) ** 2
    assert all(pair["share"] == 1 for pair in found if pair["first"] == pair["second"])


@pytest.mark.parametrize("name", ["paper_overlap", "paper_feasibility"])
@pytest.mark.parametrize("role", sorted(ALL_ROLES))
def test_only_trainers_look_into_papers(name, role):
    assert getattr(operations, name).allows(a_member(roles=frozenset({role}))) is (role == "trainer")
