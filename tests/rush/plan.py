"""Who does what when in a rush, and what is killed: drawn from a seed, nothing else. Times are seconds of the exam."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.plan import BROKER, GATEWAY, OUTAGE, RELAY, SERVICE, Kill, Target

CHOICES = ("A", "B", "C", "D")
RIGHT = "B"
# How often somebody knows it; how often an answer is changed later, an old save sent once more, or nobody hands in.
KNOWS, CHANGES, REPEATS, VANISHES = 0.7, 0.1, 0.05, 0.03
LONGEST_DOWN_S = 2.5
# What is killed in turn; the first four come before anything comes twice.
TARGETS = (
    Target(SERVICE, "quiz", 1),
    Target(GATEWAY),
    Target(SERVICE, "tasks", 1),
    Target(BROKER),
    Target(SERVICE, "quiz", 2),
    Target(RELAY, "quiz"),
    Target(OUTAGE, "quiz"),
)


@dataclass(frozen=True)
class Length:
    """How long an exam is: all start within ``starting``, think for ``writing``, and hand in within ``handing_in``."""

    starting: float
    writing: float
    handing_in: float

    @property
    def whole(self) -> float:
        """From the first start to the moment at which the exam closes."""
        return self.starting + self.writing + self.handing_in


@dataclass(frozen=True)
class Save:
    """One answer to the question at ``place``, chosen at ``at``. ``again``: the same save as one before, sent late."""

    at: float
    place: int
    answer: str
    sequence: int
    again: bool = False


@dataclass(frozen=True)
class Course:
    """What one candidate means to do. ``hands_in`` None: vanishes after the last answer."""

    username: str
    starts: float
    saves: tuple[Save, ...]
    hands_in: float | None


def course_of(seed: int, username: str, answers: int, length: Length) -> Course:
    """A candidate who answers so many questions, at the pace of people: one after another, sooner or later."""
    chance = random.Random(f"rush {seed} {username}")
    starts = chance.uniform(0, length.starting)
    leaves = length.starting + length.writing + chance.uniform(0.05, 0.85) * length.handing_in
    moments = sorted(chance.uniform(starts, leaves) for _ in range(answers))
    saves: list[Save] = []
    places = chance.sample(range(answers), answers)
    for at, place in zip(moments, places, strict=True):
        saves.append(Save(at, place, _answer(chance), len(saves) + 1))
        if chance.random() < CHANGES:
            earlier = chance.choice(saves)
            saves.append(Save(at, earlier.place, _answer(chance), len(saves) + 1))
        if chance.random() < REPEATS:
            old = chance.choice(saves)
            saves.append(Save(at, old.place, old.answer, old.sequence, again=True))
    return Course(username, starts, tuple(saves), None if chance.random() < VANISHES else leaves)


def kills_of(seed: int, count: int, length: Length, targets: Sequence[Target] = TARGETS) -> list[tuple[float, Kill]]:
    """So many kills with their moments: the first while people start, the last while they hand in, others between."""
    chance = random.Random(f"rush kills {seed}")
    step = length.whole / count
    moments = [step * number + chance.uniform(0.1, 0.7) * step for number in range(count)]
    if count > 1:
        moments[0] = chance.uniform(0.2, 0.8) * length.starting
        moments[-1] = length.whole - chance.uniform(0.4, 0.9) * length.handing_in
    chosen = [targets[number % len(targets)] for number in range(count)]
    return [(at, _kill(target, chance.uniform(0, LONGEST_DOWN_S))) for at, target in zip(moments, chosen, strict=True)]


def _kill(target: Target, down_s: float) -> Kill:
    again_s = 0.01 if target.kind == OUTAGE else None
    return Kill(target, after_s=0.0, down_s=round(down_s, 2), together=True, again_s=again_s)


def _answer(chance: random.Random) -> str:
    return RIGHT if chance.random() < KNOWS else chance.choice([choice for choice in CHOICES if choice != RIGHT])
