"""Whether a blueprint can be drawn at all, and which of its cells are in each other's way when it cannot."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.quiz.model.paper import Item, Matching


@dataclass(frozen=True)
class CellAccount:
    """How a cell of the blueprint fares: of the ``wanted`` questions at most ``filled`` while the others are filled
    too; ``available`` fit it at all. ``cell`` counts from 1.
    """

    cell: int
    wanted: int
    available: int
    filled: int

    @property
    def short(self) -> int:
        """How many it lacks."""
        return self.wanted - self.filled


@dataclass(frozen=True)
class Shortage:
    """Cells that together want more questions than fit any of them: however they share, ``short`` are missing."""

    cells: tuple[int, ...]
    wanted: int
    available: int

    @property
    def short(self) -> int:
        """How many they lack together."""
        return self.wanted - self.available


@dataclass(frozen=True)
class Account:
    """What a blueprint finds in the bank."""

    cells: tuple[CellAccount, ...]
    shortages: tuple[Shortage, ...]

    @property
    def feasible(self) -> bool:
        """Whether every cell can be filled at once."""
        return not self.shortages


def account(blueprint: list[dict[str, Any]], pool: Iterable[Item]) -> Account:
    """The account of the blueprint, exact: a maximum bipartite matching of places and questions.

    A cell that stays short, and all that compete with it along alternating paths, want more questions than there are
    (König, Hall); so each of the shortages is proved by counting its own cells and their questions.
    """
    matching = Matching(blueprint, sorted(pool, key=lambda item: item.id))
    filled = [matching.fill(cell) for cell in range(len(blueprint))]
    cells = tuple(
        CellAccount(cell + 1, wanted["count"], len(matching.candidates[cell]), filled[cell])
        for cell, wanted in enumerate(blueprint)
    )
    reached = [matching.rivals(cell) for cell, row in enumerate(cells) if row.short]
    return Account(cells, tuple(_shortage(group, blueprint, matching) for group in _joined(reached)))


def _joined(groups: list[set[int]]) -> list[set[int]]:
    """Groups that share a cell as one."""
    apart: list[set[int]] = []
    for group in groups:
        touching = [other for other in apart if not other.isdisjoint(group)]
        apart = [other for other in apart if other.isdisjoint(group)] + [group.union(*touching)]
    return sorted(apart, key=min)


def _shortage(cells: set[int], blueprint: list[dict[str, Any]], matching: Matching) -> Shortage:
    questions = {id for cell in cells for id in matching.candidates[cell]}
    wanted = sum(blueprint[cell]["count"] for cell in cells)
    return Shortage(tuple(sorted(cell + 1 for cell in cells)), wanted, len(questions))
