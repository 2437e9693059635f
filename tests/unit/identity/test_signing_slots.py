"""Signing keys follow from the time alone: published before they are used, kept until their last token has died."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.identity.model.signing import LEAD, PERIOD, SKEW, begins, published_until, slot_at, slots_needed

moments = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
LIFETIME = timedelta(minutes=5)


@given(moments)
def test_every_moment_lies_in_its_slot(now):
    slot = slot_at(now)
    assert begins(slot) <= now < begins(slot + 1)
    assert begins(slot + 1) - begins(slot) == PERIOD


@given(moments)
def test_a_key_exists_a_whole_lead_before_its_first_use(now):
    """Whoever looks at least once in every lead finds the next key published before it signs."""
    slot = slot_at(now)
    assert slot in slots_needed(now)
    assert slot in slots_needed(begins(slot) - LEAD)


@given(moments)
def test_at_most_two_slots_need_keys(now):
    assert 1 <= len(slots_needed(now)) <= 2


@given(moments)
def test_a_key_outlives_every_token_that_it_signed(now):
    token_dies = now + LIFETIME
    assert published_until(slot_at(now), LIFETIME) >= token_dies + SKEW
