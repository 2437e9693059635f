"""Required exams that are changed, cancelled, made up, or that somebody is exempted from, in study records."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.event import Received
from contracts.quiz.events import ExamChangedV1
from services.tasks.handlers import study, year_end
from services.tasks.store import TasksStore
from tests.integration.tasks.building import NOW, TRAINER, a_person, a_standing, actor, an_exam, by
from tests.integration.tasks.studying import figures, know_unit, people

_numbers = itertools.count()


def changed(exam: Received, **changes: Any) -> Received:
    data = ExamChangedV1.schema().load(ExamChangedV1.draft(exam.subject, **{**exam.data, **changes}).data)
    return Received(exam.id, ExamChangedV1.type(), exam.subject, exam.sequence + 1, NOW, data)


def required(store: TasksStore, who: Any) -> tuple[int, int]:
    found = study.get_my_record(store, {}, by(who))["required"]
    return found["done"], found["of"]


@pytest.fixture
def audience() -> dict[str, list[str]]:
    return {"lines": [], "units": [f"changing-{next(_numbers)}"], "roles": []}


@pytest.fixture
def who(store: TasksStore, audience: dict[str, list[str]]) -> Any:
    unit = audience["units"][0]
    know_unit(store, "bureau")
    know_unit(store, "bureau", unit)
    person = actor("member", id=f"of-{unit}", path=("bureau", unit))
    study.know_people(store, [a_person(person)])
    return person


def test_a_cancelled_exam_is_required_of_nobody_but_stays_with_those_who_passed(store, who, audience):
    exam, passed = an_exam(f"{who.id}-1", audience=audience), an_exam(f"{who.id}-2", audience=audience)
    study.know_exams(store, [exam, passed])
    study.credit_attempts(store, [a_standing(who.id, passed.subject)])
    assert required(store, who) == (1, 2)

    # Told in the wrong order, the newest stands.
    study.know_exams(store, [changed(exam, cancelled_at=NOW), changed(passed, cancelled_at=NOW), exam])

    assert required(store, who) == (1, 1)


def test_who_is_exempted_need_not_have_done_it(store, who, audience):
    exam = an_exam(f"{who.id}-1", audience=audience)
    study.know_exams(store, [exam])
    assert required(store, who) == (0, 1)

    study.know_exams(store, [changed(exam, exempt=[who.id])])

    assert required(store, who) == (0, 0)


def test_an_exam_that_is_no_longer_required_is_not_counted(store, who, audience):
    exam = an_exam(f"{who.id}-1", audience=audience)
    study.know_exams(store, [exam])

    study.know_exams(store, [changed(exam, required=False)])

    assert required(store, who) == (0, 0)


def test_a_make_up_that_was_passed_stands_for_the_exam_and_is_not_required_beside_it(store, who, audience):
    exam = an_exam(f"{who.id}-1", audience=audience)
    make_up = an_exam(f"{who.id}-2", audience=audience, make_up_of=exam.subject)
    study.know_exams(store, [exam, make_up])
    study.credit_attempts(store, [a_standing(who.id, exam.subject, passed=False, credits=0.0)])
    assert required(store, who) == (0, 1)

    study.credit_attempts(store, [a_standing(who.id, make_up.subject, makes_up=exam.subject)])

    assert required(store, who) == (1, 1)
    assert (exam.subject, who.id) in store.study_entries.done([exam.subject], [who.id])


# The exams of these tests close on Wednesday; a person's own window on Thursday of the week after.
CLOSES = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
OWN = CLOSES + timedelta(days=8)
NEXT_WEEK = {"from": "2026-03-09", "to": "2026-03-15"}


def with_own_window(exam: Received, person_id: str, closes_at: datetime = OWN, **changes: Any) -> Received:
    return changed(exam, personal_closings=[{"person_id": person_id, "closes_at": closes_at}], **changes)


def behind(store: TasksStore, unit_id: str, now: datetime, **period: str) -> list[str]:
    found = people(store, "behind", unit_id=unit_id, now=now, **period)
    assert figures(store, unit_id=unit_id, now=now, **period)["total"]["behind"] == len(found)
    return found


def test_who_was_given_a_later_window_is_behind_from_its_end_and_in_its_week(store, who, audience):
    unit = audience["units"][0]
    other = actor("member", id=f"also-of-{unit}", path=("bureau", unit))
    study.know_people(store, [a_person(other)])
    exam = an_exam(f"{who.id}-1", audience=audience, closes_at=CLOSES)
    study.know_exams(store, [with_own_window(exam, who.id)])

    assert behind(store, unit, CLOSES) == []
    assert behind(store, unit, OWN - timedelta(seconds=1)) == [other.id]
    assert behind(store, unit, OWN - timedelta(seconds=1), **NEXT_WEEK) == []
    # Its end is over: it was due in that week, and not in the one in which it was due for everybody else.
    after = OWN + timedelta(seconds=1)
    assert (behind(store, unit, after), behind(store, unit, after, **NEXT_WEEK)) == ([other.id], [who.id])

    study.credit_attempts(store, [a_standing(who.id, exam.subject, submitted_at=OWN)])
    assert behind(store, unit, after, **NEXT_WEEK) == []


def test_who_was_given_an_earlier_window_is_behind_from_its_end(store, who, audience):
    exam = an_exam(f"{who.id}-1", audience=audience, closes_at=OWN)
    study.know_exams(store, [with_own_window(exam, who.id, CLOSES)])

    after = CLOSES + timedelta(seconds=1)
    assert behind(store, audience["units"][0], after) == [who.id]


def test_who_is_exempted_is_not_behind_whatever_window_was_given_before(store, who, audience):
    exam = an_exam(f"{who.id}-1", audience=audience, closes_at=CLOSES)
    unit, after = audience["units"][0], OWN + timedelta(days=1)
    study.know_exams(store, [with_own_window(exam, who.id)])
    assert behind(store, unit, after, **NEXT_WEEK) == [who.id]

    exempted = with_own_window(exam, who.id, exempt=[who.id])
    study.know_exams(store, [replace(exempted, sequence=3)])

    assert (behind(store, unit, after), behind(store, unit, after, **NEXT_WEEK)) == ([], [])


def test_a_window_that_is_taken_back_ends_for_the_person_when_it_does_for_all(store, who, audience):
    exam = an_exam(f"{who.id}-1", audience=audience, closes_at=CLOSES)
    study.know_exams(store, [with_own_window(exam, who.id)])
    study.know_exams(store, [replace(changed(exam), sequence=3)])

    after = CLOSES + timedelta(seconds=1)
    assert behind(store, audience["units"][0], after) == [who.id]


def test_an_event_and_an_exam_of_before_personal_windows_were_told_ask_everybody_at_once(store, who, audience):
    exam = an_exam(f"{who.id}-1", audience=audience, closes_at=CLOSES)
    told = dict(ExamChangedV1.schema().dump(changed(exam).data))
    del told["personal_closings"]
    study.know_exams(store, [replace(changed(exam), data=ExamChangedV1.schema().load(told))])
    assert "personal_closings" not in (store.exam(exam.subject) or {})

    assert behind(store, audience["units"][0], CLOSES + timedelta(seconds=1)) == [who.id]


def test_an_exam_counts_for_the_year_in_which_the_persons_own_window_ends(store, who, audience):
    new_year = datetime(2027, 1, 8, tzinfo=UTC)
    exam = an_exam(f"{who.id}-1", audience=audience, closes_at=datetime(2026, 12, 30, tzinfo=UTC))
    study.know_exams(store, [with_own_window(exam, who.id, new_year)])

    def missing(year: int) -> list[str]:
        request = {"person_id": who.id, "year": year}
        marked = year_end.get_mark(store, request, by(TRAINER, now=new_year))
        (part,) = [one for one in marked["parts"] if one["measure"] == "required"]
        return [one for one in part["missing"] if one == exam.subject]

    assert (missing(2026), missing(2027)) == ([], [exam.subject])
