"""Publications: what was written, reviewed and released, and the feeds that show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel

from chassis import Store
from chassis.paging import page
from contracts.event import Draft

Document = dict[str, Any]

FEED_ENTRIES = 50

_NEWEST = [("created_at", DESCENDING), ("_id", DESCENDING)]
_LATEST = [("published_at", DESCENDING), ("_id", DESCENDING)]
_PUBLIC = {"state": "published"}


class PublicationsStore(Store):
    """The collection ``publications``."""

    indexes: ClassVar[Mapping[str, Sequence[IndexModel]]] = {
        "publications": [
            IndexModel(_NEWEST, name="newest"),
            IndexModel([("state", ASCENDING), *_NEWEST], name="newest_by_state"),
            IndexModel([("kind", ASCENDING), *_NEWEST], name="newest_by_kind"),
            IndexModel([("state", ASCENDING), ("kind", ASCENDING), *_NEWEST], name="newest_by_state_and_kind"),
            IndexModel([("kind", ASCENDING), *_LATEST], name="public_by_kind", partialFilterExpression=_PUBLIC),
            IndexModel([("shown_in", ASCENDING), *_LATEST], name="feed", partialFilterExpression=_PUBLIC),
            IndexModel([("release_at", ASCENDING)], name="scheduled", partialFilterExpression={"state": "scheduled"}),
        ]
    }

    def add_publication(self, publication: Document, session: Any = None) -> Document:
        """Insert a draft."""
        return self.aggregates("publications").insert(publication, session=session)

    def publication(self, publication_id: str, session: Any = None) -> Document | None:
        """The publication of this id."""
        return self.aggregates("publications").find_one({"_id": publication_id}, session=session)

    def change_publication(
        self, publication: Document, fields: Document, events: Sequence[Draft] = (), session: Any = None
    ) -> Document:
        """Set ``fields`` and emit ``events`` in one write; ``Stale`` when it was changed meanwhile."""
        return self.aggregates("publications").update(publication, {"$set": fields}, events, session=session)

    def publications(self, state: str | None, kind: str | None, limit: int, cursor: str | None) -> Document:
        """A page, newest first, without the texts."""
        wanted = {name: value for name, value in (("state", state), ("kind", kind)) if value}
        fields = {"body_markdown": 0, "reviews": 0, "outbox": 0}
        return page(self.db.publications, wanted, sort=_NEWEST, limit=limit, cursor=cursor, projection=fields)

    def due_releases(self, now: datetime, limit: int = 50) -> list[Document]:
        """Scheduled publications whose time has come, the longest due first."""
        due = {"state": "scheduled", "release_at": {"$lte": now}}
        return list(self.db.publications.find(due).sort("release_at", ASCENDING).limit(limit))

    def notices(self, limit: int, cursor: str | None) -> Document:
        """A page of the public announcements, latest first."""
        wanted = {"kind": "notice", **_PUBLIC}
        return page(self.db.publications, wanted, sort=_LATEST, limit=limit, cursor=cursor)

    def show_in_feed(self, publication_id: str, channel_id: str) -> bool:
        """Show a published publication in a feed; False when it is not public any more."""
        public = {"_id": publication_id, **_PUBLIC}
        found = self.db.publications.update_one(public, {"$addToSet": {"shown_in": channel_id}})
        return found.matched_count == 1

    def hide_from_feed(self, publication_id: str, channel_id: str) -> None:
        """Show it no longer."""
        self.db.publications.update_one({"_id": publication_id}, {"$pull": {"shown_in": channel_id}})

    def feed_entries(self, channel_id: str, known: bool = False) -> list[Document]:
        """What a feed shows, latest first; with ``known`` only what tells one state of the feed from another."""
        fields = {"published_at": 1, "published_version": 1} if known else None
        wanted = {"shown_in": channel_id, **_PUBLIC}
        return list(self.db.publications.find(wanted, fields).sort(_LATEST).limit(FEED_ENTRIES))
