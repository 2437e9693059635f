"""A slow channel occupies its own slots and nobody else's."""

from __future__ import annotations

import threading
import time

import pytest

from services.publicity.slots import ChannelFull, Slots


def test_a_full_channel_refuses_at_once_and_another_one_does_not():
    slots = Slots()
    with slots.take("slow", 1):
        with pytest.raises(ChannelFull), slots.take("slow", 1):
            pass
        with slots.take("other", 1):
            pass
    with slots.take("slow", 1):
        pass


def test_a_slot_comes_free_when_its_attempt_fails():
    slots = Slots()
    with pytest.raises(RuntimeError), slots.take("c", 1):
        raise RuntimeError
    with slots.take("c", 1):
        pass


def test_a_brisk_channel_is_waited_for(monkeypatch):
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    slots, free = Slots(), threading.Event()

    def hold() -> None:
        with slots.take("c", 1):
            held.set()
            free.wait(60)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(60)
    threading.Timer(0.05, free.set).start()
    with slots.take("c", 1, patience=60):
        assert free.is_set()
    holder.join()


def test_a_channel_that_has_been_hanging_is_not_waited_for_and_keeps_a_quarter_of_its_slots(monkeypatch):
    slots, clock = Slots(), [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    with slots.take("c", 8), slots.take("c", 8):
        clock[0] = 9.0
        with pytest.raises(ChannelFull), slots.take("c", 8, patience=1000):
            pass
        with slots.take("other", 8):
            pass


def test_a_channel_is_asked_for_as_much_as_it_can_take_at_its_pace(monkeypatch):
    slots, clock = Slots(), [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    assert slots.rate("new", 8) == 200
    for channel, seconds, rate in (("slow", 0.5, 16), ("brisk", 0.001, 200), ("hanging", 60.0, 2)):
        with slots.take(channel, 8):
            clock[0] += seconds
        assert slots.rate(channel, 8) == rate
