"""Required exams that are changed, cancelled, made up, or that somebody is exempted from, in study records."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from contracts.event import Received
from contracts.quiz.events import ExamChangedV1
from services.tasks.handlers import study
from services.tasks.store import TasksStore
from tests.integration.tasks.building import NOW, a_person, a_standing, actor, an_exam, by

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
