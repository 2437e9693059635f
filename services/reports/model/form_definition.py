"""What is wrong with a definition of the form: checked when a service starts, so that no reporter finds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from services.reports.model.form import DEFAULT_LANGUAGE, Definition, Form
from services.reports.model.form_values import CHECKS

KINDS = ("report", "suggestion")
LANGUAGES = (DEFAULT_LANGUAGE, "en")

_OF_EVERY_FIELD = frozenset({"name", "type", "required", "label", "help"})
_OF_ANY_FIELD = frozenset({"when", "offered"})
# By type: the rules that it must have, and those that it may have.
_RULES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "choice": (frozenset({"choices"}), frozenset()),
    "several": (frozenset({"choices"}), frozenset()),
    "category": (frozenset(), frozenset()),
    "line": (frozenset({"max_length"}), frozenset({"pattern"})),
    "text": (frozenset({"max_length"}), frozenset({"pattern"})),
    "number": (frozenset({"min", "max"}), frozenset({"decimals", "measure"})),
    "yes_no": (frozenset(), frozenset()),
    "list": (frozenset({"max_items", "at_least_one_of"}), frozenset()),
    "day": (frozenset(), frozenset({"not_after_today", "not_before"})),
    "unit": (frozenset(), frozenset()),
}
# How a condition asks, and the types of field that it can ask about.
_CONDITIONS: Mapping[str, frozenset[str]] = {
    "equals": frozenset({"choice", "yes_no"}),
    "below": frozenset({"category"}),
    "includes": frozenset({"several"}),
}
_LIMITS = frozenset({"message", "rating_reason", "attachments"})
_OF_A_VERSION = frozenset({"version", "source", "categories", "fields", "limits", "challenge"})


def faults(definition: Definition) -> list[str]:
    """One sentence for each thing that is wrong with a version of the form; empty for a good one."""
    missing = sorted(_OF_A_VERSION - definition.keys())
    if missing:
        return [f"{name}: missing" for name in missing]
    found = [*_untranslated(definition, ""), *_in_categories(definition), *_in_limits(definition["limits"])]
    found += [f"kinds.{kind}: no such kind" for kind in definition.get("kinds", {}) if kind not in KINDS]
    found += _in_accepted(definition.get("accepts", []), definition["version"])
    for kind in KINDS:
        found += [f"{kind}: {fault}" for fault in _in_fields(Form.of(definition, kind))]
    return found


def _untranslated(node: Any, path: str) -> Iterator[str]:
    """Words in some of the languages only."""
    if isinstance(node, Mapping):
        if any(language in node for language in LANGUAGES):
            for language in LANGUAGES:
                if not isinstance(node.get(language), str) or not node[language].strip():
                    yield f"{path}: no words in {language}"
        else:
            for key, value in node.items():
                yield from _untranslated(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _untranslated(item, f"{path}.{index}")


def _in_categories(definition: Definition) -> Iterator[str]:
    codes: list[str] = []
    for category in definition["categories"]:
        for entry in (category, *category["subcategories"]):
            codes.append(entry["code"])
            if not _has_words(entry.get("name")):
                yield f"category {entry['code']}: no name"
            if not set(entry.get("offered", KINDS)) <= set(KINDS):
                yield f"category {entry['code']}: offered to a kind that there is not"
        for entry in category["subcategories"]:
            if not entry["code"].startswith(f"{category['code']}."):
                yield f"category {entry['code']}: does not begin with {category['code']}."
    yield from (f"category {code}: twice" for code in _repeated(codes))


def _in_limits(limits: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"limits.{name}: missing" for name in sorted(_LIMITS - limits.keys()))
    types = limits.get("attachments", {}).get("types", [])
    yield from (f"limits.attachments.types: {code} twice" for code in _repeated([entry["code"] for entry in types]))
    for entry in types:
        if entry["max_bytes"] > limits["attachments"]["max_bytes_each"]:
            yield f"limits.attachments.types: {entry['code']} may be larger than any file"


def _in_accepted(accepted: Iterable[Mapping[str, Any]], version: str) -> Iterator[str]:
    for earlier in accepted:
        if earlier["version"] >= version:
            yield f"accepts: {earlier['version']} is not earlier"
        try:
            date.fromisoformat(earlier["until"])
        except ValueError:
            yield f"accepts: {earlier['version']} until no day"


def _in_fields(form: Form) -> Iterator[str]:
    yield from (f"field {name}: twice" for name in _repeated([field.name for field in form.fields]))
    earlier: dict[str, Mapping[str, Any]] = {}
    for field in form.fields:
        for fault in (*_in_rules(field.rules), *_in_place(field.steps, earlier), *_in_condition(form, field, earlier)):
            yield f"field {field.name}: {fault}"
        earlier[field.name] = field.rules


def _in_rules(rules: Mapping[str, Any]) -> Iterator[str]:
    kind = str(rules.get("type"))
    if kind not in CHECKS:
        yield f"no such type as {kind}"
        return
    needed, possible = _RULES[kind]
    yield from (f"{name} missing" for name in sorted((_OF_EVERY_FIELD | needed) - rules.keys()))
    yield from (
        f"no such rule as {name}" for name in sorted(rules.keys() - _OF_EVERY_FIELD - needed - possible - _OF_ANY_FIELD)
    )
    if not _has_words(rules.get("label")):
        yield "no label"
    if rules.get("help") is not None and not _has_words(rules["help"]):
        yield "help without words"
    if rules.get("required") and not rules.get("offered", True):
        yield "required and not offered"
    choices = rules.get("choices", [])
    yield from (f"choice {code} twice" for code in _repeated([choice["code"] for choice in choices]))
    yield from (f"choice {choice['code']} has no name" for choice in choices if not _has_words(choice.get("name")))
    if "choices" in rules and not choices:
        yield "no choices"
    if kind == "number" and {"min", "max"} <= rules.keys() and rules["min"] > rules["max"]:
        yield "min is above max"
    yield from _in_values(rules)


def _in_values(rules: Mapping[str, Any]) -> Iterator[str]:
    """Rules that are read by something else: a day, a regular expression."""
    try:
        re.compile(rules.get("pattern", ""))
    except re.error:
        yield "pattern is no regular expression"
    try:
        date.fromisoformat(rules.get("not_before", "2000-01-01"))
    except ValueError:
        yield "not_before is no day"


def _in_place(steps: tuple[str, ...], earlier: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if "*" in steps:
        parent = earlier.get(".".join(steps[: steps.index("*")]))
        if parent is None or parent["type"] != "list":
            yield "its list is no field before it"


def _in_condition(form: Form, field: Any, earlier: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    condition = field.rules.get("when")
    if condition is None:
        return
    ways = condition.keys() - {"field"}
    if len(ways) != 1 or not ways <= _CONDITIONS.keys():
        yield "a condition needs one of " + ", ".join(_CONDITIONS)
        return
    (way,) = ways
    asked = earlier.get(condition.get("field", ""))
    if asked is None:
        yield f"its condition asks for {condition.get('field')}, which is no field before it"
    elif asked["type"] not in _CONDITIONS[way]:
        yield f"a {asked['type']} cannot be asked with {way}"
    else:
        possible = _possible(form, asked)
        wanted = [condition[way]] if way == "equals" else condition[way]
        yield from (f"its condition asks for {value}, which cannot be" for value in wanted if value not in possible)


def _possible(form: Form, rules: Mapping[str, Any]) -> Iterable[Any]:
    if rules["type"] == "category":
        return form.category_codes
    if rules["type"] == "yes_no":
        return (True, False)
    return [choice["code"] for choice in rules.get("choices", [])]


def _has_words(node: Any) -> bool:
    return isinstance(node, Mapping) and DEFAULT_LANGUAGE in node


def _repeated(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})
