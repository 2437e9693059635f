"""A broken promise, and what rules have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from tests.chaos.evidence import Evidence
from tests.chaos.testimony import Testimony

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Finding:
    """A promise that was broken: its name, and about what."""

    name: str
    about: str

    def __str__(self) -> str:
        return f"{self.name}: {self.about}"


Rule = Callable[[Testimony, Evidence], Iterator[Finding]]


def none_twice(name: str, things: Iterable[T], key: Callable[[T], K]) -> Iterator[Finding]:
    """A finding of this name for each key that several of the things share."""
    for found, times in Counter(map(key, things)).items():
        if times > 1:
            yield Finding(name, f"{found} ({times} times)")
