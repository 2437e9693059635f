"""The bank, papers and exams on a real database: versions, filters, feasibility, and what an exam announces."""

from datetime import timedelta

import pytest

from chassis.refusals import IdempotencyKeyReused, NotFound, Stale
from contracts.quiz import operations
from services.quiz.handlers import exams, papers, questions
from services.quiz.model.exam import InvalidExam
from services.quiz.model.paper import InvalidPaper
from services.quiz.model.question import InvalidQuestion
from tests.integration.quiz.building import CLOSES, NOW, TRAINER, a_paper, a_question, an_exam, by

UNCHANGED = {"options", "answer", "score", "category", "tags", "lines", "difficulty", "explanation"}


def create(store, **fields):
    return questions.create(store, a_question(**fields), by(TRAINER))


def listed(store, **filter):
    found, cursor = [], None
    while True:
        request = operations.list_questions.load({"limit": 2, "cursor": cursor, **filter})
        page = questions.list_page(store, request)
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def a_drawn_paper(store, blueprint, **fields):
    request = operations.create_paper.load({"title": "抽题", "kind": "drawn", "blueprint": blueprint, **fields})
    return papers.create(store, request, by(TRAINER))


def test_a_change_keeps_what_it_does_not_name_and_counts_the_version(store):
    before = create(store, tags=["宪法"])

    after = questions.update(store, {"question_id": before["id"], "expected_version": 1, "stem": "新题干"}, by(TRAINER))

    assert (after["stem"], after["version"], after["revision"]) == ("新题干", 2, 2)
    assert {name: after[name] for name in UNCHANGED} == {name: before[name] for name in UNCHANGED}


def test_retiring_changes_the_version_but_not_the_content(store):
    id = create(store)["id"]
    after = questions.update(store, {"question_id": id, "expected_version": 1, "state": "retired"}, by(TRAINER))

    assert (after["state"], after["version"], after["revision"]) == ("retired", 2, 1)


def test_a_stale_change_is_refused_and_names_the_current_version(store):
    id = create(store)["id"]
    change = {"question_id": id, "expected_version": 1, "difficulty": 5}
    questions.update(store, change, by(TRAINER))

    with pytest.raises(Stale) as refused:
        questions.update(store, change, by(TRAINER))
    assert refused.value.current_version == 2


def test_a_change_cannot_leave_a_question_that_cannot_be_asked(store):
    id = create(store)["id"]

    with pytest.raises(InvalidQuestion):
        questions.update(store, {"question_id": id, "expected_version": 1, "type": "true_false"}, by(TRAINER))
    assert questions.get(store, {"question_id": id})["version"] == 1


def test_lists_show_what_fits_every_filter_the_newest_first(store):
    one, two, three = (
        create(store, category="warning", difficulty=level, tags=["筛选", tag], lines=["lawyers"])["id"]
        for level, tag in ((1, "甲"), (1, "乙"), (2, "甲"))
    )

    assert listed(store, tag="筛选") == [three, two, one]
    assert listed(store, tag="甲", difficulty=1) == [one]
    assert listed(store, category="警示教育", line="lawyers", type="single", state="active") == [
        three,
        two,
        one,
    ]


def test_the_same_creation_with_the_same_key_is_one_question(store):
    request = a_question()
    first, again = (questions.create(store, request, by(TRAINER, idempotency_key="q1")) for _ in range(2))

    assert first == again
    with pytest.raises(IdempotencyKeyReused):
        questions.create(store, a_question(), by(TRAINER, idempotency_key="q1"))


def test_a_fixed_paper_adds_up_its_questions_and_knows_them_all(store):
    paper = a_paper(store)

    assert (paper["question_count"], paper["max_score"]) == (4, 10.0)
    ids = paper["question_ids"]
    request = {"title": "x", "kind": "fixed", "question_ids": [ids[0], "unknown", ids[0]]}
    with pytest.raises(InvalidPaper) as refused:
        papers.create(store, operations.create_paper.load(request), by(TRAINER))
    assert [(error["field"], error["message"]) for error in refused.value.errors] == [
        ("question_ids.1", "paper.unknown_question"),
        ("question_ids.2", "paper.question_twice"),
    ]


def test_a_drawn_paper_records_its_seed_and_gives_each_variant_its_own_questions(store):
    for _ in range(12):
        create(store, category="抽题甲")
    cells = [{"category": "抽题甲", "count": 4, "score": 2.5}]

    paper = a_drawn_paper(store, cells, seed=7, variants=3)
    exam = an_exam(store, paper)

    assert (paper["seed"], paper["variants"], paper["max_score"]) == (7, 3, 10.0)
    forms = [store.exams.form(f"{exam['id']}.{variant}") for variant in range(3)]
    assert {form["max_score"] for form in forms} == {10.0}
    assert len({tuple(question["id"] for question in form["questions"]) for form in forms}) > 1
    assert "seed" in a_drawn_paper(store, cells)


def test_a_blueprint_that_cannot_be_filled_names_its_short_cell(store):
    create(store, category="抽题乙")
    cells = [{"category": "抽题乙", "count": 1, "score": 1}, {"category": "抽题乙", "count": 2, "score": 1}]

    with pytest.raises(InvalidPaper) as refused:
        a_drawn_paper(store, cells)
    (error,) = refused.value.errors
    assert (error["field"], error["parts"]) == ("blueprint.1", {"cell": 2, "wanted": 2, "found": 0})


def test_questions_whose_law_is_repealed_and_retired_ones_are_not_drawn(store):
    create(store, category="抽题丙", valid_to="2026-03-09")
    retired = create(store, category="抽题丙")["id"]
    questions.update(store, {"question_id": retired, "expected_version": 1, "state": "retired"}, by(TRAINER))

    with pytest.raises(InvalidPaper):
        a_drawn_paper(store, [{"category": "抽题丙", "count": 1, "score": 1}])


def test_an_exam_announces_itself_with_its_making(store):
    exam = an_exam(store, required=True, audience={"lines": ["lawyers"]})

    (event,) = store.db["exams"].find_one({"_id": exam["id"]})["outbox"]
    assert event["type"] == "quiz.exam_published.v1"
    assert event["data"] == {
        "make_up_of": None,
        "exam_id": exam["id"],
        "title": "三月测试",
        "required": True,
        "credits": 2.0,
        "audience": {"lines": ["lawyers"], "units": [], "roles": []},
        "opens_at": "2026-03-09T01:00:00.000Z",
        "closes_at": "2026-03-11T01:00:00.000Z",
    }


def test_an_exam_made_twice_with_one_key_is_one_exam(store):
    paper = a_paper(store)
    given = {"title": "键", "paper_id": paper["id"], "time_limit_minutes": 5, "pass_score": 1}
    given |= {"opens_at": NOW.isoformat(), "closes_at": CLOSES.isoformat()}
    request = operations.create_exam.load(given)

    first, again = (exams.create(store, request, by(TRAINER, idempotency_key="e1")) for _ in range(2))

    assert first == again
    assert store.db["exams"].count_documents({"title": "键"}) == 1


@pytest.mark.parametrize(("fields", "wrong"), [({"pass_score": 11}, "pass_score")])
def test_an_exam_that_nobody_could_pass_is_refused(store, fields, wrong):
    with pytest.raises(InvalidExam) as refused:
        an_exam(store, **fields)
    assert refused.value.errors[0]["field"] == wrong


def test_an_exam_on_an_unknown_paper_is_refused_and_unknown_things_are_not_found(store):
    with pytest.raises(InvalidExam):
        an_exam(store, {"id": "unknown"})
    for ask in (
        lambda: questions.get(store, {"question_id": "unknown"}),
        lambda: papers.get(store, {"paper_id": "unknown"}),
        lambda: exams.get(store, {"exam_id": "unknown"}),
    ):
        with pytest.raises(NotFound):
            ask()


def test_exams_are_listed_by_their_state(store):
    def ids(state, now):
        request = operations.list_exams.load({"limit": 200, "state": state})
        return {item["id"] for item in exams.list_page(store, request, by(TRAINER, now))["items"]}

    exam = an_exam(store)["id"]

    assert exam in ids("open", NOW)
    assert exam in ids("upcoming", NOW - timedelta(days=2))
    assert exam in ids("closed", CLOSES)
    assert exam not in ids("closed", NOW) | ids("upcoming", NOW) | ids("open", CLOSES)


def test_exams_are_listed_by_their_mode_and_those_of_before_there_were_practices_are_exams(store):
    def ids(**filters):
        request = operations.list_exams.load({"limit": 200, **filters})
        return {item["id"] for item in exams.list_page(store, request, by(TRAINER, NOW))["items"]}

    exam, old = an_exam(store)["id"], an_exam(store)["id"]
    practice = an_exam(store, mode="practice", credits=None)["id"]
    store.db["exams"].update_one({"_id": old}, {"$unset": {"mode": ""}})

    assert {exam, old} <= ids(mode="exam")
    assert practice not in ids(mode="exam")
    assert practice in ids(mode="practice") & ids(mode="practice", state="open")
    assert not {exam, old} & ids(mode="practice")
    assert practice not in ids(mode="practice", state="closed")
    assert {exam, old, practice} <= ids()
