"""A name that an object has twice is found wherever it is; everything else passes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import repeated_names

values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_json_that_was_written_from_data_passes(value):
    assert repeated_names.first(json.dumps(value)) is None


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"a": 1, "a": 1}', "a"),
        ('{"a": 1, "b": 2, "a": null}', "a"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', "a.b"),
        ('{"subjects": [{"name": "x"}, {"name": "y", "name": "z"}]}', "subjects.1.name"),
        ('{"a": [[{"b": 1}, {"c": 1, "c": 1}]]}', "a.0.1.c"),
        ('{"a": 1, "\\u0061": 2}', "a"),
        ('{"": 1, "": 2}', ""),
    ],
)
def test_the_path_of_the_repeated_name_is_told(text, path):
    assert repeated_names.first(text) == path


def test_a_number_of_many_digits_is_no_trouble():
    assert repeated_names.first('{"a": ' + "9" * 100_000 + "}") is None


def test_what_cannot_be_followed_is_told():
    with pytest.raises(RecursionError):
        repeated_names.first('{"a": ' + "[" * 5_000 + "]" * 5_000 + "}")
