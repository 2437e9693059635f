"""Days, months and years as people write them, told by ISO 8601 relative to the day of receipt.

A month without a year is the last one before the day of receipt, unless it begins soon after: reports tell what
happened, and at times when a hearing is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from services.reports.triage.entities import numerals
from services.reports.triage.entities.found import DATE, Entity

_YEAR_OFFSETS = {"大前年": -3, "前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1}
_MONTH_OFFSETS = {"上": -1, "这": 0, "本": 0, "下": 1}
_DAY_OFFSETS = {
    **{"大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1, "今天": 0, "今日": 0},
    **{"今晚": 0, "今早": 0, "今晨": 0, "今夜": 0, "明天": 1, "明日": 1, "明早": 1, "明晚": 1, "后天": 2, "大后天": 3},
}
_WEEKDAYS = {**{day: number for number, day in enumerate("一二三四五六日", 1)}, "天": 7}
_MONTH_NAMES = {"正": 1, "元": 1}

_C = "〇零一二三四五六七八九"
_YEAR = (
    rf"(?:(?P<year>(?:19|20)[0-9]{{2}}|[{_C}]{{4}}|(?<![0-9])[0-9]{{2}}(?=年(?:[0-9]|1[0-2])))年"
    r"|(?P<rel_year>大前年|前年|去年|上年|今年|本年|明年))"
)
_MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九正])月份?"
_DAY = r"(?P<day>3[01]|[12][0-9]|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])[日号]"
_PART = r"(?:上旬|中旬|下旬|初|底|末|中(?![秋考]))"
_SEASON = r"(?:年?(?:[底初末]|中(?![风午秋间央途考]))|春天|夏天|秋天|冬天|[上下]半年)"

_CALENDAR = re.compile(
    rf"(?:{_YEAR}的? ?)?(?<![0-9个几])(?<!\.){_MONTH}(?: ?{_DAY}|{_PART})?(?!饼|租|薪|息|嫂|子|收入|供|经|台)"
)
_YEAR_ALONE = re.compile(rf"{_YEAR}{_SEASON}?")
_ISO = re.compile(
    r"(?<![0-9.\-/])(?P<year>(?:19|20)[0-9]{2})[-./](?P<month>1[0-2]|0?[1-9])(?:[-./](?P<day>3[01]|[12][0-9]|0?[1-9]))?(?![0-9])"
)
_MONTH_RELATIVE = re.compile(rf"(?P<which>[上这本下])个?月(?:(?P<day>3[01]|[12][0-9]|[1-9])[日号]|{_PART})?")
_DAY_RELATIVE = re.compile("|".join(sorted(_DAY_OFFSETS, key=len, reverse=True)))
_WEEK = re.compile(r"(?P<which>上上|下下|上|这|本|下)个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-6])?")
_AGO = re.compile(
    rf"(?P<number>[0-9]{{1,3}}|[{_C}十百两]{{1,4}}|半)(?P<many>[多几])?(?P<unit>天|周|个星期|个礼拜|个多?月|年)(?:之|以)?前(?![后途])"
)
_SOON = timedelta(days=75)


def find(plain: str, received: date) -> Iterator[Entity]:
    """Every date in ``plain`` (as ``Text.plain``); ``received`` is the day in the bureau's time zone."""
    for pattern, value in _PATTERNS:
        for match in pattern.finditer(plain):
            told = _safely(value, match, received)
            if told is not _NOT_A_DATE:
                yield Entity(DATE, match.start(), match.end(), told)


_NOT_A_DATE = "not a date"


def _safely(value: Callable[[re.Match[str], date], str | None], match: re.Match[str], received: date) -> str | None:
    """The value; no date at all when the calendar has no such day (2月30日)."""
    try:
        return value(match, received)
    except (ValueError, OverflowError):
        return _NOT_A_DATE


def _calendar(match: re.Match[str], received: date) -> str | None:
    month = _number(match["month"]) if match["month"] not in _MONTH_NAMES else _MONTH_NAMES[match["month"]]
    day = _number(match["day"]) if match["day"] else None
    year = _year(match, received)
    return _iso(year if year is not None else _nearest_year(month, day, received), month, day)


def _year_alone(match: re.Match[str], received: date) -> str | None:
    year = _year(match, received)
    return None if year is None else f"{year:04}"


def _numeric(match: re.Match[str], received: date) -> str | None:
    return _iso(int(match["year"]), int(match["month"]), int(match["day"]) if match["day"] else None)


def _month_relative(match: re.Match[str], received: date) -> str | None:
    months = received.year * 12 + received.month - 1 + _MONTH_OFFSETS[match["which"]]
    return _iso(months // 12, months % 12 + 1, int(match["day"]) if match["day"] else None)


def _day_relative(match: re.Match[str], received: date) -> str | None:
    return (received + timedelta(days=_DAY_OFFSETS[match[0]])).isoformat()


def _week(match: re.Match[str], received: date) -> str | None:
    weeks = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}[match["which"]]
    monday = received - timedelta(days=received.isoweekday() - 1) + timedelta(weeks=weeks)
    weekday = match["weekday"]
    if weekday is None:
        year, week, _ = monday.isocalendar()
        return f"{year}-W{week:02}"
    number = int(weekday) if weekday.isdigit() else _WEEKDAYS[weekday]
    return (monday + timedelta(days=number - 1)).isoformat()


def _ago(match: re.Match[str], received: date) -> str | None:
    if match["many"]:
        return None
    half, unit = match["number"] == "半", match["unit"]
    number = 0 if half else _number(match["number"])
    if unit == "天":
        return None if half else (received - timedelta(days=number)).isoformat()
    if unit == "年":
        months = 6 if half else 0
        return f"{received.year - number:04}" if not half else _month_back(received, months)
    if unit == "个月":
        return None if half else _month_back(received, number)
    return None


def _month_back(received: date, months: int) -> str:
    total = received.year * 12 + received.month - 1 - months
    return _iso(total // 12, total % 12 + 1, None)


def _festival(match: re.Match[str], received: date) -> str | None:
    name = match["festival"]
    year = _year(match, received)
    days = _festival_days(name, received)
    if year is not None:
        return next((day.isoformat() for day in days if day.year == year), None)
    soon = [day for day in days if day <= received + _SOON]
    return soon[-1].isoformat() if soon else None


def _festival_days(name: str, received: date) -> list[date]:
    known = _festivals()
    if name in known["fixed"]:
        years = range(received.year - 3, received.year + 2)
        return [date.fromisoformat(f"{year}-{known['fixed'][name]}") for year in years]
    return [date.fromisoformat(day) for day in known["lunar"][name]]


def _year(match: re.Match[str], received: date) -> int | None:
    if match["rel_year"]:
        return received.year + _YEAR_OFFSETS[match["rel_year"]]
    if not match["year"]:
        return None
    year = _number(match["year"])
    return year + 2000 if year < 100 else year


def _nearest_year(month: int, day: int | None, received: date) -> int:
    starts = date(received.year, month, min(day or 1, 28))
    return received.year if starts <= received + _SOON else received.year - 1


def _iso(year: int, month: int, day: int | None) -> str:
    if day is None:
        return f"{date(year, month, 1):%Y-%m}" if year >= 1000 else _NOT_A_DATE
    return date(year, month, day).isoformat()


def _number(written: str) -> int:
    number = numerals.read(written)
    if number is None or number.value is None:
        raise ValueError("not a number")
    return int(number.value)


@cache
def _festivals() -> dict[str, Any]:
    path = Path(__file__).parents[1] / "data" / "festivals.json"
    festivals: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return festivals


_FESTIVAL = re.compile(rf"(?:{_YEAR}的?)?(?P<festival>元旦|春节|清明|五一|劳动节|端午|中秋|国庆)节?")

_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], str | None]], ...] = (
    (_CALENDAR, _calendar),
    (_ISO, _numeric),
    (_FESTIVAL, _festival),
    (_YEAR_ALONE, _year_alone),
    (_MONTH_RELATIVE, _month_relative),
    (_DAY_RELATIVE, _day_relative),
    (_WEEK, _week),
    (_AGO, _ago),
)
