"""The public feeds, rendered once for each state that they are asked for in."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from chassis.refusals import NotFound
from services.publicity import feeds
from services.publicity.channels.website import Website
from services.publicity.settings import PublicitySettings
from services.publicity.store import PublicityStore

Fields = dict[str, Any]

_KEPT = 32


class RenderedFeeds:
    """The documents rendered last, by their entity tag."""

    def __init__(self) -> None:
        self._documents: OrderedDict[str, str] = OrderedDict()

    def get(self, tag: str) -> str | None:
        """The document of this tag, if it is still kept."""
        document = self._documents.get(tag)
        if document is not None:
            self._documents.move_to_end(tag)
        return document

    def keep(self, tag: str, document: str) -> None:
        """Keep it, and forget what was asked for longest ago."""
        self._documents[tag] = document
        while len(self._documents) > _KEPT:
            self._documents.popitem(last=False)


def get_feed(store: PublicityStore, settings: PublicitySettings, rendered: RenderedFeeds, request: Fields) -> Fields:
    """The feed of a slug, without its body when the client has it already; ``NotFound``."""
    form = request["format"]
    channel = store.channel_of_slug(request["slug"], Website.kind)
    if channel is None:
        raise NotFound("feed")
    known = store.feed_entries(channel["_id"], known=True)
    tag = feeds.entity_tag(form, channel, known, settings.public_url)
    answer: Fields = {
        "content_type": feeds.CONTENT_TYPES[form],
        "etag": tag,
        "last_modified": feeds.last_change(channel, known),
    }
    if tag in request["known"]:
        return answer
    document = rendered.get(tag)
    if document is None:
        entries = store.feed_entries(channel["_id"])
        document = feeds.render(form, channel, entries, settings.public_url)
        if feeds.entity_tag(form, channel, entries, settings.public_url) == tag:
            rendered.keep(tag, document)
    return {**answer, "body": document}
