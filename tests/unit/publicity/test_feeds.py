"""The feeds as an independent parser and the specifications see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import feedparser
import orjson
import pytest

from services.publicity import feeds

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SITE = "https://sfj.example.gov.cn"
CHANNEL = {
    "_id": "01a206bf-d68d-7630-8756-84cb52681a36",
    "name": "门户网站",
    "slug": "news",
    "settings": {"title": "市司法局要闻", "description": "要闻与公告"},
    "updated_at": NOW - timedelta(days=9),
    "version": 1,
}


def an_entry(number: int = 1, **fields):
    return {
        "_id": f"01a206bf-d68d-7630-8756-{number:012d}",
        "published_version": 6,
        "kind": "notice",
        "title": "指导组进驻公告 <一>",
        "summary": "摘要 & 说明",
        "body_markdown": "正文第一段\n\n<script>alert(1)</script>\n\n[链接](javascript:alert(1))",
        "cover": "https://sfj.example.gov.cn/cover.jpg",
        "published_at": NOW - timedelta(minutes=number),
        **fields,
    }


def test_the_atom_feed_is_well_formed_and_tells_everything():
    parsed = feedparser.parse(feeds.render("atom", CHANNEL, [an_entry(1), an_entry(2)], SITE))
    assert (parsed.bozo, parsed.version) == (False, "atom10")
    assert (parsed.feed.title, parsed.feed.subtitle) == ("市司法局要闻", "要闻与公告")
    assert parsed.feed.id == f"urn:uuid:{CHANNEL['_id']}"
    assert {link.rel: link.href for link in parsed.feed.links}["self"] == f"{SITE}/feeds/news.atom"
    first, second = parsed.entries
    assert [first.id, second.id] == [f"urn:uuid:{an_entry(number)['_id']}" for number in (1, 2)]
    assert first.title_detail.value == "指导组进驻公告 <一>"
    assert first.summary == "摘要 & 说明"
    assert "正文第一段" in first.content[0].value
    assert first.published == "2026-03-02T00:59:00+00:00"


def test_the_json_feed_has_every_required_field_of_version_1_1():
    feed = orjson.loads(feeds.render("json", CHANNEL, [an_entry(1), an_entry(2)], SITE))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "市司法局要闻"
    assert feed["feed_url"] == f"{SITE}/feeds/news.json"
    for number, item in enumerate(feed["items"], start=1):
        assert item["id"] == f"urn:uuid:{an_entry(number)['_id']}"
        assert item["content_html"]
        assert datetime.fromisoformat(item["date_published"]) == an_entry(number)["published_at"]


@pytest.mark.parametrize("form", ["atom", "json"])
def test_nothing_that_runs_gets_into_a_feed(form):
    document = feeds.render(form, CHANNEL, [an_entry()], SITE)
    assert "<script" not in document
    assert "<a " not in document
    assert "&lt;a " not in document


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_feed_without_entries_and_without_a_public_address_is_still_a_feed(form):
    bare = {**CHANNEL, "settings": {}}
    document = feeds.render(form, bare, [], None)
    if form == "atom":
        parsed = feedparser.parse(document)
        assert (parsed.bozo, parsed.feed.title) == (False, "门户网站")
    else:
        assert orjson.loads(document)["items"] == []


def test_the_entity_tag_tells_any_two_states_apart():
    tags = {
        feeds.entity_tag(form, channel, entries, url)
        for form in ("atom", "json")
        for channel in (CHANNEL, {**CHANNEL, "version": 2})
        for entries in ([], [an_entry(1)], [an_entry(1), an_entry(2)], [an_entry(1, published_version=9)])
        for url in (None, SITE)
    }
    assert len(tags) == 32


def test_a_withdrawal_moves_the_date_of_change_on():
    withdrawn_at = NOW + timedelta(hours=1)
    assert feeds.last_change(CHANNEL, [an_entry()]) == an_entry()["published_at"]
    assert feeds.last_change({**CHANNEL, "feed_changed_at": withdrawn_at}, []) == withdrawn_at
