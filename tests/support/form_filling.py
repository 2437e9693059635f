"""Reports made by a definition of the form, as hypothesis strategies: whatever the form lets a person say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from contracts.reports.events import KINDS
from services.reports import forms
from services.reports.model.form import Field, Form, applies

TODAY = date(2026, 3, 2)
VERSIONS = sorted(forms.all_versions())

Draw = Callable[[st.SearchStrategy[Any]], Any]

letters = st.characters(categories=["L", "N"], exclude_characters="\u2028\u2029")


def a_value(draw: Draw, field: Field) -> Any:
    """A value that the field's rules allow."""
    rule = field.rules
    match rule["type"]:
        case "choice":
            return draw(st.sampled_from([choice["code"] for choice in rule["choices"]]))
        case "several":
            codes = [choice["code"] for choice in rule["choices"]]
            return draw(st.lists(st.sampled_from(codes), min_size=1, unique=True))
        case "line" | "text":
            if "pattern" in rule:
                return draw(st.from_regex(r"[0-9]{6,20}", fullmatch=True, alphabet=st.sampled_from("0123456789")))
            return draw(st.text(letters, min_size=1, max_size=min(rule["max_length"], 80)))
        case "number":
            scale = 10 ** rule.get("decimals", 0)
            return draw(st.integers(rule["min"] * scale, min(rule["max"], 10**9) * scale)) / scale
        case "yes_no":
            return draw(st.booleans())
        case "day":
            least = date.fromisoformat(rule.get("not_before", "1900-01-01"))
            return draw(st.dates(least, TODAY if rule.get("not_after_today") else least + timedelta(9999))).isoformat()
        case "unit":
            return draw(st.sampled_from(["unit-a", "unit-b"]))
    raise AssertionError(rule["type"])


def put(report: dict[str, Any], steps: Sequence[str], value: Any) -> None:
    """Sets what stands at the end of the steps."""
    *outer, name = steps
    for step in outer:
        report = report.setdefault(step, {})
    report[name] = value


@st.composite
def reports(draw: Draw) -> tuple[Form, dict[str, Any]]:
    """A form, and a report that keeps all of its rules; where the form leaves a choice, either way."""
    form = forms.form(draw(st.sampled_from(VERSIONS)), draw(st.sampled_from(KINDS)))
    report: dict[str, Any] = {"kind": form.kind, "category": draw(st.sampled_from(sorted(form.category_codes)))}
    for field in form.fields:
        if field.name in ("kind", "category") or "*" in field.steps or not applies(field, report):
            continue
        if field.rules["type"] == "list":
            put(
                report,
                field.steps,
                [a_subject(draw, form) for _ in range(draw(st.integers(0, min(3, field.rules["max_items"]))))],
            )
        elif field.rules["required"] or draw(st.integers(0, 2)) == 0:
            put(report, field.steps, a_value(draw, field))
    return form, report


def a_subject(draw: Draw, form: Form) -> dict[str, Any]:
    """A person or unit as the form lets one name it."""
    fields = {field.steps[-1]: field for field in form.fields if field.name.startswith("subjects.*.")}
    subject = {"unit": a_value(draw, fields["unit"])}
    for name in sorted(fields):
        if draw(st.booleans()):
            subject[name] = a_value(draw, fields[name])
    return subject
