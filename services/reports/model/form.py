"""The form as data: a definition checks a report and is told to a person, by the same rules.

A definition has ``fields``, each with a ``name`` that is a path into the report (``subjects.*.unit``), a
``type`` and the rules that its type knows:

==========  ==========================================================================================
choice      ``choices``: one of their codes
category    a code of the definition's ``categories`` or of one of their ``subcategories``
line, text  ``max_length`` in characters; ``pattern``, a regular expression that the whole value fits
list        ``max_items``; ``at_least_one_of``: names of which each item has one
day         ``not_after_today``: today in the bureau's time zone
unit        the id of a unit
==========  ==========================================================================================

``required`` holds wherever the field's place exists; ``when`` limits a field to reports in which another
field has a value, and refuses it elsewhere. An empty text counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Definition = Mapping[str, Any]
Problem = dict[str, Any]

DEFAULT_LANGUAGE = "zh-CN"


def check(definition: Definition, report: Mapping[str, Any], today: date) -> list[Problem]:
    """Every rule that ``report`` breaks, as ``{"field": path, "message": code, "parts": {…}}``; empty when it may
    be sent."""
    problems: list[Problem] = []
    for field in definition["fields"]:
        applies = _applies(field, report)
        rules = _Rules(definition, field, today)
        for path, value in _values(report, field["name"].split("."), ""):
            problems += _check_value(path, value, rules, applies)
    return problems


def category_codes(definition: Definition) -> set[str]:
    """The codes of all categories and sub-categories."""
    categories = definition["categories"]
    return {entry["code"] for category in categories for entry in (category, *category["subcategories"])}


def told(definition: Definition, language: str) -> dict[str, Any]:
    """The definition for a person: ``version``, ``categories``, ``fields``, ``limits``, ``challenge``, in one
    language."""
    limits = dict(definition["limits"])
    for field in definition["fields"]:
        bounds = {key: field[key] for key in ("max_length", "max_items") if key in field}
        if bounds:
            limits[field["name"]] = bounds
    return {
        "version": definition["version"],
        "categories": _in_language(definition["categories"], language),
        "fields": _in_language(definition["fields"], language),
        "limits": limits,
        "challenge": definition["challenge"],
    }


def _applies(field: Mapping[str, Any], report: Mapping[str, Any]) -> bool:
    condition = field.get("when")
    if condition is None:
        return True
    return any(value == condition["equals"] for _, value in _values(report, condition["field"].split("."), ""))


def _values(node: Any, names: list[str], path: str) -> Iterator[tuple[str, Any]]:
    """Each place that the path of names leads to, with what is there (``None``: nothing)."""
    if not names:
        yield path, None if node == "" else node
        return
    name, rest = names[0], names[1:]
    if name == "*":
        for index, item in enumerate(node or ()):
            yield from _values(item, rest, f"{path}.{index}")
    else:
        inner = node.get(name) if isinstance(node, Mapping) else None
        yield from _values(inner, rest, f"{path}.{name}" if path else name)


@dataclass(frozen=True)
class _Rules:
    """What a check is made against: the form, one field of it, and the day it is in the bureau's time
    zone."""

    form: Definition
    field: Mapping[str, Any]
    today: date


def _check_value(path: str, value: Any, rules: _Rules, applies: bool) -> Iterable[Problem]:
    field = rules.field
    if value is None:
        return [_problem(path, "required")] if field["required"] and applies else []
    if not applies:
        return [_problem(path, "not_asked_for", other=field["when"]["field"], equals=field["when"]["equals"])]
    return _CHECKS[field["type"]](path, value, rules)


def _check_choice(path: str, value: Any, rules: _Rules) -> Iterator[Problem]:
    codes = [choice["code"] for choice in rules.field["choices"]]
    if value not in codes:
        yield _problem(path, "not_a_choice", choices=", ".join(codes))


def _check_category(path: str, value: Any, rules: _Rules) -> Iterator[Problem]:
    if value not in category_codes(rules.form):
        yield _problem(path, "no_such_category")


def _check_text(path: str, value: Any, rules: _Rules) -> Iterator[Problem]:
    if len(value) > rules.field["max_length"]:
        yield _problem(path, "too_long", max=rules.field["max_length"])
    elif "pattern" in rules.field and not re.fullmatch(rules.field["pattern"], value):
        yield _problem(path, "wrong_form")


def _check_list(path: str, value: Any, rules: _Rules) -> Iterator[Problem]:
    if len(value) > rules.field["max_items"]:
        yield _problem(path, "too_many_items", max=rules.field["max_items"])
    for index, item in enumerate(value):
        if not any(item.get(name) for name in rules.field["at_least_one_of"]):
            yield _problem(f"{path}.{index}", "empty_item")


def _check_day(path: str, value: Any, rules: _Rules) -> Iterator[Problem]:
    if rules.field.get("not_after_today") and value > rules.today:
        yield _problem(path, "in_the_future")


def _check_unit(path: str, value: Any, rules: _Rules) -> Iterator[Problem]:
    yield from ()


_CHECKS: dict[str, Callable[[str, Any, _Rules], Iterator[Problem]]] = {
    "choice": _check_choice,
    "category": _check_category,
    "line": _check_text,
    "text": _check_text,
    "list": _check_list,
    "day": _check_day,
    "unit": _check_unit,
}


def _problem(path: str, code: str, **parts: Any) -> Problem:
    problem: Problem = {"field": path, "message": f"reports.form.{code}"}
    return problem | {"parts": parts} if parts else problem


def _in_language(node: Any, language: str) -> Any:
    """A copy in which every ``{"zh-CN": …, "en": …}`` is replaced by its words."""
    if isinstance(node, list):
        return [_in_language(item, language) for item in node]
    if isinstance(node, Mapping):
        if DEFAULT_LANGUAGE in node:
            return node.get(language, node[DEFAULT_LANGUAGE])
        return {key: _in_language(value, language) for key, value in node.items()}
    return node
