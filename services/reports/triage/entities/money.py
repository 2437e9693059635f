"""Amounts of money: 35000元, ￥3,500, 三万五千元, 3.5万, 三块二, 一千到五千元, and 两万 where it is paid or taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from services.reports.triage.entities import numerals
from services.reports.triage.entities.found import MONEY, Entity

_CHINESE = numerals.WRITTEN
_STARTS = "".join(numerals.DIGITS) + "十拾"
_NUMBER = (
    rf"(?:[0-9]{{1,15}}(?:,[0-9]{{3}}){{0,5}}(?:\.[0-9]{{1,4}})?|[几数上](?=[十百千万亿])|[{_STARTS}])"
    rf"[0-9{_CHINESE}几]{{0,20}}[多余来]?[十百千万亿]{{0,3}}"
)
_RANGE = rf"(?P<low>{_NUMBER})(?:[到至~\-—](?P<high>{_NUMBER}))?"
_CURRENCY = r"(?:元整|元钱|元|圆整|圆|块钱|块)"
_WITH_CURRENCY = re.compile(
    rf"(?:人民币|[¥￥]) ?{_RANGE}{_CURRENCY}?整?|{_RANGE.replace('low', 'low2').replace('high', 'high2')}"
    rf"(?:元整|元钱|元(?![旦月宵])|圆整|圆|块钱|块(?:(?P<tenths>[一二两三四五六七八九0-9])(?![十百千万0-9月日号分个次家户]))?)"
)
# 两万, 六百多: an amount only where money is spoken of and no other thing is counted.
_BARE = re.compile(
    rf"(?<![0-9.{_CHINESE}第之])(?P<low>{_NUMBER})(?:[到至~\-—](?P<high>{_NUMBER}))?(?![0-9.%{_CHINESE}元块])"
)
_PAID = re.compile(
    r"[收给交付要借拿送转罚赔退欠款塞花凑掏补价加涨扣钱费贷账押酬卡讲贴]|少则|多则|公示|其中|人均|打点|开口|变成|包底|分红|提走|标的"
)
_PAID_AFTER = re.compile(
    r"^ ?(?:还没赔|整|的?(?:假?借条|现金|定金|押金|钱|红包|补偿|费|块|赔偿|好处|利息)|现金|多?的(?:钱|红包))"
)
_COUNTED = frozenset(
    "人户家件名本字公里步克斤亩个份平米次天年分位条页张只台套辆场瓶袋箱株棵岁月日号点楼室路号院时小级成倍多以种项起间层口头栋"
)
_LEAST_BARE = 100
_REACH = 10


def find(plain: str) -> Iterator[Entity]:
    """Every amount in ``plain`` (as ``Text.plain``), with its value in yuan."""
    for match in _WITH_CURRENCY.finditer(plain):
        low = match["low"] or match["low2"]
        high = match["high"] or match["high2"]
        entity = _amount(match, low, high, tenths=match["tenths"])
        if entity:
            yield entity
    for match in _BARE.finditer(plain):
        if _is_money(plain, match):
            entity = _amount(match, match["low"], match["high"])
            if entity and (entity.value is None or Decimal(entity.value) >= _LEAST_BARE):
                yield entity


def _amount(match: re.Match[str], low: str, high: str | None, tenths: str | None = None) -> Entity | None:
    number = numerals.read(low)
    if number is None:
        return None
    value, approximate = number
    if value is not None and high:
        value, approximate = value * _shared_unit(low, high), True
    if value is not None and tenths:
        value += (numerals.read(tenths) or numerals.Number(Decimal(0))).value / Decimal(10)  # type: ignore[operator]
    return Entity(MONEY, match.start(), match.end(), None if value is None else f"{value.normalize():f}", approximate)


def _shared_unit(low: str, high: str) -> int:
    """3到5万: the lower number has the upper one's unit."""
    unit = high[-1]
    return numerals.MYRIADS.get(unit, 1) if low[-1] not in numerals.MYRIADS and low[-1] not in numerals.UNITS else 1


def _is_money(plain: str, match: re.Match[str]) -> bool:
    after = plain[match.end() : match.end() + 1]
    if after in _COUNTED and after != "":
        return False
    written = match["low"]
    if not (written[0].isdigit() or any(unit in written for unit in "百千万亿佰仟")):
        return False
    before = re.split(r"[。!?;\n]", plain[max(0, match.start() - _REACH) : match.start()])[-1]
    if written.isdigit() and len(written) < 3:
        return False
    return bool(_PAID.search(before) or _PAID_AFTER.match(plain[match.end() : match.end() + 4]))
