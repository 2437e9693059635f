"""A report turns out to be about further units: its case is hidden from them from then on, once in effect."""

import pytest

from chassis.refusals import NotFound
from contracts.reports.events import UnitsNamedV1
from services.tasks.documents import case_of, entry_of
from services.tasks.handlers import conflicts
from services.tasks.handlers.correspondence import CaseNotOpened
from services.tasks.model.applying import replay
from tests.integration.tasks.building import (
    BUREAU,
    DISTRICT,
    NOW,
    OFFICE,
    SUPERVISOR,
    actor,
    ask,
    get,
    history,
    investigating,
    opened,
    received,
)

DESK_OF_DISTRICT = actor("desk", id="desk-of-district", path=(BUREAU, DISTRICT))


def named(case_id, *unit_ids, sequence=2):
    data = {"report_id": case_id, "subject_unit_ids": list(unit_ids)}
    return received(UnitsNamedV1, case_id, sequence=sequence, **data)


def pending(store, case_id):
    return [event["data"] for event in store.db.cases.find_one({"_id": case_id}).get("outbox", [])]


def test_the_case_is_hidden_from_the_units_and_others_go_on_with_it(store):
    case_id = opened(store, category="further-units")
    assert get(store, case_id, DESK_OF_DISTRICT)["state"] == "registered"

    conflicts.keep_from_units(store, named(case_id, DISTRICT))

    with pytest.raises(NotFound):
        get(store, case_id, DESK_OF_DISTRICT)
    assert ask(store, DESK_OF_DISTRICT, category="further-units")["items"] == []
    assert get(store, case_id)["allowed_actions"] == ["accept", "refuse", "transfer", "exclude", "merge"]
    told = pending(store, case_id)[-1]
    assert (told["excluded_unit_ids"], told["text_code"], told["state"]) == ([DISTRICT], None, "registered")


def test_it_happens_once_in_whatever_order_it_is_told(store):
    case_id = opened(store, subject_unit_ids=["known"])
    later, earlier = named(case_id, "known", "a", "b", sequence=3), named(case_id, "known", "a")

    for event in (later, earlier, later):
        conflicts.keep_from_units(store, event)

    assert store.case(case_id)["excluded_unit_ids"] == ["known", "a", "b"]
    assert [entry["action"] for entry in history(store, case_id)["items"]] == ["open", "keep_from"]


def test_a_case_in_hand_is_hidden_from_its_own_handler_and_its_history_replays(store):
    case_id = investigating(store)

    conflicts.keep_from_units(store, named(case_id, OFFICE))

    with pytest.raises(NotFound):
        get(store, case_id, actor("handler"))
    assert get(store, case_id, SUPERVISOR)["state"] == "investigating"
    document = store.case_with_history(case_id, 0, 50)
    case = case_of(document)
    first = case_of({**store.case(opened(store)), "_id": case_id, "number": case.number, "source": document["source"]})
    assert replay(first, map(entry_of, document["history"])) == case


def test_before_the_case_is_there_it_is_told_again(store):
    with pytest.raises(CaseNotOpened):
        conflicts.keep_from_units(store, named("not-opened-yet", DISTRICT))


def test_the_moment_is_the_hour_of_the_event(store):
    case_id = opened(store)
    conflicts.keep_from_units(store, named(case_id, DISTRICT))

    assert history(store, case_id)["items"][-1]["at"] == NOW
