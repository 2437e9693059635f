"""Channels, their sealed secrets, and the recipients of newsletters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from chassis import Store
from chassis.outbox.aggregates import Aggregates
from chassis.paging import page

Document = dict[str, Any]

_BY_NAME = [("name", ASCENDING), ("_id", ASCENDING)]
_READ_AHEAD = 500


class SlugTaken(Exception):
    """Another channel has this slug."""


class ChannelsStore(Store):
    """The collections ``channels`` and ``recipients``."""

    indexes: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "channels": [
            IndexModel(_BY_NAME, name="by_name"),
            IndexModel([("kind", ASCENDING), *_BY_NAME], name="by_kind"),
            IndexModel(
                [("slug", ASCENDING)],
                name="slug",
                unique=True,
                partialFilterExpression={"slug": {"$gt": ""}},
            ),
        ],
        "recipients": [IndexModel([("channel_id", ASCENDING), ("_id", ASCENDING)], name="of_channel")],
    }

    @cached_property
    def _channels(self) -> Aggregates:
        """Versioned like every aggregate; channels tell of no events."""
        return Aggregates(self.db.channels)

    def add_channel(self, channel: Document, session: Any = None) -> Document:
        """Insert a channel; ``SlugTaken``."""
        try:
            return self._channels.insert(channel, session=session)
        except DuplicateKeyError:
            raise SlugTaken from None

    def channel(self, channel_id: str, session: Any = None) -> Document | None:
        """The channel of this id."""
        return self._channels.find_one({"_id": channel_id}, session=session)

    def channel_of_slug(self, slug: str, kind: str) -> Document | None:
        """The channel that owns this slug, when it is of this kind."""
        channel: Document | None = self.db.channels.find_one({"slug": slug})
        return channel if channel and channel["kind"] == kind else None

    def channels_of(self, channel_ids: Sequence[str]) -> dict[str, Document]:
        """Those of the channels that exist, by id."""
        return {found["_id"]: found for found in self.db.channels.find({"_id": {"$in": list(channel_ids)}})}

    def channels(self, kind: str | None, limit: int, cursor: str | None) -> Document:
        """A page, by name."""
        return page(self.db.channels, {"kind": kind} if kind else {}, sort=_BY_NAME, limit=limit, cursor=cursor)

    def change_channel(self, channel: Document, fields: Document) -> Document:
        """Set ``fields``; ``Stale`` when it was changed meanwhile, ``SlugTaken``."""
        try:
            return self._channels.update(channel, {"$set": fields})
        except DuplicateKeyError:
            raise SlugTaken from None

    def feeds_changed(self, channel_ids: Sequence[str], at: datetime) -> None:
        """Something left the feeds of these channels: their date of change moves on."""
        self.db.channels.update_many({"_id": {"$in": list(channel_ids)}}, {"$max": {"feed_changed_at": at}})

    def replace_recipients(self, channel_id: str, recipients: Iterable[tuple[str, str]], session: Any = None) -> int:
        """Make these ``(id, address)`` the recipients of a channel; how many there are."""
        documents = [{"_id": id, "channel_id": channel_id, "address": address} for id, address in recipients]
        self.db.recipients.delete_many({"channel_id": channel_id}, session=session)
        if documents:
            self.db.recipients.insert_many(documents, ordered=False, session=session)
        return len(documents)

    def recipient_ids(self, channel_id: str) -> Iterator[str]:
        """The ids of a channel's recipients, read in batches."""
        found = self.db.recipients.find({"channel_id": channel_id}, {"_id": 1}).sort("_id", ASCENDING)
        with found.batch_size(_READ_AHEAD) as cursor:
            for document in cursor:
                yield document["_id"]

    def address_of(self, recipient_id: str) -> str | None:
        """Where to write to; None when the recipient is no longer one."""
        found = self.db.recipients.find_one({"_id": recipient_id}, {"address": 1})
        return found["address"] if found else None
