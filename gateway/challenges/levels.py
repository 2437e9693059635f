"""How hard a proof of work is: it follows the load, in levels that are data (docs/decisions/0019).

A challenge of ``max_number`` n takes n/2 SHA-256 hashes on average and n at most. An old phone does some 100,000 a
second in a browser, a notebook a million.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """From this ``load`` on (parts of what is free), challenges are this hard."""

    load: float
    max_number: int


LEVELS = (
    Level(0, 50_000),
    Level(4, 200_000),
    Level(16, 1_000_000),
    Level(64, 4_000_000),
)


def level(load: float) -> Level:
    """The level of this load: never easier for a greater one."""
    return next((level for level in reversed(LEVELS) if load >= level.load), LEVELS[0])


def pressure(load: float) -> int:
    """For those who watch: 0 while nothing but what is free is asked for, else the number of the level from 1."""
    return LEVELS.index(level(load)) + 1 if load > 1 else 0
