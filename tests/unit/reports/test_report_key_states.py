"""What is said of each key, by what is configured and what the reports need."""

from hypothesis import given
from hypothesis import strategies as st

from services.reports.model.keys import (
    CURRENT,
    CUSTODIAN,
    DESK,
    ELSEWHERE,
    FREE,
    LOOKUP,
    LOST,
    NEEDED,
    SUPERIOR,
    KeyState,
    states,
)

ids = st.text("abc", min_size=1, max_size=2)
counts = st.dictionaries(ids, st.integers(1, 9))
configured = st.lists(ids, min_size=1, unique=True)


def test_each_key_is_told_with_its_state_and_its_reports():
    use = ({"new": 1, "old": 2, "gone": 3}, {"l": 5, None: 4}, {"c": 6, "former": 7}, {"s": 8, "earlier": 9})

    assert states(["new", "old", "older"], ["l"], "c", "s", use) == [
        KeyState(DESK, "new", CURRENT, 1),
        KeyState(DESK, "old", NEEDED, 2),
        KeyState(DESK, "older", FREE, 0),
        KeyState(DESK, "gone", LOST, 3),
        KeyState(LOOKUP, "l", CURRENT, 5),
        KeyState(LOOKUP, None, NEEDED, 4),
        KeyState(CUSTODIAN, "c", CURRENT, 6),
        KeyState(CUSTODIAN, "former", ELSEWHERE, 7),
        KeyState(SUPERIOR, "s", CURRENT, 8),
        KeyState(SUPERIOR, "earlier", ELSEWHERE, 9),
    ]


@given(configured, configured, ids, ids, st.tuples(counts, counts, counts, counts))
def test_no_report_is_left_out_and_no_key_may_go_that_a_report_needs(desk, lookup, custodian, superior, use):
    found = states(desk, lookup, custodian, superior, use)

    assert sum(state.reports for state in found) == sum(sum(of_kind.values()) for of_kind in use)
    assert all(state.reports == 0 for state in found if state.verdict == FREE)
    for kind, given_ids in ((DESK, desk), (LOOKUP, lookup)):
        of_kind = [state for state in found if state.kind == kind]
        assert [state.id for state in of_kind if state.verdict == CURRENT] == given_ids[:1]
        assert {state.id for state in of_kind if state.verdict == LOST}.isdisjoint(given_ids)
