"""The overlap report on a real bank: it tells what an exam on the paper would ask."""

import pytest

from chassis.refusals import NotFound
from contracts.quiz import operations
from services.quiz.handlers import papers, questions
from tests.integration.quiz.building import TRAINER, a_paper, a_question, an_exam, by
from tests.support.explaining import BY_READING_ALL, asked, stages


def a_drawn_paper(store):
    for _ in range(6):
        questions.create(store, a_question(category="重复"), by(TRAINER))
    cell = {"category": "重复", "count": 4, "score": 1}
    request = {"title": "抽", "kind": "drawn", "blueprint": [cell], "variants": 3, "seed": 1}
    return papers.create(store, operations.create_paper.load(request), by(TRAINER))


def report(store, paper, **fields):
    request = operations.paper_overlap.load({"paper_id": paper["id"], **fields})
    return operations.paper_overlap.dump(papers.overlap(store, request, by(TRAINER)))


def test_what_variants_share_is_what_the_forms_of_an_exam_share(store):
    paper = a_drawn_paper(store)
    exam = an_exam(store, paper, pass_score=1)
    forms = [{one["id"] for one in store.exams.form(f"{exam['id']}.{n}")["questions"]} for n in range(3)]

    found = report(store, paper)

    assert {(pair["first"], pair["second"]): set(pair["question_ids"]) for pair in found["between_variants"]} == {
        (first, second): forms[first] & forms[second] for first, second in ((0, 1), (0, 2), (1, 2))
    }
    assert found["with_other"] is None


def test_papers_of_other_questions_share_nothing_and_a_fixed_one_has_one_variant(store):
    fixed, drawn = a_paper(store), a_drawn_paper(store)

    found = report(store, fixed, other_id=drawn["id"])

    assert found["between_variants"] == []
    assert [(pair["first"], pair["second"], pair["common"]) for pair in found["with_other"]] == [
        (0, 0, 0),
        (0, 1, 0),
        (0, 2, 0),
    ]
    assert report(store, fixed, other_id=fixed["id"])["with_other"][0]["share"] == 1
    with pytest.raises(NotFound):
        report(store, fixed, other_id="nobody-knows-it")


def test_the_report_is_served_by_indexes(watched, recorder):
    report(watched, a_paper(watched), other_id=a_drawn_paper(watched)["id"])

    for command in asked(recorder):
        assert not stages(watched.db, command) & BY_READING_ALL, command
