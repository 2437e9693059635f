"""Messages out of what was read ahead, each in one go.

py-amqp reads a message as three frames of three pieces, and each piece copies the rest of what was read ahead. Where a
whole message lies there already it is taken out here; whatever else comes is py-amqp's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from struct import Struct
from typing import Any

from amqp.serialization import decode_properties_basic

# After so many messages the reader lets the others run.
MOST_AT_ONCE = 32

# AMQP 0-9-1, 2.3.5 and 4.2: type, channel and size before a frame's payload, one octet after it.
_FRAME = Struct(">BHI")
_AROUND = _FRAME.size + 1
_METHOD, _HEADER, _BODY = 1, 2, 3
_END = 0xCE
_DELIVER = b"\x00\x3c\x00\x3c"
# Of a content header: its class and weight, then the size of the body.
_BODY_SIZE = Struct(">4xQ")
_TAG = Struct(">QB")


@dataclass(slots=True)
class Delivery:
    """A message as callbacks of consumers get it, with the names of ``amqp.Message``; its body is bytes, always."""

    channel: Any
    body: bytes
    properties: dict[str, Any]
    delivery_info: dict[str, Any] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, Any] | None:
        """The application's headers."""
        return self.properties.get("application_headers")


def deliver(connection: Any, most: int = MOST_AT_ONCE) -> int:
    """Hands those messages that lie whole at the beginning of what was read ahead to their consumers; how many."""
    transport = connection.transport
    data: bytes = transport._read_buffer
    found = list(islice(_messages(data, connection.channels), most))
    if not found:
        return 0
    _, end = found[-1]
    transport._read_buffer = data[end:]
    # What is counted here tells the heartbeat that the broker lives.
    connection.bytes_recv += len(found)
    for message, _ in found:
        # Meanwhile the connection, the channel or the consumer may have gone, and the broker taken the message back.
        take = message.channel.callbacks.get(message.delivery_info["consumer_tag"])
        if take is not None:
            take(message)
    return len(found)


def _messages(data: bytes, channels: dict[int, Any]) -> Iterator[tuple[Delivery, int]]:
    """The messages, and where each ends; up to the first thing that is none, or not there as a whole."""
    start, length = 0, len(data)
    while start + _FRAME.size <= length:
        kind, number, size = _FRAME.unpack_from(data, start)
        header = start + size + _AROUND
        if kind != _METHOD or data[start + 7 : start + 11] != _DELIVER or header + _FRAME.size > length:
            return
        kind, header_number, header_size = _FRAME.unpack_from(data, header)
        body = header + header_size + _AROUND
        if kind != _HEADER or header_number != number or body > length:
            return
        (body_size,) = _BODY_SIZE.unpack_from(data, header + _FRAME.size)
        end = body
        if body_size:
            end += body_size + _AROUND
            if end > length or _FRAME.unpack_from(data, body) != (_BODY, number, body_size):
                return
        if not data[header - 1] == data[body - 1] == data[end - 1] == _END:
            return
        channel = channels.get(number)
        delivery_info = _delivery_info(data, start + 11)
        if channel is None or channel.is_closing or delivery_info["consumer_tag"] not in channel.callbacks:
            return
        properties, _ = decode_properties_basic(data, header + _FRAME.size + _BODY_SIZE.size)
        content = data[body + _FRAME.size : end - 1] if body_size else b""
        yield Delivery(channel, content, properties, delivery_info), end
        start = end


def _delivery_info(data: bytes, at: int) -> dict[str, Any]:
    consumer_tag, at = _short_string(data, at)
    delivery_tag, redelivered = _TAG.unpack_from(data, at)
    exchange, at = _short_string(data, at + _TAG.size)
    routing_key, _ = _short_string(data, at)
    return {
        "consumer_tag": consumer_tag,
        "delivery_tag": delivery_tag,
        "redelivered": bool(redelivered & 1),
        "exchange": exchange,
        "routing_key": routing_key,
    }


def _short_string(data: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + data[at]
    return data[at + 1 : end].decode(), end
