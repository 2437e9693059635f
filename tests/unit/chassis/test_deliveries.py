"""Messages are taken out of what was read ahead as py-amqp would take them, wherever the reads were cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import amqp
import pytest
from amqp import spec
from amqp.method_framing import frame_handler, frame_writer
from amqp.serialization import dumps
from amqp.transport import TCPTransport
from hypothesis import example, given
from hypothesis import strategies as st

from chassis.broker.deliveries import MOST_AT_ONCE, Delivery
from chassis.broker.wire import take

HEARTBEAT = b"\x08\x00\x00\x00\x00\x00\x00\xce"
TAGS = ("events", "案件")

headers = st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers(-(2**31), 2**31), max_size=3)
properties = st.fixed_dictionaries(
    {},
    optional={
        "content_type": st.just("application/json"),
        "content_encoding": st.just("utf-8"),
        "application_headers": headers,
        "delivery_mode": st.sampled_from([1, 2]),
        "correlation_id": st.text("0123456789", min_size=1, max_size=9),
        "reply_to": st.just("amq.rabbitmq.reply-to.x"),
        "message_id": st.text(max_size=20),
        "type": st.text(max_size=20),
    },
)
# A frame holds 4,088 bytes of body here, so that some bodies need several.
bodies = st.binary(max_size=300) | st.integers(4000, 9000).map(lambda size: b"\xce" * size)
messages = st.tuples(
    st.just("message"),
    st.sampled_from([1, 2]),
    st.sampled_from(TAGS),
    st.integers(1, 2**63),
    st.booleans(),
    st.text(max_size=20),
    properties,
    bodies,
)
# The broker gives back what it cannot route, with its content, as it delivers.
returns = st.tuples(st.just("return"), st.text(max_size=20), properties, bodies)
confirms = st.tuples(st.just("confirm"), st.integers(1, 2**63), st.booleans())
beats = st.tuples(st.just("beat"))
cuts = st.lists(st.integers(0, 20_000) | st.integers(0, 300), max_size=30)


class Wired:
    """py-amqp's connection with two channels, to which the broker sends what it is told to, in pieces."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self._sent = bytearray()
        self._pieces: list[bytes] = []
        self.connection = amqp.Connection("nowhere")
        self.connection.frame_max = 4096
        transport = TCPTransport("nowhere", None)
        transport.sock, transport.connected, transport._read_buffer = SimpleNamespace(), True, b""
        transport._quick_recv = self._receive
        self.connection._transport = transport
        self.connection._on_inbound_frame = frame_handler(self.connection, self.connection.on_inbound_method)
        sink = SimpleNamespace(write=lambda chunk: self._sent.extend(chunk))
        self._write = self.connection._frame_writer = frame_writer(self.connection, sink)
        for number in (1, 2):
            channel = amqp.Channel(self.connection, number)
            channel.events["basic_ack"].add(lambda *confirm: self.heard.append(("confirm", *confirm)))
            channel.events["basic_return"].add(self._hear_of)
            channel.callbacks |= dict.fromkeys(TAGS, self._hear)

    def send(self, things: Sequence[Any], at: Sequence[int] = ()) -> None:
        """What the broker writes, cut at these places."""
        self.write(things)
        places = sorted({0, len(self._sent), *(place for place in at if place < len(self._sent))})
        self._pieces += [bytes(self._sent[start:end]) for start, end in pairwise(places)]
        self._sent.clear()

    def write(self, things: Sequence[Any]) -> None:
        """Keeps the frames of these things."""
        for kind, *parts in things:
            if kind == "message":
                number, *method, properties, body = parts
                tag, delivery_tag, redelivered, key = method
                arguments = dumps("sLbss", (tag, delivery_tag, redelivered, "reports.events", key))
                self._write(1, number, spec.Basic.Deliver, arguments, amqp.Message(body, **properties))
            elif kind == "return":
                key, properties, body = parts
                arguments = dumps("Bsss", (312, "NO_ROUTE", "reports.events", key))
                self._write(1, 1, spec.Basic.Return, arguments, amqp.Message(body, **properties))
            elif kind == "confirm":
                self._write(1, 1, spec.Basic.Ack, dumps("Lb", parts), None)
            else:
                self._sent += HEARTBEAT

    def read(self) -> list[int]:
        """Reads until nothing more comes; how many were taken each time."""
        taken = []
        while True:
            try:
                taken.append(take(self.connection, None))
            except TimeoutError:
                return taken

    def frames(self) -> list[bytes]:
        """What was written and not sent yet, frame by frame."""
        left, found = bytes(self._sent), []
        while left:
            end = 8 + int.from_bytes(left[3:7], "big")
            found.append(left[:end])
            left = left[end:]
        self._sent.clear()
        return found

    def send_frames(self, frames: Sequence[bytes]) -> None:
        """All in one piece."""
        self._pieces.append(b"".join(frames))

    def give_to(self, consumer: Callable[[Any], None]) -> None:
        """Has the first channel's messages taken by this consumer."""
        self.connection.channels[1].callbacks[TAGS[0]] = consumer

    def _receive(self, size: int) -> bytes:
        if not self._pieces:
            raise TimeoutError
        piece = self._pieces.pop(0)
        if len(piece) > size:
            self._pieces.insert(0, piece[size:])
        return piece[:size]

    def _hear_of(self, _: Exception, __: str, key: str, message: Any) -> None:
        self.heard.append(("return", key, message.properties, _bytes(message.body)))

    def _hear(self, message: Any) -> None:
        info = message.delivery_info
        self.heard.append(
            (
                "message",
                message.channel.channel_id,
                info["consumer_tag"],
                info["delivery_tag"],
                info["redelivered"],
                info["routing_key"],
                message.properties,
                _bytes(message.body),
            )
        )


def _bytes(body: bytes | str) -> bytes:
    return body.encode() if isinstance(body, str) else body


def message(body: bytes = b"{}", *, number: int = 1, tag: str = TAGS[0], delivery_tag: int = 1) -> tuple[Any, ...]:
    return ("message", number, tag, delivery_tag, False, "case_opened", {"delivery_mode": 2}, body)


@example([message(), message(b""), message(b"x" * 5000), ("beat",), message(number=2)], [3, 40, 90, 91, 5000])
@given(st.lists(messages | returns | confirms | beats, max_size=12), cuts)
def test_what_was_sent_is_heard_in_its_order_wherever_reading_was_cut(things: list[Any], at: list[int]) -> None:
    wired = Wired()
    wired.send(things, at)
    wired.read()
    assert wired.heard == [thing for thing in things if thing[0] != "beat"]


def test_messages_that_came_together_are_taken_together_but_leave_others_their_turn() -> None:
    wired = Wired()
    wired.send([message(delivery_tag=tag) for tag in range(1, 2 * MOST_AT_ONCE + 6)])
    assert wired.read() == [MOST_AT_ONCE, MOST_AT_ONCE, 5]
    assert wired.connection.bytes_recv == 2 * MOST_AT_ONCE + 5


def test_bytes_stay_bytes_and_headers_are_told() -> None:
    wired, found = Wired(), list[Any]()
    wired.give_to(found.append)
    properties = {"content_encoding": "utf-8", "application_headers": {"x-attempt": 2}}
    wired.send([("message", 1, TAGS[0], 1, True, "", properties, "登记".encode())])
    wired.read()
    (only,) = found
    assert isinstance(only, Delivery)
    assert (only.body, only.headers) == ("登记".encode(), {"x-attempt": 2})


def test_what_lies_behind_the_loss_of_its_channel_is_not_handed_out() -> None:
    wired, found = Wired(), list[Any]()

    def lose(delivery: Any) -> None:
        found.append(delivery)
        wired.connection.channels[1].callbacks.clear()

    wired.give_to(lose)
    wired.send([message(), message(delivery_tag=2), message(number=2, delivery_tag=3)])
    wired.read()
    assert len(found) == 1
    assert [heard[3] for heard in wired.heard] == [3]


def test_a_frame_that_does_not_end_as_one_is_py_amqps_to_refuse() -> None:
    wired = Wired()
    wired.send([message()])
    wired._pieces = [wired._pieces[0][:-1] + b"\x00"]
    with pytest.raises(amqp.exceptions.UnexpectedFrame):
        wired.read()
    assert wired.heard == []


def test_frames_of_two_channels_may_come_in_turn() -> None:
    wired = Wired()
    wired.write([message(b"", delivery_tag=1), message(b"second", number=2, delivery_tag=2)])
    method, header, other_method, other_header, other_body = wired.frames()
    wired.send_frames([method])
    assert wired.read() == []
    wired.send_frames([other_method, header, HEARTBEAT, other_header, other_body])
    wired.read()
    assert [(heard[3], heard[-1]) for heard in wired.heard] == [(1, b""), (2, b"second")]


def test_a_message_may_be_cut_anywhere() -> None:
    wired, sent = Wired(), [message(b"x" * 9, delivery_tag=1), message(b"", delivery_tag=2)]
    wired.write(sent)
    length = sum(map(len, wired.frames()))
    for place in range(1, length):
        wired.heard.clear()
        wired.send(sent, [place])
        wired.read()
        assert wired.heard == sent


def test_a_message_for_a_consumer_that_is_gone_is_given_back() -> None:
    wired = Wired()
    wired.send([message(tag="gone", delivery_tag=7), message(delivery_tag=8)])
    wired.read()
    assert [heard[3] for heard in wired.heard] == [8]
    (answer,) = wired.frames()
    # basic.reject of this tag, to be queued again
    assert answer[7:-1] == b"\x00\x3c\x00\x5a" + (7).to_bytes(8, "big") + b"\x01"


def test_a_channel_that_is_being_closed_hands_nothing_out() -> None:
    wired = Wired()
    wired.connection.channels[1].is_closing = True
    wired.send([message(), message(number=2, delivery_tag=2)])
    wired.read()
    assert [heard[3] for heard in wired.heard] == [2]
