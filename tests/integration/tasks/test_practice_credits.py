"""Points of daily practice in study records: once a day, the newest count, in whatever order they are told."""

import itertools
from datetime import UTC, date, datetime, timedelta

from contracts.quiz.events import PracticeCreditedV1
from contracts.tasks import operations
from services.tasks.handlers import study
from services.tasks.model.study import daily_cap
from tests.integration.tasks.building import a_standing, actor, by, received, record

DAY = date(2026, 3, 10)


def a_practice(person_id, *, day=DAY, sequence=1, points=1, **changes):
    data = {
        "person_id": person_id,
        "day": day,
        "answered": sequence,
        "right": points,
        "points": points,
        "rule": "2021-1",
        "credited_at": datetime(day.year, day.month, day.day, 2, tzinfo=UTC),
    }
    return received(PracticeCreditedV1, f"{person_id}:{day}", sequence=sequence, **(data | changes))


def practised(kept):
    return [entry for entry in kept["entries"] if entry["kind"] == "practice"]


def test_a_day_is_credited_once_with_its_newest_count_in_whatever_order_it_is_told(store):
    told = [(1, 1), (2, 1), (3, 3)]
    for number, order in enumerate(itertools.permutations(told)):
        person = actor("member", id=f"practiser-{number}")
        for sequence, points in [*order, order[0]]:
            study.credit_practice(store, [a_practice(person.id, sequence=sequence, points=points)])

        kept = record(store, person)

        assert [(entry["ref"], entry["points"]) for entry in practised(kept)] == [("practice:2026-03-10", 3)]
        assert kept["points"] == 3


def test_every_day_counts_and_none_gives_credits(store):
    person = actor("member", id="daily")
    days = [DAY + timedelta(days=number) for number in range(3)]
    study.credit_practice(store, [a_practice(person.id, day=day, points=4) for day in days])

    kept = record(store, person)

    assert (kept["points"], kept["credits"], len(practised(kept))) == (12, 0.0, 3)
    assert (kept["required"]["done"], kept["elective"]["done"]) == (0, 0)


def test_practice_and_exams_of_a_day_share_its_cap(store):
    person = actor("member", id="eager")
    exams = [a_standing(person.id, f"exam-of-{number}", points=10) for number in range(3)]
    at = exams[0].data["submitted_at"]
    study.credit_attempts(store, exams)
    study.credit_practice(store, [a_practice(person.id, day=at.date(), points=10, credited_at=at)])

    assert record(store, person)["points"] == daily_cap(at.date())


def test_a_record_with_practice_leaves_the_service_as_the_contract_says(store):
    person = actor("member", id="told")
    study.credit_practice(store, [a_practice(person.id)])

    (entry,) = operations.get_my_study_record.dump(study.get_my_record(store, {}, by(person)))["entries"]

    assert (entry["kind"], entry["title"], entry["credits"]) == ("practice", "每日练习", 0.0)
