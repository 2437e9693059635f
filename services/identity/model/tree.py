"""The tree of units: every unit, and every person, keeps the path of ids from the root down to its own unit."""

from __future__ import annotations

from collections.abc import Sequence

from services.identity.model.refusals import UnitMoveRefused

# Bureau, district, branch, group …: real trees are 4 deep.
DEEPEST = 12


def path_below(parent_path: Sequence[str], unit_id: str) -> list[str]:
    """The path of a unit directly below the unit with ``parent_path`` (empty: the root)."""
    if len(parent_path) >= DEEPEST:
        raise UnitMoveRefused("too_deep")
    return [*parent_path, unit_id]


def is_within(path: Sequence[str], unit_id: str) -> bool:
    """Whether something with this path is the unit or below it."""
    return unit_id in path


def check_move(path: Sequence[str], new_parent_path: Sequence[str], height: int) -> None:
    """Whether the unit with ``path``, with ``height`` levels below it, may move below the other."""
    if len(path) == 1:
        raise UnitMoveRefused("root_stays")
    if is_within(new_parent_path, path[-1]):
        raise UnitMoveRefused("into_itself")
    if len(new_parent_path) + 1 + height > DEEPEST:
        raise UnitMoveRefused("too_deep")


def path_after_move(path: Sequence[str], moved_id: str, new_parent_path: Sequence[str]) -> list[str]:
    """The path of what lies at or below ``moved_id`` once that unit is below ``new_parent_path``."""
    return [*new_parent_path, *path[path.index(moved_id) :]]
