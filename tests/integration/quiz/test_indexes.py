"""Every query of the service is served by an index: everything it does is done, and all that it asked is explained."""

import base64
from dataclasses import replace

from contracts.quiz import operations
from services.quiz.handlers import (
    attempts,
    exam_changes,
    exam_statistics,
    exams,
    feedback,
    following,
    hints,
    imports,
    marking,
    media,
    papers,
    question_exports,
    questions,
    regrades,
)
from tests.integration.quiz import practising
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
    grade,
    look,
    mark_essay,
    progress,
    regrade,
    save,
    sit,
    submit,
)
from tests.support.explaining import BY_READING_ALL, asked, stages, walk

# One white pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"


def test_every_query_is_served_by_an_index(watched, recorder):
    do_everything(watched)
    commands = asked(recorder)

    assert len(commands) > 60
    for command in commands:
        assert not stages(watched.db, command) & BY_READING_ALL, command


def test_practices_are_listed_without_a_look_at_the_exams_between_them(watched, recorder):
    an_exam(watched, mode="practice", credits=None)
    exam = watched.db["exams"].find_one({"_id": an_exam(watched)["id"]})
    watched.db["exams"].insert_many([exam | {"_id": f"between-{number}", "outbox": []} for number in range(50)])
    recorder.commands.clear()

    for mode, limit in (("practice", 200), ("exam", 5)):
        listed = exams.list_page(watched, operations.list_exams.load({"mode": mode, "limit": limit}), by(TRAINER))
        (command,) = asked(recorder)
        recorder.commands.clear()
        told = watched.db.command("explain", command, verbosity="executionStats")
        # One more is read to know whether there is a further page.
        assert told["executionStats"]["totalDocsExamined"] <= len(listed["items"]) + 1
    watched.db["exams"].delete_many({"_id": {"$regex": "^between-"}})


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
    for filter in ({}, {"exam_id": exam["id"]}):
        walk(lambda page, filter=filter: marking.queue(store, page | filter, by(TRAINER)))
    mark_essay(store, attempt, 1, score=9)
    change_exams(store, person)
    correct_and_count(store, exam, attempt)
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
    do_practise(store, person)
    sit_a_practice(store, person)


def sit_a_practice(store, person):
    """With feedback, and silenced by an exam that asks the same."""
    paper = a_paper(store)
    exam = an_exam(store, paper, mode="practice", credits=None)
    attempt = begin(store, exam, person)
    save(store, attempt, person, 0, "A", 1)
    asked = {"attempt_id": attempt["id"], "question_id": attempt["questions"][0]["id"]}
    for _ in range(2):
        feedback.tell(store, asked, by(person))
    an_exam(store, paper, leave_out_retired=True)
    begin(store, exam, person)
    look(store, attempt, person)
    submit(store, attempt, person)
    grade(store, attempt)
    look(store, attempt, person)


def change_exams(store, person):
    """A grant, a change and a cancellation while somebody sits it, and a make-up of it."""
    exam = an_exam(store)
    begin(store, exam, person)
    given = {"exam_id": exam["id"], "person_id": person.id, "extra_minutes": 5, "reason": "因病"}
    exam_changes.grant(store, operations.put_override.load(given), by(TRAINER))
    exam_changes.granted(store, {"exam_id": exam["id"]})
    exam_changes.update(store, {"exam_id": exam["id"], "expected_version": None, "title": "另一"}, by(TRAINER))
    exam_changes.cancel(store, {"exam_id": exam["id"], "reason": "停电"}, by(TRAINER))
    following.note_changes(store, CLOSES)
    begin(store, an_exam(store, make_up_of=exam["id"]), person)


def do_practise(store, person):
    """Exams that hold questions back and one that does not, a book of several pages, a set answered twice."""
    exam = an_exam(store, review={"key": "never"})
    sit(store, exam, person)
    review = {"key": "immediately", "correctness": "immediately"}
    open_book = an_exam(store, a_paper(store, [{}, {}, {}]), review=review)
    sit(store, open_book, person, ("A", "A", "A"))
    practising.enter(store, open_book, person, NOW)
    for state in ("active", "retired"):
        practising.book(store, person, NOW, state=state)
    page = practising.book(store, person, limit=1)
    practising.book(store, person, limit=1, cursor=page["next_cursor"])
    practising.know(store, person, practising.ids(page)[0])
    shown = practising.todays(store, person)
    for _ in range(2):
        practising.practise(store, person, practising.singles(shown)[0])


def correct_and_count(store, exam, attempt):
    changes = [{"question_id": asked["id"], "kind": "void"} for asked in attempt["questions"]]
    id = {"regrade_id": regrade(store, exam, *changes)}
    regrades.get(store, id)
    for list_page, filter in ((regrades.changes, id), (regrades.list_page, {"exam_id": exam["id"]})):
        walk(lambda page, list_page=list_page, filter=filter: list_page(store, page | filter))
    exam_statistics.get(store, {"exam_id": exam["id"], "attempts": "first"}, by(TRAINER))
    hints.get(store, {"exam_id": exam["id"]}, by(TRAINER))


def manage_the_bank(store):
    key = replace(by(TRAINER), idempotency_key="indexed")
    request = a_question(category="索引", tags=["索引"], lines=["索引"])
    id = questions.create(store, request, key)["id"]
    questions.create(store, request, key)
    questions.create(store, a_question(category="索引", tags=["索引"], lines=["索引"]), by(TRAINER))
    questions.update(store, {"question_id": id, "expected_version": 1, "difficulty": 4}, by(TRAINER))
    questions.list_revisions(store, {"question_id": id, "limit": 1, "cursor": None})
    questions.retire_expired(store, NOW)
    picture = media.add(store, {"content": PIXEL}, by(TRAINER))["id"]
    media.get(store, {"media_id": picture})
    questions.create(store, a_question(media=[{"place": "stem", "id": picture, "alt": "图"}]), by(TRAINER))
    exported = question_exports.export(store, {"format": "moodle_xml"})
    an_import(store, base64.b64decode(exported["content"]))
    imports.work_off(store, NOW)
    media.forget_unused(store, NOW + 2 * media.UNUSED_KEPT)
    walk(lambda page: questions.list_page(store, page | {"state": "retired", "reason": "expired"}))
    walk(lambda page: questions.list_page(store, page | {"reason": "expired"}))
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
        question_exports.export(store, {"format": "csv"} | filter)
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
        {"mode": "exam"},
        {"mode": "practice"},
        {"mode": "practice", "state": "open"},
        {"mode": "exam", "paper_id": paper["id"]},
    ):
        walk(lambda page, filter=filter: exams.list_page(store, page | filter, by(TRAINER)))
