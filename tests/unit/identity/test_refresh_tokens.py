"""Refresh tokens: used once, repeated honestly within seconds, and a second use ends the session."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.model.sessions import (
    GRACE,
    RefreshToken,
    SessionState,
    Verdict,
    judge,
    opened,
)

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
FIRST = RefreshToken("session-1", 1, b"s" * 32)
SECOND = FIRST.successor(b"salt")
THIRD = SECOND.successor(b"pepper")


def state(**changes):
    fresh = SessionState(
        generation=2,
        digest=SECOND.digest,
        previous_digest=FIRST.digest,
        rotated_at=NOW,
        idle_until=NOW + timedelta(hours=1),
        expires_at=NOW + timedelta(days=1),
        ended=False,
    )
    return replace(fresh, **changes)


def test_a_token_reads_back_as_what_was_sealed():
    assert opened(SECOND.sealed(KEY), [KEY]) == SECOND


def test_a_token_sealed_under_an_older_key_is_still_good():
    assert opened(SECOND.sealed(OTHER_KEY), [KEY, OTHER_KEY]) == SECOND


@given(st.text(max_size=200))
def test_noise_is_no_token(text):
    assert opened(text, [KEY]) is None


@given(st.integers(0, 200), st.sampled_from("abcXYZ019._-"))
def test_a_token_with_one_character_changed_is_noise_or_the_same_token(position, character):
    text = SECOND.sealed(KEY)
    position %= len(text)
    changed = text[:position] + character + text[position + 1 :]
    # the last character of base64 carries bits that mean nothing
    assert opened(changed, [KEY]) in (None, SECOND)


def test_nobody_can_make_a_token_without_the_key():
    assert opened(SECOND.sealed(OTHER_KEY), [KEY]) is None


def test_the_present_token_is_rotated():
    assert judge(state(), SECOND, NOW) is Verdict.ROTATE


def test_the_token_just_replaced_gets_the_same_successor_within_the_grace():
    assert judge(state(), FIRST, NOW + GRACE) is Verdict.REPEAT
    assert FIRST.successor(b"salt") == SECOND


def test_the_token_just_replaced_is_reuse_after_the_grace():
    assert judge(state(), FIRST, NOW + GRACE + timedelta(milliseconds=1)) is Verdict.REUSED


def test_once_its_successor_was_used_a_token_is_reuse_at_once():
    rotated = state(generation=3, digest=THIRD.digest, previous_digest=SECOND.digest)
    assert judge(rotated, FIRST, NOW) is Verdict.REUSED


@pytest.mark.parametrize("changes", [{"ended": True}, {"idle_until": NOW}, {"expires_at": NOW}])
def test_a_session_that_is_over_gives_nothing_to_any_token(changes):
    for token in (FIRST, SECOND, THIRD):
        assert judge(state(**changes), token, NOW) is Verdict.OVER


def test_another_secret_of_the_right_generation_is_reuse():
    assert judge(state(), replace(SECOND, secret=b"x" * 32), NOW) is Verdict.REUSED
