"""Facets: every case that a filter is about has the facet that is asked for, and no other case has it."""

from dataclasses import dataclass
from itertools import product

import pytest

from services.tasks.model.listing import Wanted, facet_within, facets_of, facets_wanted, left_open, order_of, reader_of

STATES, CATEGORIES = ("registered", "closed"), ("fees", "service")
SOURCES, UNITS, HANDLERS = ("report", "clue"), (None, "a", "b"), ((), ("x",), ("x", "y"))
ALL = list(product(STATES, CATEGORIES, SOURCES, UNITS, HANDLERS))


@dataclass(frozen=True)
class Somebody:
    id: str
    roles: frozenset
    unit_path: tuple = ("bureau", "office")
    name: str = "某人"


DESK = reader_of(Somebody("desk", frozenset({"desk"})))
X = reader_of(Somebody("x", frozenset({"handler"})))


@pytest.mark.parametrize("reader", [DESK, X])
@pytest.mark.parametrize("handler_id", [None, "x", "y"])
def test_a_case_is_found_by_one_facet_exactly_when_it_is_wanted(reader, handler_id):
    for states, category, source, unit_id in product(
        [(), ("closed",), STATES], [None, "fees"], [None, *SOURCES], [None, "a"]
    ):
        wanted = Wanted(states, category, source, unit_id, handler_id)
        asked, further = facets_wanted(wanted, reader), left_open(wanted, reader)
        for case in ALL:
            facets = facets_of(*case)
            found = len(set(asked) & set(facets))
            assert found <= 1
            assert (found == 1 and agrees(case, further)) == is_wanted(case, wanted, reader), (case, wanted)


def agrees(case, further):
    _, category, source, unit_id, handlers = case
    values = {"category": category, "source": source, "unit_id": unit_id}
    return all(value in handlers if name == "handler_id" else values[name] == value for name, value in further.items())


def is_wanted(case, wanted, reader):
    state, category, source, unit_id, handlers = case
    return (
        (not wanted.states or state in wanted.states)
        and wanted.category in (None, category)
        and wanted.source in (None, source)
        and wanted.unit_id in (None, unit_id)
        and (wanted.handler_id is None or wanted.handler_id in handlers)
        and (reader.handler_id is None or reader.handler_id in handlers)
    )


def test_a_fresh_report_has_few_facets():
    assert len(facets_of("registered", "fees", "report", None, ())) == 4


def test_all_cases_of_a_reader_have_one_facet():
    assert all(facet_within(None) in facets_of(*case) for case in ALL)
    assert all((facet_within("y") in facets_of(*case)) == ("y" in case[4]) for case in ALL)


def test_lists_are_in_the_order_that_their_filters_ask_for():
    assert order_of(Wanted(), None) == "newest"
    assert order_of(Wanted(overdue=True), None) == "due"
    assert order_of(Wanted(overdue=False), None) == "newest"
    assert order_of(Wanted(number="2026-"), None) == "number"
    assert order_of(Wanted(), "oldest") == "oldest"


def test_only_who_reads_every_file_of_the_list_knows_all_clocks():
    knows = {
        ("desk",): True, ("handler",): True, ("leader",): False, ("supervisor",): False,
        ("desk", "supervisor"): False, ("desk", "leader"): True, ("handler", "leader"): False,
    }  # fmt: skip
    for roles, expected in knows.items():
        assert reader_of(Somebody("x", frozenset(roles))).knows_all_clocks is expected
    assert reader_of(Somebody("x", frozenset({"member"}))) is None
