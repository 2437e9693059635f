"""The directory of units that intake looks into: kept from events, answered from memory."""

import itertools

import pytest

from services.reports.handlers import units
from services.reports.store.units import LONGEST_UNASKED, Units
from tests.integration.reports.bureau import EAST, FIRM, ROOT, UNITS, know_the_bureau, told


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def fresh(store):
    store.db["units"].delete_many({})
    store.db["directories"].delete_many({})
    store.__dict__.pop("units", None)


def found(directory, said):
    return set(directory.conflict("report", [{"unit": said}]).unit_ids)


def test_what_is_heard_is_known_at_once_in_this_process(store):
    assert len(store.units.directory()) == 0

    know_the_bureau(store)

    assert len(store.units.directory()) == len(UNITS)
    assert found(store.units.directory(), "湖东分局") == {EAST}


def test_the_newest_state_wins_in_whatever_order_and_group_it_comes(store):
    steps = [told(EAST, number, name=f"第{number}区司法局") for number in (1, 2, 3)]
    for order in itertools.permutations(steps):
        store.db["units"].delete_many({})
        for event in order:
            units.know_units(store, [event])
        units.know_units(store, list(order))
        (one_by_one,) = store.db["units"].find()
        store.db["units"].delete_many({})
        units.know_units(store, list(order))
        (together,) = store.db["units"].find()
        for kept in (one_by_one, together):
            assert (kept["name"], kept["sequence"]) == ("第3区司法局", 3)


def test_another_replica_sees_it_when_it_looks(store):
    other = Units(store.db, Clock())
    assert found(other.directory(), "东湖区司法局") == set()

    know_the_bureau(store)
    other.refresh()

    assert found(other.directory(), "东湖区司法局") == {EAST}


def test_intake_asks_the_database_nothing_while_the_directory_is_fresh(watched, store, recorder):
    know_the_bureau(store)
    watched.units.directory()
    asked = len(recorder.commands)

    for _ in range(50):
        assert found(watched.units.directory(), "正衡律所") == {FIRM}

    assert len(recorder.commands) == asked


def test_a_replica_that_nobody_refreshes_asks_again_by_itself(store):
    clock = Clock()
    other = Units(store.db, clock)
    other.directory()
    know_the_bureau(store)

    clock.now += LONGEST_UNASKED
    assert found(other.directory(), "东湖区司法局") == set()
    clock.now += 1

    assert found(other.directory(), "东湖区司法局") == {EAST}


def test_nothing_is_read_again_while_nothing_has_changed(watched, store, recorder):
    know_the_bureau(store)
    watched.units.refresh()
    directory, asked = watched.units.directory(), len(recorder.commands)

    watched.units.refresh()

    assert watched.units.directory() is directory
    assert len(recorder.commands) == asked + 1


def test_a_closed_unit_is_still_known_by_its_name_and_has_no_head(store):
    know_the_bureau(store)
    units.know_units(store, [told(EAST, 2, active=False)])

    assert found(store.units.directory(), "东湖区司法局") == {EAST}
    assert store.units.directory().conflict("report", [{"name": "卫东"}]).unit_ids == ()
    assert store.units.directory().conflict("report", [{"name": "钱领导"}]).unit_ids == (ROOT,)
