"""What people write in a report: letters stay as they are, what only steers their display is taken out or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.fields import Day
from contracts.reports.schemas.details import MAX_CHOSEN, MAX_DETAILS, Details
from contracts.reports.schemas.said import Said

SAID = Said(max=200)
DETAILS = Details(max_text=20)

steering = st.sampled_from("\u202a\u202b\u202c\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("\u2068张三\u2069 说", "张三 说"),
        ("\u202d138 0000 0000\u202c", "138 0000 0000"),
        (" \u202d138\u202c ", "138"),
        ("ئۇيغۇر \u200fשלום\u200e", "ئۇيغۇر \u200fשלום\u200e"),
        ("👩\u200d👩\u200d👧 \ufe0f𠮷", "👩\u200d👩\u200d👧 \ufe0f𠮷"),
        ("a\r\n\tb", "a\r\n\tb"),
    ],
)
def test_text_is_kept_without_what_only_steers_its_display(written, kept):
    assert SAID.deserialize(written) == kept


@given(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=50), st.lists(steering, max_size=5))
def test_isolates_and_embeddings_make_no_difference(text, marks):
    assert SAID.deserialize("".join([*marks, text, *marks])) == text


@pytest.mark.parametrize(
    ("written", "at"),
    [("\u202e倒写", 1), ("倒\u202e写", 2), ("\u202dabc", 1), ("\u202dabc\u202e\u202c", 1), ("\u202ddef\u202c x", 1)],
)
def test_an_override_is_refused_with_its_place(written, at):
    with pytest.raises(ValidationError, match=rf"U\+202[DE], at character {at}\."):
        SAID.deserialize(written)


@pytest.mark.parametrize(
    "written", ["a\x00b", "\x07", "\x9f", "a\ud800", "\uffff", "", " \u3000", "\u2068\u2069", 7, None]
)
def test_what_is_no_text_is_refused(written):
    with pytest.raises(ValidationError):
        SAID.deserialize(written)


@given(st.text())
def test_nothing_that_passes_steers_the_display(text):
    try:
        kept = SAID.deserialize(text)
    except ValidationError:
        return
    assert not set(kept) & set("\x00\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_answers_keep_their_types_and_those_not_given_are_left_out():
    given_answers = {"a": " x ", "b": True, "c": 2.5, "d": ["x", "y"], "e": None, "f": 0, "g": "", "h": []}

    assert DETAILS.deserialize(given_answers) == {
        "a": "x",
        "b": True,
        "c": 2.5,
        "d": ["x", "y"],
        "f": 0,
        "g": "",
        "h": [],
    }


@pytest.mark.parametrize(
    ("details", "path"),
    [
        ({"a": {"b": 1}}, "a"),
        ({"a": ["x", 1]}, "a"),
        ({"a": ["x"] * (MAX_CHOSEN + 1)}, "a"),
        ({"a": "x" * 21}, "a"),
        ({"a": "\u202e"}, "a"),
        ({"a": ["\x00"]}, "a"),
        ({"a": 10**16}, "a"),
        ({"a": float("nan")}, "a"),
        ({"A b": 1}, "A b"),
        ({"x": 1, "$gt": 1}, "$gt"),
        ({"a" * 65: 1}, "a" * 65),
    ],
)
def test_a_wrong_answer_is_told_by_its_name(details, path):
    with pytest.raises(ValidationError) as refused:
        DETAILS.deserialize(details)

    assert list(refused.value.messages) == [path]


@pytest.mark.parametrize("details", ["x", [1], 7, {f"q{number}": 1 for number in range(MAX_DETAILS + 1)}])
def test_what_are_no_answers_is_refused_as_a_whole(details):
    with pytest.raises(ValidationError) as refused:
        DETAILS.deserialize(details)

    assert isinstance(refused.value.messages, list)


@pytest.mark.parametrize(
    "day", ["20260302", "2026-W10-1", "2026-061", "2026-3-2", "2026-03-02T00:00:00", "٢٠٢٦-٠٣-٠٢", 1]
)
def test_a_day_is_written_in_one_way(day):
    with pytest.raises(ValidationError):
        Day().deserialize(day)
