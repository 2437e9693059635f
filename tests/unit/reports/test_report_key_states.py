"""What is said of each key, by what is configured and what the reports need."""

from hypothesis import given
from hypothesis import strategies as st

from services.reports.model.keys import (
    CURRENT,
    CUSTODIAN,
    DESK,
    FREE,
    LOOKUP,
    LOST,
    NEEDED,
    WITH_CUSTODIAN,
    KeyState,
    states,
)

ids = st.text("abc", min_size=1, max_size=2)
counts = st.dictionaries(ids, st.integers(1, 9))
configured = st.lists(ids, min_size=1, unique=True)


def test_each_key_is_told_with_its_state_and_its_reports():
    use = ({"new": 1, "old": 2, "gone": 3}, {"l": 5, None: 4}, {"c": 6, "former": 7})

    assert states(["new", "old", "older"], ["l"], "c", use) == [
        KeyState(DESK, "new", CURRENT, 1),
        KeyState(DESK, "old", NEEDED, 2),
        KeyState(DESK, "older", FREE, 0),
        KeyState(DESK, "gone", LOST, 3),
        KeyState(LOOKUP, "l", CURRENT, 5),
        KeyState(LOOKUP, None, NEEDED, 4),
        KeyState(CUSTODIAN, "c", CURRENT, 6),
        KeyState(CUSTODIAN, "former", WITH_CUSTODIAN, 7),
    ]


@given(configured, configured, ids, counts, counts, counts)
def test_no_report_is_left_out_and_no_key_may_go_that_a_report_needs(desk, lookup, custodian, of_desk, of_lookup, own):
    found = states(desk, lookup, custodian, (of_desk, of_lookup, own))

    assert sum(state.reports for state in found) == sum(of_desk.values()) + sum(of_lookup.values()) + sum(own.values())
    assert all(state.reports == 0 for state in found if state.verdict == FREE)
    for kind, given_ids in ((DESK, desk), (LOOKUP, lookup)):
        of_kind = [state for state in found if state.kind == kind]
        assert [state.id for state in of_kind if state.verdict == CURRENT] == given_ids[:1]
        assert {state.id for state in of_kind if state.verdict == LOST}.isdisjoint(given_ids)
