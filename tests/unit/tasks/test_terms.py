"""The time limits and the stages of oversight against those that were written down once more, by hand, for the year of
invented cases (tests/year); and that such data is of days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.tasks.model import clocks, rules
from services.tasks.model.calendar import local_day
from services.tasks.model.clocks import Clock, Extension
from services.tasks.model.oversight import SCHEDULES, moments
from services.tasks.model.rules import ABOVE, RULES, rule_for
from tests.unit.tasks.builders import CALENDAR, MORNING
from tests.year.terms import RULES as WRITTEN


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_time_limit_is_as_the_law_or_the_bureau_has_set_it(rule):
    written = WRITTEN[rule.code]
    assert (rule.days, rule.unit == "working", rule.pausable, rule.extension, rule.counts) == (
        written.days, written.working, written.stops, written.longer, written.counts,
    )  # fmt: skip
    assert (rule.named_only, rule.route == ABOVE, rule.sources) == (written.named, written.above, {*written.sources})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_its_stages_come_a_fifth_of_it_before_its_end_at_its_end_and_working_days_after_it(rule):
    written, clock = WRITTEN[rule.code], Clock(rule.code, rule.version, MORNING)
    end = clocks.last_day(clock, MORNING, CALENDAR)
    late = [None if days is None else CALENDAR.working_day_after(end, days) for days in written.late]
    expected = {
        "remind": clocks.last_day(clock, MORNING, CALENDAR, less=rule.days // 5) if written.reminds else None,
        "urge": end if written.urged else None,
        "supervise": late[0],
        "escalate": late[1],
    }
    found = {stage: local_day(moment) for stage, moment in moments(clock, MORNING, CALENDAR)}
    assert found == {stage: day for stage, day in expected.items() if day}


def test_every_time_limit_and_schedule_is_written_there():
    assert WRITTEN.keys() == {rule.code for rule in RULES}
    assert {one.rule for one in SCHEDULES} - {None} <= WRITTEN.keys()


def test_a_part_of_a_day_before_the_end_is_a_whole_one():
    clock = Clock("handle", "2022-02-25", MORNING, extension=Extension(1, "leader", MORNING))
    moment = dict(moments(clock, MORNING, CALENDAR))["remind"]
    assert (clocks.last_day(clock, MORNING, CALENDAR) - local_day(moment)).days == 13


def test_a_change_of_the_law_is_a_row_beside_the_old_one_and_each_counts_on_its_days(monkeypatch):
    [old] = [rule for rule in RULES if rule.code == "handle"]
    last, first = date(2026, 6, 30), date(2026, 7, 1)
    new = replace(old, version="2026-05-20", valid_from=first, days=45)
    monkeypatch.setattr(rules, "RULES", (replace(old, valid_to=last), new))

    def days_on(day: date) -> int:
        rule = rule_for("handle", day, "report", named=False)
        assert rule is not None
        return rule.days

    assert [days_on(day) for day in (old.valid_from, last, first)] == [60, 60, 45]
    assert rule_for("handle", old.valid_from - timedelta(days=1), "report", named=False) is None


def test_a_rule_is_in_force_from_midnight_of_the_bureau():
    midnight = datetime(2022, 4, 30, 16, tzinfo=UTC)
    assert clocks.start("handle", midnight, "report", named=False) is not None
    assert clocks.start("handle", midnight - timedelta(seconds=1), "report", named=False) is None
