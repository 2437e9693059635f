"""Which questions two variants of papers share."""

from collections.abc import Iterable, Sequence
from itertools import combinations, product
from typing import Any

Variants = Sequence[Sequence[str]]


def between_variants(variants: Variants) -> list[dict[str, Any]]:
    """Each two variants of one paper, counted from 0."""
    return _shared(combinations(enumerate(variants), 2))


def between_papers(variants: Variants, others: Variants) -> list[dict[str, Any]]:
    """Each variant of one paper with each of another, counted from 0."""
    return _shared(product(enumerate(variants), enumerate(others)))


def _shared(
    pairs: Iterable[tuple[tuple[int, Sequence[str]], tuple[int, Sequence[str]]]],
) -> list[dict[str, Any]]:
    return [_of_two(first, one, second, another) for (first, one), (second, another) in pairs]


def _of_two(first: int, one: Sequence[str], second: int, another: Sequence[str]) -> dict[str, Any]:
    common = sorted(set(one) & set(another))
    shorter = min(len(one), len(another))
    share = len(common) / shorter if shorter else 0.0
    return {"first": first, "second": second, "common": len(common), "share": share, "question_ids": common}
