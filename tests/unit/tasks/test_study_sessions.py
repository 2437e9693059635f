"""Study sessions by themselves: weeks, the rule as dated data, main speakers, codes, tables, certificates' codes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.tables import Row, UnreadableTable
from services.tasks.attendance_table import read_attendance
from services.tasks.model import certificates
from services.tasks.model.check_in import ACCEPTED_SECONDS, WrongCheckInCode, code_for, seconds_left, session_of
from services.tasks.model.sessions import (
    WEEKLY_RULES,
    Speaker,
    begins,
    judge,
    rule_of,
    speakers_of,
    warnings,
    week_of,
    weeks_between,
)

KEY = bytes(range(32))
MOMENTS = st.datetimes(datetime(2021, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
THREE = [Speaker(name) for name in ("张三", "李四", "王五")]


def test_a_week_begins_on_monday_at_midnight_in_the_bureau():
    sunday_night = datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)
    assert week_of(sunday_night) == date(2026, 2, 23)
    assert week_of(sunday_night + timedelta(seconds=1)) == date(2026, 3, 2)
    assert begins(date(2026, 3, 2)) == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


def test_the_weeks_of_a_period_are_those_of_its_first_and_last_day_and_between():
    assert weeks_between(date(2026, 3, 1), date(2026, 3, 9)) == [date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9)]


def test_every_rule_names_its_version_and_source_and_they_follow_each_other():
    assert all(rule.version and rule.source for rule in WEEKLY_RULES)
    assert [rule.valid_from for rule in WEEKLY_RULES] == sorted({rule.valid_from for rule in WEEKLY_RULES})


def test_before_there_was_a_rule_nothing_is_missing():
    assert rule_of(date(2020, 6, 1)) is None
    before = judge(date(2020, 6, 1), [])
    assert (before.met, before.missing) == (True, 0)
    assert warnings(datetime(2020, 6, 1, 1, tzinfo=UTC), []) == []


@pytest.mark.parametrize(
    ("speakers", "counted", "missing"), [([3, 3, 3], 3, 0), ([3, 3, 2], 2, 1), ([], 0, 3), ([5] * 4, 4, 0)]
)
def test_sessions_with_three_speakers_count_and_three_of_them_are_asked_for(speakers, counted, missing):
    week = judge(date(2026, 3, 2), speakers)
    assert (week.held, week.counted, week.missing, week.met) == (len(speakers), counted, missing, missing == 0)


def test_a_speaker_who_is_named_twice_is_one():
    assert speakers_of([*THREE, Speaker("张 三")]) == 3
    assert speakers_of([Speaker("张三", "p1"), Speaker("老张", "p1")]) == 1
    assert warnings(datetime(2026, 3, 2, 1, tzinfo=UTC), THREE[:2]) == ["too_few_speakers"]
    assert warnings(datetime(2026, 3, 2, 1, tzinfo=UTC), THREE) == []


@given(MOMENTS, st.floats(0, ACCEPTED_SECONDS - 31))
def test_a_code_lives_for_at_least_half_a_minute(moment, later):
    assert session_of(KEY, code_for(KEY, "session-1", moment), moment + timedelta(seconds=later)) == "session-1"


@given(MOMENTS, st.floats(ACCEPTED_SECONDS, 10**7))
def test_a_code_is_dead_after_a_minute(moment, later):
    code = code_for(KEY, "session-1", moment)
    with pytest.raises(WrongCheckInCode):
        session_of(KEY, code, moment + timedelta(seconds=later))


@given(MOMENTS)
def test_the_next_code_is_another_and_comes_when_it_is_said(moment):
    moment = moment.replace(microsecond=0)
    following = moment + timedelta(seconds=seconds_left(moment))
    assert code_for(KEY, "s", moment) == code_for(KEY, "s", following - timedelta(seconds=1))
    assert code_for(KEY, "s", moment) != code_for(KEY, "s", following)


@given(MOMENTS, st.integers(0, 10**3), st.characters(codec="ascii", categories=["Lu", "Ll", "Nd", "Po"]))
def test_a_code_with_one_other_character_counts_for_nothing(moment, place, character):
    code = code_for(KEY, "session-1", moment)
    place %= len(code)
    forged = code[:place] + character + code[place + 1 :]
    if forged != code:
        with pytest.raises(WrongCheckInCode):
            session_of(KEY, forged, moment)


@given(st.text(max_size=60))
def test_whatever_is_sent_as_a_code_is_refused_and_breaks_nothing(text):
    with pytest.raises(WrongCheckInCode):
        session_of(KEY, text, datetime(2026, 3, 2, tzinfo=UTC))


def test_an_attendance_list_is_read_by_staff_number_or_user_name():
    rows = [
        Row(1, ("姓名", "工号（必填）", "用户名")),
        Row(2, ("张三", "100123")),
        Row(4, ("李四", "", "li.si")),
        Row(5, ("王五",)),
        Row(6, ("张三", "100123")),
    ]
    reading = read_attendance(rows)
    assert [(one.row, one.column, one.value) for one in reading.rows] == [
        (2, "staff_number", "100123"),
        (4, "username", "li.si"),
    ]
    assert [(row, message, value) for row, _, message, value in reading.rejected] == [
        (5, "missing", None),
        (6, "doubled", "2"),
    ]
    assert reading.total == 4


@pytest.mark.parametrize(("rows", "reason"), [([], "empty"), ([Row(1, ("姓名",)), Row(2, ("张三",))], "no_header")])
def test_a_list_that_names_nobody_is_not_read(rows, reason):
    with pytest.raises(UnreadableTable) as refused:
        read_attendance(rows)
    assert refused.value.reason == reason


@given(st.binary(min_size=16, max_size=16))
def test_a_certificates_code_is_found_however_it_is_typed(numbers):
    code = certificates.code_from(numbers)
    assert certificates.as_written(code) == code
    assert certificates.as_written(f" {code.replace('-', '').lower()} ") == code
    assert certificates.as_written(code.replace("0", "O").replace("1", "l")) == code


@pytest.mark.parametrize("typed", ["", "ABCD", "UUUU-UUUU-UUUU-UUUU", "证书", "A" * 17])
def test_what_is_no_code_is_none(typed):
    assert certificates.as_written(typed) is None


@pytest.mark.parametrize(("name", "shown"), [("张三", "张*"), ("欧阳娜娜", "欧***"), ("张", "*"), ("", "*")])
def test_of_a_masked_name_only_the_first_character_can_be_read(name, shown):
    assert certificates.masked(name) == shown
