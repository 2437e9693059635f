"""The form is data: it is told in two languages and refuses what it says it refuses."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.reports import operations
from contracts.reports.schemas import bounds
from gateway.language import knows
from services.reports import forms
from services.reports.model import form as rules

TODAY = date(2026, 3, 2)


def a_report(**changes):
    report = {
        "kind": "report",
        "category": "money.gifts",
        "title": "收受礼金",
        "narrative": "经过",
        "subjects": [{"name": "某人", "unit": "", "position": ""}],
        "reporter": {"mode": "anonymous"},
    }
    return operations.submit_report.load(report | changes)


def problems_of(report):
    return {
        (problem["field"], problem["message"].rsplit(".")[-1])
        for problem in rules.check(forms.current(), report, TODAY)
    }


def test_a_complete_report_is_accepted():
    assert problems_of(a_report()) == set()


@pytest.mark.parametrize("definition", forms.all_versions().values(), ids=forms.all_versions())
def test_every_category_and_sub_category_can_be_chosen(definition):
    for code in rules.category_codes(definition):
        assert rules.check(definition, a_report(category=code), TODAY) == []
        assert rules.check(definition, a_report(category=code, kind="suggestion"), TODAY) == []


@pytest.mark.parametrize("definition", forms.all_versions().values(), ids=forms.all_versions())
def test_category_codes_are_unique_and_sub_categories_begin_with_their_category(definition):
    categories = definition["categories"]
    codes = [entry["code"] for category in categories for entry in (category, *category["subcategories"])]

    assert len(codes) == len(set(codes))
    assert all(
        entry["code"].startswith(category["code"] + ".")
        for category in categories
        for entry in category["subcategories"]
    )


def test_the_lines_of_work_and_the_typical_complaints_have_categories():
    codes = rules.category_codes(forms.current())

    assert codes >= {
        "money.gifts",
        "contact.judicial_staff",
        "lawyers.overcharging",
        "notaries.false_notarisation",
        "forensic.false_opinion",
        "grassroots.overcharging",
        "corrections.favouritism",
        "conduct.attitude",
    }


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"category": "nonsense"}, "category", "no_such_category"),
        ({"title": "长" * 121}, "title", "too_long"),
        ({"narrative": "长" * 20_001}, "narrative", "too_long"),
        ({"subjects": [{"name": "某人"}] * 21}, "subjects", "too_many_items"),
        ({"subjects": [{"name": "某人"}, {"name": "", "unit": None}]}, "subjects.1", "empty_item"),
        ({"subjects": [{"name": "长" * 61}]}, "subjects.0.name", "too_long"),
        ({"occurred_on": "2026-03-03"}, "occurred_on", "in_the_future"),
        ({"place": "长" * 201}, "place", "too_long"),
        ({"reporter": {"mode": "named"}}, "reporter.name", "required"),
        ({"reporter": {"mode": "named", "name": "张三", "phone": ""}}, "reporter.phone", "required"),
        ({"reporter": {"mode": "named", "name": "张三", "phone": "abc"}}, "reporter.phone", "wrong_form"),
        ({"reporter": {"mode": "anonymous", "name": "张三"}}, "reporter.name", "not_asked_for"),
    ],
)
def test_the_form_refuses(changes, field, problem):
    assert (field, problem) in problems_of(a_report(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"occurred_on": "2026-03-02"},
        {"subjects": []},
        {"subjects": [{"unit": "某所"}]},
        {"reporter": {"mode": "named", "name": "张三", "phone": "138 0000 0000"}},
        {"reporter": {"mode": "named", "name": "张三", "phone": "+86 (0510) 1234-5678", "address": "某路"}},
        {"reporter": {"mode": "anonymous", "name": "", "phone": None}},
        {"kind": "suggestion", "category": "service.convenience", "subjects": []},
    ],
)
def test_the_form_accepts(changes):
    assert problems_of(a_report(**changes)) == set()


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "complaint"},
        {"title": ""},
        {"title": "两\n行"},
        {"narrative": "   "},
        {"narrative": "\u202e倒写"},
        {"narrative": "a\x00b"},
        {"narrative": None},
        {"title": 7},
        {"occurred_on": "3026-13-01"},
        {"reporter": {}},
        {"reporter": {"mode": "somebody"}},
        {"subjects": ["某人"]},
        {"subjects": {"name": "某人"}},
        {"password": "x"},
    ],
)
def test_what_is_no_report_does_not_pass_the_contract(changes):
    with pytest.raises(ValidationError):
        a_report(**changes)


@given(st.dates(min_value=TODAY - timedelta(days=36_500), max_value=TODAY + timedelta(days=36_500)))
def test_exactly_the_days_after_today_are_refused(day):
    found = problems_of(a_report(occurred_on=day.isoformat()))

    assert (found == {("occurred_on", "in_the_future")}) == (day > TODAY)


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=200))
def test_the_length_of_a_title_is_counted_in_characters(title):
    assert (("title", "too_long") in problems_of(a_report(title=title))) == (len(title) > 120)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_form_is_told_in_the_language_asked_for(language):
    told = operations.get_report_form.dump(rules.told(forms.current(), language))

    names = [category["name"] for category in told["categories"]]
    assert ("收受财物" in names) == (language == "zh-CN")
    assert ("Taking money or gifts" in names) == (language == "en")
    assert {"version", "categories", "fields", "limits", "challenge"} <= told.keys()
    assert "{'" not in str(names)


def test_the_limits_are_told_in_advance_attachments_included():
    limits = rules.told(forms.current(), "en")["limits"]

    assert limits["narrative"] == {"max_length": 20_000}
    assert limits["subjects"] == {"max_items": 20}
    assert limits["attachments"]["max_files"] == 20
    assert limits["message"]["max_length"] == bounds.MESSAGE
    assert limits["rating_reason"]["max_length"] == bounds.REASON


@pytest.mark.parametrize("definition", forms.all_versions().values(), ids=forms.all_versions())
def test_no_form_allows_more_than_the_contract_lets_through(definition):
    for field in definition["fields"]:
        outermost = bounds.NARRATIVE if field["type"] == "text" else bounds.LINE
        assert field.get("max_length", 0) <= outermost
        assert field.get("max_items", 0) <= bounds.MAX_SUBJECTS


def test_an_unknown_version_is_no_form():
    assert forms.version("1999-01") is None
    assert forms.version(None) is forms.current()
    assert forms.version(forms.current()["version"]) is forms.current()


@pytest.mark.parametrize(
    "code",
    ["required", "not_asked_for", "not_a_choice", "no_such_category", "too_long", "wrong_form", "too_many_items",
     "empty_item", "in_the_future", "no_such_version"],
)  # fmt: skip
def test_every_objection_has_its_words(code):
    assert knows(f"reports.form.{code}")
