"""Documents that the broker does not take are tried again, ever more rarely, and hold up no others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chassis.outbox.held import LONGEST_SECONDS, MOST, Held

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_held_documents_are_passed_over_until_they_are_due() -> None:
    watch = Watch()
    held = Held(watch)
    held.hold({"a": NOON})
    assert held.ids == ["a"]
    watch.seconds = 1.0
    assert held.ids == []


def test_the_wait_grows_while_they_are_refused_again_and_is_bounded() -> None:
    watch = Watch()
    held = Held(watch)
    waits = []
    for _ in range(10):
        held.hold({"a": NOON})
        began = watch.seconds
        while held.ids:
            watch.seconds += 0.5
        waits.append(watch.seconds - began)
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == LONGEST_SECONDS


def test_when_all_were_taken_the_next_failure_waits_shortly_again() -> None:
    watch = Watch()
    held = Held(watch)
    for _ in range(5):
        held.hold({"a": NOON})
        watch.seconds += 100
        assert held.ids == []
    held.relax()
    held.hold({"a": NOON})
    watch.seconds += 1.0
    assert held.ids == []


def test_the_oldest_event_that_waits_is_known() -> None:
    held = Held(Watch())
    assert held.oldest is None
    held.hold({"a": NOON, "b": NOON - timedelta(hours=1)})
    assert held.oldest == NOON - timedelta(hours=1)


def test_so_many_held_documents_let_the_outbox_rest() -> None:
    held = Held(Watch())
    held.hold(dict.fromkeys(range(MOST), NOON))
    assert held.full
