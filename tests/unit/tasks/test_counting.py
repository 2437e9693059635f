"""Tables of counts: any changes, counted in any portions, come to the same as counting the cases."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from services.tasks.listing_documents import counts_as_before, tally_document, tally_of_case
from services.tasks.model.counting import NOT_ABOVE, PERSON, Table, Tally, differences, figures
from services.tasks.model.listing import Wanted, reader_of

TALLIES = st.builds(
    Tally,
    state=st.sampled_from(["registered", "closed"]),
    category=st.sampled_from(["fees", "service"]),
    source=st.sampled_from(["report", "clue"]),
    unit_id=st.sampled_from([None, "a"]),
    handler_ids=st.sampled_from([(), ("x",), ("x", "y")]),
    kept_from=st.sampled_from([(), ("office",), ("elsewhere", "office"), (NOT_ABOVE,), (f"{PERSON}desk",)]),
)


@dataclass(frozen=True)
class Somebody:
    id: str
    roles: frozenset
    unit_path: tuple = ("bureau", "office")
    name: str = "某人"


READERS = [reader_of(Somebody(role, frozenset({role}))) for role in ("desk", "leader", "supervisor")]
WANTED = [Wanted(), Wanted(states=("closed",), category="fees"), Wanted(source="clue"), Wanted(unit_id="a")]


@given(st.lists(st.tuples(TALLIES, TALLIES), max_size=12), st.data())
def test_tables_and_changes_come_to_the_cases_themselves(cases, data):
    """Each case was counted as the first, is the second now, and the tables know of some of that."""
    counted = data.draw(st.lists(st.booleans(), min_size=len(cases), max_size=len(cases)))
    known = [(None, before) for before, _ in cases]
    known += [case for case, is_counted in zip(cases, counted, strict=True) if is_counted]
    tables = [Table(place, cells) for place, cells in differences(known).items()]
    changes = [case for case, is_counted in zip(cases, counted, strict=True) if not is_counted]
    now = [tally for _, tally in cases]
    for reader in READERS:
        for wanted in WANTED:
            seen = [tally for tally in now if sees(reader, tally) and is_wanted(tally, wanted)]
            by_state = figures("state", "unit", wanted, reader, tables, changes)
            assert by_state == Counter(tally.state for tally in seen)
            by_handler = figures("handler", "handler", wanted, reader, tables, changes)
            assert by_handler == Counter(one for tally in seen for one in tally.handler_ids or (None,))


def sees(reader, tally):
    kept = set(tally.kept_from)
    return not (
        kept & set(reader.not_about)
        or f"{PERSON}{reader.person_id}" in kept
        or (NOT_ABOVE in kept and not reader.sees_above)
    )


def is_wanted(tally, wanted):
    return (
        (not wanted.states or tally.state in wanted.states)
        and wanted.category in (None, tally.category)
        and wanted.source in (None, tally.source)
        and wanted.unit_id in (None, tally.unit_id)
    )


def test_a_case_that_waits_to_be_counted_goes_on_waiting_even_if_it_is_again_what_it_was_counted_as():
    """It may be counted as what it was meanwhile, between the reading of the case and the writing of the action."""
    case = {"state": "suspended", "category": "fees", "source": {"kind": "report"}, "excluded_unit_ids": []}
    counted = {**case, "counted": tally_document(tally_of_case({**case, "state": "investigating"}))}
    back = {"state": "investigating"}
    assert not counts_as_before({**counted, "uncounted": True}, back)
    assert counts_as_before({**counted, "state": "investigating"}, back)
    assert not counts_as_before(counted, {"state": "closed"})
    assert not counts_as_before(case, {})
