"""How the local process set waits: for conditions, and before it starts a dead process again."""

import pytest

from deploy.local.backoff import Backoff
from deploy.local.waiting import DeadlineMissed, eventually, last_lines


def test_waits_grow_from_a_second_to_a_minute() -> None:
    backoff = Backoff()
    assert [backoff.wait_after(0.1) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_process_that_was_well_for_a_minute_starts_again_from_the_shortest_wait() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.wait_after(0.1)
    assert backoff.wait_after(61) == 1
    assert backoff.wait_after(0.1) == 2


def test_waiting_ends_with_the_first_true_answer() -> None:
    answers = iter([None, 0, "", "ready", "later"])
    assert eventually(lambda: next(answers), 5) == "ready"


def test_an_exception_counts_as_not_yet() -> None:
    outcomes = iter([ValueError("no"), "ready"])

    def ask() -> str:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert eventually(ask, 5) == "ready"


def test_a_missed_deadline_says_what_was_waited_for_and_what_was_seen_last() -> None:
    with pytest.raises(DeadlineMissed, match=r"the queue to be empty: not within 0.05 s, last seen: 0"):
        eventually(lambda: 0, 0.05, what="the queue to be empty")


def test_a_missed_deadline_keeps_the_last_error_as_its_cause() -> None:
    def ask() -> bool:
        raise ConnectionRefusedError("nobody there")

    with pytest.raises(DeadlineMissed, match="nobody there") as missed:
        eventually(ask, 0.05)
    assert isinstance(missed.value.__cause__, ConnectionRefusedError)


def test_the_end_of_a_log_survives_broken_text(tmp_path) -> None:
    log = tmp_path / "part.log"
    assert last_lines(log, 3) == ""
    log.write_bytes(b"one\ntwo\n\xff\xfe three\nfour\n")
    assert last_lines(log, 2).splitlines()[-1] == "four"
    assert len(last_lines(log, 3).splitlines()) == 3
