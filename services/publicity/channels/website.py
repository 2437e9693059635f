"""Our own feeds: Atom and JSON Feed under ``/feeds/{slug}``. Live means durable in the feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from contracts.fields import Text
from contracts.schema import Schema
from services.publicity.channels.base import Channel, Parcel, Target
from services.publicity.model.outcomes import Live, Outcome, Rejected, Withdrawn


class Shelf(Protocol):
    """Where the feeds are read from; the store."""

    def show_in_feed(self, publication_id: str, channel_id: str) -> bool:
        """Show a published publication in the feed; False when it is not public any more. Repeating changes nothing."""
        ...

    def hide_from_feed(self, publication_id: str, channel_id: str) -> None:
        """Show it no longer."""
        ...


class WebsiteSettings(Schema):
    """What the feed says about itself."""

    title = Text(max=200, single_line=True)
    description = Text(max=1000)


class WebsiteSecrets(Schema):
    """None."""


class Website(Channel):
    """The feed reads what the shelf holds, so a withdrawn publication is gone from it before this is even called."""

    kind = "website"
    resend_is_safe = True
    has_recipients = False
    needs_slug = True
    settings = WebsiteSettings()
    secrets = WebsiteSecrets()

    def __init__(self, shelf: Shelf, public_url: str | None) -> None:
        self._shelf = shelf
        self._public_url = public_url or ""

    def problems(self, settings: dict[str, Any]) -> list[tuple[str, str]]:
        """Nothing beyond the schema."""
        return []

    def submit(self, target: Target, parcel: Parcel) -> Outcome:
        """Durable when this returns: the write is acknowledged by a majority."""
        if not self._shelf.show_in_feed(parcel.publication["_id"], target.id):
            return Rejected("not_public")
        return Live(entry_id(parcel.publication["_id"]), f"{self._public_url}/feeds/{target.slug}.atom")

    def withdraw(self, target: Target, parcel: Parcel) -> Outcome:
        """Always possible."""
        self._shelf.hide_from_feed(parcel.publication["_id"], target.id)
        return Withdrawn()

    def try_out(self, target: Target, key: str, now: datetime, timeout: float) -> Outcome:
        """A feed of our own is there as long as we are."""
        return Live()


def entry_id(publication_id: str) -> str:
    """The permanent name of an entry in every feed (RFC 4287, section 4.2.6)."""
    return f"urn:uuid:{publication_id}"
