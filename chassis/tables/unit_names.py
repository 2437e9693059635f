"""Finding a unit by what people write in a cell: its code, its name, names from above joined by slashes, or a short
name that nothing else is called by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_SEPARATOR = re.compile(r"[/\\>＞]+|->|→")


class UnknownUnit(Exception):
    """No unit is called so."""


class AmbiguousUnit(Exception):
    """Several units are called so."""


def normal(name: str) -> str:
    """A name as it is compared: NFKC, no blanks, no case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


class UnitNames:
    """Looks units up in what was given: documents with ``_id``, ``name``, ``code``, ``path`` and ``aliases``."""

    def __init__(self, units: Iterable[Mapping[str, Any]]) -> None:
        self._units = {unit["_id"]: unit for unit in units}
        self._by_name: dict[str, list[str]] = {}
        self._by_alias: dict[str, list[str]] = {}
        self._by_code = {normal(unit["code"]): unit["_id"] for unit in self._units.values() if unit.get("code")}
        for unit_id, unit in self._units.items():
            self._by_name.setdefault(normal(unit["name"]), []).append(unit_id)
            for alias in unit.get("aliases") or ():
                self._by_alias.setdefault(normal(alias), []).append(unit_id)

    def find(self, text: str) -> dict[str, Any]:
        """The one unit meant. Raises ``UnknownUnit`` or ``AmbiguousUnit``."""
        code = self._by_code.get(normal(text))
        if code is not None:
            return dict(self._units[code])
        named = self._by_name.get(normal(text), [])
        if not named:
            names = [normal(part) for part in _SEPARATOR.split(text) if part.strip()]
            named = (
                [unit_id for unit_id in self._by_name.get(names[-1], []) if self._fits(unit_id, names)] if names else []
            )
        named = named or self._by_alias.get(normal(text), [])
        if not named:
            raise UnknownUnit(text)
        if len(named) > 1:
            raise AmbiguousUnit(text)
        return dict(self._units[named[0]])

    def _fits(self, unit_id: str, names: Sequence[str]) -> bool:
        """Whether the names occur in this order on the way from the root to the unit, ending with it."""
        path = [normal(self._units[above]["name"]) for above in self._units[unit_id]["path"] if above in self._units]
        steps = iter(path)
        return all(name in steps for name in names)
