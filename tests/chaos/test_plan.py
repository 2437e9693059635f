"""What a seed decides."""

from __future__ import annotations

import itertools

import pytest

from tests.chaos.plan import (
    DATABASE,
    DATABASE_LONGEST_DOWN_S,
    KINDS,
    LONGEST_AGAIN_S,
    LONGEST_DOWN_S,
    OUTAGE,
    RELAY,
    SERVICE,
    plan_of,
)

REPLICAS = {"identity": 1, "reports": 2, "tasks": 2, "quiz": 2, "publicity": 2}
SEEDS = range(1, 11)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_seed_gives_the_same_plan_however_long(seed: int) -> None:
    assert plan_of(seed, 30, REPLICAS) == plan_of(seed, 30, REPLICAS)
    assert plan_of(seed, 6, REPLICAS) == plan_of(seed, 30, REPLICAS)[:6]


def test_this_is_the_plan_of_seed_7() -> None:
    """A plan that is told of in a report must be the same in a year, on any machine."""
    assert [str(kill) for kill in plan_of(7, 6, REPLICAS)] == [
        "all of publicity (after 0.39 s, down for 2.02 s, again after 0.005 s of work)",
        "relay of publicity (after 0.48 s, down for 0.61 s)",
        "broker (after 0.95 s, down for 1.37 s)",
        "gateway (after 0.99 s, down for 0.77 s)",
        "identity (after 0.84 s, down for 2.53 s)",
        "database (after 0.89 s, down for 1.99 s)",
    ]


def test_other_seeds_give_other_plans() -> None:
    assert len({tuple(plan_of(seed, 30, REPLICAS)) for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_kills_are_one_of_each_kind(seed: int) -> None:
    assert {kill.target.kind for kill in plan_of(seed, len(KINDS), REPLICAS)} == set(KINDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_thirty_kills_hit_everything_at_least_twice(seed: int) -> None:
    hit = [(kill.target.kind, kill.target.service) for kill in plan_of(seed, 30, REPLICAS)]
    everything = {(kind, "") for kind in KINDS if kind not in (SERVICE, RELAY, OUTAGE)}
    everything |= {(SERVICE, name) for name in REPLICAS}
    everything |= {(RELAY, name) for name, count in REPLICAS.items() if count > 1}
    assert {each: hit.count(each) for each in everything if hit.count(each) < 2} == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_thirty_kills_are_an_outage_of_every_service_with_several_processes(seed: int) -> None:
    outages = [kill for kill in plan_of(seed, 30, REPLICAS) if kill.target.kind == OUTAGE]
    assert {kill.target.service for kill in outages} == REPLICAS.keys() - {"identity"}
    assert all(kill.again_s is not None and 0 <= kill.again_s <= LONGEST_AGAIN_S for kill in outages)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_but_an_outage_is_killed_again_at_work(seed: int) -> None:
    assert {kill.target.kind for kill in plan_of(seed, 60, REPLICAS) if kill.again_s is not None} == {OUTAGE}


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_killed_twice_in_a_row_or_stays_down_for_long(seed: int) -> None:
    kills = plan_of(seed, 60, REPLICAS)
    assert all(one.target != next.target for one, next in itertools.pairwise(kills))
    assert all(0 <= kill.down_s <= DATABASE_LONGEST_DOWN_S for kill in kills)
    assert all(kill.down_s <= LONGEST_DOWN_S for kill in kills if kill.target.kind != DATABASE)
    assert not kills[0].together
    assert any(kill.together for kill in kills)


def test_the_relay_of_a_service_with_one_process_is_no_target_of_its_own() -> None:
    relays = {kill.target.service for kill in plan_of(1, 60, REPLICAS) if kill.target.kind == RELAY}
    assert relays == REPLICAS.keys() - {"identity"}


def test_every_process_of_a_service_is_a_target() -> None:
    names = {str(kill.target) for kill in plan_of(1, 200, REPLICAS) if kill.target.kind == SERVICE}
    assert names == {"identity", *(f"{name}{n}" for name in REPLICAS if name != "identity" for n in ("", "-2"))}
