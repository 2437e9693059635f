"""Ten thousand deliveries: made in batches, flat in memory, doubled by no repetition."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from chassis import clock
from chassis.ids import new_id
from contracts.event import Received
from contracts.publicity.events import PublicationReleasedV1
from services.publicity.channels import build
from services.publicity.handlers import deliveries
from services.publicity.model.deliveries import recipient_id
from services.publicity.settings import PublicitySettings

SETTINGS = PublicitySettings(
    secrets_key=bytes(32),
    retry_waits=(1.0,),
    send_timeout=1.0,
    sending_lease=30.0,
    channel_concurrency=8,
    allowed_networks=(),
    mail_server=None,
    public_url=None,
)


def test_ten_thousand_deliveries_take_no_more_memory_than_one_thousand(store):
    peaks = [peak_of_fan_out(store, released(store, recipients)) for recipients in (1_000, 10_000)]
    assert peaks[1] < peaks[0] + 2_000_000, peaks


def test_a_fan_out_that_was_cut_off_and_runs_again_completes_without_doubling(store, monkeypatch):
    event = released(store, 1_234)
    kinds = build(SETTINGS, store)
    add, batches = store.add_deliveries, []

    def add_until_the_power_fails(batch):
        if len(batches) == 2:
            raise ConnectionError
        batches.append(add(batch))
        return batches[-1]

    monkeypatch.setattr(store, "add_deliveries", add_until_the_power_fails)
    with pytest.raises(ConnectionError):
        deliveries.fan_out(store, kinds, event)
    assert 0 < count(store, event) < 1_234
    monkeypatch.undo()
    deliveries.fan_out(store, kinds, event)
    deliveries.fan_out(store, kinds, event)
    assert count(store, event) == 1_234


def test_every_delivery_is_born_with_the_request_for_its_first_attempt(store):
    event = released(store, 3)
    deliveries.fan_out(store, build(SETTINGS, store), event)
    for delivery in store.db.deliveries.find({"publication_id": event.subject}):
        (requested,) = delivery["outbox"]
        assert requested["type"] == "publicity.mailing_requested.v1"
        assert requested["data"]["delivery_id"] == delivery["_id"]
        assert (requested["sequence"], requested["data"]["attempt"]) == (1, 1)


def test_a_publication_withdrawn_before_its_fan_out_gets_no_deliveries(store):
    event = released(store, 10)
    store.db.publications.update_one({"_id": event.subject}, {"$set": {"state": "withdrawn"}})
    deliveries.fan_out(store, build(SETTINGS, store), event)
    assert count(store, event) == 0


def released(store, recipients: int) -> Received:
    """The release of a publication on a newsletter with so many readers."""
    channel_id = new_id()
    store.add_channel({"_id": channel_id, "name": "简报", "kind": "newsletter", "slug": None})
    readers = [
        (recipient_id(channel_id, address), address)
        for address in (f"r{number}@example.org" for number in range(recipients))
    ]
    store.replace_recipients(channel_id, readers)
    publication = {"_id": new_id(), "kind": "newsletter", "state": "published", "created_at": clock.now()}
    store.add_publication(publication)
    return received(publication["_id"], [channel_id])


def received(publication_id: str, channels: list[str]) -> Received:
    data: dict[str, Any] = {
        "publication_id": publication_id,
        "publication_version": 6,
        "channels": channels,
        "released_at": clock.now(),
    }
    return Received(new_id(), PublicationReleasedV1.type(), publication_id, 1, clock.now(), data)


def peak_of_fan_out(store, event: Received) -> int:
    """The most memory in bytes that Python held for it at a time."""
    tracemalloc.start()
    try:
        deliveries.fan_out(store, build(SETTINGS, store), event)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def count(store, event: Received) -> int:
    found: int = store.db.deliveries.count_documents({"publication_id": event.subject})
    return found
