"""Papers: the questions of a fixed one, the draw of the other, and the form in which both are asked."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.quiz.model.grading import total

FIXED, DRAWN = "fixed", "drawn"
# Prepared draws of a drawn paper, so that neighbours and later tries get other questions.
DEFAULT_VARIANTS = 5

# Characters of a form: 4 bytes each at most, it stays below the 16 MB of one document.
MAX_FORM = 3_500_000

# What a form keeps of a question, as it was when the exam was made.
ASKED = ("type", "stem", "options", "answer", "scoring", "explanation", "legal_basis", "category", "revision")


@dataclass
class InvalidPaper(Exception):
    """A paper that cannot be put together. ``errors``: ``[{"field", "message", "parts"}]``, messages are
    codes."""

    errors: list[dict[str, Any]]


@dataclass(frozen=True)
class Item:
    """What a draw knows of a question."""

    id: str
    type: str
    category: str
    difficulty: int
    lines: frozenset[str] = frozenset()

    def fits(self, cell: dict[str, Any]) -> bool:
        """Whether the question may fill a place of the blueprint's ``cell``; what a cell does not name is
        free."""
        return (
            cell.get("type") in (None, self.type)
            and cell.get("category") in (None, self.category)
            and cell.get("difficulty") in (None, self.difficulty)
            and (cell.get("line") is None or cell["line"] in self.lines)
        )


def draw(blueprint: list[dict[str, Any]], pool: Iterable[Item], seed: int, variant: int = 0) -> list[list[str]]:
    """The ids drawn for each cell, no question twice; the same for the same seed, variant and pool in any
    order.

    Cells may overlap: a question that two cells want goes where it lets both be filled if that is possible
    at all (a maximum bipartite matching by augmenting paths). ``InvalidPaper`` names each cell that stays
    short.
    """
    matching = Matching(blueprint, sorted(pool, key=lambda item: _rank(seed, variant, item.id)))
    short = []
    for cell, wanted in enumerate(blueprint):
        filled = matching.fill(cell)
        if filled < wanted["count"]:
            short.append(_short(cell, wanted["count"], filled))
    if short:
        raise InvalidPaper(short)
    return [matching.given_to(cell) for cell in range(len(blueprint))]


class Matching:
    """Which question is given to which cell of a blueprint, as many as possible; earlier items are taken first."""

    def __init__(self, blueprint: list[dict[str, Any]], items: list[Item]) -> None:
        self.candidates = [[item.id for item in items if item.fits(cell)] for cell in blueprint]
        self._wanted = [cell["count"] for cell in blueprint]
        self._holder: dict[str, int] = {}

    def fill(self, cell: int) -> int:
        """Fills the cell as far as it goes, without a question less for those filled before; how many it has."""
        places = range(self._wanted[cell])
        return next((filled for filled in places if not _fill(cell, self.candidates, self._holder)), len(places))

    def given_to(self, cell: int) -> list[str]:
        """The questions of the cell."""
        return [id for id in self.candidates[cell] if self._holder.get(id) == cell]

    def rivals(self, cell: int) -> set[int]:
        """The cell, and those that hold a question which it, or a rival of it, wants."""
        reached, frontier = {cell}, [cell]
        while frontier:
            holders = {self._holder[id] for id in self.candidates[frontier.pop()] if id in self._holder} - reached
            reached |= holders
            frontier += holders
        return reached


def form_of(chosen: Iterable[tuple[dict[str, Any], float]]) -> dict[str, Any]:
    """The immutable form of a paper: its questions with their keys as they are now, and the greatest score.

    ``chosen``: each question's document and what it is worth here. ``InvalidPaper`` when it is too large to keep.
    """
    questions = [
        {"id": question["_id"], "score": score}
        | {name: question[name] for name in ASKED}
        | {name: question[name] for name in ("rubric", "media", "fixed_options") if question.get(name)}
        for question, score in chosen
    ]
    if sum(len(repr(question)) for question in questions) > MAX_FORM:
        raise InvalidPaper([{"field": "paper_id", "message": "paper.too_large", "parts": {}}])
    return {"questions": questions, "max_score": total([question["score"] for question in questions])}


def blueprint_score(blueprint: list[dict[str, Any]]) -> float:
    """The greatest score of a drawn paper."""
    return total([cell["score"] for cell in blueprint for _ in range(cell["count"])])


def variant_for(person_id: str, number: int, variants: int) -> int:
    """Which of the prepared forms a person's ``number``-th attempt gets: spread over persons, another each
    time."""
    start = int.from_bytes(hashlib.sha256(person_id.encode()).digest()[:4])
    return (start + number) % variants


def _fill(cell: int, candidates: list[list[str]], holder: dict[str, int]) -> bool:
    """Gives one more question to ``cell``, moving others from cell to cell where that makes room."""
    came_from: dict[str, tuple[int, str | None]] = {}
    reached = {cell}
    frontier: list[tuple[int, str | None]] = [(cell, None)]
    while frontier:
        current, through = frontier.pop(0)
        for id in candidates[current]:
            if id in came_from or holder.get(id) == current:
                continue
            came_from[id] = (current, through)
            if id not in holder:
                _hand_down(id, came_from, holder)
                return True
            if holder[id] not in reached:
                reached.add(holder[id])
                frontier.append((holder[id], id))
    return False


def _hand_down(id: str, came_from: dict[str, tuple[int, str | None]], holder: dict[str, int]) -> None:
    step: str | None = id
    while step is not None:
        taker, given_up = came_from[step]
        holder[step] = taker
        step = given_up


def _rank(seed: int, variant: int, id: str) -> bytes:
    return hashlib.sha256(f"{seed}:{variant}:{id}".encode()).digest()


def _short(cell: int, wanted: int, found: int) -> dict[str, Any]:
    return {
        "field": f"blueprint.{cell}",
        "message": "paper.cell_short",
        "parts": {"cell": cell + 1, "wanted": wanted, "found": found},
    }
