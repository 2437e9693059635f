"""What is acknowledged, and when, whatever order handlers finish in."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from chassis.broker.settlement import Settlement


class Channel:
    """Keeps the broker's view: which delivery tags are still unacknowledged."""

    def __init__(self) -> None:
        self.unacknowledged: set[int] = set()
        self.commands = 0

    def basic_ack(self, tag: int, multiple: bool = False) -> None:
        self.commands += 1
        gone = {t for t in self.unacknowledged if t <= tag} if multiple else {tag}
        assert gone <= self.unacknowledged, "acknowledged twice"
        self.unacknowledged -= gone


class Turn:
    """Runs what was scheduled when the test says so, as the hub would."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def schedule(self, flush: Callable[[], None]) -> None:
        self.waiting.append(flush)

    def run(self) -> None:
        waiting, self.waiting = self.waiting, []
        for flush in waiting:
            flush()


@given(st.permutations(range(1, 13)), st.sets(st.integers(0, 11)))
def test_only_settled_messages_are_acknowledged_and_in_the_end_all_are(order: list[int], pauses: set[int]) -> None:
    channel, turn = Channel(), Turn()
    settlement = Settlement(channel, turn.schedule)
    for tag in sorted(order):
        channel.unacknowledged.add(tag)
        settlement.delivered(tag)
    settled: set[int] = set()
    for position, tag in enumerate(order):
        settlement.settle(tag)
        settled.add(tag)
        if position in pauses:
            turn.run()
            assert channel.unacknowledged == set(order) - settled
    turn.run()
    assert channel.unacknowledged == set()
    assert settlement.empty


def test_messages_that_finish_together_share_one_acknowledgement() -> None:
    channel, turn = Channel(), Turn()
    settlement = Settlement(channel, turn.schedule)
    for tag in range(1, 101):
        channel.unacknowledged.add(tag)
        settlement.delivered(tag)
    for tag in range(1, 101):
        settlement.settle(tag)
    turn.run()
    assert channel.commands == 1


def test_a_message_in_work_keeps_the_settlement_from_being_empty() -> None:
    settlement = Settlement(Channel(), lambda _: None)
    settlement.delivered(1)
    assert not settlement.empty


def test_a_settled_message_that_is_not_yet_acknowledged_keeps_it_from_being_empty() -> None:
    settlement = Settlement(Channel(), lambda _: None)
    settlement.delivered(1)
    settlement.settle(1)
    assert not settlement.empty


def test_after_the_channel_is_lost_nothing_is_acknowledged_and_nothing_waited_for() -> None:
    channel, turn = Channel(), Turn()
    settlement = Settlement(channel, turn.schedule)
    channel.unacknowledged.add(1)
    settlement.delivered(1)
    settlement.abandon()
    settlement.settle(1)
    turn.run()
    assert channel.commands == 0
    assert settlement.empty
    assert settlement.abandoned
