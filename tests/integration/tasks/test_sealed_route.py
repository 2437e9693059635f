"""A case about the head of the bureau, on a real database: counted, hidden from the bureau, handed on."""

import pytest

from chassis.refusals import NotFound
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    HANDLER,
    LEADER,
    NOW,
    SUPERVISOR,
    act,
    ask,
    by,
    get,
    history,
    opened,
)


def pending(store, case_id):
    return [event["data"] for event in store.db.cases.find_one({"_id": case_id}).get("outbox", [])]


@pytest.fixture
def case_id(store):
    return opened(store, category="about-the-head", subject_unit_ids=[BUREAU], route="above")


@pytest.mark.parametrize("who", [DESK, LEADER, HANDLER])
def test_the_bureau_neither_reads_nor_lists_it(store, case_id, who):
    with pytest.raises(NotFound):
        get(store, case_id, who)
    with pytest.raises(NotFound):
        act(store, case_id, "transfer", by(who), body="省司法厅", reason="管辖")
    with pytest.raises(NotFound):
        history(store, case_id, who)
    assert ask(store, who, category="about-the-head")["items"] == []


def test_the_supervision_group_sees_it_and_hands_it_on(store, case_id):
    seen = get(store, case_id, SUPERVISOR)
    assert seen["allowed_actions"] == ["transfer", "exclude"]
    assert [(clock["rule"], clock["state"]) for clock in seen["clocks"]] == [("forward_above", "running")]
    assert case_id in {one["id"] for one in ask(store, SUPERVISOR, category="about-the-head")["items"]}

    done = act(store, case_id, "transfer", by(SUPERVISOR), body="省司法厅", reason="涉及主要负责人")

    assert done["state"] == "transferred"
    told = pending(store, case_id)
    assert [event["text_code"] for event in told] == ["case.registered_for_above", "case.sent_above"]
    assert told[0]["due_at"] == "2026-03-09T15:59:59.999Z"
    assert told[-1]["excluded_unit_ids"] == [BUREAU]
    assert told[-1]["reporter_state"] == "transferred"


def test_it_counts_like_every_other(store, case_id):
    before = store.db.cases.count_documents({})
    opened(store, subject_unit_ids=[BUREAU], route="above")

    assert store.db.cases.count_documents({}) == before + 1
    assert store.case(case_id)["number"].startswith(str(NOW.year))


def test_a_report_that_is_told_of_without_a_route_stays_in_the_bureau(store):
    """As a replica of the version before still tells of it."""
    case_id = opened(store)

    assert get(store, case_id)["allowed_actions"] == ["accept", "refuse", "transfer", "exclude", "merge"]
    assert "route" not in store.case(case_id)
