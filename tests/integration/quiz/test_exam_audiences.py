"""For whom an exam is, what each of several persons is granted, and rows of make-ups, on a real database."""

from datetime import timedelta

import pytest

from chassis.refusals import NotFound
from contracts.quiz import operations
from services.quiz.handlers import exam_changes, exams
from services.quiz.model import overrides
from services.quiz.model.exam import InvalidExam
from tests.integration.quiz.building import (
    A_PAPER,
    CLOSES,
    MINUTE,
    NOW,
    TRAINER,
    a_member,
    a_paper,
    an_exam,
    begin,
    by,
    change,
    grade,
    grant,
    look,
    save,
    sit,
    standing_of,
)

DAY = timedelta(days=1)


def granted(store, exam):
    return operations.list_overrides.dump(exam_changes.granted(store, {"exam_id": exam["id"]}))


def make_up_of(store, exam, now, paper=None, **fields):
    """A make-up of the exam that is open for a day from ``now`` on."""
    window = {"opens_at": now.isoformat(), "closes_at": (now + DAY).isoformat(), "time_limit_minutes": 30}
    paper_id = (paper or a_paper(store))["id"]
    given = {"title": "补考", "paper_id": paper_id, "make_up_of": exam["id"], "pass_score": 6, "attempts_allowed": 2}
    return exams.create(store, operations.create_exam.load(given | window | fields), by(TRAINER, now))


def mine(store, exam, person, now=NOW):
    page = operations.my_exams.dump(exams.mine(store, {"limit": 200, "cursor": None}, by(person, now)))
    return next((item for item in page["items"] if item["id"] == exam["id"]), None)


@pytest.mark.parametrize(
    "audience",
    [{"lines": ["notaries"]}, {"units": ["another-district"]}, {"roles": ["handler"]}],
    ids=["line", "unit", "role"],
)
def test_each_part_of_the_audience_keeps_others_out_of_the_list_and_of_the_exam(store, audience):
    exam = an_exam(store, audience=audience)
    path = ("bureau", "another-district", "its-branch")
    meant = a_member(line="notaries", unit_id=path[-1], unit_path=path, roles=frozenset({"handler", "member"}))
    other = a_member()

    assert mine(store, exam, other) is None
    with pytest.raises(NotFound):
        begin(store, exam, other)
    assert mine(store, exam, meant)["state"] == "open"
    assert begin(store, exam, meant)["number"] == 1


def test_what_is_granted_to_one_leaves_what_was_granted_to_another(store):
    exam, first, second = an_exam(store), a_member(), a_member()
    grant(store, exam, first, extra_minutes=10)
    grant(store, exam, second, exempt=True)

    assert {one["person_id"]: (one["extra_minutes"], one["exempt"]) for one in granted(store, exam)["items"]} == {
        first.id: (10, False),
        second.id: (0, True),
    }
    assert granted(store, exam)["replaced"] == []
    # Others are told of exemptions, of nothing else that is granted.
    event = store.db["exams"].find_one({"_id": exam["id"]})["outbox"][-1]
    assert event["data"]["exempt"] == [second.id]
    assert begin(store, exam, first)["due_at"] == NOW + 40 * MINUTE
    assert mine(store, exam, second)["state"] == "exempt"


def test_so_many_are_granted_something_and_no_more(store, monkeypatch):
    monkeypatch.setattr(overrides, "MAX_OVERRIDES", 2)
    exam, (first, second, third) = an_exam(store), (a_member() for _ in range(3))
    for person in (first, second, first):
        grant(store, exam, person, extra_minutes=10)

    with pytest.raises(InvalidExam) as refused:
        grant(store, exam, third, extra_minutes=10)

    assert [(error["field"], error["parts"]) for error in refused.value.errors] == [("person_id", {"most": 2})]
    assert len(granted(store, exam)["items"]) == 2


def test_a_change_of_the_exam_leaves_the_keys_waiting_for_the_last_personal_window(store):
    exam, person, later = an_exam(store), a_member(), a_member()
    attempt = sit(store, exam, person)
    grant(store, exam, later, closes_at=CLOSES + DAY)

    change(store, exam, title="改了题目", closes_at=CLOSES + MINUTE)

    assert look(store, attempt, person, CLOSES + 60 * MINUTE)["review"] is None
    assert look(store, attempt, person, CLOSES + DAY + MINUTE)["review"][0]["key"] == "B"


def test_what_somebody_went_by_who_began_in_an_earlier_window_of_their_own_is_not_changed_any_more(store):
    opens = (NOW + DAY).isoformat()
    exam, early = an_exam(store, opens_at=opens, closes_at=(NOW + 2 * DAY).isoformat()), a_member()
    change(store, exam, attempts_allowed=2)
    grant(store, exam, early, opens_at=NOW)
    begin(store, exam, early)

    with pytest.raises(InvalidExam) as refused:
        change(store, exam, pass_score=1, time_limit_minutes=5)

    assert [error["field"] for error in refused.value.errors] == ["pass_score", "time_limit_minutes"]
    assert change(store, exam, closes_at=NOW + 3 * DAY)["closes_at"] == NOW + 3 * DAY


def test_passing_the_last_make_up_of_a_row_stands_for_the_first_exam(store):
    paper, person = a_paper(store), a_member()
    exam = an_exam(store, paper)
    first = make_up_of(store, exam, CLOSES, paper)
    second = make_up_of(store, first, CLOSES + DAY, paper)

    sit(store, second, person, now=CLOSES + DAY + MINUTE)

    (event,) = standing_of(store, second, person)["outbox"]
    assert (event["data"]["makes_up"], event["data"]["passed"]) == (exam["id"], True)


@pytest.mark.parametrize(
    ("held", "message"), [(NOW - 2 * DAY, "exam.not_begun"), (None, "exam.unknown_exam")], ids=["upcoming", "unknown"]
)
def test_only_an_exam_that_has_begun_is_made_up(store, held, message):
    exam = an_exam(store) if held else {"id": "unknown"}

    with pytest.raises(InvalidExam) as refused:
        make_up_of(store, exam, held or NOW)

    assert [(error["field"], error["message"]) for error in refused.value.errors] == [("make_up_of", message)]


def test_who_was_cut_off_by_a_cancellation_need_not_wait_for_a_mark_that_will_not_count(store):
    essay = {"type": "essay", "options": [], "answer": None, "score": 10}
    exam, person = an_exam(store, a_paper(store, [*A_PAPER, essay])), a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 4, "论述")
    exam_changes.cancel(store, {"exam_id": exam["id"], "reason": "停电"}, by(TRAINER, NOW + MINUTE))
    grade(store, attempt)
    assert store.attempts.get(attempt["id"])["state"] == "submitted"

    make_up = make_up_of(store, exam, NOW + 2 * MINUTE)

    assert begin(store, make_up, person, NOW + 3 * MINUTE)["number"] == 1
