"""Replies that are ready while their line is being made anew wait for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import eventlet
import pytest

from chassis.broker import replies as module
from chassis.broker.replies import Replies
from chassis.rpc_wire import DIRECT_REPLY_TO


class BrokerSide:
    """The broker's end of the line: keeps what is published on it."""

    def __init__(self) -> None:
        self.published: list[str] = []
        self.transport = SimpleNamespace(_write=len, write=len)
        self.bytes_sent = 0

    def channel(self) -> Any:
        def publish(message: Any, exchange: str, routing_key: str) -> None:
            self.published.append(message.properties["correlation_id"])

        return SimpleNamespace(connection=self, basic_publish=publish, exchange_declare=lambda *_, **__: None)


def test_a_reply_that_is_ready_before_its_line_is_up_is_sent_when_it_is() -> None:
    replies, broker = Replies(), BrokerSide()
    replies.send(f"{DIRECT_REPLY_TO}.1", "early", b"{}")
    eventlet.sleep(0)
    replies._open(broker)
    replies.send(f"{DIRECT_REPLY_TO}.1", "late", b"{}")
    eventlet.sleep(0)
    assert broker.published == ["early", "late"]


def test_of_replies_that_wait_for_a_line_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_KEPT", 3)
    replies, broker = Replies(), BrokerSide()
    for number in range(5):
        replies.send(f"{DIRECT_REPLY_TO}.1", str(number), b"{}")
        eventlet.sleep(0)
    replies._open(broker)
    eventlet.sleep(0)
    assert broker.published == ["2", "3", "4"]
