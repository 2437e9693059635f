"""Whether a text speaks of the head of a unit: position words, and which units they are the head's in.

A section has a 科长, a bureau a 局长: 科长 of the bureau is somebody below its head. The words are data, taken from the
titles in use in justice bureaus and the institutions that they supervise, to be corrected by who knows the usage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.reports.model.unit_names import Unit, folded


@dataclass(frozen=True)
class Position:
    """A word for a head. ``of``: what names of units end with in which it is one; empty = any unit."""

    word: str
    of: tuple[str, ...] = ()


# Longer words first, so that 理事长 is not read as something shorter.
POSITIONS: tuple[Position, ...] = (
    Position("法定代表人"),
    Position("主要负责人"),
    Position("主要负责同志"),
    Position("主要领导"),
    Position("领导班子"),
    Position("负责同志"),
    Position("负责人"),
    Position("一把手"),
    Position("理事长", ("会",)),
    Position("局领导", ("局",)),
    Position("局长", ("局",)),
    Position("处长", ("处",)),
    Position("科长", ("科",)),
    Position("部长", ("部",)),
    Position("所长", ("所", "中心")),
    Position("院长", ("院",)),
    Position("会长", ("会",)),
    Position("站长", ("站",)),
    Position("队长", ("队",)),
    Position("组长", ("组", "组驻点办公室")),
    Position("主任", ("所", "处", "室", "中心", "部", "会", "委")),
    Position("书记"),
    Position("领导"),
    Position("法人"),
)

# Before the word: somebody below the head, or somebody who is it no more.
_NOT_THE_HEAD_AFTER = (
    *("副", "原", "前", "前任", "原任", "部门", "科室", "处室", "窗口", "项目", "分管", "协管", "小组"),
    *("支部", "党支部", "团委", "团支部", "工会", "机关党委", "纪委", "纪检组"),
)
# After the word: somebody who works for the head, or another word (主任科员 is a rank, 书记员 a clerk).
_NOT_THE_HEAD_BEFORE = ("助理", "秘书", "司机", "科员", "员", "小组")

_COMPOUND_SURNAMES = frozenset(
    ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "长孙", "夏侯", "宇文")
)

HONORIFICS = ("同志", "先生", "女士", "老师", "律师", "公证员", "本人")


def positions_in(text: str) -> list[Position]:
    """The heads' positions that ``text`` names."""
    return [position for position, _, _ in _found(folded(text))]


def is_head(position: Position, unit: Unit) -> bool:
    """Whether this is the head's position in the unit."""
    names = (unit.name, *unit.aliases)
    return not position.of or any(folded(name).endswith(position.of) for name in names)


def without_positions(whole: str) -> str:
    """A folded text without position words and forms of address: what is left of a name."""
    for position in POSITIONS:
        whole = whole.replace(f"副{position.word}", "").replace(position.word, "")
    for word in HONORIFICS:
        whole = whole.removesuffix(word)
    return whole


def surname_in(name: str) -> str:
    """The surname, where nothing but it is left of a folded name: 王, 王某, 欧阳; else empty."""
    surname = name.rstrip("某")
    return surname if len(surname) == 1 or surname in _COMPOUND_SURNAMES else ""


def _found(whole: str) -> Iterator[tuple[Position, int, int]]:
    taken: list[tuple[int, int]] = []
    for position in POSITIONS:
        at = whole.find(position.word)
        while at >= 0:
            end = at + len(position.word)
            if not any(start < end and at < stop for start, stop in taken):
                taken.append((at, end))
                if not whole[:at].endswith(_NOT_THE_HEAD_AFTER) and not whole[end:].startswith(_NOT_THE_HEAD_BEFORE):
                    yield position, at, end
            at = whole.find(position.word, at + 1)
