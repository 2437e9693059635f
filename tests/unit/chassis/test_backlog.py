"""What the relay has on hand: hand-overs in any order, nothing twice, nothing ahead of what is held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chassis.outbox.backlog import MOST_HANDED, REMOVE_AFTER_DOCUMENTS, REMOVE_AFTER_SECONDS, Backlog
from chassis.outbox.pending import Pending


class Documents:
    """Stands for the collection: notes what is to be removed."""

    def __init__(self) -> None:
        self.removed: list[str] = []
        self.away = False

    def remove(self, published: Sequence[Pending]) -> None:
        if self.away:
            raise ConnectionError
        self.removed += [event["id"] for item in published for event in item.events]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def a_backlog() -> tuple[Backlog, Documents, Clock]:
    documents, clock = Documents(), Clock()
    return Backlog(documents, clock), documents, clock  # type: ignore[arg-type]


def event(document: str, sequence: int) -> dict[str, Any]:
    return {"id": f"{document}-{sequence}", "sequence": sequence}


def written(document: str, *sequences: int) -> Pending:
    return Pending(document, [event(document, sequence) for sequence in sequences])


def sequences(taken: Sequence[Pending]) -> dict[str, list[int]]:
    return {item.id: [event["sequence"] for event in item.events] for item in taken}


@given(st.permutations([(1,), (1, 2), (1, 2, 3), (2, 3, 4)]))
def test_the_events_of_a_document_come_once_and_in_order_however_its_writes_are_told_of(
    told: list[tuple[int, ...]],
) -> None:
    backlog, *_ = a_backlog()
    for some in told:
        assert backlog.hand_over([written("a", *some)])
    assert sequences(backlog.take(10)) == {"a": [1, 2, 3, 4]}
    assert not backlog.waiting


def test_what_is_published_is_not_taken_again_from_a_late_hand_over_or_a_look() -> None:
    backlog, *_ = a_backlog()
    backlog.published([written("a", 1)])
    backlog.hand_over([written("a", 1, 2)])
    assert sequences(backlog.take(10)) == {"a": [2]}
    assert sequences(backlog.news([written("a", 1), written("b", 1)])) == {"b": [1]}


def test_what_is_held_is_not_overtaken() -> None:
    backlog, *_ = a_backlog()
    backlog.held.hold({"a": datetime(2026, 3, 1, tzinfo=UTC)})
    backlog.hand_over([written("a", 1, 2), written("b", 1)])
    assert sequences(backlog.take(10)) == {"b": [1]}


def test_more_than_it_will_hold_must_be_looked_for() -> None:
    backlog, *_ = a_backlog()
    assert backlog.hand_over([written(f"d{n}", 1) for n in range(MOST_HANDED)])
    assert not backlog.hand_over([written("one more", 1)])
    assert len(backlog.take(MOST_HANDED + 1)) == MOST_HANDED


def test_published_events_are_removed_together_after_a_while() -> None:
    backlog, documents, clock = a_backlog()
    assert backlog.removal_due == float("inf")
    backlog.published([written("a", 1)])
    clock.now += REMOVE_AFTER_SECONDS / 2
    backlog.published([written("b", 1)])
    assert backlog.removal_due == 100.0 + REMOVE_AFTER_SECONDS
    backlog.remove()
    assert documents.removed == ["a-1", "b-1"]
    assert backlog.removal_due == float("inf")


def test_many_published_events_are_removed_at_once() -> None:
    backlog, _, clock = a_backlog()
    backlog.published([written(f"d{n}", 1) for n in range(REMOVE_AFTER_DOCUMENTS)])
    assert backlog.removal_due == clock.now


def test_what_could_not_be_removed_is_tried_again() -> None:
    backlog, documents, _ = a_backlog()
    backlog.published([written("a", 1)])
    documents.away = True
    try:
        backlog.remove()
    except ConnectionError:
        documents.away = False
    backlog.remove()
    assert documents.removed == ["a-1"]


def test_what_was_published_and_is_found_again_is_removed_again() -> None:
    backlog, documents, _ = a_backlog()
    backlog.published([written("a", 1)])
    backlog.remove()
    backlog.remove_again([written("a", 1, 2), written("b", 1)])
    backlog.remove()
    assert documents.removed == ["a-1", "a-1"]


def test_a_write_is_known_up_to_the_event_that_was_handed_over() -> None:
    backlog, *_ = a_backlog()
    backlog.hand_over([written("a", 1, 2)])
    assert backlog.knows("a", 2)
    assert not backlog.knows("a", 3)
    assert not backlog.knows("b", 1)


def test_what_is_dropped_is_looked_for_and_not_known_any_more() -> None:
    backlog, *_ = a_backlog()
    backlog.hand_over([written("a", 1)])
    backlog.drop_handed()
    assert not backlog.waiting
    assert not backlog.knows("a", 1)
