"""The fingerprint of a report: what is needed to compare it with others, in 1,280 bytes, without its text.

Its features are the rarer character n-grams and what the report names (amounts, days, organisations, places, family
names), which count more: who reports a matter again uses other words, but the same sum and the same office. A MinHash
signature estimates how much two sets of features share; the weights of the rarest features (TF-IDF, cosine) rank
those that share something. A fingerprint tells words to whoever guesses them, so it is kept sealed like the text.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from services.reports.triage import ngrams
from services.reports.triage.classifier import Model
from services.reports.triage.entities import DATE, MONEY, ORGANISATION, PERSON, PLACE, Entity
from services.reports.triage.reading import Reading

VERSION = 1
PERMUTATIONS = 128
FEATURES = 128
SIZE = PERMUTATIONS * 4 + FEATURES * (4 + 2)

# n-grams that more reports than this part hold say nothing about the matter (idf of the packaged vocabulary).
_COMMON = 0.05
_LENGTHS = (2, 3)
# How much what is named counts, in n-grams; a family name alone says little.
_COUNTS = {MONEY: 4, DATE: 3, ORGANISATION: 6, PLACE: 4, PERSON: 3}

_CHUNK = 4096
_MIX = numpy.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Fingerprint:
    """``signature``: ``PERMUTATIONS`` minima. ``features``, ``weights``: the ``FEATURES`` heaviest features (padded
    with weight 0) in ascending order of feature, weights of length 1."""

    signature: NDArray[numpy.uint32]
    features: NDArray[numpy.uint32]
    weights: NDArray[numpy.float16]

    def to_bytes(self) -> bytes:
        """``SIZE`` bytes, little-endian."""
        return b"".join(
            (
                self.signature.astype("<u4").tobytes(),
                self.features.astype("<u4").tobytes(),
                self.weights.astype("<f2").tobytes(),
            )
        )

    @classmethod
    def from_bytes(cls, written: bytes) -> Fingerprint:
        """The fingerprint of ``to_bytes``; ``ValueError`` for another length."""
        if len(written) != SIZE:
            raise ValueError(f"a fingerprint has {SIZE} bytes, not {len(written)}")
        signature, features = PERMUTATIONS * 4, PERMUTATIONS * 4 + FEATURES * 4
        return cls(
            numpy.frombuffer(written[:signature], dtype="<u4"),
            numpy.frombuffer(written[signature:features], dtype="<u4"),
            numpy.frombuffer(written[features:], dtype="<f2"),
        )


def fingerprint(model: Model, reading: Reading) -> Fingerprint:
    """The fingerprint of a report; equal texts received on the same day have equal fingerprints."""
    weights = _weights(model, reading)
    features = numpy.fromiter(weights.keys(), dtype=numpy.uint32, count=len(weights))
    heaviness = numpy.fromiter(weights.values(), dtype=numpy.float32, count=len(weights))
    return Fingerprint(_signature(features), *_heaviest(features, heaviness))


def _weights(model: Model, reading: Reading) -> dict[int, float]:
    rarest = float(model.idf.max()) if len(model.idf) else 1.0
    # The most reports an n-gram may occur in, as the idf that training gave it.
    common = float(numpy.log(1 / _COMMON) + 1)
    weights: dict[int, float] = {}
    for gram, number in ngrams.count(reading.plain, _LENGTHS).items():
        place = model.places.get(gram)
        idf = rarest if place is None else float(model.idf[place])
        if idf >= common:
            weights[_hashed(gram)] = (1 + float(numpy.log(number))) * idf
    for entity in _named(reading):
        kind, name = entity
        for copy in range(_COUNTS[kind]):
            weights[_hashed(f"{kind}\0{name}\0{copy}")] = rarest
    return weights


def _named(reading: Reading) -> Iterator[tuple[str, str]]:
    texts = {"title": reading.title.plain, "narrative": reading.narrative.plain}
    for field, found in reading.found.items():
        for entity in found:
            name = _name(texts[field], entity)
            if name:
                yield entity.kind, name


def _name(plain: str, entity: Entity) -> str | None:
    """How two reports of the same matter would name it alike."""
    if entity.kind in (MONEY, DATE):
        return entity.value if entity.value and len(entity.value) > len("2026") - (entity.kind == MONEY) * 2 else None
    if entity.kind == PERSON:
        # 孙所长, 孙某, 孙国栋: the family name is what they share.
        return plain[entity.start : entity.end].removeprefix("老").removeprefix("小")[:1]
    return plain[entity.start : entity.end]


def _hashed(feature: str) -> int:
    return zlib.crc32(feature.encode())


def _signature(features: NDArray[numpy.uint32]) -> NDArray[numpy.uint32]:
    """Multiply-shift hashing (Dietzfelbinger 1997): the upper half of a·x + b modulo 2⁶⁴, its minimum over x."""
    signature = numpy.full(PERMUTATIONS, numpy.iinfo(numpy.uint32).max, dtype=numpy.uint32)
    for start in range(0, len(features), _CHUNK):
        mixed = features[start : start + _CHUNK].astype(numpy.uint64) * _MIX
        hashed = mixed[:, None] * _FACTORS + _OFFSETS
        numpy.minimum(signature, (hashed >> numpy.uint64(32)).astype(numpy.uint32).min(axis=0), out=signature)
    return signature


def _heaviest(
    features: NDArray[numpy.uint32], weights: NDArray[numpy.float32]
) -> tuple[NDArray[numpy.uint32], NDArray[numpy.float16]]:
    order = numpy.lexsort((features, -weights))[:FEATURES]
    order = order[features[order].argsort(kind="stable")]
    kept, heaviness = features[order], weights[order]
    length = float(numpy.linalg.norm(heaviness))
    padding = FEATURES - len(kept)
    return (
        numpy.pad(kept, (0, padding), constant_values=numpy.iinfo(numpy.uint32).max),
        numpy.pad(heaviness / length if length else heaviness, (0, padding)).astype(numpy.float16),
    )


_RANDOM = numpy.random.Generator(numpy.random.PCG64(20260101))
_FACTORS = _RANDOM.integers(1, 2**63, PERMUTATIONS, dtype=numpy.uint64) * numpy.uint64(2) + numpy.uint64(1)
_OFFSETS = _RANDOM.integers(0, 2**63, PERMUTATIONS, dtype=numpy.uint64)
