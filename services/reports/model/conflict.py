"""The conflict rule: which units a report is about, so that they never see it, and whether it goes to the level above.

《信访工作条例》第三十条: report material never goes to the person or unit reported.
《纪检监察机关处理检举控告工作规则》: what is about the head of a body goes to the level above and is not visible to
that body. Only the subjects are looked at, not the narrative; when in doubt a unit is taken to be meant. The bureau as
a whole is kept out only where it was chosen from the directory, or its head is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.reports.model.positions import Position, is_head, positions_in, surname_in, without_positions
from services.reports.model.unit_names import Found, Unit, UnitNames, folded

# Who handles a report: the bureau, or the level above, whose key alone opens it.
BUREAU = "bureau"
ABOVE = "above"

_Subject = Mapping[str, Any]


@dataclass(frozen=True)
class Conflict:
    """``unit_ids``: the units that a report is about, those chosen from the directory first. ``headed``: those of them
    whose head it is about."""

    unit_ids: tuple[str, ...]
    headed: frozenset[str]
    route: str


class Directory:
    """All units of the bureau and their heads, made ready for looking up. Immutable."""

    def __init__(self, units: Iterable[Unit] = ()) -> None:
        self._units = {unit.id: unit for unit in units}
        self._names = UnitNames(self._units.values())
        self._roots = frozenset(unit.id for unit in self._units.values() if unit.is_root)
        # Folded name -> id of a head of that name -> the units headed.
        self._heads: dict[str, dict[str, set[str]]] = {}
        for unit in self._units.values():
            for head_id, name in unit.heads if unit.active else ():
                if not folded(name):
                    continue
                self._heads.setdefault(folded(name), {}).setdefault(head_id, set()).add(unit.id)

    def __len__(self) -> int:
        return len(self._units)

    def conflict(self, kind: str, subjects: Iterable[_Subject]) -> Conflict:
        """The conflict of a report of this kind about these subjects (``name``, ``unit``, ``position``, ``unit_id``).

        Suggestions are answered, not investigated, and never go to the level above.
        """
        subjects = tuple(subjects)
        named: dict[str, None] = dict.fromkeys(s["unit_id"] for s in subjects if s.get("unit_id"))
        headed: set[str] = set()
        for subject in subjects:
            units, heads = self._of_subject(subject)
            # Everybody is in the bureau, those who handle reports too: its name alone keeps nobody out.
            named.update(dict.fromkeys(sorted((units - self._roots) | heads)))
            headed |= heads
        above = kind == "report" and not self._roots.isdisjoint(headed)
        return Conflict(tuple(named), frozenset(headed), ABOVE if above else BUREAU)

    @property
    def roots(self) -> frozenset[str]:
        """The ids of the units that are whole bureaus."""
        return self._roots

    def units_in(self, organisations: Iterable[str]) -> frozenset[str]:
        """The units that names of organisations mean, such as triage finds in a narrative; the whole names only."""
        return _units(found for name in organisations for found in self._names.find(name))

    def _of_subject(self, subject: _Subject) -> tuple[set[str], set[str]]:
        """(units that the subject names, units whose head the subject is)."""
        unit_text, position, name = (subject.get(field) or "" for field in ("unit", "position", "name"))
        in_name = self._names.find(name)
        # 市司法局, and as the position 办公室主任: what is said more exactly tells where it is.
        said = self._in_unit_text(unit_text)
        exact = _units(self._names.find(position)) | _units(in_name)
        units = {unit for unit in said | exact if not self._is_above_any(unit, exact)}
        chosen = {subject["unit_id"]} if subject.get("unit_id") else set()
        meant = units | {unit for unit in chosen if not self._is_above_any(unit, units)}
        positions = [*positions_in(position), *positions_in(name), *positions_in(unit_text)]
        heads = {unit for unit in meant if self._names_the_head(unit, positions)}
        if meant or self._names.says_nothing(unit_text):
            heads |= self._by_name(_without(folded(name), in_name), positions, meant)
        return units | chosen, heads

    def _in_unit_text(self, text: str) -> frozenset[str]:
        return _units(self._names.find(text)) or self._names.containing(text)

    def _is_above_any(self, unit_id: str, others: Iterable[str]) -> bool:
        return any(unit_id in self._units[other].path[:-1] for other in others if other in self._units)

    def _names_the_head(self, unit_id: str, positions: Iterable[Position]) -> bool:
        unit = self._units.get(unit_id)
        return unit is not None and any(is_head(position, unit) for position in positions)

    def _by_name(self, name: str, positions: list[Position], units: set[str]) -> set[str]:
        """The units whose head has this name: among and around ``units``, or in all if no other head has it too."""
        heads = self._heads.get(name) or self._heads.get(without_positions(name)) or {}
        if not heads and positions:
            heads = self._by_surname(without_positions(name), positions)
        if units:
            headed = set().union(*heads.values()) if heads else set()
            return {unit for unit in headed if any(self._names.related(unit, other) for other in units)}
        return set().union(*heads.values()) if len(heads) == 1 else set()

    def _by_surname(self, name: str, positions: list[Position]) -> dict[str, set[str]]:
        """王局长, 王某: the heads with this surname in the units that have such a position."""
        surname = surname_in(name)
        if not surname:
            return {}
        found: dict[str, set[str]] = {}
        for full, heads in self._heads.items():
            if full.startswith(surname):
                for head_id, headed in heads.items():
                    fitting = {unit for unit in headed if self._names_the_head(unit, positions)}
                    if fitting:
                        found.setdefault(head_id, set()).update(fitting)
        return found


def _units(found: Iterable[Found]) -> frozenset[str]:
    return frozenset(unit_id for one in found for unit_id in one.unit_ids)


def _without(whole: str, found: Iterable[Found]) -> str:
    for one in sorted(found, key=lambda one: one.start, reverse=True):
        whole = whole[: one.start] + whole[one.end :]
    return whole
