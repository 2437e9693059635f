"""From a release to copies everywhere: deliveries made in bulk, attempted one by one, taken back on order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import structlog

from chassis.clock import now as time_now
from chassis.faults import database_away
from chassis.refusals import NotFound
from contracts.event import Draft, Received
from contracts.publicity.events import DeliveryRequestedV1, MailingRequestedV1
from services.publicity.channels import Channel, Parcel
from services.publicity.handlers.channels import Kinds, target
from services.publicity.model import deliveries as rules
from services.publicity.model.outcomes import Later, Outcome, Unclear
from services.publicity.model.publications import PUBLISHED
from services.publicity.sealing import CannotOpen
from services.publicity.settings import PublicitySettings
from services.publicity.slots import ChannelFull, Slots
from services.publicity.store import PublicityStore

Fields = dict[str, Any]

_log = structlog.get_logger(__name__)

# Deliveries of one bulk write: memory holds no more of them at a time, however many there are.
BATCH = 500
# Stuck deliveries looked at in one round.
ROUND = 500
# How long a mail waits for a slot of a brisk channel before it is postponed; it holds up other mails only.
PATIENCE_SECONDS = 2.0
# When a paused channel is looked at again.
PAUSED_SECONDS = 60.0


def fan_out(store: PublicityStore, kinds: Kinds, event: Received) -> None:
    """Make the deliveries of a release. Their ids follow from what they are, so a second run makes none twice."""
    publication = store.publication(event.data["publication_id"])
    if publication is None or publication["state"] != PUBLISHED:
        return  # withdrawn before anything went out
    made = 0
    deliveries = _new_deliveries(store, kinds, event)
    while batch := list(islice(deliveries, BATCH)):
        made += store.add_deliveries(batch)
    _log.info("deliveries made", publication=publication["_id"], version=event.data["publication_version"], count=made)


def order_withdrawal(store: PublicityStore, event: Received) -> None:
    """Turn the deliveries of a withdrawn publication round."""
    turned = store.order_withdrawal(event.data["publication_id"], time_now())
    _log.info("deliveries turned round", publication=event.data["publication_id"], count=turned)


def attempt(
    store: PublicityStore,
    settings: PublicitySettings,
    kinds: Kinds,
    slots: Slots,
    event: Received,
    patience: float = 0.0,
) -> None:
    """Make the one attempt that the event asks for, unless it was made already or its channel is full."""
    request = event.data
    wanted = request["delivery_id"], request["action"], request["attempt"]
    channel = store.channel(request["channel_id"])
    if channel is None or channel["state"] == "paused":
        store.postpone(*wanted, time_now() + timedelta(seconds=PAUSED_SECONDS))
        return
    kind = kinds[channel["kind"]]
    try:
        with slots.take(channel["_id"], settings.channel_concurrency, patience):
            claimed = store.claim(*wanted, time_now(), settings.sending_lease)
            if claimed is not None:
                _make(store, settings, kind, channel, claimed)
    except ChannelFull:
        store.postpone(*wanted, rules.postponed_until(time_now(), random.random()))


def request_due(store: PublicityStore, settings: PublicitySettings, kinds: Kinds, slots: Slots, now: datetime) -> None:
    """Ask for the attempts that are due, and end those whose process never did."""
    for stuck in store.stuck_deliveries(now, ROUND):
        _end(store, kinds[stuck["kind"]], stuck, Unclear("lease_over"), settings.retry_waits, now)
    for channel_id in store.channels_with_due(now):
        # No more than the channel can take until the next round: what is asked for in vain costs, and the
        # queue is everybody's.
        for delivery in store.due_deliveries(channel_id, now, slots.rate(channel_id, settings.channel_concurrency)):
            store.request_again(delivery, _request(kinds[delivery["kind"]], delivery))


def list_page(store: PublicityStore, request: Fields) -> Fields:
    """A page of the deliveries of a publication; ``NotFound``."""
    if store.publication(request["publication_id"]) is None:
        raise NotFound("publication")
    found = store.deliveries(request["publication_id"], request["state"], request["limit"], request["cursor"])
    return {**found, "items": [_view(item) for item in found["items"]]}


def _make(store: PublicityStore, settings: PublicitySettings, kind: Channel, channel: Fields, claimed: Fields) -> None:
    publication = store.publication(claimed["publication_id"])
    if publication is None or (claimed["action"] == rules.SUBMIT and publication["state"] != PUBLISHED):
        store.finish(claimed, rules.After(rules.WITHDRAWN), time_now())
        return
    outcome = _send(store, settings, kind, channel, claimed, publication)
    _end(store, kind, claimed, outcome, settings.retry_waits, time_now())


def _send(
    store: PublicityStore,
    settings: PublicitySettings,
    kind: Channel,
    channel: Fields,
    claimed: Fields,
    publication: Fields,
) -> Outcome:
    parcel = Parcel(
        delivery_id=claimed["_id"],
        key=rules.message_key(claimed["_id"], claimed["action"]),
        publication=publication,
        before=claimed["before"],
        now=time_now(),
        timeout=settings.send_timeout,
        recipient=store.address_of(claimed["recipient_id"]) if claimed["recipient_id"] else None,
    )
    act = kind.submit if claimed["action"] == rules.SUBMIT else kind.withdraw
    try:
        return act(target(settings, channel), parcel)
    except CannotOpen:
        _log.error("secrets do not open", delivery=claimed["_id"], channel=channel["_id"])
        return Later("secrets_unreadable")
    except Exception as error:
        # Of the channel's own code, or of the database that it writes to: nobody knows how far it came.
        if database_away(error):
            _log.warning("database away", delivery=claimed["_id"], reason=type(error).__name__)
        else:
            _log.error("channel failed", delivery=claimed["_id"], kind=kind.kind, exc_info=error)
        return Unclear("channel_fault")


def _end(
    store: PublicityStore,
    kind: Channel,
    claimed: Fields,
    outcome: Outcome,
    waits: tuple[float, ...],
    now: datetime,
) -> None:
    after = rules.after_attempt(
        outcome,
        action=claimed["action"],
        before=claimed["before"],
        tries=claimed["tries"],
        waits=waits,
        chance=random.random(),
        now=now,
        resend_is_safe=kind.resend_is_safe,
    )
    ours = store.finish(claimed, after, now)
    _log.info(
        "attempt ended" if ours else "attempt ended after its lease",
        delivery=claimed["_id"],
        kind=kind.kind,
        attempt=claimed["attempts"],
        state=after.state,
        error=after.error,
    )


def _new_deliveries(store: PublicityStore, kinds: Kinds, event: Received) -> Iterator[tuple[Fields, Draft]]:
    """Every delivery of the release, those of single receivers before those of many."""
    found = store.channels_of(event.data["channels"])
    channels = [found[channel_id] for channel_id in event.data["channels"] if channel_id in found]
    for channel in sorted(channels, key=lambda channel: kinds[channel["kind"]].has_recipients):
        kind = kinds[channel["kind"]]
        recipients = store.recipient_ids(channel["_id"]) if kind.has_recipients else iter((None,))
        first: Draft | None = None
        for recipient_id in recipients:
            delivery = _delivery(event, channel, recipient_id)
            first = first or _request(kind, delivery)
            yield delivery, first.about(delivery["_id"], delivery_id=delivery["_id"])


def _delivery(event: Received, channel: Fields, recipient_id: str | None) -> Fields:
    publication_id, version = event.data["publication_id"], event.data["publication_version"]
    return {
        "_id": rules.delivery_id(publication_id, version, channel["_id"], recipient_id),
        "publication_id": publication_id,
        "publication_version": version,
        "channel_id": channel["_id"],
        "kind": channel["kind"],
        "recipient_id": recipient_id,
        "wanted": rules.LIVE,
        "action": rules.SUBMIT,
        "state": rules.PENDING,
        "attempts": 0,
        "tries": 0,
        "remote_id": None,
        "remote_url": None,
        "last_error": None,
        "created_at": event.data["released_at"],
        "updated_at": event.data["released_at"],
    }


def _request(kind: Channel, delivery: Fields) -> Draft:
    requested = MailingRequestedV1 if kind.has_recipients else DeliveryRequestedV1
    return requested.draft(
        delivery["_id"],
        delivery_id=delivery["_id"],
        channel_id=delivery["channel_id"],
        kind=kind.kind,
        action=delivery["action"],
        attempt=delivery["attempts"] + 1,
    )


def _view(delivery: Fields) -> Fields:
    shown = ("kind", "state", "attempts", "remote_id", "remote_url", "last_error", "updated_at")
    return {
        **{name: delivery[name] for name in shown},
        "id": delivery["_id"],
        "channel": delivery["channel_id"],
        "next_attempt_at": delivery.get("next_attempt_at"),
    }
