"""What may be told of an unexpected error, in logs and dead letters, without repeating a person's data."""

from __future__ import annotations

import traceback

from pymongo.errors import ConnectionFailure, ExecutionTimeout, OperationFailure, PyMongoError, WTimeoutError

# Messages of these speak of addresses and time limits; those of other errors may quote the data at hand.
_TELLABLE = (
    ConnectionError,
    TimeoutError,
    ConnectionFailure,
    NotImplementedError,
    ImportError,
    AttributeError,
)

# What a server answers that is coming up and does not have everything at hand yet; it has done nothing then.
# KeyNotFound (the keys that sign cluster times), ReadConcernMajorityNotAvailableYet.
_COMING_UP = frozenset({211, 134})


def describe(error: BaseException) -> str:
    """The error's type, the server's code for it, and its message where that cannot quote content."""
    name = type(error).__qualname__
    if isinstance(error, OperationFailure) and error.code is not None:
        name = f"{name} {error.code} {(error.details or {}).get('codeName', '')}".rstrip()
    tellable = isinstance(error, _TELLABLE) or getattr(error, "tellable", False)
    return f"{name}: {error}" if tellable else name


def trace(error: BaseException) -> str:
    """The traceback's places (file, line, function, source line) without the exceptions' messages."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None:
        frames = "".join(traceback.format_tb(current.__traceback__))
        parts.append(f"{frames}{describe(current)}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\nraised from:\n".join(parts)


def database_away(error: BaseException) -> bool:
    """Whether the database could not be reached or has no primary now, so that trying again later may succeed."""
    if isinstance(error, (ConnectionFailure, ExecutionTimeout, WTimeoutError)):
        return True
    if isinstance(error, OperationFailure) and error.code in _COMING_UP:
        return True
    return isinstance(error, PyMongoError) and (error.has_error_label("RetryableWriteError") or error.timeout)
