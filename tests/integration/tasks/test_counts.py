"""Counts: the same as the lists at every moment, whatever happens to the cases meanwhile and whoever reads."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from pymongo.errors import AutoReconnect

from chassis.refusals import Forbidden, NotFound, Stale
from contracts.tasks import operations
from services.tasks.handlers import counts
from services.tasks.handlers.counts import bring_counts_up_to_date
from services.tasks.handlers.study import know_people
from services.tasks.model import refusals
from services.tasks.store import TasksStore
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    DISTRICT,
    HANDLER,
    LEADER,
    MEMBER,
    NOW,
    OTHER_HANDLER,
    SUPERVISOR,
    a_person,
    act,
    actor,
    ask,
    by,
    investigating,
    opened,
)
from tests.support.many_cases import UNITS, many_cases
from tests.support.stores import client_of

LATE = NOW + timedelta(days=200)
INSIDE = actor("leader", id="inside", path=(BUREAU, DISTRICT))
READERS = [DESK, LEADER, SUPERVISOR, HANDLER, OTHER_HANDLER, INSIDE]
BY = {"state": "state", "category": "category", "unit": "unit_id", "handler": "handler_id", "source": "source",
      "overdue": "overdue"}  # fmt: skip
FILTERS = [
    {},
    {"state": ["registered", "investigating"]},
    {"category": "counted"},
    {"unit_id": "office"},
    {"handler_id": HANDLER.id},
    {"source": "report", "category": "noise"},
    {"overdue": True},
    {"overdue": False, "category": "counted"},
    {"opened_from": NOW.isoformat(), "opened_to": (NOW + timedelta(days=1)).isoformat()},
]


def count(store, who, *, now=NOW, **request):
    return counts.count_cases(store, operations.count_cases.load(request), by(who, now=now))


def figures(store, who, **request):
    return {one["key"]: one["count"] for one in count(store, who, **request)["counts"]}


def listed(store, who, *, now=NOW, **filters):
    seen, cursor = [], None
    while True:
        page = ask(store, who, now=now, limit=200, cursor=cursor, **filters)
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


def assert_counts_are_those_of_the_lists(store, who, filters, now=NOW):
    cases = listed(store, who, now=now, **filters)
    shown = {
        "state": Counter(case["state"] for case in cases),
        "category": Counter(case["category"] for case in cases),
        "unit": Counter(case["unit_id"] for case in cases),
        "handler": Counter(one for case in cases for one in _handlers(case)),
        "source": Counter(case["source"]["kind"] for case in cases),
    }
    for name, expected in shown.items():
        answer = count(store, who, now=now, by=name, **filters)
        assert {one["key"]: one["count"] for one in answer["counts"]} == expected, (name, who.id, filters)
        assert answer["total"] == len(cases)
    for key, number in figures(store, who, now=now, by="overdue", **filters).items():
        assert len(listed(store, who, now=now, **{**filters, "overdue": key == "true"})) == number


def _handlers(case):
    handlers = [case["handler_id"], *case["joint_handler_ids"]] if case["handler_id"] else case["joint_handler_ids"]
    return handlers or [None]


@pytest.fixture(scope="module", autouse=True)
def cases(store):
    """Cases that some are kept from and some are not, counted before and after they changed."""
    hidden = opened(store, category="counted", subject_unit_ids=[DISTRICT])
    investigating(store, category="counted", subject_unit_ids=["elsewhere"])
    opened(store, category="counted", route="above", subject_unit_ids=[BUREAU])
    bring_counts_up_to_date(store)
    investigating(store, category="counted", reporter_mode="anonymous")
    opened(store, category="rare.and|odd")
    act(store, hidden, "accept", by(DESK))


@pytest.mark.parametrize("who", READERS, ids=lambda who: who.id)
def test_every_figure_is_the_number_of_cases_in_its_list(store, who):
    for filters in FILTERS:
        assert_counts_are_those_of_the_lists(store, who, filters, now=LATE)


def test_a_case_is_counted_as_what_it_is_before_the_tables_are_brought_up_to_date_and_after(store):
    case_id = opened(store, category="moving")
    assert figures(store, DESK, category="moving") == {"registered": 1}
    bring_counts_up_to_date(store)
    assert figures(store, DESK, category="moving") == {"registered": 1}
    act(store, case_id, "accept", by(DESK))
    assert figures(store, DESK, category="moving") == {"accepted": 1}
    bring_counts_up_to_date(store)
    bring_counts_up_to_date(store)
    assert figures(store, DESK, category="moving") == {"accepted": 1}


@pytest.mark.parametrize("before", ["_never_listed", "tables"])
@pytest.mark.parametrize("name", ["state", "category", "unit", "handler", "source"])
def test_a_case_that_moves_and_is_counted_while_it_is_asked_for_counts_once(store, monkeypatch, name, before):
    category = f"moving before {before} by {name}"
    case_id, read, moved = opened(store, category=category), getattr(store.counts, before), []

    def read_after_a_move(*args):
        if not moved:
            moved.append(act(store, case_id, "accept", by(DESK)))
            bring_counts_up_to_date(store)
        return read(*args)

    monkeypatch.setattr(store.counts, before, read_after_a_move)
    assert count(store, DESK, by=name, category=category)["total"] == 1
    assert moved


def test_what_changes_nothing_that_is_counted_is_not_counted_again(store):
    case_id = investigating(store)
    bring_counts_up_to_date(store)
    act(store, case_id, "record_step", by(HANDLER), what="谈话")
    assert "uncounted" not in store.case(case_id)


def test_a_case_about_a_unit_is_in_none_of_its_figures(store):
    opened(store, category="concerned", subject_unit_ids=[DISTRICT])
    for _ in range(2):
        assert figures(store, INSIDE, category="concerned") == {}
        assert figures(store, SUPERVISOR, category="concerned") == {"registered": 1}
        bring_counts_up_to_date(store)


def test_others_have_no_counts(store):
    with pytest.raises(Forbidden):
        count(store, MEMBER)


def test_cases_kept_by_a_release_before_are_listed_and_counted_once_they_are_found(store):
    case_id = opened(store, category="kept before")
    store.db.cases.update_one({"_id": case_id}, {"$unset": {"facets": "", "uncounted": ""}})
    assert figures(store, DESK, category="kept before") == {"registered": 1}
    assert listed(store, DESK, category="kept before") == []
    bring_counts_up_to_date(store)
    assert [case["id"] for case in listed(store, DESK, category="kept before")] == [case_id]
    assert figures(store, DESK, category="kept before") == {"registered": 1}


def test_indexes_of_a_release_before_are_taken_away(store):
    store.db.cases.create_index([("state", 1), ("opened_at", -1), ("number", -1)], name="newest_of_state")
    store.ensure_indexes()
    assert "newest_of_state" not in store.db.cases.index_information()


ACTIONS = {
    "accept": (DESK, {}),
    "assign": (DESK, {"handler_id": HANDLER.id}),
    "reassign": (DESK, {"handler_id": OTHER_HANDLER.id, "reason": "另行安排"}),
    "start": (HANDLER, {}),
    "record_step": (HANDLER, {"what": "谈话"}),
    "suspend": (DESK, {"reason": "等待鉴定"}),
    "resume": (DESK, {}),
    "return": (HANDLER, {"reason": "不属本单位"}),
    "refuse": (DESK, {"ground": "outside_duty", "reason": "不属受理范围"}),
    "reopen": (SUPERVISOR, {"reason": "须重新办理"}),
}
BUSY = {"category": "busy"}
REFUSALS = (refusals.WrongState, refusals.Forbidden, refusals.Invalid)


def test_counts_stay_true_while_eight_work_and_whoever_counts_is_killed(store, mongo_uri, database_prefix):
    """Eight act on sixteen cases; two bring the tables up to date at once, of which one dies in the middle again and
    again; a reader sees no figure that could not be.
    """
    know_people(store, [a_person(HANDLER), a_person(OTHER_HANDLER)])
    case_ids = [opened(store, subject_unit_ids=[DISTRICT] if n % 2 else [], **BUSY) for n in range(16)]
    done = Event()

    def work(seed):
        chance = random.Random(seed)
        for _ in range(25):
            who, fields = ACTIONS[action := chance.choice(list(ACTIONS))]
            try:
                act(store, chance.choice(case_ids), action, by(who), **fields)
            except (NotFound, Stale, *REFUSALS):
                continue

    def keep_up_to_date():
        while not done.is_set():
            bring_counts_up_to_date(store)

    def die_keeping_up():
        with client_of(mongo_uri) as client:
            mortal = TasksStore(client, database_prefix)
            grow = mortal.counts.grow

            def die(*args):
                grow(*args)
                raise AutoReconnect("killed between the writes and the commit")

            mortal.counts.grow = die
            while not done.is_set():
                try:
                    bring_counts_up_to_date(mortal)
                except AutoReconnect:
                    continue

    def read():
        seen = 0
        while not done.is_set():
            answer = count(store, DESK, **BUSY)
            assert answer["total"] == len(case_ids)
            assert all(one["count"] > 0 for one in answer["counts"])
            seen += 1
        return seen

    with ThreadPoolExecutor(12) as pool:
        beside = [pool.submit(run) for run in (keep_up_to_date, die_keeping_up, read)]
        workers = [pool.submit(work, seed) for seed in range(8)]
        try:
            for worker in workers:
                worker.result()
        finally:
            done.set()
        assert beside[2].result() > 0
        beside[0].result(), beside[1].result()
    for who in READERS:
        assert_counts_are_those_of_the_lists(store, who, BUSY)
    bring_counts_up_to_date(store)
    for who in READERS:
        assert_counts_are_those_of_the_lists(store, who, BUSY)
    assert all(n >= 0 for table in store.db.case_counts.find() for n in table.get("cells", {}).values())


def test_tables_filled_in_one_go_tell_what_looking_at_every_case_tells(store):
    """Two thousand cases of many units: by the tables as by looking at each case."""
    store.db.cases.insert_many(
        {**case, "uncounted": True, "category": f"of many {case['category']}"} for case in many_without_counts(2000)
    )
    bring_counts_up_to_date(store)
    desk = actor("desk", id="far away", path=(BUREAU, UNITS[3]))
    for who in (desk, SUPERVISOR):
        for name in ("state", "category", "unit", "handler", "source"):
            told = figures(store, who, by=name)
            since = NOW - timedelta(days=36500)
            looked = figures(store, who, by=name, opened_from=since.isoformat())
            assert told == looked, name
    assert min(figures(store, desk, by="unit").values()) > 0


def many_without_counts(number):
    for case in many_cases(number, NOW, first=5_000_000):
        del case["counted"]
        yield case
