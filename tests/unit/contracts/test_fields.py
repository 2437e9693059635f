"""The field types: what they let in, what they refuse, what they give back."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.fields import Instant, Text, format_instant, parse_instant

zones = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1), timezones=zones)


@given(moments)
def test_a_time_is_kept_in_utc_to_the_millisecond(moment: datetime) -> None:
    parsed = parse_instant(format_instant(moment))
    assert parsed.utcoffset() == timedelta(0)
    assert timedelta(0) <= moment.astimezone(UTC) - parsed < timedelta(milliseconds=1)


@pytest.mark.parametrize("text", ["2026-03-01", "2026-03-01T09:00:00", "now", "", None, 5, "2026-13-01T00:00:00Z"])
def test_a_time_without_a_zone_or_sense_is_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        Instant().deserialize(text if text is not None else object())


@given(st.text())
def test_any_text_is_either_a_time_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_instant(text).tzinfo is UTC


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\u202e", "\u2066", "\ufffe"])
def test_a_text_with_a_hidden_character_is_refused_and_the_character_named(character: str) -> None:
    with pytest.raises(ValidationError, match=f"{ord(character):04X}"):
        Text(max=10).deserialize(f"a{character}b")


def test_a_text_is_stripped_before_it_is_measured() -> None:
    assert Text(max=3).deserialize("  abc\n") == "abc"
    with pytest.raises(ValidationError):
        Text(max=3).deserialize("   ")


def test_a_single_line_has_no_line_breaks_inside() -> None:
    assert Text(max=20).deserialize("a\nb") == "a\nb"
    with pytest.raises(ValidationError):
        Text(max=20, single_line=True).deserialize("a\nb")
