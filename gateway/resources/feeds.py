"""The public feeds of the website, with what caches need to ask for them seldom."""

from __future__ import annotations

from email.utils import format_datetime, parsedate_to_datetime

from flask import Response
from flask import request as http

from contracts.fields import parse_instant
from contracts.publicity import operations as publicity
from gateway.resource import Resource

blp = Resource("feeds", description="订阅源 Public feeds", prefix="/feeds")

# A copy may be kept but must be checked each time, so that what is withdrawn is gone everywhere at once.
_CACHE = "public, no-cache"


@blp.route("/<slug>.atom")
@blp.calls(publicity.get_feed, given=("format", "known"))
def get_atom_feed(request, call, rpc, slug):
    """Atom 订阅源 The feed as Atom (RFC 4287)"""
    return _answer(rpc({**request, "format": "atom", "known": _known()}))


@blp.route("/<slug>.json")
@blp.calls(publicity.get_feed, given=("format", "known"))
def get_json_feed(request, call, rpc, slug):
    """JSON 订阅源 The feed as JSON Feed 1.1"""
    return _answer(rpc({**request, "format": "json", "known": _known()}))


def _known() -> list[str]:
    """The entity tags that the client has; ``*`` means any."""
    return list(http.if_none_match.as_set(include_weak=True))


def _answer(feed: dict) -> Response:
    changed = parse_instant(feed["last_modified"]).replace(microsecond=0)
    headers = {
        "ETag": f'"{feed["etag"]}"',
        "Last-Modified": format_datetime(changed, usegmt=True),
        "Cache-Control": _CACHE,
        "Vary": "Accept-Encoding",
        # Feed readers in a browser are on other sites.
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
    }
    if "body" not in feed or _not_modified_since(changed):
        return Response(status=304, headers=headers)
    return Response(feed["body"], content_type=feed["content_type"], headers=headers)


def _not_modified_since(changed) -> bool:
    """RFC 9110, section 13.1.3: counts only when the client sent no entity tag."""
    since = http.headers.get("If-Modified-Since")
    if not since or "If-None-Match" in http.headers:
        return False
    try:
        return parsedate_to_datetime(since) >= changed
    except (ValueError, TypeError):
        return False
