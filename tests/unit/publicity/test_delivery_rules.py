"""What each outcome makes of a delivery, and how long it waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.publicity.model import deliveries as rules
from services.publicity.model.outcomes import CannotWithdraw, Later, Live, Rejected, Unclear, Withdrawn

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WAITS = (1.0, 5.0, 30.0)


def after(outcome, *, action="submit", before="pending", tries=1, resend_is_safe=True, chance=0.0):
    return rules.after_attempt(
        outcome,
        action=action,
        before=before,
        tries=tries,
        waits=WAITS,
        chance=chance,
        now=NOW,
        resend_is_safe=resend_is_safe,
    )


def test_what_arrived_is_live_under_the_names_of_the_channel():
    ended = after(Live("m1", "https://example.org/1"))
    assert (ended.state, ended.remote_id, ended.remote_url) == ("live", "m1", "https://example.org/1")
    assert ended.next_attempt_at is None


def test_what_was_not_taken_is_tried_again_after_a_while():
    ended = after(Later("http_503"))
    assert (ended.state, ended.error, ended.next_attempt_at) == (
        "pending",
        "http_503",
        NOW + timedelta(seconds=1),
    )


def test_the_channels_own_wait_is_kept_when_it_is_longer():
    assert after(Later("http_429", after=90)).next_attempt_at == NOW + timedelta(seconds=90)
    assert after(Later("http_429", after=0.1)).next_attempt_at == NOW + timedelta(seconds=1)
    assert after(Later("http_429", after=1e9)).next_attempt_at == NOW + timedelta(days=1)


def test_a_delivery_is_given_up_when_its_waits_are_used_up():
    assert after(Later("timeout"), tries=3).state == "pending"
    given_up = after(Later("timeout"), tries=4)
    assert (given_up.state, given_up.error, given_up.next_attempt_at) == ("failed", "timeout", None)


def test_what_is_refused_for_good_is_not_tried_again():
    assert after(Rejected("http_410")) == rules.After("failed", "http_410")


def test_an_unclear_end_is_resolved_by_sending_again_only_where_that_is_safe():
    safe = after(Unclear("timeout"), resend_is_safe=True)
    assert (safe.state, safe.next_attempt_at) == ("unknown", NOW + timedelta(seconds=1))
    unsafe = after(Unclear("connection_cut"), resend_is_safe=False)
    assert (unsafe.state, unsafe.next_attempt_at) == ("unknown", None)


def test_a_withdrawal_that_fails_leaves_the_delivery_as_it_was_until_it_succeeds():
    again = after(Later("timeout"), action="withdraw", before="live")
    assert (again.state, again.next_attempt_at) == ("live", NOW + timedelta(seconds=1))
    assert after(Withdrawn(), action="withdraw", before="live").state == "withdrawn"


def test_a_withdrawal_that_is_impossible_says_so():
    for outcome in (CannotWithdraw("mail_was_sent"), Rejected("http_410")):
        assert after(outcome, action="withdraw", before="live").state == "cannot_withdraw"
    assert after(Later("timeout"), action="withdraw", before="live", tries=4).state == "cannot_withdraw"


@pytest.mark.parametrize("outcome", [Withdrawn(), CannotWithdraw("x")])
def test_a_channel_cannot_answer_a_submission_with_a_withdrawal(outcome):
    with pytest.raises(TypeError):
        after(outcome)


@given(
    waits=st.lists(st.floats(0.1, 1e5), min_size=1, max_size=20).map(sorted),
    chances=st.lists(st.floats(0, 1, exclude_max=True), min_size=21, max_size=21),
)
def test_waits_grow_stay_within_their_jitter_and_end(waits, chances):
    found = [rules.wait_after(tries, waits, chances[tries - 1]) for tries in range(1, len(waits) + 2)]
    assert found[-1] is None
    for wait, base in zip(found, waits, strict=False):
        assert base <= wait <= base * (1 + rules.JITTER) * 1.000001


@given(st.text(), st.sampled_from(["submit", "withdraw"]))
def test_the_key_of_a_message_is_the_same_for_every_attempt_and_differs_by_action(delivery, action):
    other = {"submit": "withdraw", "withdraw": "submit"}[action]
    assert rules.message_key(delivery, action) == rules.message_key(delivery, action)
    assert rules.message_key(delivery, action) != rules.message_key(delivery, other)


def test_a_fan_out_that_runs_again_names_its_deliveries_alike():
    assert rules.delivery_id("p", 5, "c", "r") == "p:5:c:r"
    assert rules.delivery_id("p", 5, "c") == "p:5:c"
    assert rules.recipient_id("c", "A@Example.org") == rules.recipient_id("c", "a@example.ORG")


@given(st.floats(0, 1, exclude_max=True))
def test_a_full_channel_is_looked_at_again_soon_but_not_at_once(chance):
    assert 1 <= (rules.postponed_until(NOW, chance) - NOW).total_seconds() <= 1.25
