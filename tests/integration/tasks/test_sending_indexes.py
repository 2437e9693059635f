"""What sending, routing and re-review ask is served by an index, and reads little more than it shows."""

from datetime import timedelta

from chassis.ids import new_id
from services.tasks.handlers import re_reviews
from services.tasks.model.transitions import IN_HAND_STATES
from services.tasks.oversight_documents import NEVER
from tests.integration.tasks.building import (
    BUREAU,
    DESK,
    HANDLER,
    LEADER,
    NOW,
    SUPERVISOR,
    act,
    by,
    investigating,
    opened,
)
from tests.integration.tasks.test_re_reviews import closed, drawn, figures, judge, listed
from tests.integration.tasks.test_routing import candidates
from tests.support.explaining import BY_READING_ALL, asked, stages

CLOSED_AT = NOW + timedelta(days=5000)


def test_every_query_is_served_by_an_index(watched, recorder):
    send_route_and_review(watched)
    commands = asked(recorder)
    assert {"cases", "people", "dispatches", "counters", "re_reviews", "re_review_draws"} <= {
        next(iter(command.values())) for command in commands
    }
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command


def send_route_and_review(store):
    case_id = investigating(store)
    for who in (HANDLER, DESK):
        act(store, case_id, "request_assistance", by(who), body="police", what="户籍", reason="核实")
    act(store, opened(store), "transfer", by(DESK), body="police", reason="管辖", document_number=new_id())
    for filters in ({}, {"unit_id": BUREAU}, {"line": "bureau"}, {"unit_id": BUREAU, "line": "bureau"}):
        candidates(store, case_id, **filters)
    for _ in range(2):
        closed(store, CLOSED_AT)
    draw = drawn(store, CLOSED_AT)
    for who in (SUPERVISOR, LEADER):
        for filters in ({}, {"state": "done"}, {"state": "open", "unit_id": "re-unit"}, {"draw_id": draw["id"]}):
            listed(store, who, **filters)
        figures(store, draw, who)
        re_reviews.list_draws(store, {"limit": 1, "cursor": None}, by(who))
    judge(store, listed(store, draw_id=draw["id"])[0], "inadequate")


def test_counting_what_handlers_have_in_hand_reads_nothing_that_is_over(store):
    def documents(handler_id, state, count):
        return [
            {
                "_id": new_id(), "number": new_id(), "handler_id": handler_id, "state": state, "excluded_unit_ids": [],
                "next_due_at": NEVER, "opened_at": NOW, "category": "conduct", "source": {"kind": "clue"},
            }
            for _ in range(count)
        ]  # fmt: skip

    handler_id = f"long-serving-{new_id()}"
    store.db.cases.insert_many([*documents(handler_id, "closed", 200), *documents(handler_id, "findings", 3)])
    assert store.routing.loads([handler_id], IN_HAND_STATES, [BUREAU], DESK.id, NOW) == {handler_id: (3, 0)}
    query = {"handler_id": {"$in": [handler_id]}, "state": {"$in": list(IN_HAND_STATES)}}
    kept_out = {"excluded_unit_ids": {"$nin": [BUREAU]}, "excluded_person_ids": {"$ne": DESK.id}}
    explained = store.db.cases.find({**query, **kept_out}).explain()["executionStats"]
    store.db.cases.delete_many({"handler_id": handler_id})
    assert explained["totalDocsExamined"] == 3


def test_the_population_of_a_draw_is_read_from_the_index_alone(store):
    case_id = closed(store, CLOSED_AT - timedelta(days=9))
    period = {"$gt": CLOSED_AT - timedelta(days=10), "$lte": CLOSED_AT - timedelta(days=8)}
    found = store.db.cases.find({"state": "closed", "closed_at": period}, {"unit_id": 1}).hint("closed").explain()
    assert found["executionStats"]["nReturned"] == 1
    assert [one["_id"] for one in store.re_reviews.closed_cases(period["$gt"], period["$lte"])] == [case_id]
    assert found["executionStats"]["totalDocsExamined"] == 0
