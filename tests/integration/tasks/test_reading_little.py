"""Lists read little more than they show: combinations of filters, in every order, for every kind of reader.

Each filter in each order, and of all 1,728 combinations every fortieth of each reader: to try all takes two minutes
(``EVERY = 1``), which is for whoever changes an index.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest

from contracts.tasks import operations
from services.tasks.handlers.listing import reader_from, wanted_from
from services.tasks.model.listing import order_of
from tests.integration.tasks.building import NOW, actor
from tests.support.explaining import BY_READING_ALL, asked, stages
from tests.support.many_cases import UNITS, many_cases

CASES = 8_000
PAGE = 50
# Of what is read beyond what is shown: the case that tells whether there is a next page, the ends of ranges and of the
# parts that are merged.
BESIDE = 30
EVERY = 40

READERS = {
    "desk": actor("desk", path=("bureau", UNITS[7])),
    "leader": actor("leader", path=("bureau", UNITS[0])),
    "supervisor": actor("supervisor"),
    "handler": actor("handler", id=f"{UNITS[0]}-handler-3", path=("bureau", UNITS[0])),
    "joint handler": actor("handler", id="joint-handler", path=("bureau", UNITS[9])),
}
FILTERS = {
    "state": [None, ["closed"], ["investigating"], ["investigating", "feedback", "closed"]],
    "category": [None, "discipline", "rare"],
    "source": [None, "report", "clue"],
    "unit_id": [None, UNITS[0], UNITS[20]],
    "handler_id": [None, f"{UNITS[0]}-handler-1"],
}
WHEN = {
    "newest": [{}, {"opened_from": NOW - timedelta(days=900), "opened_to": NOW - timedelta(days=90)}],
    "oldest": [{}, {"opened_from": NOW - timedelta(days=900)}],
    "due": [{}, {"overdue": True}],
    "number": [{}, {"number": f"{NOW.year - 1}-"}],
}


@pytest.fixture(scope="module", autouse=True)
def years(store):
    """Eight thousand cases beside the noise of the other tests."""
    store.db.cases.insert_many(many_cases(CASES, NOW), ordered=False)


def combinations() -> Iterator[dict]:
    for values in product(*FILTERS.values()):
        filters = {name: value for name, value in zip(FILTERS, values, strict=True) if value is not None}
        for sort, whens in WHEN.items():
            yield from ({**filters, **when, "sort": sort} for when in whens)


@pytest.mark.parametrize("who", READERS)
def test_every_combination_of_filters_reads_little_more_than_it_shows(watched, recorder, who):
    place = list(READERS).index(who)
    for number, filters in enumerate(combinations()):
        if number % EVERY == place % EVERY or (len(filters) <= 2 and number % len(READERS) == place):
            assert_little_is_read(watched, recorder, READERS[who], filters)


def assert_little_is_read(store, recorder, who, filters):
    request = operations.list_cases.load({**filters, "limit": PAGE})
    reader, wanted = reader_from(who), wanted_from(request)
    recorder.commands.clear()
    shown = len(store.cases(wanted, reader, order_of(wanted, filters["sort"]), NOW, PAGE, None)["items"])
    commands = asked(recorder)
    assert len(commands) <= 2
    assert not set().union(*(stages(store.db, command) for command in commands)) & BY_READING_ALL, filters
    looked_at, fetched = 0, 0
    for command in commands:
        figures = store.db.command("explain", command, verbosity="executionStats")["executionStats"]
        looked_at += figures["totalKeysExamined"]
        fetched += figures["totalDocsExamined"]
    most = 2 * max(shown, 1) + BESIDE
    if person_id := reader.handler_id or wanted.handler_id:
        # Among the cases of one person all but the state is looked up in the cases themselves.
        most += store.db.cases.count_documents({"handler_ids": person_id})
    if filters.get("source") == "report":
        # What few cases were not reported is left out as it is read.
        most += PAGE // 2
    assert max(looked_at, fetched) <= most, (filters, looked_at, fetched, shown)
