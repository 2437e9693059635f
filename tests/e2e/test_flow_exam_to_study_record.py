"""The second main flow, through HTTP on the whole system: a file of questions becomes a credit in a study record."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.waiting import eventually

pytestmark = pytest.mark.system

HEADER = "题型,题干,选项A,选项B,选项C,选项D,答案,分值,分类,标签,难度,解析,法律依据\n"
RIGHT = {"single": "B", "multiple": ["A", "C"], "true_false": False, "blank": " １９２１ "}


@pytest.fixture(scope="module")
def trainer(signed_in):
    return signed_in("trainer")


@pytest.fixture(scope="module")
def tag():
    """What tells this run's questions from all others."""
    return f"端到端{secrets.token_hex(4)}"


@pytest.fixture(scope="module")
def questions(trainer, tag):
    """Imported from a file, with one row that is no question."""
    account = imported(trainer, a_file(tag))
    assert (account["state"], account["total"], account["created"]) == ("done", 5, 4), account
    (rejected,) = account["rejected"]
    assert (rejected["row"], rejected["field"]) == (6, "answer")
    assert "单选题的答案" in rejected["message"]
    return trainer.get("/questions", params={"tag": tag}).json()["items"]


@pytest.fixture(scope="module")
def paper(trainer, questions):
    body = {"title": "端到端试卷", "kind": "fixed", "question_ids": [question["id"] for question in questions]}
    return created(trainer, "/papers", body)


@pytest.fixture
def exam(trainer, paper):
    return an_exam(trainer, paper)


def a_file(tag, answer="B"):
    rows = [
        f"单选题,{tag}一,甲,乙,丙,丁,{answer},40,法律知识,{tag},2,钥匙解析,钥匙依据",
        f"多选题,{tag}二,甲,乙,丙,丁,AC,30,警示教育,{tag},3,钥匙解析,",
        f"判断题,{tag}三,,,,,错,10,政治教育,{tag},1,钥匙解析,",
        f"填空题,{tag}四____,,,,,1921|一九二一,20,党史教育,{tag},1,钥匙解析,",
        f"单选题,{tag}五,甲,乙,,,Z,2,法律知识,{tag},2,,",
    ]
    return (HEADER + "\n".join(rows)).encode("gb18030")


def imported(trainer, content, **fields):
    started = trainer.post("/imports/questions", files={"file": ("试题.csv", content)}, data=fields)
    assert started.status_code == 202, started.text
    path = f"/imports/{started.json()['id']}"
    eventually(lambda: trainer.get(path).json()["state"] != "running")
    return trainer.get(path).json()


def created(client, path, body, status=201, **headers):
    answer = client.post(path, json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def an_exam(trainer, paper, *, opens=timedelta(minutes=-1), closes=timedelta(hours=1), **fields):
    now = datetime.now(UTC)
    body = {
        "title": f"端到端考试{secrets.token_hex(4)}",
        "paper_id": paper["id"],
        "opens_at": (now + opens).isoformat(),
        "closes_at": (now + closes).isoformat(),
        "time_limit_minutes": 30,
        "attempts_allowed": 3,
        "grading": "highest",
        "pass_score": 60,
        "credits": 2,
        "required": True,
        "audience": {"lines": [], "units": [], "roles": []},
        "review": {},
    }
    return created(trainer, "/exams", body | fields)


def save(client, attempt, question, answer, sequence=1):
    path = f"/attempts/{attempt['id']}/answers/{question['id']}"
    return client.put(path, json={"answer": answer, "sequence": sequence})


def sit(client, exam, answers=RIGHT):
    attempt = created(client, f"/exams/{exam['id']}/attempts", {})
    for question in attempt["questions"]:
        if question["type"] in answers:
            assert save(client, attempt, question, answers[question["type"]]).status_code == 200
    receipt = created(client, f"/attempts/{attempt['id']}/submission", {}, status=200)
    assert receipt["answers_stored"] == len(answers)
    return attempt


def graded(client, attempt):
    path = f"/attempts/{attempt['id']}"
    eventually(lambda: client.get(path).json()["state"] == "graded")
    return client.get(path).json()


def entries_of(client, exam):
    record = client.get("/me/study-record").json()
    return [entry for entry in record["entries"] if entry["ref"] == exam["id"]], record


def test_an_exam_that_is_passed_is_credited_exactly_once(signed_in, exam):
    member = signed_in("member7")
    before = entries_of(member, exam)[1]

    attempt = sit(member, exam)
    assert graded(member, attempt)["score"] == 100
    eventually(lambda: entries_of(member, exam)[0])
    sit(member, exam, {"single": "B"})
    last = sit(member, exam)
    graded(member, last)

    entries, record = entries_of(member, exam)
    assert [(entry["kind"], entry["score"], entry["credits"]) for entry in entries] == [("exam", 100, 2)]
    assert record["credits"] == before["credits"] + 2


def test_the_audience_of_a_required_exam_has_it_to_do_until_it_is_passed(signed_in, trainer, paper):
    member = signed_in("member8")
    required = member.get("/me/study-record").json()["required"]

    exam = an_exam(trainer, paper)
    eventually(lambda: member.get("/me/study-record").json()["required"]["of"] == required["of"] + 1)
    sit(member, exam)

    eventually(lambda: member.get("/me/study-record").json()["required"]["done"] == required["done"] + 1)


def test_i_see_what_i_can_sit_and_what_i_have_sat(signed_in, trainer, paper, exam):
    member = signed_in("member9")
    later = an_exam(trainer, paper, opens=timedelta(minutes=30))

    def state(exam):
        page = member.get("/me/exams", params={"limit": 200}).json()
        return next(item for item in page["items"] if item["id"] == exam["id"])["state"]

    assert (state(exam), state(later)) == ("open", "upcoming")
    for _ in range(3):
        sit(member, exam)
    assert state(exam) == "sat"
    refused = member.post(f"/exams/{exam['id']}/attempts", json={})
    assert (refused.status_code, refused.json()["title"]) == (409, "作答次数已用完")
    refused = member.post(f"/exams/{later['id']}/attempts", json={}, headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.json()["title"]) == (409, "The exam is not open")


def test_an_attempt_is_resumed_and_says_nothing_of_the_keys(signed_in, exam):
    member = signed_in("member10")
    attempt = created(member, f"/exams/{exam['id']}/attempts", {})
    save(member, attempt, attempt["questions"][0], None, 3)

    with ThreadPoolExecutor(4) as windows:
        again = list(windows.map(lambda _: created(member, f"/exams/{exam['id']}/attempts", {}), range(4)))

    assert {each["id"] for each in again} == {attempt["id"]}
    assert attempt["server_time"] <= again[0]["server_time"] < attempt["due_at"]
    assert {"id", "number", "started_at", "due_at", "server_time", "questions"} <= attempt.keys()
    assert all(question.keys() >= {"id", "type", "stem", "options"} for question in attempt["questions"])
    told = [attempt, *again, member.get(f"/attempts/{attempt['id']}").json(), member.get("/me/exams").json()]
    assert not any(planted in str(told) for planted in ("钥匙", "1921", "一九二一", "explanation"))


def test_of_two_saves_the_greater_sequence_stands(signed_in, exam):
    member = signed_in("member11")
    attempt = created(member, f"/exams/{exam['id']}/attempts", {})
    single = next(question for question in attempt["questions"] if question["type"] == "single")

    newer = save(member, attempt, single, "B", 5)
    older = save(member, attempt, single, "C", 4)
    same = save(member, attempt, single, "D", 5)
    wrong = save(member, attempt, single, "Z", 6)

    assert (newer.status_code, older.status_code) == (200, 200)
    assert older.json() == newer.json()
    assert (same.status_code, wrong.status_code) == (409, 422)
    assert wrong.json()["errors"][0]["field"] == "answer"
    (stored,) = member.get(f"/attempts/{attempt['id']}").json()["answers"]
    assert (stored["answer"], stored["sequence"]) == ("B", 5)
    assert save(signed_in("member12"), attempt, single, "A", 9).status_code == 404


def test_a_submission_says_the_same_again_and_nothing_is_saved_after_it(signed_in, exam):
    member = signed_in("member13")
    attempt = created(member, f"/exams/{exam['id']}/attempts", {})
    save(member, attempt, attempt["questions"][0], None)
    path = f"/attempts/{attempt['id']}/submission"

    receipts = [member.post(path, json={}).json() for _ in range(2)]

    assert receipts[0] == receipts[1]
    assert receipts[0]["state"] == "submitted"
    late = save(member, attempt, attempt["questions"][1], None, 2)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/wrong-state")


def test_who_vanishes_is_handed_in_at_the_deadline_and_graded(signed_in, trainer, paper):
    member = signed_in("member14")
    exam = an_exam(trainer, paper, closes=timedelta(seconds=10))
    attempt = created(member, f"/exams/{exam['id']}/attempts", {})
    single = next(question for question in attempt["questions"] if question["type"] == "single")
    save(member, attempt, single, "B")

    seen = graded(member, attempt)

    assert seen["submitted_at"] == attempt["due_at"]
    assert (seen["score"], seen["answers_stored"]) == (40, 1)
    # The window is shut by now, so the review is open.
    assert {answer["question_id"]: answer["key"] for answer in seen["review"]}[single["id"]] == "B"


def test_a_key_that_was_wrong_is_updated_by_importing_again(trainer, tag, questions):
    account = imported(trainer, a_file(tag, answer="D"))

    assert (account["created"], account["updated"], account["unchanged"]) == (0, 1, 3)
    assert len(trainer.get("/questions", params={"tag": tag}).json()["items"]) == 4
    imported(trainer, a_file(tag))


@pytest.mark.parametrize("format", ["csv", "xlsx", "gift", "moodle_xml", "qti3"])
def test_what_is_exported_can_be_imported_and_changes_nothing(trainer, tag, questions, format):
    file = trainer.get("/exports/questions", params={"format": format, "tag": tag})
    assert file.status_code == 200
    assert "attachment" in file.headers["Content-Disposition"]

    account = imported(trainer, file.content)

    assert (account["total"], account["unchanged"], account["rejected"]) == (4, 4, [])


def test_the_format_that_is_named_is_believed(trainer, tag):
    aiken = f"{tag}六\nA. 甲\nB. 乙\nANSWER: B\n".encode()

    assert imported(trainer, aiken, format="aiken")["created"] == 1
    refused = imported(trainer, aiken, format="xlsx")
    assert (refused["state"], refused["message"]) == ("failed", "无法打开该工作簿，请确认是 .xlsx 文件。")
    assert trainer.post("/imports/questions", files={"file": aiken}, data={"format": "pdf"}).status_code == 422


def test_questions_are_edited_under_their_version_and_by_trainers_only(signed_in, trainer):
    stem = f"端到端版本{secrets.token_hex(4)}"
    body = {"type": "true_false", "stem": stem, "answer": True, "score": 2, "category": "law"}
    made = trainer.post("/questions", json=body)
    path, etag = f"/questions/{made.json()['id']}", made.headers["ETag"]

    changed = trainer.patch(path, json={"answer": False}, headers={"If-Match": etag})

    assert (changed.status_code, changed.json()["answer"]) == (200, False)
    assert trainer.patch(path, json={"answer": True}, headers={"If-Match": etag}).status_code == 412
    assert trainer.post("/questions", json=body | {"answer": "对"}).status_code == 422
    assert trainer.post("/questions", json=body | {"points": 2}).status_code == 422
    assert signed_in("member7").get(path).status_code == 403


def test_a_blueprint_is_drawn_or_says_which_row_is_short(trainer, questions, tag):
    cells = [{"category": "law", "count": 1, "score": 50}, {"category": "警示教育", "count": 1, "score": 50}]
    paper = created(trainer, "/papers", {"title": "抽题", "kind": "drawn", "blueprint": cells})
    assert paper["max_score"] == 100

    cells.append({"category": tag, "count": 3, "score": 1})
    refused = trainer.post("/papers", json={"title": "抽题", "kind": "drawn", "blueprint": cells})

    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["field"], error["message"]) == ("blueprint.2", "蓝图第 3 行需要 3 题，题库中最多能抽出 0 题。")
