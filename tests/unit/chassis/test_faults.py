"""Errors are told without the data they quote."""

from __future__ import annotations

import pytest
from pymongo.errors import (
    AutoReconnect,
    DuplicateKeyError,
    NotPrimaryError,
    OperationFailure,
    ServerSelectionTimeoutError,
)

from chassis.faults import database_away, describe, trace

NAME = "王小明"


def fail() -> None:
    raise ValueError(f"no unit for {NAME}")


@pytest.mark.parametrize(
    "error",
    [
        ValueError(NAME),
        KeyError(NAME),
        DuplicateKeyError(f"E11000 dup key: {{ name: '{NAME}' }}", 11000, {}),
        UnicodeDecodeError("utf-8", NAME.encode(), 0, 1, NAME),
    ],
)
def test_messages_that_may_quote_data_are_left_out(error: Exception) -> None:
    assert NAME not in describe(error)
    assert type(error).__name__ in describe(error)


def test_an_error_of_the_database_is_told_with_its_code() -> None:
    """Its text may quote a document; without the code nobody could tell one failure from another."""
    error = OperationFailure(f"no {NAME}", 134, {"codeName": "ReadConcernMajorityNotAvailableYet"})
    assert describe(error) == "OperationFailure 134 ReadConcernMajorityNotAvailableYet"
    assert describe(OperationFailure(NAME)) == "OperationFailure"


def test_a_traceback_shows_where_but_not_what() -> None:
    try:
        try:
            fail()
        except ValueError as error:
            raise RuntimeError(NAME) from error
    except RuntimeError as error:
        text = trace(error)
    assert NAME not in text
    assert "in fail" in text
    assert "ValueError" in text
    assert "RuntimeError" in text


@pytest.mark.parametrize("error", [AutoReconnect("x"), NotPrimaryError("x"), ServerSelectionTimeoutError("x")])
def test_a_database_without_a_primary_is_away(error: Exception) -> None:
    assert database_away(error)


@pytest.mark.parametrize("code", [134, 211], ids=["ReadConcernMajorityNotAvailableYet", "KeyNotFound"])
def test_a_database_that_is_still_coming_up_is_away(code: int) -> None:
    assert database_away(OperationFailure("x", code, {}))


def test_a_refused_write_does_not_mean_that_the_database_is_away() -> None:
    assert not database_away(DuplicateKeyError("E11000", 11000, {}))
    assert not database_away(ValueError("x"))
