"""Persons: 张某某, 王主任, 老季, and full names beside a title or after 叫, 律师, 举报 and the like.

A full name that was recognised once is found wherever it stands, and so are the names of the subjects that the
reporter gave. There is no model of language behind it: a full name without any of these signs is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from services.reports.triage.entities.found import PERSON, Entity
from services.reports.triage.entities.names import names

# Words of which the first character is a surname as well.
_NO_NAMES = re.compile(
    r"^(?:任何|任务|任职|高级|高度|高额|高价|高风险|金额|金牌|文书|文件|文化|方便|方式|方面|方案|方才|方向|包括|包厢|包庇|包赢|包子|包揽|单位|单独|单子|单身|单价"
    r"|车祸|车辆|车损|车主|关系|关于|关心|关门|关注|关在|应当|应该|应付|应有|解释|解决|解矫|解除|解押|路费|路边|路口|安排|安置|安全|安帮"
    r"|成功|成立|成绩|成了|连续|连夜|连带|项目|向着|向我|向他|向她|向法|向当|向贵|向本|向群|向司|向上|向村|常年|常常|尤其|施工|程序|曾经|易发|古稀"
    r"|管理|管教|管他|管律|管着|管鉴|管我|应承|费用|申请|申诉|明显|康复|温泉|白条|白白|白酒|华侨|江边|石头|万元|万一|段时|游客|游玩|连同|时任"
    r"|房子|房屋|房产|房租|房东|幸好|幸亏|幸福|祖父|祖母|祖宗|祖孙|麻烦|麻将|宁愿|宁可|宁静|习惯|高兴|平安|平时|文明|文华|东西|班子|池子|曲子|祝福|祝贺"
    r"|全部|严重|严格|严肃|万余|余款|余万|余元|毛病|支队|项|银行|左右|水库|冷漠|冷硬|易|和|相|时)"
)
# 关于某人, 对方律师: the surname belongs to the word before.
_PART_OF_A_WORD = re.compile(
    r"(?:[关对由位至属在终等出]于|[对双我各一他甲乙官地两多大]方|[机相有无]关|[公总主]管|[开施动完]工|[简菜名订]单|[汽火开停]车|[安平齐]安|[万]万)$"
)
_NOT_AFTER_SURNAME = frozenset(
    "的了在是和与我你他她们说给收要不就都也还把被从到让找去来有没上下里外又再只很太想看听问写办做打"
)
_MASKED = r"某某?某?[甲乙丙丁]?"


@dataclass(frozen=True)
class _Patterns:
    masked: re.Pattern[str]
    titled: re.Pattern[str]
    familiar: re.Pattern[str]
    full_then_title: re.Pattern[str]
    cue_then_full: re.Pattern[str]
    opening: re.Pattern[str]
    title_at_end: re.Pattern[str]
    cue_then_surname: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    known = names()
    surname, title, given = known.surname, known.title, "".join(sorted(known.given))
    return _Patterns(
        masked=re.compile(rf"(?P<name>{surname}{_MASKED})(?!种|些|个|科|局|所|处|年|月)"),
        titled=re.compile(rf"(?<![一-龥]老)(?P<name>{surname}{title})"),
        familiar=re.compile(
            rf"(?<![一-龥](?<![请找跟和给叫对问]))(?P<name>[老小]{surname})(?=[^一-龥]|[写说讲跟对给和是就的在先也收拿])"
        ),
        full_then_title=re.compile(rf"(?P<name>{surname}[{given}]{{1,2}})(?={title})"),
        cue_then_full=re.compile(
            rf"(?:{known.cue_before}(?:是|为|的|个|人)?|(?:中心|所|局|处|院|公司|委员会)的?)[\"“‘]?(?P<name>{surname}[{given}][{given}]?)(?![{given}]?{title}?某)"
        ),
        opening=re.compile(rf"(?:^|[。,;:!?、\s])(?P<name>{surname}[{given}]{{1,2}})(?=[判还在是说把给因于系自曾])"),
        title_at_end=re.compile(rf"{title}$"),
        cue_then_surname=re.compile(rf"姓(?P<name>{surname})的"),
    )


def find(plain: str, given_names: Iterable[str] = ()) -> Iterator[Entity]:
    """Every mention of a person in ``plain`` (as ``Text.plain``). ``given_names``: those that the reporter named."""
    patterns = _patterns()
    for pattern in (patterns.masked, patterns.titled, patterns.familiar, patterns.cue_then_surname):
        yield from (Entity(PERSON, *match.span("name")) for match in _named(pattern, plain))
    full = {name for name in given_names if 2 <= len(name) <= 12}
    for pattern in (patterns.full_then_title, patterns.cue_then_full, patterns.opening):
        full |= {match["name"] for match in _named(pattern, plain)}
    for name in full:
        yield from (Entity(PERSON, *match.span()) for match in re.finditer(re.escape(name), plain))


def _named(pattern: re.Pattern[str], plain: str) -> Iterator[re.Match[str]]:
    for match in pattern.finditer(plain):
        start, name = match.start("name"), match["name"]
        if _PART_OF_A_WORD.search(plain[max(0, start - 1) : start + 1]):
            continue
        if not _NO_NAMES.match(name) and name[1:2] not in _NOT_AFTER_SURNAME:
            yield match


def title_of(name: str) -> str:
    """律师 of 叶律师; empty for a name without a title."""
    match = _patterns().title_at_end.search(name)
    return match[0] if match else ""
