"""What the value of a field must be, by the field's type:

==========  ==========================================================================================
choice      ``choices``: one of their codes
several     ``choices``: some of their codes, each once
category    a code of the form's ``categories`` or of one of their ``subcategories``
line, text  ``max_length`` in characters; ``pattern``, a regular expression that the whole value fits; a line has
            no line breaks
number      from ``min`` to ``max``; ``decimals`` after the point at most (0); ``measure``: what it counts
yes_no      ``true`` or ``false``
list        ``max_items``; ``at_least_one_of``: names of which each item has one
day         ``not_after_today``, in the bureau's time zone; ``not_before`` a day
unit        the id of a unit
==========  ==========================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

Problem = dict[str, Any]
Rules = Mapping[str, Any]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Circumstances:
    """What a check needs besides the field: the codes of all categories, and the day it is in the bureau's time
    zone."""

    category_codes: Set[str]
    today: date


Check = Callable[[str, Any, Rules, Circumstances], Iterator[Problem]]


def problem(path: str, code: str, **parts: Any) -> Problem:
    """What is wrong at ``path``: the code of a text and its parts."""
    found: Problem = {"field": path, "message": f"reports.form.{code}"}
    return found | {"parts": parts} if parts else found


def _choice(path: str, value: Any, rules: Rules, _: Circumstances) -> Iterator[Problem]:
    codes = [choice["code"] for choice in rules["choices"]]
    if value not in codes:
        yield problem(path, "not_a_choice", choices=", ".join(codes))


def _several(path: str, value: Any, rules: Rules, _: Circumstances) -> Iterator[Problem]:
    codes = [choice["code"] for choice in rules["choices"]]
    if not isinstance(value, list):
        yield problem(path, "not_a_list")
    elif not all(item in codes for item in value):
        yield problem(path, "not_a_choice", choices=", ".join(codes))
    elif len(set(value)) < len(value):
        yield problem(path, "chosen_twice")


def _category(path: str, value: Any, _: Rules, circumstances: Circumstances) -> Iterator[Problem]:
    if value not in circumstances.category_codes:
        yield problem(path, "no_such_category")


def _text(path: str, value: Any, rules: Rules, _: Circumstances) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield problem(path, "not_a_text")
    elif len(value) > rules["max_length"]:
        yield problem(path, "too_long", max=rules["max_length"])
    elif rules["type"] == "line" and ("\n" in value or "\r" in value):
        yield problem(path, "line_break")
    elif "pattern" in rules and not re.fullmatch(rules["pattern"], value):
        yield problem(path, "wrong_form")


def _number(path: str, value: Any, rules: Rules, _: Circumstances) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield problem(path, "not_a_number")
    elif not rules["min"] <= value <= rules["max"]:
        yield problem(path, "not_between", min=rules["min"], max=rules["max"])
    elif round(value, rules.get("decimals", 0)) != value:
        yield problem(path, "too_many_decimals", max=rules.get("decimals", 0))


def _yes_no(path: str, value: Any, rules: Rules, _: Circumstances) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield problem(path, "not_yes_or_no")


def _list(path: str, value: Any, rules: Rules, _: Circumstances) -> Iterator[Problem]:
    if len(value) > rules["max_items"]:
        yield problem(path, "too_many_items", max=rules["max_items"])
    for index, item in enumerate(value):
        if not any(item.get(name) for name in rules["at_least_one_of"]):
            yield problem(f"{path}.{index}", "empty_item")


def _day(path: str, value: Any, rules: Rules, circumstances: Circumstances) -> Iterator[Problem]:
    day = value if isinstance(value, date) else _day_of(value)
    if day is None:
        yield problem(path, "not_a_day")
    elif rules.get("not_after_today") and day > circumstances.today:
        yield problem(path, "in_the_future")
    elif "not_before" in rules and day < date.fromisoformat(rules["not_before"]):
        yield problem(path, "too_early", min=rules["not_before"])


def _day_of(value: Any) -> date | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        # No such day in the calendar.
        return None


def _unit(path: str, value: Any, rules: Rules, _: Circumstances) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield problem(path, "not_a_text")


CHECKS: Mapping[str, Check] = {
    "choice": _choice,
    "several": _several,
    "category": _category,
    "line": _text,
    "text": _text,
    "number": _number,
    "yes_no": _yes_no,
    "list": _list,
    "day": _day,
    "unit": _unit,
}
