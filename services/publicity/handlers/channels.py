"""Channels: made, changed, tried out; their secrets go in and never come out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from chassis.ids import new_id
from chassis.refusals import Invalid, NotFound, Stale, validation_errors
from contracts.call import Call
from contracts.publicity import operations
from services.publicity import sealing
from services.publicity.channels import Channel, Target
from services.publicity.model.deliveries import recipient_id
from services.publicity.model.outcomes import Live
from services.publicity.settings import PublicitySettings
from services.publicity.store import PublicityStore, SlugTaken

Fields = dict[str, Any]
Kinds = Mapping[str, Channel]

# What leaves the service of a channel.
_SHOWN = (
    "name", "kind", "slug", "state", "settings", "secrets_set", "recipients", "version", "created_at",
    "updated_at",
)  # fmt: skip

# A person waits for the answer, and the gateway no longer than five seconds.
TRIAL_SECONDS = 3.5


def create(store: PublicityStore, settings: PublicitySettings, kinds: Kinds, request: Fields, call: Call) -> Fields:
    """A new channel; ``Invalid`` names every setting and secret that its kind does not accept."""
    kind = kinds[request["kind"]]
    given, secrets = _checked(kind, request["settings"], request["secrets"], request["slug"])
    channel_id = new_id()
    addresses = given.pop("recipients", [])
    channel = {
        "_id": channel_id,
        "name": request["name"],
        "kind": kind.kind,
        "slug": request["slug"],
        "state": request["state"],
        "settings": given,
        **_sealed(settings, channel_id, secrets),
        "recipients": len(_recipients(channel_id, addresses)) if kind.has_recipients else None,
        "created_at": call.now,
        "updated_at": call.now,
    }

    def effect(session: Any) -> Fields:
        if addresses:
            store.replace_recipients(channel_id, _recipients(channel_id, addresses).items(), session)
        return view(store.add_channel(channel, session))

    try:
        return store.once(call, request, operations.create_channel, effect)
    except SlugTaken:
        raise _slug_taken() from None


def update(store: PublicityStore, settings: PublicitySettings, kinds: Kinds, request: Fields, call: Call) -> Fields:
    """Change a channel; what is not given stays, secrets above all. ``NotFound``, ``Stale``, ``Invalid``."""
    channel = _channel(store, request["channel_id"])
    expected = request["expected_version"]
    if expected is not None and expected != channel["version"]:
        raise Stale(channel["version"])
    kind = kinds[channel["kind"]]
    given, secrets = _checked(
        kind,
        {**channel, **request}["settings"],
        request.get("secrets"),
        request.get("slug", channel["slug"]),
    )
    addresses = given.pop("recipients", None)
    fields: Fields = {name: request[name] for name in ("name", "slug", "state") if name in request}
    fields |= {"settings": given, "updated_at": call.now}
    if "secrets" in request:
        fields |= _sealed(settings, channel["_id"], secrets)
    if addresses is not None:
        recipients = _recipients(channel["_id"], addresses)
        fields["recipients"] = store.replace_recipients(channel["_id"], recipients.items())
    try:
        return view(store.change_channel(channel, fields))
    except SlugTaken:
        raise _slug_taken() from None


def list_page(store: PublicityStore, request: Fields) -> Fields:
    """A page of channels, by name."""
    found = store.channels(request["kind"], request["limit"], request["cursor"])
    return {**found, "items": [view(item) for item in found["items"]]}


def try_out(store: PublicityStore, settings: PublicitySettings, kinds: Kinds, request: Fields, call: Call) -> Fields:
    """Whether the channel can be reached now; ``NotFound``. Nothing is published; a repeated key tries nothing."""
    channel = _channel(store, request["channel_id"])
    kind = kinds[channel["kind"]]
    timeout = min(TRIAL_SECONDS, settings.send_timeout)

    def effect(_: Any) -> Fields:
        began = time.monotonic()
        outcome = kind.try_out(target(settings, channel), f"msg_{new_id()}", call.now, timeout)
        took = int((time.monotonic() - began) * 1000)
        return {"ok": isinstance(outcome, Live), "error": getattr(outcome, "error", None), "took_ms": took}

    return store.once(call, request, operations.test_channel, effect)


def target(settings: PublicitySettings, channel: Fields) -> Target:
    """The channel with its secrets opened, for one attempt."""
    return Target(
        id=channel["_id"],
        name=channel["name"],
        slug=channel["slug"],
        settings=channel["settings"],
        secrets=_unsealed(settings, channel),
    )


def view(channel: Fields) -> Fields:
    """A channel as its schema tells it."""
    return {**{name: channel[name] for name in _SHOWN}, "id": channel["_id"]}


def _checked(kind: Channel, settings: Fields, secrets: Fields | None, slug: str | None) -> tuple[Fields, Fields]:
    """Settings and secrets as the kind loads them; without secrets those that are there are left alone."""
    found = [("settings", kind.settings.validate(settings))]
    if secrets is not None:
        found.append(("secrets", kind.secrets.validate(secrets)))
    errors: list[dict[str, Any]] = validation_errors({name: messages for name, messages in found if messages})
    if kind.needs_slug and not slug:
        errors.append({"field": "slug", "message": "publicity.slug_needed"})
    if not kind.needs_slug and slug:
        errors.append({"field": "slug", "message": "publicity.slug_not_used"})
    if errors:
        raise Invalid(errors)
    loaded: Fields = kind.settings.load(settings)
    errors = [{"field": f"settings.{name}", "message": code} for name, code in kind.problems(loaded)]
    if errors:
        raise Invalid(errors)
    return loaded, secrets or {}


def _recipients(channel_id: str, addresses: list[str]) -> dict[str, str]:
    """By id, so that the same address given twice is one recipient."""
    return {recipient_id(channel_id, address): address for address in addresses}


def _sealed(settings: PublicitySettings, channel_id: str, secrets: Mapping[str, str]) -> Fields:
    sealed = sealing.seal(settings.secrets_key, channel_id, secrets) if secrets else None
    return {"sealed_secrets": sealed, "secrets_set": sorted(secrets)}


def _unsealed(settings: PublicitySettings, channel: Fields) -> dict[str, str]:
    sealed = channel["sealed_secrets"]
    return sealing.unseal(settings.secrets_key, channel["_id"], sealed) if sealed else {}


def _channel(store: PublicityStore, channel_id: str) -> Fields:
    channel = store.channel(channel_id)
    if channel is None:
        raise NotFound("channel")
    return channel


def _slug_taken() -> Invalid:
    return Invalid.field("slug", "publicity.slug_taken")
