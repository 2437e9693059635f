"""Clues taken up by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chassis.refusals import IdempotencyKeyReused, NotFound
from contracts.tasks import operations
from services.tasks.handlers import clues
from services.tasks.model.refusals import Forbidden
from tests.integration.tasks.building import BUREAU, DESK, DISTRICT, NOW, OFFICE, act, actor, ask, by, get, history

CLUE = {
    "category": "money.bribe",
    "allegations": ["收受红包", "违规收费"],
    "excluded_unit_ids": [DISTRICT],
    "lines": ["lawyers"],
    "origin": "audit",
    "reason": "审计中发现账外收入",
}


def take_up(store, who=DESK, key=None, now=NOW, **changes):
    request = operations.open_clue.load({**CLUE, **changes})
    return operations.open_clue.dump(clues.open_clue(store, request, by(who, now=now, idempotency_key=key)))


def test_a_clue_is_a_case_that_nobody_reported_opened_by_a_named_person(store):
    case = take_up(store)
    assert (case["state"], case["source"]) == ("registered", {"kind": "clue", "id": case["id"]})
    assert [clock["rule"] for clock in case["clocks"]] == ["propose_handling"]
    assert get(store, case["id"])["number"] == case["number"]
    [entry] = history(store, case["id"])["items"]
    assert (entry["action"], entry["why"]) == ("open", "审计中发现账外收入")
    assert entry["who"] == {"id": "desk", "name": "某人"}
    assert entry["details"] == {"origin": "audit", "lines": ["lawyers"]}


def test_it_tells_of_itself_as_of_a_case_without_a_report(store):
    case = take_up(store)
    [event] = store.db.cases.find_one({"_id": case["id"]})["outbox"]
    assert (event["data"]["report_id"], event["data"]["number"]) == (None, case["number"])
    assert event["data"]["excluded_unit_ids"] == [DISTRICT]


def test_its_allegations_stay_when_it_is_accepted(store):
    case = take_up(store)
    act(store, case["id"], "accept", by(DESK))
    assert store.case(case["id"])["allegations"] == ["收受红包", "违规收费"]


def test_the_same_key_opens_one_case_and_another_clue_under_it_is_refused(store):
    first = take_up(store, key="clue-1")
    assert take_up(store, key="clue-1") == first
    assert store.db.cases.count_documents({"source.kind": "clue", "number": first["number"]}) == 1
    with pytest.raises(IdempotencyKeyReused):
        take_up(store, key="clue-1", origin="media")


def test_it_is_hidden_from_the_units_that_it_is_about(store):
    case = take_up(store)
    in_the_district = actor("desk", id="district-desk", path=(BUREAU, DISTRICT))
    assert case["id"] in [one["id"] for one in ask(store, DESK, source="clue", limit=200)["items"]]
    assert case["id"] not in [one["id"] for one in ask(store, in_the_district, source="clue", limit=200)["items"]]


def test_it_is_hidden_from_the_people_that_it_is_about(store):
    concerned = actor("desk", id="concerned")
    case = take_up(store, excluded_person_ids=["concerned"])
    assert case["excluded_person_ids"] == ["concerned"]
    assert case["id"] not in [one["id"] for one in ask(store, concerned, source="clue", limit=200)["items"]]
    with pytest.raises(NotFound):
        get(store, case["id"], concerned)
    [event] = store.db.cases.find_one({"_id": case["id"]})["outbox"]
    assert event["data"]["excluded_person_ids"] == ["concerned"]


@pytest.mark.parametrize("unit_id", [OFFICE, BUREAU])
def test_nobody_takes_up_a_clue_about_a_unit_of_their_own(store, unit_id):
    before = store.db.cases.count_documents({"source.kind": "clue"})
    with pytest.raises(Forbidden):
        take_up(store, excluded_unit_ids=[unit_id])
    assert store.db.cases.count_documents({"source.kind": "clue"}) == before


def test_nobody_takes_up_a_clue_about_themselves(store):
    before = store.db.cases.count_documents({"source.kind": "clue"})
    with pytest.raises(Forbidden):
        take_up(store, actor("desk", id="about-themselves"), excluded_person_ids=["about-themselves"])
    assert store.db.cases.count_documents({"source.kind": "clue"}) == before


@pytest.mark.parametrize(("hour", "minute", "year"), [(15, 59, 2026), (16, 0, 2027)])
def test_its_number_is_of_the_year_in_the_bureau(store, hour, minute, year):
    case = take_up(store, now=datetime(2026, 12, 31, hour, minute, tzinfo=UTC))
    assert case["number"].startswith(f"{year}-")
