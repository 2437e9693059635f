"""How long a report is kept, as data: the nearest category decides, to the day, and every end has its rule."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import BUREAU_ZONE
from contracts.reports.schemas.reporter import DECISIONS
from contracts.tasks.events import OUTCOMES as CASE_OUTCOMES
from services.reports import forms, retention
from services.reports.model.retention import (
    OUTCOMES,
    Ended,
    Erased,
    in_force,
    is_within,
    kept_until,
    month_of,
    schedule_of,
)

FILES = [file for file in resources.files(retention).iterdir() if file.name.endswith(".json")]
CURRENT = list(retention.all_versions().values())[-1]
CODES = [
    code
    for form in forms.all_versions().values()
    for category in form["categories"]
    for code in (category["code"], *(sub["code"] for sub in category["subcategories"]))
]
moments = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
ends = st.sampled_from([(kind, outcome) for kind, outcomes in OUTCOMES.items() for outcome in sorted(outcomes)])


def data(**changes):
    """A small schedule that is right, with changes."""
    rules = [
        {
            "id": f"{kind}-rest",
            "kind": kind,
            "categories": [""],
            "outcomes": sorted(outcomes),
            "months": 12,
            "name": {"zh-CN": "保存一年", "en": "kept for a year"},
            "source": "某法第一条",
        }
        for kind, outcomes in OUTCOMES.items()
    ]
    return {"version": "v", "in_force_from": "2026-01-01", "source": "某规定", "rules": rules} | changes


def with_rule(**changes):
    base = data()
    base["rules"].append(deepcopy(base["rules"][0]) | {"id": "special", "months": 24} | changes)
    return base


@given(ends, st.sampled_from(CODES), moments)
def test_everything_that_can_end_is_kept_for_a_time_and_then_goes(end, category, ended_at):
    ended = Ended(end[0], category, end[1], ended_at)
    rule = CURRENT.rule_for(ended)

    last = kept_until(ended_at, rule.months, BUREAU_ZONE)

    assert CURRENT.due(ended, last, BUREAU_ZONE) is rule
    assert CURRENT.due(ended, last - timedelta(milliseconds=1), BUREAU_ZONE) is None


@given(ends, st.sampled_from(CODES), moments, st.timedeltas(timedelta(0), timedelta(days=40_000)))
def test_the_database_is_asked_for_everything_that_may_be_due(end, category, ended_at, passed):
    ended = Ended(end[0], category, end[1], ended_at)
    now = ended_at + passed

    if CURRENT.due(ended, now, BUREAU_ZONE):
        assert ended_at <= CURRENT.horizon(end[1], now)


@given(moments, st.integers(1, 600))
def test_a_month_ends_on_the_same_day_of_the_bureau_s_calendar_or_on_its_last(ended_at, months):
    local, last = ended_at.astimezone(BUREAU_ZONE), kept_until(ended_at, months, BUREAU_ZONE)

    assert (last.year * 12 + last.month) - (local.year * 12 + local.month) == months
    assert last.time() == local.time()
    assert last.day == local.day or (last.day < local.day and (last + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("ended_at", "months", "last"),
    [
        (datetime(2026, 1, 31, 2, tzinfo=UTC), 1, datetime(2026, 2, 28, 10, tzinfo=BUREAU_ZONE)),
        (datetime(2024, 2, 29, 2, tzinfo=UTC), 12, datetime(2025, 2, 28, 10, tzinfo=BUREAU_ZONE)),
        # Already the first of March in the bureau.
        (datetime(2026, 2, 28, 17, tzinfo=UTC), 12, datetime(2027, 3, 1, 1, tzinfo=BUREAU_ZONE)),
        (datetime(9990, 1, 1, tzinfo=UTC), 240, datetime.max.replace(tzinfo=BUREAU_ZONE)),
    ],
)
def test_months_are_counted_as_people_count_them(ended_at, months, last):
    assert kept_until(ended_at, months, BUREAU_ZONE) == last


@given(ends, st.sampled_from(CODES), moments)
def test_the_rule_that_is_found_speaks_of_that_kind_that_category_and_that_end(end, category, ended_at):
    rule = CURRENT.rule_for(Ended(end[0], category, end[1], ended_at))

    assert rule.kind == end[0]
    assert end[1] in rule.outcomes
    assert any(is_within(category, code) for code in rule.categories)


@pytest.mark.parametrize(
    ("kind", "category", "outcome", "rule"),
    [
        ("report", "money.gifts", "substantiated", "report-substantiated-grave"),
        ("report", "money.gifts", "unsubstantiated", "report-unsubstantiated"),
        ("report", "money.gifts", "refused", "report-refused"),
        ("report", "conduct.attitude", "substantiated", "report-substantiated"),
        ("report", "conduct.attitude", "false", "report-unsubstantiated"),
        ("report", "conduct.attitude", "unclear", "report-unclear"),
        ("suggestion", "service.rules", "adopted", "suggestion-adopted"),
        ("suggestion", "service.rules", "not_adopted", "suggestion-not-adopted"),
    ],
)
def test_category_and_end_together_choose_the_rule(kind, category, outcome, rule):
    schedule = retention.all_versions()["2026-01"]

    assert schedule.rule_for(Ended(kind, category, outcome, datetime(2026, 3, 1, tzinfo=UTC))).id == rule


def test_the_nearest_category_decides():
    schedule = schedule_of(
        {
            **with_rule(categories=["money"], outcomes=["refused"]),
        }
    )

    def rule(category):
        return schedule.rule_for(Ended("report", category, "refused", datetime(2026, 1, 1, tzinfo=UTC))).id

    assert rule("money") == rule("money.gifts") == "special"
    assert rule("moneylenders") == rule("conduct.attitude") == "report-rest"


def test_a_category_is_within_itself_and_what_is_above_it():
    assert is_within("money.gifts", "money")
    assert is_within("money", "money")
    assert is_within("money", "")
    assert not is_within("money", "money.gifts")
    assert not is_within("money.giftsandmore", "money.gifts")


def test_what_may_be_a_crime_is_kept_for_as_long_as_it_can_be_prosecuted():
    bribe = Ended("report", "money.bribe", "substantiated", datetime(2026, 1, 1, tzinfo=UTC))

    assert CURRENT.rule_for(bribe).months == 240


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (data(rules=[]), "no rule for report (every category) refused"),
        (with_rule(outcomes=["adopted"], categories=["money"]), "special has outcomes that a report cannot have"),
        (with_rule(categories=["money"], months=0), "special has no months"),
        (with_rule(categories=["money"], name={"zh-CN": "一年"}), "special lacks a name in a language"),
        (with_rule(categories=["money"], source=""), "special lacks a name in a language, or its source"),
        (with_rule(categories=[""], outcomes=["refused"]), "two rules for report (every category) refused"),
        (with_rule(categories=["money"], id="report-rest"), "two rules have the same id"),
    ],
)
def test_what_is_wrong_with_a_schedule_is_named(wrong, told):
    with pytest.raises(ValueError, match="retention v: ") as refused:
        schedule_of(wrong)

    assert told in str(refused.value)


def test_a_new_version_holds_from_its_day_on():
    old = schedule_of(data(version="old"))
    new = schedule_of(data(version="new", in_force_from="2026-07-01"))

    assert in_force([old, new], date(2026, 6, 30)) is old
    assert in_force([old, new], date(2026, 7, 1)) is new
    assert in_force([old, new], date(2025, 12, 31)) is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_category_of_the_rules_is_one_of_the_form(file):
    definition = json.loads(file.read_text(encoding="utf-8"))

    assert {code for rule in definition["rules"] for code in rule["categories"]} - {""} <= set(CODES)
    assert file.name == f"{definition['version']}.json"


def test_every_end_that_others_tell_of_is_known_to_the_rules():
    assert OUTCOMES["report"] == set(CASE_OUTCOMES)
    assert OUTCOMES["suggestion"] == set(DECISIONS)


@pytest.mark.parametrize(
    "received_at", [datetime(2026, 2, 28, 17, tzinfo=UTC), datetime(2026, 3, 17, 5, 42, 31, 7, tzinfo=UTC)]
)
def test_a_tombstone_tells_the_month_of_receipt_in_the_bureau_and_nothing_nearer(received_at):
    assert month_of(received_at, BUREAU_ZONE) == datetime(2026, 3, 1, tzinfo=BUREAU_ZONE)


def test_an_erased_report_is_refused_with_its_rule_in_both_languages():
    at = datetime(2027, 3, 2, tzinfo=UTC)
    report = {"kind": "report", "erasure": {"state": "erasing", "rule": "2026-01/report-refused", "at": at}}

    with pytest.raises(Erased) as refused:
        retention.refuse_erased(report)

    assert (refused.value.erased_at, refused.value.rule) == (at, "2026-01/report-refused")
    assert set(refused.value.rule_name) == {"zh-CN", "en"}
    retention.refuse_erased({"kind": "report"})


@pytest.mark.parametrize("rule", ["1999-01/report-refused", "2026-01/nothing", "nothing"])
def test_a_rule_that_is_not_known_any_more_is_told_by_its_name(rule):
    report = {"kind": "report", "erasure": {"rule": rule, "at": datetime(2027, 3, 2, tzinfo=UTC)}}

    with pytest.raises(Erased) as refused:
        retention.refuse_erased(report)

    assert (refused.value.rule, refused.value.rule_name) == (rule, {})
