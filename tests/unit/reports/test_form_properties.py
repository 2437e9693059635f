"""Whatever a form allows passes, and whatever breaks one rule is told at exactly that place."""

from copy import deepcopy
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.reports import operations
from contracts.reports.events import KINDS
from services.reports import forms
from services.reports.model import form as rules

TODAY = date(2026, 3, 2)
VERSIONS = sorted(forms.all_versions())

letters = st.characters(categories=["L", "N"], exclude_characters="\u2028\u2029")


def checked(form, request):
    """The problems of a request as the service sees it: loaded by the contract."""
    loaded = operations.submit_report.load(deepcopy(request) | {"kind": form.kind})
    return rules.check(form, {name: value for name, value in loaded.items() if name != "form_version"}, TODAY)


def a_value(draw, field):
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


def put(report, steps, value):
    *outer, name = steps
    for step in outer:
        report = report.setdefault(step, {})
    report[name] = value


@st.composite
def reports(draw):
    """A form, and a report that keeps all of its rules; where the form leaves a choice, either way."""
    form = forms.form(draw(st.sampled_from(VERSIONS)), draw(st.sampled_from(KINDS)))
    report = {"kind": form.kind, "category": draw(st.sampled_from(sorted(form.category_codes)))}
    for field in form.fields:
        if field.name in ("kind", "category") or "*" in field.steps or not rules._applies(field, report):
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


def a_subject(draw, form):
    fields = {field.steps[-1]: field for field in form.fields if field.name.startswith("subjects.*.")}
    subject = {"unit": a_value(draw, fields["unit"])}
    for name in sorted(fields):
        if draw(st.booleans()):
            subject[name] = a_value(draw, fields[name])
    return subject


@given(reports())
def test_every_report_that_keeps_the_rules_passes_the_contract_and_the_form(made):
    form, report = made

    assert checked(form, report) == []


def breaking(draw, form, report):
    """One change that breaks one rule, and the path of the place."""
    given = [field for field in form.fields if "*" not in field.steps and is_given(report, field.steps)]
    field = draw(st.sampled_from([*given, None]))
    if field is None:
        put(report, ("details", "surprise"), 1)
        return "details.surprise"
    put(report, field.steps, wrong_value(draw, field))
    return field.name


def is_given(report, steps):
    for step in steps:
        report = report.get(step) if isinstance(report, dict) else None
    return report not in (None, [])


def wrong_value(draw, field):
    rule = field.rules
    if rule["required"] and rule["type"] in ("line", "text") and "when" in rule and draw(st.booleans()):
        return ""
    match rule["type"]:
        case "line" | "text":
            return "长" * (rule["max_length"] + 1)
        case "number":
            return draw(st.sampled_from([rule["min"] - 1, rule["max"] + 1, 0.001, "12", True]))
        case "several":
            return draw(st.sampled_from([["unheard_of"], "text", [rule["choices"][0]["code"]] * 2, True]))
        case "yes_no":
            return draw(st.sampled_from(["yes", 1, ["true"]]))
        case "day":
            return (TODAY + timedelta(draw(st.integers(1, 9999)))).isoformat()
        case "list":
            return [{"unit": "甲"}] * (rule["max_items"] + 1)
        case _:
            return "unheard_of"


@st.composite
def broken(draw):
    form, report = draw(reports())
    return form, report, breaking(draw, form, report)


# What the contract itself refuses, before the form is asked.
CODES_OF_THE_CONTRACT = {"kind", "reporter.mode"}


@given(broken())
def test_a_report_that_breaks_one_rule_gets_a_problem_at_exactly_that_place(made):
    form, report, path = made
    if path in CODES_OF_THE_CONTRACT:
        return

    assert {problem["field"] for problem in checked(form, report)} - told_because_of(form, path) == {path}


def told_because_of(form, path):
    """Fields that the broken one was the condition of: no longer asked for, they are told as well."""
    found = {path}
    for field in form.fields:
        if field.rules.get("when", {}).get("field") in found:
            found.add(field.name)
    return found - {path}


names = st.sampled_from([rule.rpartition(".")[2] for rule in forms.form(None, "report").names]) | st.text(max_size=9)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=9,
)


@given(anything)
def test_nothing_under_details_that_the_contract_lets_through_makes_the_check_fall_over(details):
    try:
        loaded = operations.submit_report.load(
            {"kind": "report", "category": "money", "title": "t", "narrative": "n", "details": details}
        )
    except ValidationError:
        return
    for problem in rules.check(forms.form(None, "report"), loaded | {"form_version": None}, TODAY):
        assert problem["field"].startswith("details.")
