"""Case numbers: unique, without gaps when cases come now and then, few round trips in a rush."""

from __future__ import annotations

from typing import Any

from services.tasks.numbers import CaseNumbers


class Counters:
    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        self.asked = 0

    def find_one_and_update(self, wanted: dict[str, str], change: dict[str, Any], **_: Any) -> dict[str, int]:
        self.asked += 1
        self.last[wanted["_id"]] = self.last.get(wanted["_id"], 0) + change["$inc"]["last"]
        return {"last": self.last[wanted["_id"]]}


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def taken(numbers: CaseNumbers, clock: Clock, seconds: float, times: int, count: int = 1) -> list[str]:
    found = []
    for _ in range(times):
        found += numbers.take(2026, count)
        clock.now += seconds
    return found


def test_cases_that_come_now_and_then_are_numbered_without_a_gap() -> None:
    clock, counters = Clock(), Counters()
    numbers = CaseNumbers(counters, clock)  # type: ignore[arg-type]
    assert taken(numbers, clock, 2.0, 3) == ["2026-000001", "2026-000002", "2026-000003"]
    assert counters.last == {"case_number:2026": 3}


def test_a_rush_needs_few_round_trips_and_leaves_numbers_in_order() -> None:
    clock, counters = Clock(), Counters()
    found = taken(CaseNumbers(counters, clock), clock, 0.01, 500)  # type: ignore[arg-type]
    assert found == sorted(set(found))
    assert len(found) == 500
    assert counters.asked < 30


def test_two_processes_never_take_the_same_number() -> None:
    clock, counters = Clock(), Counters()
    both = [CaseNumbers(counters, clock) for _ in range(2)]  # type: ignore[arg-type]
    found = [number for _ in range(100) for numbers in both for number in taken(numbers, clock, 0.01, 1, count=3)]
    assert len(found) == len(set(found)) == 600


def test_what_was_taken_ahead_is_forgotten_when_the_rush_is_over() -> None:
    clock, counters = Clock(), Counters()
    numbers = CaseNumbers(counters, clock)  # type: ignore[arg-type]
    last = taken(numbers, clock, 0.01, 10)[-1]
    clock.now += 60
    (later,) = numbers.take(2026, 1)
    assert int(later[5:]) == counters.last["case_number:2026"] > int(last[5:])


def test_each_year_counts_for_itself() -> None:
    clock, counters = Clock(), Counters()
    numbers = CaseNumbers(counters, clock)  # type: ignore[arg-type]
    assert numbers.take(2026, 2) + numbers.take(2027, 1) == ["2026-000001", "2026-000002", "2027-000001"]
