"""The form is data: it is told in two languages and refuses what it says it refuses."""

import inspect
import re
from copy import deepcopy
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.reports import operations
from contracts.reports.events import KINDS
from contracts.reports.schemas import bounds
from contracts.reports.schemas.details import MAX_CHOSEN, MAX_DETAILS, MAX_NUMBER
from gateway.language import text
from services.reports import forms
from services.reports.inspection.types import type_table
from services.reports.model import form as rules
from services.reports.model import form_values as values

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


def problems_of(report, version=None):
    form = forms.form(version, report["kind"])
    asked = {name: value for name, value in report.items() if name != "form_version"}
    return {(problem["field"], problem["message"].rsplit(".")[-1]) for problem in rules.check(form, asked, TODAY)}


def a_suggestion(**changes):
    return a_report(kind="suggestion", category="service", subjects=[], **changes)


def test_a_complete_report_is_accepted():
    assert problems_of(a_report()) == set()


@pytest.mark.parametrize("definition", forms.all_versions().values(), ids=forms.all_versions())
def test_every_category_and_sub_category_can_be_chosen(definition):
    for code in rules.category_codes(definition):
        assert problems_of(a_report(category=code), definition["version"]) == set()
        assert problems_of(a_suggestion() | {"category": code}, definition["version"]) == set()


def test_no_code_of_an_earlier_version_is_lost():
    versions = list(forms.all_versions().values())

    for earlier, later in pairwise(versions):
        assert rules.category_codes(earlier) <= rules.category_codes(later)


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
        ({"occurred_on": "0001-01-01"}, "occurred_on", "too_early"),
        ({"place": "长" * 201}, "place", "too_long"),
        ({"details": {"shoe_size": 43}}, "details.shoe_size", "no_such_field"),
        ({"details": {"amount": "many"}}, "details.amount", "not_a_number"),
        ({"details": {"amount": True}}, "details.amount", "not_a_number"),
        ({"details": {"amount": -1}}, "details.amount", "not_between"),
        ({"details": {"amount": 0.123}}, "details.amount", "too_many_decimals"),
        ({"details": {"paid_how": "cash"}}, "details.paid_how", "not_a_list"),
        ({"details": {"paid_how": ["cash", "gold"]}}, "details.paid_how", "not_a_choice"),
        ({"details": {"paid_how": ["cash", "cash"]}}, "details.paid_how", "chosen_twice"),
        ({"details": {"deed_number": "7"}}, "details.deed_number", "not_for_category"),
        ({"details": {"reported_before": "yes"}}, "details.reported_before", "not_yes_or_no"),
        ({"details": {"reported_to": ["police"]}}, "details.reported_to", "not_asked_for"),
        (
            {"details": {"reported_before": False, "reported_to": ["police"]}},
            "details.reported_to",
            "not_asked_for",
        ),
        ({"details": {"danger_why": "有人守在门口"}}, "details.danger_why", "not_asked_for"),
        ({"category": "contact", "details": {"case_number": "一\n二"}}, "details.case_number", "line_break"),
        ({"category": "contact", "details": {"case_number": "一\r二"}}, "details.case_number", "line_break"),
        ({"category": "contact", "details": {"case_number": 7}}, "details.case_number", "not_a_text"),
        ({"category": "conduct", "details": {"frequency": "often"}}, "details.frequency", "not_a_choice"),
        (
            {"category": "forensic.delay", "details": {"entrusted_on": "2026-02-30"}},
            "details.entrusted_on",
            "not_a_day",
        ),
        (
            {"category": "forensic.delay", "details": {"entrusted_on": "2026-03-03"}},
            "details.entrusted_on",
            "in_the_future",
        ),
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
        {"occurred_on": "1949-10-01"},
        {"title": "长" * 120, "narrative": "长" * 20_000, "place": "长" * 200},
        {"category": "conduct", "details": {"paid_how": [], "case_number": ""}},
        {"subjects": []},
        {"subjects": [{"unit": "某所"}]},
        {"reporter": {"mode": "named", "name": "张三", "phone": "138 0000 0000"}},
        {"reporter": {"mode": "named", "name": "张三", "phone": "+86 (0510) 1234-5678", "address": "某路"}},
        {"reporter": {"mode": "anonymous", "name": "", "phone": None}},
        {"kind": "suggestion", "category": "service.convenience", "subjects": []},
        {"kind": "suggestion", "subjects": [{"unit": "某公证处", "name": ""}], "details": {}, "place": ""},
        {"kind": "suggestion", "subjects": [{"unit_id": "unit-a"}]},
        {"kind": "suggestion", "subjects": [{"name": "某人", "position": "所长"}], "place": "某处"},
        {"details": {"amount": 2999.95, "paid_how": ["cash", "goods"], "reported_before": False}},
        {"details": {"reported_before": True, "reported_to": ["hotline"], "reported_result": "没有答复"}},
        {"details": {"danger": ["person", "evidence"], "danger_why": "有人守在门口"}},
        {"details": {"paid_how": [], "amount": None, "danger_why": ""}},
        {"category": "notaries", "details": {"deed_number": "（2026）某证字第1号"}},
        {"category": "notaries.false_notarisation", "details": {"deed_number": "1"}},
        {"category": "corrections.favouritism", "details": {"corrections_lapse": ["leave"]}},
    ],
)
def test_the_form_accepts(changes):
    assert problems_of(a_report(**changes)) == set()


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"subjects": [{"unit": "甲"}] * 21}, "subjects", "too_many_items"),
        ({"details": {"window": "三号"}}, "details.window", "no_such_field"),
        ({"narrative": "长" * 10_001}, "narrative", "too_long"),
    ],
)
def test_the_shorter_form_of_suggestions_refuses_what_it_does_not_ask_for(changes, field, problem):
    suggestion = a_report(**{"kind": "suggestion", "category": "service", "subjects": []} | changes)

    assert (field, problem) in problems_of(suggestion)


def test_a_condition_on_a_category_does_not_hold_for_one_whose_code_begins_alike():
    definition = deepcopy(forms.current())
    definition["categories"].append({"code": "moneylending", "name": {"zh-CN": "x", "en": "x"}, "subcategories": []})
    form = rules.Form.of(definition, "report")
    report = {"category": "moneylending", "details": {"paid_how": ["cash"]}}

    found = [problem for problem in rules.check(form, report, TODAY) if problem["field"] == "details.paid_how"]

    assert [problem["message"] for problem in found] == ["reports.form.not_for_category"]


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
        {"details": ["x"]},
        {"details": {"Amount": 1}},
        {"details": {"amount": {"yuan": 1}}},
        {"details": {"amount": 10**16}},
        {"details": {"paid_how": [1]}},
        {"details": {"window": "a\x00b"}},
        {"details": {f"q{number}": 1 for number in range(61)}},
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
    told = operations.get_report_form.dump(rules.told(forms.form(None, "report"), language))

    names = [category["name"] for category in told["categories"]]
    assert ("收受财物" in names) == (language == "zh-CN")
    assert ("Taking money or gifts" in names) == (language == "en")
    assert {"version", "categories", "fields", "limits", "challenge"} <= told.keys()
    assert "{'" not in str(names)


def test_the_limits_are_told_in_advance_attachments_included():
    limits = rules.told(forms.form(None, "report"), "en")["limits"]

    assert limits["narrative"] == {"max_length": 20_000}
    assert limits["subjects"] == {"max_items": 20}
    assert limits["details.amount"] == {"min": 0, "max": 10**12}
    assert limits["attachments"]["max_files"] == 20
    assert limits["attachments"]["max_bytes_each"] * 5 == limits["attachments"]["max_bytes_total"]
    assert {"code": "jpeg", "name": "JPEG image", "extensions": ["jpg", "jpeg"], "max_bytes": 30 * 2**20} in (
        limits["attachments"]["types"]
    )
    assert limits["message"]["max_length"] == bounds.MESSAGE
    assert limits["rating_reason"]["max_length"] == bounds.REASON


def test_the_form_tells_exactly_the_types_of_files_that_are_taken():
    told = {
        (kind["code"], *kind["extensions"], kind["max_bytes"], *kind["name"].values())
        for kind in forms.current()["limits"]["attachments"]["types"]
    }

    assert told == {
        (kind.code, *kind.extensions, kind.max_bytes, kind.name_zh, kind.name_en) for kind in type_table().offered()
    }


@pytest.mark.parametrize("definition", forms.all_versions().values(), ids=forms.all_versions())
def test_no_form_allows_more_than_the_contract_lets_through(definition):
    every_field = [field.rules for kind in KINDS for field in forms.form(definition["version"], kind).fields]
    for field in every_field:
        outermost = bounds.NARRATIVE if field["name"] == "narrative" else bounds.LINE
        outermost = bounds.DETAIL if field["name"].startswith("details.") else outermost
        assert field.get("max_length", 0) <= outermost
        assert field.get("max_items", 0) <= bounds.MAX_SUBJECTS
        assert field.get("max", 0) <= MAX_NUMBER
        assert len(field.get("choices", ())) <= MAX_CHOSEN
    assert len(every_field) <= MAX_DETAILS


def test_an_unknown_version_is_no_form():
    assert forms.version("1999-01") is None
    assert forms.version(None) is forms.current()
    assert forms.version(forms.current()["version"]) is forms.current()


def test_the_form_of_suggestions_is_shorter_and_offers_what_one_suggests_about():
    report, suggestion = (rules.told(forms.form(None, kind), "en") for kind in KINDS)

    assert {field["name"] for field in suggestion["fields"]} < {field["name"] for field in report["fields"]}
    assert {"occurred_on", "place", "subjects.*.name"} & {field["name"] for field in suggestion["fields"]} == set()
    assert {"occurred_on", "place", "subjects.*.name"} & suggestion["limits"].keys() == set()
    assert "money" not in {category["code"] for category in suggestion["categories"]}
    assert "lawyers" in {category["code"] for category in suggestion["categories"]}
    offered = {entry["code"] for category in report["categories"] for entry in category["subcategories"]}
    assert "service.online" not in offered


def test_a_condition_is_told_with_its_field():
    fields = {field["name"]: field for field in rules.told(forms.form(None, "report"), "zh-CN")["fields"]}
    told = operations.get_report_form.dump(rules.told(forms.form(None, "report"), "zh-CN"))

    assert fields["details.deed_number"]["when"] == {"field": "category", "below": ["notaries"]}
    assert {"field": "details.reported_before", "equals": True} in [field.get("when") for field in told["fields"]]
    assert fields["details.amount"]["measure"] == "元"


def test_an_earlier_version_is_taken_until_its_day():
    assert forms.accepted_until("2026-01") == date(2027, 6, 30)
    assert forms.accepted_until("1999-01") is None


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_objection_has_its_words_in_both_languages(language):
    said = set(
        re.findall(r"""problem\((?:path|f"[^"]*"), "(\w+)\"""", inspect.getsource(rules) + inspect.getsource(values))
    )

    assert len(said) > 15
    for code in said | {"no_such_version", "version_over"}:
        assert text(f"reports.form.{code}", language) != f"reports.form.{code}"
