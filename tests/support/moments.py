"""Whether anything tells the minute at which somebody did something.

    moments = Moments()
    with moments.noting():
        public.post("/reports", json=report)
    told = [time.place for time in times_in(document) if moments.betrayed_by(time)]

What is cut to the full hour tells nothing. All else is compared by its minutes and seconds alone, so that a date that
was reckoned from the moment (due in sixty days) betrays it too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bson import ObjectId, Timestamp

_HOUR_S, _SECOND, _MILLISECOND = 3600.0, 1.0, 0.001
_UUID7 = re.compile(r"\b([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_OBJECT_ID = re.compile(r"\b[0-9a-f]{24}\b")
# Numbers that may be a time since 1970, in seconds, milliseconds or finer.
_SINCE_1970 = [(1e9 * scale, 4e9 * scale, scale) for scale in (1, 1e3, 1e6, 1e9)]


class Time(NamedTuple):
    """A time that was found. ``cut_s``: it may have been that much later, for it was cut to seconds or milliseconds."""

    place: str
    moment: datetime
    cut_s: float


class Moments:
    """The stretches of time in which something was done that nothing may tell."""

    def __init__(self) -> None:
        self._noted: list[tuple[float, float]] = []

    @contextmanager
    def noting(self) -> Iterator[None]:
        """What is done within must not be told."""
        began = time.time()
        try:
            yield
        finally:
            self._noted.append((began, time.time()))

    def betrayed_by(self, time: Time) -> bool:
        """Whether this time, whatever its hour, is one of the noted ones."""
        since_1970, cut = time.moment.timestamp(), time.cut_s
        if since_1970 % _HOUR_S == 0:
            return False
        # The moment itself was up to ``cut`` later.
        return any((since_1970 - began + cut) % _HOUR_S <= ended - began + cut for began, ended in self._noted)

    @property
    def seconds(self) -> float:
        """How long they are together."""
        return sum(ended - began for began, ended in self._noted)


def times_in(value: Any, place: str = "") -> Iterator[Time]:
    """Everything below ``value`` that is a time, or an id or a text that holds one."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from times_in(name, f"{place}.<key>")
            yield from times_in(inner, f"{place}.{name}")
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from times_in(inner, f"{place}[]")
    else:
        for moment, cut in _times_of(value):
            yield Time(place, moment if moment.tzinfo else moment.replace(tzinfo=UTC), cut)


def _times_of(value: Any) -> Iterator[tuple[datetime, float]]:
    if isinstance(value, datetime):
        yield value, _MILLISECOND
    elif isinstance(value, ObjectId):
        yield value.generation_time, _SECOND
    elif isinstance(value, Timestamp):
        yield value.as_datetime(), _SECOND
    elif isinstance(value, str):
        yield from _times_in_text(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        for least, most, scale in _SINCE_1970:
            if least <= value < most:
                whole = isinstance(value, int) and scale == 1
                yield datetime.fromtimestamp(value / scale, UTC), _SECOND if whole else _MILLISECOND


def _times_in_text(text: str) -> Iterator[tuple[datetime, float]]:
    for match in _UUID7.finditer(text):
        yield datetime.fromtimestamp(int(match[1] + match[2], 16) / 1000, UTC), _MILLISECOND
    for match in _RFC3339.finditer(text):
        yield datetime.fromisoformat(match[0]), _MILLISECOND if "." in match[0] else _SECOND
    for match in _OBJECT_ID.finditer(text):
        yield ObjectId(match[0]).generation_time, _SECOND
