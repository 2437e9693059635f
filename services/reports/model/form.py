"""The form as data: a definition checks a report and is told to a person, by the same rules.

A version of the form holds ``categories``, ``limits`` and ``fields``, and under ``kinds`` what is otherwise for one
kind (``suggestion``); ``Form.of`` makes the form of one kind. A field has a ``name`` that is a path into the report
(``subjects.*.unit``), a ``type`` and the rules that its type knows (services/reports/model/form_values.py).

``required`` holds wherever the field's place exists. ``when`` limits a field to reports in which another field

* ``equals`` a value,
* is a category ``below`` one of these codes, or one of them,
* ``includes`` one of these choices,

and refuses it elsewhere. An empty text or list counts as absent. What the form has no field for is refused.

A category or sub-category with ``offered`` is shown to these kinds only; its code may be sent with every kind. A field
with ``offered`` false is shown to nobody and taken all the same, for clients that send both kinds alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.reports.model.form_values import CHECKS, Circumstances, Problem, problem

Definition = Mapping[str, Any]

DEFAULT_LANGUAGE = "zh-CN"


@dataclass(frozen=True)
class Field:
    """One field of a form: what the definition says of it, and its name in steps."""

    name: str
    steps: tuple[str, ...]
    rules: Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """The form of one kind, of one version, ready to check reports by."""

    version: str
    kind: str
    definition: Definition
    fields: tuple[Field, ...]
    names: frozenset[str]
    category_codes: frozenset[str]

    @classmethod
    def of(cls, version: Definition, kind: str) -> Form:
        """The form of this kind within ``version``."""
        definition = {**version, **version.get("kinds", {}).get(kind, {})}
        fields = tuple(Field(rules["name"], tuple(rules["name"].split(".")), rules) for rules in definition["fields"])
        return cls(
            version=definition["version"],
            kind=kind,
            definition=definition,
            fields=fields,
            names=frozenset(field.name for field in fields),
            category_codes=frozenset(category_codes(definition)),
        )


def check(form: Form, report: Mapping[str, Any], today: date) -> list[Problem]:
    """Every rule that ``report`` breaks, as ``{"field": path, "message": code, "parts": {…}}``; empty when it may
    be sent. ``today``: in the bureau's time zone."""
    circumstances = Circumstances(form.category_codes, today)
    problems: list[Problem] = []
    for field in form.fields:
        # Most reports answer few of the questions, and most questions are below one name that is empty then.
        if not field.rules["required"] and not report.get(field.steps[0]):
            continue
        for path, value in _values(report, field.steps, ""):
            if value is None:
                if field.rules["required"] and applies(field, report):
                    problems.append(problem(path, "required"))
            elif applies(field, report):
                problems += CHECKS[field.rules["type"]](path, value, field.rules, circumstances)
            else:
                problems.append(_not_asked_for(path, field.rules["when"]))
    problems += [problem(path, "no_such_field") for path, name in _given(report, "", "") if name not in form.names]
    return problems


def applies(field: Field, report: Mapping[str, Any]) -> bool:
    """Whether the form asks for the field in this report: its condition, if it has one, holds."""
    condition = field.rules.get("when")
    if condition is None:
        return True
    return any(_holds(condition, value) for _, value in _values(report, tuple(condition["field"].split(".")), ""))


def category_codes(definition: Definition) -> set[str]:
    """The codes of all categories and sub-categories."""
    categories = definition["categories"]
    return {entry["code"] for category in categories for entry in (category, *category["subcategories"])}


def told(form: Form, language: str) -> dict[str, Any]:
    """The form for a person: ``version``, ``kind``, ``categories``, ``fields``, ``limits``, ``challenge``, in one
    language."""
    definition = form.definition
    limits = dict(definition["limits"])
    offered = [field for field in form.fields if field.rules.get("offered", True)]
    for field in offered:
        bounds = {key: field.rules[key] for key in ("max_length", "max_items", "min", "max") if key in field.rules}
        if bounds:
            limits[field.name] = bounds
    return {
        "version": form.version,
        "kind": form.kind,
        "categories": _in_language(_offered(definition["categories"], form.kind), language),
        "fields": _in_language([field.rules for field in offered], language),
        "limits": _in_language(limits, language),
        "challenge": definition["challenge"],
    }


def _holds(condition: Mapping[str, Any], value: Any) -> bool:
    if "below" in condition:
        return any(value == code or str(value).startswith(f"{code}.") for code in condition["below"])
    if "includes" in condition:
        return isinstance(value, list) and any(code in value for code in condition["includes"])
    return bool(value == condition["equals"])


def _not_asked_for(path: str, condition: Mapping[str, Any]) -> Problem:
    if "below" in condition:
        return problem(path, "not_for_category")
    expected = condition["equals"] if "equals" in condition else " / ".join(condition["includes"])
    return problem(path, "not_asked_for", other=condition["field"], equals=expected)


def _values(node: Any, steps: tuple[str, ...], path: str) -> Iterator[tuple[str, Any]]:
    """Each place that the steps lead to, with what is there (``None``: nothing)."""
    for index, step in enumerate(steps):
        if step == "*":
            for number, item in enumerate(node or ()):
                yield from _values(item, steps[index + 1 :], f"{path}.{number}")
            return
        node = node.get(step) if isinstance(node, dict) else None
        path = f"{path}.{step}" if path else step
    yield path, None if node in ("", []) else node


def _given(node: Any, path: str, name: str) -> Iterator[tuple[str, str]]:
    """The path of everything that was said, and the name that a field for it has."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _given(value, f"{path}.{key}" if path else key, f"{name}.{key}" if name else key)
    elif isinstance(node, list) and any(isinstance(item, dict) for item in node):
        for index, item in enumerate(node):
            yield from _given(item, f"{path}.{index}", f"{name}.*")
    elif node not in (None, "", []):
        yield path, name


def _offered(categories: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [
        {**category, "subcategories": [entry for entry in category["subcategories"] if _is_offered(entry, kind)]}
        for category in categories
        if _is_offered(category, kind)
    ]


def _is_offered(entry: Mapping[str, Any], kind: str) -> bool:
    return kind in entry.get("offered", (kind,))


def _in_language(node: Any, language: str) -> Any:
    """A copy in which every ``{"zh-CN": …, "en": …}`` is replaced by its words."""
    if isinstance(node, list):
        return [_in_language(item, language) for item in node]
    if isinstance(node, Mapping):
        if DEFAULT_LANGUAGE in node:
            return node.get(language, node[DEFAULT_LANGUAGE])
        return {key: _in_language(value, language) for key, value in node.items()}
    return node
