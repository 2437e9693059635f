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


def test_a_brisk_channel_is_waited_for():
    slots, free = Slots(), threading.Event()

    def hold() -> None:
        with slots.take("c", 1):
            held.set()
            free.wait(5)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    threading.Timer(0.05, free.set).start()
    with slots.take("c", 1, patience=5):
        assert free.is_set()
    holder.join()


def test_a_channel_that_has_been_hanging_is_not_waited_for(monkeypatch):
    slots, clock = Slots(), [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    with slots.take("c", 1):
        clock[0] = 9.0
        with pytest.raises(ChannelFull) as full, slots.take("c", 1, patience=1000):
            pass
    assert full.value.seconds == 9.0
