"""The events of the publicity service. None carries a text, an address of a subscriber or a secret."""

from __future__ import annotations

from marshmallow import fields

from contracts.event import Event
from contracts.fields import Id, Instant, one_of

ACTIONS = ("submit", "withdraw")


class PublicationReleasedV1(Event):
    """A publication has passed its three reviews and is public from now on. Subject: the publication.

    Emitted once per release, with the change of state; a scheduled release emits it when its time has come.
    ``version`` is the publication's version that was released, ``channels`` the ids it goes to (maybe none),
    ``released_at`` the moment it became public.
    A consumer may assume: the text of this version no longer changes; it may have been withdrawn meanwhile.
    """

    producer = "publicity"
    event = "publication_released"

    publication_id = Id(required=True)
    publication_version = fields.Integer(required=True, data_key="version")
    channels = fields.List(Id(), required=True)
    released_at = Instant(required=True)


class PublicationWithdrawnV1(Event):
    """A publication is no longer public. Subject: the publication.

    Emitted once, with the change of state; our own feeds and notices have stopped showing it at that moment.
    ``reason_code`` is reserved for a code list; the reason in words stays with the publication.
    ``withdrawn_at`` is the moment of the order.
    A consumer may assume: it does not come back; copies elsewhere are being withdrawn one by one.
    """

    producer = "publicity"
    event = "publication_withdrawn"

    publication_id = Id(required=True)
    withdrawn_at = Instant(required=True)
    reason_code = fields.String(load_default=None, allow_none=True)


class DeliveryRequestedV1(Event):
    """One attempt is asked for: to put a publication on a channel, or to take it off. Subject: the delivery.

    Emitted with the delivery's creation and again whenever a further attempt is due.
    ``kind`` is the channel's kind; ``attempt`` is the number that the attempt will have, counted from 1 over
    the whole life of the delivery: a second message for the same number is done already.
    A consumer may assume nothing about the present state; it claims the delivery first.
    """

    producer = "publicity"
    event = "delivery_requested"

    delivery_id = Id(required=True)
    channel_id = Id(required=True)
    kind = fields.String(required=True)
    action = fields.String(required=True, validate=one_of(*ACTIONS))
    attempt = fields.Integer(required=True)


class MailingRequestedV1(DeliveryRequestedV1):
    """The same request for a channel with many recipients, where each has a delivery of its own.

    It travels on a queue of its own, so that ten thousand mails do not stand before one webhook.
    Fields and promises as in ``DeliveryRequestedV1``. Subject: the delivery.
    """

    producer = "publicity"
    event = "mailing_requested"
