"""The store's promises on a real database: claims, turns, and an index behind every query."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chassis import clock
from chassis.ids import new_id
from contracts.publicity.events import DeliveryRequestedV1
from services.publicity.model.deliveries import After, delivery_id
from services.publicity.model.publications import TRANSITIONS
from services.publicity.store import SlugTaken
from tests.support.explaining import BY_READING_ALL, asked, stages

NOW = clock.now()
LEASE = 60


def test_of_many_that_claim_an_attempt_one_gets_it(store):
    delivery = a_delivery(store)
    claims = [store.claim(delivery["_id"], "submit", 1, NOW, LEASE) for _ in range(5)]
    assert [claim["attempts"] for claim in claims if claim] == [1]


def test_an_attempt_that_was_made_is_not_made_again_when_its_request_comes_twice(store):
    delivery = a_delivery(store)
    claimed = store.claim(delivery["_id"], "submit", 1, NOW, LEASE)
    assert store.finish(claimed, After("pending", "timeout", NOW), NOW)
    assert store.claim(delivery["_id"], "submit", 1, NOW, LEASE) is None
    assert store.claim(delivery["_id"], "submit", 2, NOW, LEASE)["attempts"] == 2


def test_an_attempt_that_ends_after_its_lease_was_taken_over_changes_nothing(store):
    delivery = a_delivery(store)
    slow = store.claim(delivery["_id"], "submit", 1, NOW, LEASE)
    assert store.finish(slow, After("unknown", "lease_over", NOW), NOW)
    store.claim(delivery["_id"], "submit", 2, NOW, LEASE)
    assert not store.finish(slow, After("live"), NOW)
    assert found(store, delivery)["state"] == "sending"


def test_a_due_attempt_is_asked_for_once(store):
    delivery = a_delivery(store, next_attempt_at=NOW)
    seen_by_one, seen_by_another = found(store, delivery), found(store, delivery)
    assert store.request_again(seen_by_one, request(delivery))
    assert not store.request_again(seen_by_another, request(delivery))
    assert "next_attempt_at" not in found(store, delivery)


def test_only_what_is_due_or_stuck_is_found(store):
    due = a_delivery(store, next_attempt_at=NOW - timedelta(seconds=1))
    a_delivery(store, next_attempt_at=NOW + timedelta(hours=1))
    stuck = a_delivery(store)
    store.claim(stuck["_id"], "submit", 1, NOW - timedelta(minutes=2), LEASE)
    store.claim(a_delivery(store)["_id"], "submit", 1, NOW, LEASE)
    found_due = ids(store.due_deliveries("c1", NOW, 1000))
    assert due["_id"] in found_due
    assert found_due & ids(store.stuck_deliveries(NOW, 1000)) == set()
    assert store.channels_with_due(NOW) == ["c1"]
    assert store.channels_with_due(NOW - timedelta(days=9)) == []
    assert ids(store.stuck_deliveries(NOW, 1000)) == {stuck["_id"]}


def test_an_order_to_withdraw_turns_each_delivery_by_where_it_stands(store):
    publication_id = new_id()
    states = {
        "never tried": {"state": "pending", "attempts": 0},
        "tried": {"state": "pending", "attempts": 2},
        "live": {"state": "live", "attempts": 1},
        "unknown": {"state": "unknown", "attempts": 1},
        "failed": {"state": "failed", "attempts": 9},
        "under way": {"state": "sending", "attempts": 1, "lease_until": NOW + timedelta(hours=1)},
    }
    made = {
        name: a_delivery(store, publication_id=publication_id, tries=3, **fields) for name, fields in states.items()
    }
    assert store.order_withdrawal(publication_id, NOW) == 6
    assert store.order_withdrawal(publication_id, NOW) == 0

    after = {name: found(store, delivery) for name, delivery in made.items()}
    assert after["never tried"]["state"] == "withdrawn"
    assert after["under way"]["action"] == "submit"
    for name in ("tried", "live", "unknown", "failed"):
        assert after[name]["action"] == "withdraw", name
        assert (after[name]["tries"], after[name]["next_attempt_at"]) == (0, NOW), name
    assert after["live"]["state"] == "live"


def test_a_submission_that_ends_after_the_order_is_taken_back(store):
    delivery = a_delivery(store)
    claimed = store.claim(delivery["_id"], "submit", 1, NOW, LEASE)
    store.order_withdrawal(delivery["publication_id"], NOW)
    assert store.finish(claimed, After("live", remote_id="r1"), NOW)
    after = found(store, delivery)
    assert (after["state"], after["action"], after["remote_id"]) == ("live", "withdraw", "r1")
    assert after["next_attempt_at"] == NOW


def test_an_error_code_is_data_and_never_an_expression(store):
    delivery = a_delivery(store)
    claimed = store.claim(delivery["_id"], "submit", 1, NOW, LEASE)
    store.finish(claimed, After("live", error="$$NOW", remote_id="$_id", remote_url="$state"), NOW)
    after = found(store, delivery)
    assert (after["last_error"], after["remote_id"], after["remote_url"]) == ("$$NOW", "$_id", "$state")


def test_a_fan_out_that_runs_again_adds_nothing(store):
    delivery = new_delivery()
    assert store.add_deliveries([(delivery, request(delivery))]) == 1
    assert store.add_deliveries([(delivery, request(delivery))]) == 0


def test_a_slug_belongs_to_one_channel_and_channels_without_one_do_not_clash(store):
    slug = f"s{new_id()}"
    store.add_channel(a_channel(slug=slug))
    with pytest.raises(SlugTaken):
        store.add_channel(a_channel(slug=slug))
    store.add_channel(a_channel(slug=None))
    store.add_channel(a_channel(slug=None))


def test_only_a_public_publication_is_shown_in_a_feed(store):
    channel_id = new_id()
    for row in TRANSITIONS:
        publication = a_publication(store, state=row.after, published_at=NOW)
        assert store.show_in_feed(publication["_id"], channel_id) == (row.after == "published")
    (shown,) = store.feed_entries(channel_id)
    assert shown["state"] == "published"


QUERIES = {
    "newest": lambda store: store.publications(None, None, 10, None),
    "newest by state": lambda store: store.publications("draft", None, 10, None),
    "newest by kind": lambda store: store.publications(None, "news", 10, None),
    "newest by both": lambda store: store.publications("draft", "news", 10, None),
    "due releases": lambda store: store.due_releases(NOW),
    "notices": lambda store: store.notices(10, None),
    "feed": lambda store: store.feed_entries("c1"),
    "feed, short": lambda store: store.feed_entries("c1", known=True),
    "show in feed": lambda store: store.show_in_feed("p1", "c1"),
    "hide from feed": lambda store: store.hide_from_feed("p1", "c1"),
    "publication": lambda store: store.publication("p1"),
    "channel": lambda store: store.channel("c1"),
    "channel of slug": lambda store: store.channel_of_slug("news", "website"),
    "channels of": lambda store: store.channels_of(["c1", "c2"]),
    "channels": lambda store: store.channels(None, 10, None),
    "channels by kind": lambda store: store.channels("website", 10, None),
    "feeds changed": lambda store: store.feeds_changed(["c1"], NOW),
    "recipients": lambda store: list(store.recipient_ids("c1")),
    "replace recipients": lambda store: store.replace_recipients("c-none", []),
    "address": lambda store: store.address_of("r1"),
    "deliveries": lambda store: store.deliveries("p1", None, 10, None),
    "deliveries by state": lambda store: store.deliveries("p1", "live", 10, None),
    "claim": lambda store: store.claim("d-none", "submit", 1, NOW, LEASE),
    "finish": lambda store: store.finish({"_id": "d-none", "attempts": 1, "action": "submit"}, After("live"), NOW),
    "postpone": lambda store: store.postpone("d-none", "submit", 1, NOW),
    "channels with due": lambda store: store.channels_with_due(NOW + timedelta(days=9)),
    "due": lambda store: store.due_deliveries("c1", NOW, 10),
    "stuck": lambda store: store.stuck_deliveries(NOW, 10),
    "order withdrawal": lambda store: store.order_withdrawal("p-none", NOW),
}


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_is_served_by_an_index_and_needs_no_sort_in_memory(watched, recorder, noise, name):
    QUERIES[name](watched)
    commands = asked(recorder)

    assert commands
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command


@pytest.mark.parametrize(
    "list_page",
    [
        lambda store, cursor: store.publications(None, None, 3, cursor),
        lambda store, cursor: store.channels(None, 3, cursor),
        lambda store, cursor: store.notices(3, cursor),
    ],
)
def test_pages_follow_each_other_without_gap_or_repetition(store, noise, list_page):
    seen: list[str] = []
    cursor = None
    while True:
        page = list_page(store, cursor)
        seen += [item["_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) > 3


@pytest.fixture
def noise(store):
    """Rows of every kind, so that a query that reads too much is seen to."""
    channel = a_channel()
    store.add_channel(channel)
    store.replace_recipients(channel["_id"], [(new_id(), "a@example.org") for _ in range(3)])
    for state in ("draft", "in_review", "scheduled", "published"):
        for kind in ("news", "notice"):
            a_publication(store, state=state, kind=kind, published_at=NOW, release_at=NOW + timedelta(days=9))
    for state in ("pending", "live", "failed"):
        a_delivery(store, state=state, next_attempt_at=NOW + timedelta(days=9))


def a_publication(store, **fields: Any) -> dict[str, Any]:
    document = {"_id": new_id(), "kind": "news", "state": "draft", "created_at": clock.now(), **fields}
    return store.add_publication(document)


def a_channel(**fields: Any) -> dict[str, Any]:
    return {"_id": new_id(), "name": f"渠道 {new_id()}", "kind": "webhook", "slug": None, **fields}


def new_delivery(**fields: Any) -> dict[str, Any]:
    publication_id = fields.pop("publication_id", None) or new_id()
    return {
        "_id": delivery_id(publication_id, 6, new_id()),
        "publication_id": publication_id,
        "channel_id": "c1",
        "kind": "webhook",
        "recipient_id": None,
        "wanted": "live",
        "action": "submit",
        "state": "pending",
        "attempts": 0,
        "tries": 0,
        **fields,
    }


def a_delivery(store, **fields: Any) -> dict[str, Any]:
    delivery = new_delivery(**fields)
    store.add_deliveries([(delivery, request(delivery))])
    return delivery


def request(delivery: dict[str, Any]):
    return DeliveryRequestedV1.draft(
        delivery["_id"],
        delivery_id=delivery["_id"],
        channel_id="c1",
        kind="webhook",
        action="submit",
        attempt=delivery["attempts"] + 1,
    )


def found(store, delivery: dict[str, Any]) -> dict[str, Any]:
    return store.db.deliveries.find_one({"_id": delivery["_id"]})


def ids(documents: list[dict[str, Any]]) -> set[str]:
    return {document["_id"] for document in documents}
