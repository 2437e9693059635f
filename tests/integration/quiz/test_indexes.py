"""Every query of the service is served by an index: everything it does is done, and all that it asked is explained."""

from dataclasses import replace

import pytest
from pymongo import MongoClient, monitoring

from contracts.quiz import operations
from services.quiz.handlers import attempts, exams, grading, imports, papers, questions
from services.quiz.store import QuizStore
from tests.integration.quiz.building import (
    CLOSES,
    NOW,
    SOME_ANSWERS,
    TRAINER,
    a_member,
    a_paper,
    a_question,
    an_exam,
    an_import,
    begin,
    by,
    look,
    progress,
    save,
    sit,
    submit,
)

ASKING = ("find", "findAndModify", "update", "aggregate", "delete", "count", "distinct")
OF_THE_SESSION = (
    "lsid",
    "$db",
    "$clusterTime",
    "txnNumber",
    "autocommit",
    "startTransaction",
    "writeConcern",
    "readConcern",
    "$readPreference",
)


class Recorder(monitoring.CommandListener):
    """Keeps the commands that look something up."""

    def __init__(self):
        self.commands = []

    def started(self, event):
        if event.command_name in ASKING:
            self.commands.append({name: v for name, v in event.command.items() if name not in OF_THE_SESSION})

    def succeeded(self, event):
        pass

    def failed(self, event):
        pass


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def watched(mongo_uri, database_prefix, recorder, store):
    with MongoClient(mongo_uri, tz_aware=True, w="majority", event_listeners=[recorder]) as client:
        yield QuizStore(client, database_prefix)


def one_by_one(command):
    """Only one statement of an update can be explained at a time."""
    name = next(iter(command))
    statements = {"update": "updates", "delete": "deletes"}.get(name)
    if statements is None:
        return [command]
    return [{**command, statements: [statement]} for statement in command[statements]]


def stages_of(plan):
    found = [plan["stage"]] if "stage" in plan else []
    for inner in plan.values():
        for part in inner if isinstance(inner, list) else [inner]:
            if isinstance(part, dict):
                found += stages_of(part)
    return found


def test_every_query_is_served_by_an_index(watched, recorder):
    do_everything(watched)
    asked = [each for command in list(recorder.commands) for each in one_by_one(command)]

    assert len(asked) > 60
    for command in asked:
        plan = watched.db.command("explain", command, verbosity="queryPlanner")["queryPlanner"]["winningPlan"]
        assert "COLLSCAN" not in stages_of(plan), command
        assert "SORT" not in stages_of(plan), command


def test_an_answer_is_saved_in_one_round_trip(watched, recorder):
    exam, person = an_exam(watched), a_member()
    attempt = begin(watched, exam, person)
    save(watched, attempt, person, 0, "A", 1)
    recorder.commands.clear()

    save(watched, attempt, person, 0, "B", 2)
    save(watched, attempt, person, 1, ["A"], 1)

    assert [next(iter(command)) for command in recorder.commands] == ["update", "update"]


def do_everything(store):
    manage_the_bank(store)
    hold_exams(store)
    import_id = an_import(store, "题型,题干,答案\n判断题,索引题,对\n")
    imports.work_off(store, NOW)
    progress(store, import_id)
    paper = a_paper(store, [{"answer": "B"}, {"type": "essay", "options": [], "answer": None, "score": 9}])
    exam, person = an_exam(store, paper, pass_score=5), a_member()
    attempt = sit(store, exam, person, ("A", "论述"))
    marked = {"attempt_id": attempt["id"], "question_id": attempt["questions"][1]["id"], "score": 9}
    grading.mark(store, marked, NOW)
    look(store, attempt, person)
    second = begin(store, exam, person)
    save(store, second, person, 0, "B", 2)
    save(store, second, person, 0, "C", 1)
    attempts.close_overdue(store, CLOSES)
    sit(store, an_exam(store), person, SOME_ANSWERS)
    sit(store, an_exam(store, grading="last"), person)
    third = begin(store, an_exam(store), person)
    submit(store, third, person)
    walk(lambda page: exams.mine(store, page, by(person)))


def manage_the_bank(store):
    key = replace(by(TRAINER), idempotency_key="indexed")
    request = a_question(category="索引", tags=["索引"], lines=["索引"])
    id = questions.create(store, request, key)["id"]
    questions.create(store, request, key)
    questions.create(store, a_question(category="索引", tags=["索引"], lines=["索引"]), by(TRAINER))
    questions.update(store, {"question_id": id, "expected_version": 1, "difficulty": 4}, by(TRAINER))
    filters = {
        "type": "single",
        "category": "索引",
        "tag": "索引",
        "line": "索引",
        "state": "active",
        "difficulty": 3,
    }
    for filter in ({}, *({name: value} for name, value in filters.items()), filters):
        walk(lambda page, filter=filter: questions.list_page(store, page | filter))
        questions.export(store, {"format": "csv"} | filter)
    cells = [{"count": 1, "score": 1} | {name: filters[name]} for name in ("category", "type", "line", "difficulty")]
    for blueprint in ([{"category": "索引", "count": 1, "score": 1}], cells):
        given = {"title": "抽", "kind": "drawn", "blueprint": blueprint}
        paper = papers.create(store, operations.create_paper.load(given), by(TRAINER))
        an_exam(store, paper, pass_score=1)
    papers.get(store, {"paper_id": paper["id"]})
    for filter in ({}, {"kind": "drawn"}):
        walk(lambda page, filter=filter: papers.list_page(store, page | filter))


def hold_exams(store):
    paper = a_paper(store)
    for _ in range(2):
        exam = an_exam(store, paper)
    exams.get(store, {"exam_id": exam["id"]})
    for filter in (
        {},
        {"paper_id": paper["id"]},
        {"state": "open"},
        {"state": "upcoming"},
        {"state": "closed"},
    ):
        walk(lambda page, filter=filter: exams.list_page(store, page | filter, by(TRAINER)))


def walk(ask):
    """Both the first page and, where there is one, the page behind its cursor."""
    first = ask({"limit": 1, "cursor": None})
    if first["next_cursor"]:
        ask({"limit": 1, "cursor": first["next_cursor"]})
