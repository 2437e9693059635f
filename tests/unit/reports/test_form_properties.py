"""Whatever a form allows passes, and whatever breaks one rule is told at exactly that place."""

from copy import deepcopy
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.reports import operations
from services.reports import forms
from services.reports.model import form as rules
from tests.support.form_filling import TODAY, put, reports


def checked(form, request):
    """The problems of a request as the service sees it: loaded by the contract."""
    loaded = operations.submit_report.load(deepcopy(request) | {"kind": form.kind})
    return rules.check(form, {name: value for name, value in loaded.items() if name != "form_version"}, TODAY)


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
