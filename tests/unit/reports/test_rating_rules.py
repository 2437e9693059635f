"""How often a reporter may rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.tasks.events import REPORTER_STATES
from services.reports.model.ratings import MOST_RATINGS, may_rate
from services.reports.model.report import RATED_STATES


def report(state="closed", results=1, rated_at=()):
    return {"state": state, "results": results, "ratings": [{"results": result} for result in rated_at]}


@pytest.mark.parametrize("state", sorted({"received", *REPORTER_STATES} - RATED_STATES))
def test_without_a_result_there_is_nothing_to_rate(state):
    assert not may_rate(report(state))


@pytest.mark.parametrize("state", sorted(RATED_STATES))
def test_a_result_is_rated_once(state):
    assert may_rate(report(state))
    assert not may_rate(report(state, rated_at=[1]))


def test_the_next_result_is_rated_once_more_and_no_third_is():
    assert may_rate(report(results=2, rated_at=[1]))
    assert not may_rate(report(results=2, rated_at=[1, 2]))
    assert not may_rate(report(results=3, rated_at=[1, 2]))


def test_an_answered_suggestion_is_rated_once():
    assert may_rate({"state": "adopted"})
    assert not may_rate({"state": "adopted", "ratings": [{"results": 0}]})


@given(st.lists(st.sampled_from(["result", "taken in hand", "rate"]), max_size=30))
def test_whatever_happens_no_result_is_rated_twice_and_no_more_than_two_are(happenings):
    now = report(state="registered", results=0)
    for happening in happenings:
        if happening == "result":
            now = now | {"state": "handled", "results": now["results"] + 1}
        elif happening == "taken in hand":
            now = now | {"state": "in_progress"}
        elif may_rate(now):
            now = now | {"ratings": [*now["ratings"], {"results": now["results"]}]}
    rated = [rating["results"] for rating in now["ratings"]]
    assert len(rated) == len(set(rated)) <= MOST_RATINGS
