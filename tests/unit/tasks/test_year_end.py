"""The year-end mark: a formula as data, each part explained by the entries that it counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.model.study import RequiredExam, StudyEntry
from services.tasks.model.year_end import FORMULAS, MEASURES, YearEntry, formula_of, mark
from tests.unit.tasks.builders import MORNING
from tests.unit.tasks.test_study_rules import LEARNER

NOBODY = frozenset()
YEAR = timedelta(days=365)


def entry(kind="exam", ref="e1", *, score=None, points=0, passed=True, at=MORNING, course_id=None, most=100.0):
    made = StudyEntry(kind, ref, "测试", at, score, 1.0, points, True, passed, course_id)
    return YearEntry(f"{kind}:{ref}", made, most)


def required(*ids, lines=NOBODY):
    return [RequiredExam(id, frozenset(lines), NOBODY, NOBODY) for id in ids]


def parts(entries=(), due=(), held=()):
    marked = mark(2026, LEARNER, entries, due, held)
    assert marked.mark == pytest.approx(sum(part.marks for part in marked.parts))
    return {part.measure: part for part in marked.parts}


def test_every_formula_adds_up_to_a_hundred_and_names_its_version_and_source():
    for formula in FORMULAS:
        assert sum(weight.weight for weight in formula.weights) == 100
        assert {weight.measure for weight in formula.weights} <= set(MEASURES)
        assert formula.version
        assert formula.source
    assert formula_of(1999) == FORMULAS[0]
    assert formula_of(2026) == FORMULAS[-1]


def test_the_part_of_what_is_required_counts_what_is_done_waived_included_and_names_what_is_missing():
    done = [
        entry(ref="a", score=80.0),
        entry("waiver", "b"),
        entry("session", "s1", course_id="c"),
        entry(ref="d", score=10.0, passed=False),
    ]
    part = parts(done, [*required("a", "b", "c", "d"), *required("of-others", lines=["notaries"])])["required"]
    assert (part.reached, part.of, part.marks) == (3, 4, 30.0)
    assert part.entry_ids == ("exam:a", "waiver:b", "session:s1")
    assert part.missing == ("d",)


def test_the_part_of_exams_is_the_mean_of_the_scores_of_the_year():
    sat = [
        entry(ref="a", score=40.0, most=50.0),
        entry(ref="b", score=60.0),
        entry(ref="last-year", score=0.0, at=MORNING - YEAR),
        entry("practice", "p", score=None, points=5),
    ]
    part = parts(sat)["exams"]
    assert (part.of, part.marks, part.entry_ids) == (2, 21.0, ("exam:a", "exam:b"))


def test_the_part_of_sessions_is_the_share_of_those_that_the_branch_held_and_never_more_than_all():
    attended = [entry("session", f"s{number}") for number in range(3)]
    assert parts(attended, held=["s0", "s1", "s2", "s3"])["sessions"].marks == 15.0
    assert parts(attended, held=["s0"])["sessions"].marks == 20.0


def test_where_nothing_was_asked_nothing_is_missing_but_who_sat_no_exam_has_no_marks_for_exams():
    by_measure = parts()
    assert {name: part.marks for name, part in by_measure.items()} == {
        "required": 40.0, "exams": 0.0, "sessions": 20.0, "points": 0.0,
    }  # fmt: skip


def test_points_count_after_the_daily_cap():
    one_day = [entry(ref=str(number), points=10) for number in range(9)]
    assert parts(one_day)["points"].reached == 30


ENTRIES = st.lists(
    st.builds(
        lambda kind, ref, score, points, passed, day: entry(
            kind, f"r{ref}", score=score, points=points, passed=passed, at=MORNING + timedelta(days=day)
        ),
        st.sampled_from(["exam", "practice", "session", "waiver"]),
        st.integers(0, 5),
        st.floats(0, 100),
        st.integers(0, 10),
        st.booleans(),
        st.integers(-400, 400),
    ),
    max_size=20,
)


@given(ENTRIES, st.sets(st.sampled_from(["r0", "r1", "r2"])), st.integers(0, 5))
def test_a_mark_is_the_sum_of_its_parts_between_nothing_and_a_hundred(entries, due, held):
    marked = mark(2026, LEARNER, entries, required(*due), [f"s{number}" for number in range(held)])
    assert 0 <= marked.mark <= 100
    assert marked.mark == pytest.approx(sum(part.marks for part in marked.parts))
    for part in marked.parts:
        assert 0 <= part.marks <= part.weight
        assert set(part.entry_ids) <= {one.id for one in entries}


def test_what_was_done_before_the_year_is_not_missing_in_it():
    part = parts([entry(ref="a", score=80.0, at=MORNING - YEAR)], required("a"))["required"]
    assert (part.reached, part.missing, part.entry_ids) == (1, (), ("exam:a",))


def test_marks_are_rounded_to_one_decimal_with_halves_up():
    assert parts([entry(ref="a", score=41.5)])["exams"].marks == 12.5
