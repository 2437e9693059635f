"""The announcements that everybody may read."""

from __future__ import annotations

from contracts.publicity import operations as publicity
from gateway.resource import Resource

blp = Resource("notices", description="公告 Announcements of the supervision group, with contact details")


@blp.route("/notices")
@blp.calls(publicity.list_notices)
def list_notices(request, call, rpc):
    """公告列表 The published announcements, latest first"""
    return rpc(request)
