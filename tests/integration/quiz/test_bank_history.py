"""What questions read before, and what becomes of them when their law is repealed."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.refusals import NotFound, Stale
from contracts.quiz import operations
from services.quiz.handlers import exams, imports, papers, questions
from services.quiz.model.paper import InvalidPaper
from tests.integration.quiz.building import (
    NOW,
    TRAINER,
    a_member,
    a_question,
    an_exam,
    an_import,
    begin,
    by,
    grade,
    look,
    save,
    submit,
)

# The last second of 9 March in Shanghai, and the first of 10 March.
LAST_DAY = datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)
DAY_AFTER = LAST_DAY + timedelta(seconds=1)


def create(store, **fields):
    return questions.create(store, a_question(**fields), by(TRAINER))


def change(store, id, now=NOW, **fields):
    return questions.update(store, {"question_id": id, "expected_version": None, **fields}, by(TRAINER, now))


def former(store, id, limit=10, cursor=None):
    page = questions.list_revisions(store, {"question_id": id, "limit": limit, "cursor": cursor})
    return operations.list_question_revisions.dump(page)


def listed(store, **filter):
    request = operations.list_questions.load({"limit": 200, **filter})
    shown = operations.list_questions.dump(questions.list_page(store, request))
    return {item["id"]: item["retired_because"] for item in shown["items"]}


def test_each_change_of_the_content_keeps_what_the_question_read_before(store):
    id = create(store, stem="初稿", tags=["历史"])["id"]
    change(store, id, stem="二稿", answer="A")
    change(store, id, state="retired")
    change(store, id, answer="C", state="active")

    items = former(store, id)["items"]
    assert [(one["revision"], one["stem"], one["answer"]) for one in items] == [(2, "二稿", "A"), (1, "初稿", "B")]
    assert items[1]["tags"] == ["历史"]
    assert questions.get(store, {"question_id": id})["revision"] == 3


def test_whether_options_are_fixed_is_content_and_a_former_revision_tells_it(store):
    id = create(store, fixed_options=True)["id"]
    assert change(store, id, difficulty=5)["fixed_options"] is True
    assert change(store, id, fixed_options=False)["fixed_options"] is False

    assert [(one["revision"], one["fixed_options"]) for one in former(store, id)["items"]] == [(2, True), (1, True)]


def test_revisions_are_read_page_by_page_and_those_of_other_questions_stay_apart(store):
    ids = [create(store)["id"] for _ in range(2)]
    for id in ids:
        for number in range(3):
            change(store, id, explanation=f"{id}{number}")

    first = former(store, ids[0], limit=2)
    second = former(store, ids[0], limit=2, cursor=first["next_cursor"])
    assert [one["revision"] for one in first["items"] + second["items"]] == [3, 2, 1]
    assert {one["question_id"] for one in first["items"] + second["items"]} == {ids[0]}
    with pytest.raises(NotFound):
        former(store, "unknown")


def test_a_change_that_was_refused_leaves_no_revision_to_be_read(store, monkeypatch):
    id = create(store)["id"]
    with monkeypatch.context() as patched:
        patched.setattr(store.bank, "change_question", lambda *_: (_ for _ in ()).throw(Stale(2)))
        with pytest.raises(Stale):
            change(store, id, answer="C")

    assert former(store, id)["items"] == []
    change(store, id, answer="D")
    assert [one["answer"] for one in former(store, id)["items"]] == ["B"]


def test_an_import_keeps_what_it_replaces(store):
    id = create(store, stem="导入前的题")["id"]
    an_import(store, "题型,题干,选项A,选项B,答案\n单选题,导入前的题,甲,乙,A\n")
    imports.work_off(store, NOW)

    assert [(one["answer"], one["score"]) for one in former(store, id)["items"]] == [("B", 2.0)]


def test_an_attempt_is_marked_by_the_question_that_it_was_asked(store):
    id = create(store, stem="问的是这个", answer="B", score=2)["id"]
    request = operations.create_paper.load({"title": "卷", "kind": "fixed", "question_ids": [id]})
    review = dict.fromkeys(("score", "correctness", "key", "explanation"), "immediately")
    exam = an_exam(store, papers.create(store, request, by(TRAINER)), pass_score=1, review=review)
    person = a_member()
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "B")

    change(store, id, stem="改了", answer="C", options=[{"key": key, "text": f"改{key}"} for key in "ABC"])
    again = begin(store, exam, person)
    submit(store, attempt, person)
    grade(store, attempt)

    assert again["questions"] == attempt["questions"]
    seen = look(store, attempt, person)
    assert (seen["questions"][0]["stem"], seen["review"][0]["key"], seen["score"]) == ("问的是这个", "B", 2.0)


def test_a_question_retires_the_day_after_its_law_was_repealed_and_is_listed(store):
    repealed = create(store, category="废止", valid_to="2026-03-09")["id"]
    in_force = create(store, category="废止", valid_to="2026-03-10")["id"]
    by_hand = create(store, category="废止")["id"]
    change(store, by_hand, state="retired")

    questions.retire_expired(store, LAST_DAY)
    assert listed(store, category="废止", state="active") == {repealed: None, in_force: None}
    for _ in range(2):
        questions.retire_expired(store, DAY_AFTER)

    assert listed(store, category="废止", state="retired", reason="expired") == {repealed: "expired"}
    assert listed(store, category="废止", reason="by_hand") == {by_hand: "by_hand"}
    shown = questions.get(store, {"question_id": repealed})
    assert (shown["version"], shown["revision"]) == (2, 1)


def test_a_repealed_question_is_drawn_on_its_last_day_and_not_the_day_after_though_nothing_ran(store):
    create(store, category="末日", valid_to="2026-03-09")
    cells = [{"category": "末日", "count": 1, "score": 1}]
    request = operations.create_paper.load({"title": "抽", "kind": "drawn", "blueprint": cells})

    assert papers.create(store, request, by(TRAINER, LAST_DAY))["question_count"] == 1
    with pytest.raises(InvalidPaper):
        papers.create(store, request, by(TRAINER, DAY_AFTER))


def test_a_question_comes_back_by_itself_when_its_law_is_in_force_again_but_not_when_a_person_took_it_out(store):
    expired, by_hand = (create(store, valid_to="2026-03-09")["id"] for _ in range(2))
    change(store, by_hand, state="retired")
    questions.retire_expired(store, DAY_AFTER)

    states = [change(store, id, valid_to="2026-12-31")["state"] for id in (expired, by_hand)]

    assert states == ["active", "retired"]


def test_a_law_that_ends_today_is_still_in_force_and_a_repeal_stays_the_reason(store):
    until_today, taken_out = (create(store, category="最后一天", valid_to="2026-03-09")["id"] for _ in range(2))
    questions.retire_expired(store, DAY_AFTER)

    assert change(store, until_today, valid_to="2026-03-10")["state"] == "active"
    change(store, taken_out, state="retired")

    assert listed(store, category="最后一天") == {until_today: None, taken_out: "expired"}


def test_a_question_that_somebody_took_out_stays_out_when_a_file_updates_it(store):
    id = create(store, stem="取下的题")["id"]
    change(store, id, state="retired")
    an_import(store, "题型,题干,选项A,选项B,答案\n单选题,取下的题,甲,乙,A\n")
    imports.work_off(store, NOW)

    shown = questions.get(store, {"question_id": id})
    assert (shown["answer"], shown["state"], shown["retired_because"]) == ("A", "retired", "by_hand")


def test_an_exam_that_exists_keeps_a_question_that_retires(store):
    id = create(store, valid_to="2026-03-10")["id"]
    request = operations.create_paper.load({"title": "卷", "kind": "fixed", "question_ids": [id]})
    exam = an_exam(store, papers.create(store, request, by(TRAINER)), pass_score=1)
    questions.retire_expired(store, DAY_AFTER + timedelta(days=1))

    assert begin(store, exam, a_member())["questions"][0]["id"] == id
    assert exams.get(store, {"exam_id": exam["id"]})["question_count"] == 1
