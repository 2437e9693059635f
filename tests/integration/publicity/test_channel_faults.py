"""An attempt whose channel fails under it, in our own code or in the database that it writes to."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

from chassis import clock
from chassis.ids import new_id
from contracts.event import Received
from contracts.publicity.events import DeliveryRequestedV1, PublicationReleasedV1
from services.publicity.channels import build
from services.publicity.handlers import deliveries
from services.publicity.settings import PublicitySettings
from services.publicity.slots import Slots

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


@pytest.mark.parametrize(("error", "level"), [(AutoReconnect("closed"), "warning"), (KeyError("x"), "error")])
def test_a_website_is_tried_again_and_only_our_own_fault_is_logged_as_one(store, monkeypatch, error, level):
    kinds, delivery = build(SETTINGS, store), a_delivery_on_a_website(store)

    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(kinds["website"], "submit", fail)
    with capture_logs() as logged:
        deliveries.attempt(store, SETTINGS, kinds, Slots(), first_request_of(delivery))

    ended = store.db.deliveries.find_one({"_id": delivery["_id"]})
    assert (ended["state"], ended["last_error"]) == ("unknown", "channel_fault")
    assert ended["next_attempt_at"] > clock.now()
    assert [line["log_level"] for line in logged if line["log_level"] != "info"] == [level]


def a_delivery_on_a_website(store) -> dict[str, Any]:
    """As the release of a publication makes it."""
    channel_id, publication_id = new_id(), new_id()
    channel = {"name": "网站", "kind": "website", "slug": channel_id, "state": "active"}
    store.add_channel({"_id": channel_id, **channel, "settings": {}, "sealed_secrets": None})
    store.add_publication({"_id": publication_id, "kind": "news", "state": "published", "created_at": clock.now()})
    data = {
        "publication_id": publication_id,
        "publication_version": 6,
        "channels": [channel_id],
        "released_at": clock.now(),
    }
    event = Received(new_id(), PublicationReleasedV1.type(), publication_id, 1, clock.now(), data)
    deliveries.fan_out(store, build(SETTINGS, store), event)
    return store.db.deliveries.find_one({"publication_id": publication_id})


def first_request_of(delivery: dict[str, Any]) -> Received:
    (requested,) = delivery["outbox"]
    return Received(requested["id"], DeliveryRequestedV1.type(), delivery["_id"], 1, clock.now(), requested["data"])
