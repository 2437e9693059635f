"""The public feeds of a website channel: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

import orjson
from feedgen.feed import FeedGenerator

from contracts.fields import format_instant
from services.publicity.channels.website import entry_id
from services.publicity.rendering import to_html

CONTENT_TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}

# The bureau is who says it; the names of those who wrote stay inside.
AUTHOR = "司法局"


def last_change(channel: dict[str, Any], entries: Sequence[dict[str, Any]]) -> datetime:
    """When the feed last changed; a withdrawal is the change of an entry that is no longer there."""
    moments = [channel["updated_at"], *(entry["published_at"] for entry in entries)]
    if channel.get("feed_changed_at"):
        moments.append(channel["feed_changed_at"])
    newest: datetime = max(moments)
    return newest


def entity_tag(form: str, channel: dict[str, Any], entries: Sequence[dict[str, Any]], public_url: str | None) -> str:
    """A tag (without quotes) that changes whenever the rendered feed would."""
    parts = [
        form,
        str(public_url),
        channel["_id"],
        str(channel["version"]),
        str(last_change(channel, entries)),
    ]
    parts += [f"{entry['_id']}@{entry['published_version']}" for entry in entries]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def render(form: str, channel: dict[str, Any], entries: Sequence[dict[str, Any]], public_url: str | None) -> str:
    """The document; ``entries`` newest first, each a published publication."""
    return (_atom if form == "atom" else _json)(channel, entries, public_url)


def _atom(channel: dict[str, Any], entries: Sequence[dict[str, Any]], public_url: str | None) -> str:
    feed = FeedGenerator()
    feed.id(f"urn:uuid:{channel['_id']}")
    feed.title(_title(channel))
    feed.language("zh-CN")
    feed.author({"name": AUTHOR})
    feed.generator("Mingjing")
    feed.updated(last_change(channel, entries))
    if channel["settings"].get("description"):
        feed.subtitle(channel["settings"]["description"])
    if public_url:
        feed.link(href=f"{public_url}/feeds/{channel['slug']}.atom", rel="self", type="application/atom+xml")
        feed.link(href=f"{public_url}/", rel="alternate")
    for publication in entries:
        entry = feed.add_entry(order="append")
        entry.id(entry_id(publication["_id"]))
        entry.title(publication["title"])
        entry.published(publication["published_at"])
        entry.updated(publication["published_at"])
        entry.category(term=publication["kind"])
        entry.content(_with_cover(publication), type="html")
        if publication["summary"]:
            entry.summary(publication["summary"])
    document: bytes = feed.atom_str()
    return document.decode()


def _json(channel: dict[str, Any], entries: Sequence[dict[str, Any]], public_url: str | None) -> str:
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(channel),
        "language": "zh-CN",
        "authors": [{"name": AUTHOR}],
        "items": [_item(publication) for publication in entries],
    }
    if channel["settings"].get("description"):
        feed["description"] = channel["settings"]["description"]
    if public_url:
        feed["home_page_url"] = f"{public_url}/"
        feed["feed_url"] = f"{public_url}/feeds/{channel['slug']}.json"
    return orjson.dumps(feed).decode()


def _item(publication: dict[str, Any]) -> dict[str, Any]:
    item = {
        "id": entry_id(publication["_id"]),
        "title": publication["title"],
        "content_html": to_html(publication["body_markdown"]),
        "date_published": format_instant(publication["published_at"]),
        "date_modified": format_instant(publication["published_at"]),
        "tags": [publication["kind"]],
    }
    if publication["summary"]:
        item["summary"] = publication["summary"]
    if publication["cover"]:
        item["image"] = publication["cover"]
    return item


def _with_cover(publication: dict[str, Any]) -> str:
    """Atom has no field for a picture; it stands at the head of the text."""
    cover = publication["cover"]
    picture = f'<p><img src="{escape(cover)}" alt=""></p>\n' if cover else ""
    return picture + to_html(publication["body_markdown"])


def _title(channel: dict[str, Any]) -> str:
    title: str = channel["settings"].get("title") or channel["name"]
    return title
