"""Finding the units of the bureau in what people write: names, aliases, and the short forms that people make of them.

People write 东湖司法局 for 东湖区司法局, 正衡律所 for 正衡律师事务所, 市局 for the bureau itself. So each unit has
*keys*: its names and the forms that ``SUFFIXES`` and the leading place (明镜市, 东湖区) give. A key that names one unit
wherever it stands is looked for in the whole text; one that many places have (司法局, 公证处) only at the beginning
of what is said, since 江城公证处 is not ours. The longest key wins. A unit found too many misses a report that it might
have seen; a unit found too few reads what is said about it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

# What names end with -> what people end them with instead.
SUFFIXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("律师事务所", ("律所", "律师所", "事务所", "所")),
    ("司法鉴定中心", ("鉴定中心", "司法鉴定所", "鉴定所")),
    ("司法鉴定所", ("鉴定所", "司法鉴定中心", "鉴定中心")),
    ("司法鉴定机构", ("鉴定机构", "鉴定所")),
    ("基层法律服务所", ("法律服务所",)),
    ("社区矫正管理局", ("社矫局", "社区矫正局", "矫正局", "矫正管理局")),
    ("社区矫正中心", ("社矫中心", "矫正中心")),
    ("律师协会", ("律协",)),
    ("公证协会", ("公协",)),
    ("公证处", ("公证机构",)),
    ("司法局", ("局",)),
    ("分局", ("局",)),
    ("工作科", ("科", "处")),
    ("管理科", ("科", "处")),
    ("工作处", ("处", "科")),
    ("管理处", ("处", "科")),
    ("党支部", ("支部",)),
)

# How people speak to the bureau of itself.
THE_BUREAU = (
    "本局",
    "我局",
    "贵局",
    "你局",
    "该局",
    "你们局",
    "市局",
    "局机关",
    "局里",
    "贵单位",
    "你单位",
    "你们单位",
)

# What may stand before the name of a unit, or join two.
_FILLERS = ("我们", "你们", "咱们", "我市", "本市", "某某", "某", "我", "本", "贵", "你", "该", "在", "是")
_JOINTS = ("下属的", "所属的", "下属", "所属", "机关", "的", "和", "与", "及", "、")

# Whoever writes one of these has named no unit.
_UNKNOWN = ("不详", "未知", "不清楚", "不知道", "不明", "不明确", "无", "没有", "本单位", "单位")

_SHORTEST = 2
# A word that more names than this have in common is the name of a kind: 律师事务所.
_MOST_UNITS = 20
_PLACE = re.compile(r"^(?P<place>[^市区县旗]{0,6}?[市区县旗])(?!委|政府|纪委)(?P<rest>.{2,})$")
# 社区 is a neighbourhood and no district.
_NO_PLACES = ("社区", "小区", "园区", "校区", "辖区")


@dataclass(frozen=True)
class Unit:
    """A unit of the bureau as identity tells of it. ``path``: ids from the root down to and including this unit.

    ``heads``: (id, name) of the people who head it.
    """

    id: str
    path: tuple[str, ...]
    name: str
    aliases: tuple[str, ...] = ()
    active: bool = True
    heads: tuple[tuple[str, str], ...] = ()

    @property
    def is_root(self) -> bool:
        """Whether it is the bureau itself."""
        return len(self.path) == 1


@dataclass(frozen=True)
class Found:
    """Units that a text says between two places of its folded form."""

    start: int
    end: int
    unit_ids: frozenset[str]


def folded(text: str) -> str:
    """A text as it is compared: NFKC, no case, nothing but letters and digits."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


class UnitNames:
    """An index over the keys of all units; looking something up costs no more with more units."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._paths: dict[str, tuple[str, ...]] = {}
        self._anywhere = _Keys()
        self._at_a_start = _Keys()
        self._places: set[str] = set()
        self._roots: set[str] = set()
        names: list[tuple[str, str]] = []
        for unit in units:
            self._paths[unit.id] = unit.path
            for name in filter(None, map(folded, (unit.name, *unit.aliases))):
                names.append((name, unit.id))
                self._add(unit, name)
        self._at_a_start.forget_kinds(self._roots)
        self._anywhere.sort()
        self._at_a_start.sort()
        # All names in one text, so that one search finds every name that contains a word.
        self._text = "\n".join(name for name, _ in names)
        self._owners = [unit_id for _, unit_id in names]
        self._offsets: list[int] = []
        offset = 0
        for name, _ in names:
            self._offsets.append(offset)
            offset += len(name) + 1

    def find(self, text: str) -> list[Found]:
        """The units that ``text`` says, in its order; a unit that only tells where the next one belongs is left out."""
        return self._without_addresses(list(self._longest(text)), folded(text))

    def containing(self, text: str) -> frozenset[str]:
        """The units in whose names a whole word of ``text`` occurs, for texts in which ``find`` finds nothing."""
        found: set[str] = set()
        for part in _parts(text):
            if len(part) >= _SHORTEST and part not in self._places:
                units = set(self._with(part))
                found |= units if len(units) <= _MOST_UNITS else set()
        return frozenset(found)

    def says_nothing(self, text: str) -> bool:
        """Whether a text names no unit of anybody: it is empty, 不详, or only the city."""
        return all(not part or part in self._places or part in _UNKNOWN for part in _parts(text))

    def related(self, one: str, other: str) -> bool:
        """Whether one of these units is the other, or lies below it."""
        return one in self._paths.get(other, ()) or other in self._paths.get(one, ())

    def _add(self, unit: Unit, name: str) -> None:
        self._anywhere.add(name, unit.id)
        place, rest = _divided(name)
        if rest:
            self._at_a_start.add(rest, unit.id)
            self._at_a_start.add(place[-1] + rest, unit.id)
            self._add_short(name, place, rest, unit)
        for changed in _with_other_suffix(name):
            self._anywhere.add(changed, unit.id)
        if unit.is_root:
            self._roots.add(unit.id)
            for word in THE_BUREAU:
                self._at_a_start.add(word, unit.id)

    def _add_short(self, name: str, place: str, rest: str, unit: Unit) -> None:
        core = place[:-1]
        for changed in (rest, *_with_other_suffix(rest)):
            self._at_a_start.add(changed, unit.id)
            self._at_a_start.add(place[-1] + changed, unit.id)
            if len(core) >= _SHORTEST:
                self._anywhere.add(core + changed, unit.id)
                self._anywhere.add(place + changed, unit.id)
        if unit.is_root:
            # Whoever says the city has not said the bureau.
            self._places |= {place, core}

    def _longest(self, text: str) -> Iterator[Found]:
        whole = folded(text)
        starts = _starts(text)
        reached = 0
        for start in range(len(whole)):
            at_a_start = start in starts or (0 < reached <= start and whole[reached:start] in ("", *_JOINTS))
            found = self._anywhere.at(whole, start)
            relative = self._at_a_start.at(whole, start) if at_a_start else None
            if relative and (found is None or relative.end > found.end):
                found = relative
            elif relative and found and relative.end == found.end:
                found = Found(start, found.end, found.unit_ids | relative.unit_ids)
            if found and found.end > reached:
                reached = found.end
                yield found

    def _without_addresses(self, found: list[Found], whole: str) -> list[Found]:
        """Of 市司法局律师科 only the section: what stands right before it says where it belongs."""
        kept: list[Found] = []
        for one in found:
            before = kept[-1] if kept else None
            if before is not None and whole[before.end : one.start] in ("", "的", "下属", "所属", "下属的", "所属的"):
                below = frozenset(unit for unit in one.unit_ids if self._below_any(unit, before.unit_ids))
                if below:
                    kept.pop()
                    one = Found(one.start, one.end, below)
            kept.append(one)
        return kept

    def _below_any(self, unit_id: str, above: frozenset[str]) -> bool:
        return not above.isdisjoint(self._paths.get(unit_id, ())[:-1])

    def _with(self, part: str) -> Iterator[str]:
        at = self._text.find(part)
        while at >= 0:
            yield self._owners[bisect_right(self._offsets, at) - 1]
            at = self._text.find(part, at + 1)


class _Keys:
    """Keys by their first two characters, so that most places of a text are passed by one look."""

    def __init__(self) -> None:
        self._units: dict[str, set[str]] = {}
        self._lengths: Mapping[str, tuple[int, ...]] = {}

    def add(self, key: str, unit_id: str) -> None:
        if len(key) >= _SHORTEST:
            self._units.setdefault(key, set()).add(unit_id)

    def forget_kinds(self, roots: set[str]) -> None:
        """Forgets keys that more than ``_MOST_UNITS`` share, unless the bureau itself is one of them."""
        self._units = {
            key: units for key, units in self._units.items() if len(units) <= _MOST_UNITS or not roots.isdisjoint(units)
        }

    def sort(self) -> None:
        """To be called once all are added."""
        lengths: dict[str, set[int]] = {}
        for key in self._units:
            lengths.setdefault(key[:_SHORTEST], set()).add(len(key))
        self._lengths = {first: tuple(sorted(all_, reverse=True)) for first, all_ in lengths.items()}

    def at(self, whole: str, start: int) -> Found | None:
        """The longest key that stands at ``start``."""
        for length in self._lengths.get(whole[start : start + _SHORTEST], ()):
            units = self._units.get(whole[start : start + length])
            if units and start + length <= len(whole):
                return Found(start, start + length, frozenset(units))
        return None


def _divided(name: str) -> tuple[str, str]:
    """(place with its 市 or 区, the rest), both empty where no place leads the name."""
    found = _PLACE.match(name)
    if found is None or found["place"].endswith(_NO_PLACES):
        return "", ""
    return found["place"], found["rest"]


def _with_other_suffix(name: str) -> Iterator[str]:
    for suffix, others in SUFFIXES:
        if name.endswith(suffix):
            core = name[: -len(suffix)]
            for other in others:
                if len(core) >= _SHORTEST or (not core and len(other) >= _SHORTEST):
                    yield core + other


def _starts(text: str) -> set[int]:
    """The places of the folded text at which something begins: its start, after punctuation, joints and fillers."""
    starts: set[int] = set()
    offset = 0
    for part in _PUNCTUATION.split(unicodedata.normalize("NFKC", text)):
        length = len(folded(part))
        starts.add(offset)
        starts.update(offset + place for place in _inner_starts(folded(part)))
        offset += length
    return starts


def _inner_starts(part: str) -> Iterator[int]:
    for joint in _JOINTS:
        at = part.find(joint)
        while at >= 0:
            yield at + len(joint)
            at = part.find(joint, at + 1)
    for filler in _FILLERS:
        if part.startswith(filler):
            yield len(filler)


def _parts(text: str) -> Iterator[str]:
    """What stands between punctuation and joints, without the fillers before it."""
    for piece in _PUNCTUATION.split(unicodedata.normalize("NFKC", text)):
        for part in _JOINT.split(folded(piece)):
            yield part
            for filler in _FILLERS:
                if part.startswith(filler):
                    yield part[len(filler) :]


_PUNCTUATION = re.compile(r"[^\w\s]+")
_JOINT = re.compile("|".join(sorted(_JOINTS, key=len, reverse=True)))
