"""A definition of the form is checked before anybody fills it in: each kind of mistake is named."""

from copy import deepcopy

import pytest
from environs import Env

from chassis.config import ConfigurationError
from services.reports import forms
from services.reports.model.form_definition import faults
from services.reports.settings import load_settings


@pytest.mark.parametrize("definition", forms.all_versions().values(), ids=forms.all_versions())
def test_the_forms_that_are_used_are_without_fault(definition):
    assert faults(definition) == []


def words(text):
    return {"zh-CN": text, "en": text}


def a_field(**changes):
    return {"name": "details.x", "type": "yes_no", "required": False, "label": words("x"), "help": None} | changes


CHOICES = [{"code": "a", "name": words("a")}, {"code": "b", "name": words("b")}]


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        (a_field(name="title"), "field title: twice"),
        (a_field(type="colour"), "no such type as colour"),
        (a_field(max_lenght=3), "no such rule as max_lenght"),
        (a_field(type="line"), "max_length missing"),
        (a_field(type="choice"), "choices missing"),
        (a_field(type="choice", choices=[]), "no choices"),
        (a_field(type="several", choices=[*CHOICES, CHOICES[0]]), "choice a twice"),
        (a_field(type="several", choices=[{"code": "a"}]), "choice a has no name"),
        (a_field(type="number", min=2, max=1), "min is above max"),
        (a_field(type="line", max_length=9, pattern="("), "pattern is no regular expression"),
        (a_field(type="day", not_before="yesterday"), "not_before is no day"),
        (a_field(label="x"), "no label"),
        (a_field(label={"zh-CN": "x"}), "no words in en"),
        (a_field(label={"zh-CN": "x", "en": " "}), "no words in en"),
        (a_field(help="x"), "help without words"),
        (a_field(name="people.*.name"), "its list is no field before it"),
        (a_field(when={"field": "details.y", "equals": True}), "details.y, which is no field before it"),
        (a_field(when={"field": "details.x", "equals": True}), "details.x, which is no field before it"),
        (a_field(when={"field": "reporter.mode", "equals": "signed"}), "signed, which cannot be"),
        (a_field(when={"field": "category", "below": ["monney"]}), "monney, which cannot be"),
        (a_field(when={"field": "category", "equals": "money"}), "a category cannot be asked with equals"),
        (a_field(when={"field": "kind", "is": "report"}), "a condition needs one of"),
        (a_field(when={"field": "kind", "equals": "report", "below": []}), "a condition needs one of"),
        (a_field(when={"field": "details.danger", "includes": ["bears"]}), "bears, which cannot be"),
    ],
)
def test_a_faulty_field_is_named_with_its_fault(field, fault):
    definition = deepcopy(forms.current())
    definition["fields"].append(field)

    found = faults(definition)

    assert any(fault in one for one in found), found


def test_a_field_without_a_rule_that_every_field_has_is_named():
    for rule in ("required", "label", "help"):
        definition = deepcopy(forms.current())
        definition["fields"].append({key: value for key, value in a_field().items() if key != rule})

        assert any("details.x" in fault and rule in fault for fault in faults(definition))


def removed(definition, name):
    del definition[name]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda form: removed(form, "categories"), "categories: missing"),
        (lambda form: removed(form["limits"], "attachments"), "limits.attachments: missing"),
        (lambda form: form["categories"].append(deepcopy(form["categories"][0])), "category money: twice"),
        (lambda form: form["categories"][0]["subcategories"][0].update(code="gifts"), "does not begin with money."),
        (lambda form: removed(form["categories"][0], "name"), "category money: no name"),
        (lambda form: form["categories"][0].update(offered=["praise"]), "offered to a kind that there is not"),
        (lambda form: form["kinds"].update(praise={}), "kinds.praise: no such kind"),
        (lambda form: form["kinds"]["suggestion"]["fields"][0].update(type="x"), "suggestion: field kind"),
        (lambda form: form["fields"][0].update(offered=False), "required and not offered"),
        (lambda form: form["accepts"].append({"version": "2099-01", "until": "2100-01-01"}), "is not earlier"),
        (lambda form: form["accepts"][0].update(until="soon"), "until no day"),
        (lambda form: form["limits"]["attachments"]["types"][0].update(max_bytes=2**40), "larger than any file"),
        (lambda form: form["limits"]["attachments"]["types"][0].update(code="png"), "png twice"),
    ],
)
def test_a_fault_outside_the_fields_is_named(spoil, fault):
    definition = deepcopy(forms.current())
    spoil(definition)

    found = faults(definition)

    assert any(fault in one for one in found), found


def test_a_service_with_a_faulty_form_does_not_start_and_says_what_is_wrong(monkeypatch):
    monkeypatch.setattr(forms, "all_versions", forms.all_versions.__wrapped__)
    monkeypatch.setattr(forms, "faults", lambda definition: ["field title: twice"])

    with pytest.raises(ConfigurationError) as refused:
        load_settings(Env())

    assert "form 2026-01: field title: twice" in refused.value.problems
