"""Channels: the places that publications go to. Their secrets go in and never come out."""

from __future__ import annotations

from contracts.publicity import operations as publicity
from gateway.language import knows, text
from gateway.resource import Resource

blp = Resource("channels", description="渠道 Channels: website feeds, partner webhooks, newsletters")


@blp.route("/channels")
@blp.calls(publicity.list_channels)
def list_channels(request, call, rpc):
    """渠道列表 Channels, by name"""
    return rpc(request)


@blp.route("/channels", methods=["POST"])
@blp.calls(publicity.create_channel, status=201, etag="version")
def create_channel(request, call, rpc):
    """新建渠道 Add a channel"""
    return rpc(request)


@blp.route("/channels/<channel_id>", methods=["PATCH"])
@blp.calls(publicity.update_channel, etag="version")
def update_channel(request, call, rpc, channel_id):
    """修改渠道 Change a channel; secrets that are not sent stay as they are"""
    return rpc(request)


@blp.route("/channels/<channel_id>/test", methods=["POST"])
@blp.calls(publicity.test_channel)
def test_channel(request, call, rpc, channel_id):
    """测试渠道 Try whether the channel can be reached; nothing is published"""
    result = rpc(request)
    code = f"publicity.error.{result['error']}"
    return {**result, "detail": text(code, call.language) if knows(code) else result["error"]}
