"""Requests and answers of the publicity service. Times are RFC 3339 in UTC; ids are opaque."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from contracts.fields import Id, Instant, PageRequest, Text, one_of, page_of
from contracts.schema import Schema

PUBLICATION_KINDS = ("notice", "news", "model_story", "newsletter", "slogan")
PUBLICATION_STATES = ("draft", "in_review", "approved", "scheduled", "published", "withdrawn")
DELIVERY_STATES = ("pending", "sending", "live", "unknown", "failed", "withdrawn", "cannot_withdraw")
CHANNEL_KINDS = ("website", "webhook", "newsletter")
CHANNEL_STATES = ("active", "paused")
FEED_FORMATS = ("atom", "json")

BODY_MAX = 60_000
CHANNELS_MAX = 100
RECIPIENTS_MAX = 20_000
SLUG = "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"


class Contact(Schema):
    """How the public reaches the body that a notice is about; at least one way must be given."""

    organisation = Text(max=200, single_line=True)
    phone = Text(max=60, single_line=True)
    email = fields.Email()
    postal_address = Text(max=300, single_line=True)
    reception_address = Text(max=300, single_line=True)
    hours = Text(max=200, single_line=True)

    @validates_schema
    def _reachable(self, data: dict[str, Any], **_: Any) -> None:
        if not data.keys() & {"phone", "email", "postal_address", "reception_address"}:
            raise ValidationError("publicity.no_way_of_contact")


def _kind(**kwargs: Any) -> fields.String:
    return fields.String(validate=one_of(*PUBLICATION_KINDS), **kwargs)


def _channels(**kwargs: Any) -> fields.List[str]:
    return fields.List(Id(), validate=[validate.Length(max=CHANNELS_MAX), _all_different], **kwargs)


def _cover(**kwargs: Any) -> fields.Url:
    return fields.Url(schemes={"http", "https"}, validate=validate.Length(max=2000), allow_none=True, **kwargs)


def _all_different(values: list[str]) -> None:
    if len(set(values)) != len(values):
        raise ValidationError("publicity.channel_twice")


class CreatePublication(Schema):
    """A new draft. Every part of it is bound by the reviews."""

    kind = _kind(required=True)
    title = Text(max=200, single_line=True, required=True)
    summary = Text(max=1000, min=0, load_default="")
    body_markdown = Text(max=BODY_MAX, min=0, load_default="")
    cover = _cover(load_default=None)
    contact = fields.Nested(Contact, load_default=None, allow_none=True)
    channels = _channels(load_default=list)


class UpdatePublication(Schema):
    """Only what is given changes; ``null`` empties ``cover`` and ``contact``."""

    publication_id = Id(required=True)
    expected_version = fields.Integer(required=True, allow_none=True)
    kind = _kind()
    title = Text(max=200, single_line=True)
    summary = Text(max=1000, min=0)
    body_markdown = Text(max=BODY_MAX, min=0)
    cover = _cover()
    contact = fields.Nested(Contact, allow_none=True)
    channels = _channels()


class PublicationRef(Schema):
    """One publication."""

    publication_id = Id(required=True)


class ListPublications(PageRequest):
    """Newest first."""

    state = fields.String(load_default=None, validate=one_of(*PUBLICATION_STATES))
    kind = _kind(load_default=None)


class ReviewPublication(PublicationRef):
    """One review of exactly the text that ``content_hash`` stands for."""

    stage = fields.Integer(required=True, strict=True, validate=validate.Range(1, 3))
    decision = fields.String(required=True, validate=one_of("approve", "return"))
    comment = Text(max=2000, min=0, load_default="")
    content_hash = fields.String(required=True, validate=validate.Length(max=128))


class ReleasePublication(PublicationRef):
    """Now, or at ``at``; a time that has passed means now."""

    at = Instant(load_default=None, allow_none=True)


class WithdrawPublication(PublicationRef):
    """One order for all channels."""

    reason = Text(max=1000, required=True)


class Person(Schema):
    """Who did it, as they were called then."""

    id = fields.String()
    name = fields.String()


class Review(Schema):
    """A review as it was given. ``void``: the text changed or was returned afterwards, so it counts no more."""

    stage = fields.Integer()
    decision = fields.String()
    comment = fields.String()
    content_hash = fields.String()
    reviewer = fields.Nested(Person)
    at = Instant()
    void = fields.Boolean()


class Publication(Schema):
    """A publication as its writers and reviewers see it; lists leave out ``body_markdown`` and ``reviews``."""

    id = fields.String()
    kind = fields.String()
    title = fields.String()
    summary = fields.String()
    body_markdown = fields.String()
    cover = fields.String(allow_none=True)
    contact = fields.Nested(Contact, allow_none=True)
    state = fields.String()
    version = fields.Integer()
    content_hash = fields.String()
    channels = fields.List(fields.String())
    author = fields.Nested(Person)
    reviews = fields.List(fields.Nested(Review))
    next_stage = fields.Integer(allow_none=True)
    allowed_actions = fields.List(fields.String())
    release_at = Instant(allow_none=True)
    published_at = Instant(allow_none=True)
    withdrawn_at = Instant(allow_none=True)
    withdrawal_reason = fields.String(allow_none=True)
    created_at = Instant()
    updated_at = Instant()


PublicationPage = page_of(Publication)


class ListDeliveries(PageRequest):
    """The deliveries of one publication, all its channels."""

    publication_id = Id(required=True)
    state = fields.String(load_default=None, validate=one_of(*DELIVERY_STATES))


class Delivery(Schema):
    """One publication version on one channel (for a newsletter: for one of its recipients, who is not named)."""

    id = fields.String()
    channel = fields.String()
    kind = fields.String()
    state = fields.String()
    attempts = fields.Integer()
    remote_id = fields.String(allow_none=True)
    remote_url = fields.String(allow_none=True)
    last_error = fields.String(allow_none=True)
    next_attempt_at = Instant(allow_none=True)
    updated_at = Instant()


DeliveryPage = page_of(Delivery)


def _secrets(**kwargs: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.Length(min=1, max=64)),
        values=fields.String(validate=validate.Length(min=1, max=4096)),
        validate=validate.Length(max=20),
        load_only=True,
        **kwargs,
    )


def _slug(**kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(SLUG, error="publicity.bad_slug"), allow_none=True, **kwargs)


class CreateChannel(Schema):
    """A new channel; what ``settings`` and ``secrets`` must hold is the affair of its kind."""

    name = Text(max=100, single_line=True, required=True)
    kind = fields.String(required=True, validate=one_of(*CHANNEL_KINDS))
    slug = _slug(load_default=None)
    settings = fields.Dict(keys=fields.String(), load_default=dict)
    secrets = _secrets(load_default=dict)
    state = fields.String(load_default="active", validate=one_of(*CHANNEL_STATES))


class UpdateChannel(Schema):
    """Only what is given changes; ``settings`` and ``secrets`` replace the former ones as a whole when given."""

    channel_id = Id(required=True)
    expected_version = fields.Integer(load_default=None, allow_none=True)
    name = Text(max=100, single_line=True)
    slug = _slug()
    settings = fields.Dict(keys=fields.String())
    secrets = _secrets()
    state = fields.String(validate=one_of(*CHANNEL_STATES))


class ChannelRef(Schema):
    """One channel."""

    channel_id = Id(required=True)


class ListChannels(PageRequest):
    """By name."""

    kind = fields.String(load_default=None, validate=one_of(*CHANNEL_KINDS))


class Channel(Schema):
    """A channel without its secrets: ``secrets_set`` names those that are there.

    The recipients of a newsletter are counted, not listed.
    """

    id = fields.String()
    name = fields.String()
    kind = fields.String()
    slug = fields.String(allow_none=True)
    state = fields.String()
    settings = fields.Dict()
    secrets_set = fields.List(fields.String())
    recipients = fields.Integer(allow_none=True)
    version = fields.Integer()
    created_at = Instant()
    updated_at = Instant()


ChannelPage = page_of(Channel)


class ChannelTest(Schema):
    """How a trial went: ``ok``, or ``error`` with a code; ``took_ms`` is the time that it took."""

    ok = fields.Boolean(required=True)
    error = fields.String(allow_none=True)
    took_ms = fields.Integer()


class GetFeed(Schema):
    """A rendered feed; ``known`` are entity tags that the client has already."""

    slug = fields.String(required=True, validate=validate.Regexp(SLUG, error="publicity.bad_slug"))
    format = fields.String(required=True, validate=one_of(*FEED_FORMATS))
    known = fields.List(fields.String(), load_default=list)


class Feed(Schema):
    """``body`` is absent when ``etag`` is one of the known ones."""

    content_type = fields.String()
    etag = fields.String()
    last_modified = Instant()
    body = fields.String()


class ListNotices(PageRequest):
    """Newest first."""


class Notice(Schema):
    """An announcement that the public may read; ``body_html`` is safe to show as it is."""

    id = fields.String()
    title = fields.String()
    summary = fields.String()
    body_markdown = fields.String()
    body_html = fields.String()
    cover = fields.String(allow_none=True)
    contact = fields.Nested(Contact, allow_none=True)
    published_at = Instant()


NoticePage = page_of(Notice)
