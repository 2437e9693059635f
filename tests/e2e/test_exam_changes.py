"""Exams through HTTP on the whole system: tried, held, changed, cancelled, made up, and given as practice; who may."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.seed import arrangements, quiz
from tests.e2e.cases import my_id, problem
from tests.e2e.exam_access_table import ROUTES
from tests.e2e.study_access_table import COLUMNS
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

ACCOUNTS = {
    "no": None, "own": "member3", "mem": "member20", "tra": "trainer", "lea": "leader", "dsk": "desk", "han": "handler",
    "sup": "supervisor", "edi": "editor", "rev": "reviewer1", "cus": "custodian", "adm": "admin", "aud": "auditor",
}  # fmt: skip
ENGLISH = {"Accept-Language": "en"}
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
QUESTIONS = 3


@pytest.fixture(scope="module")
def trainer(signed_in):
    return signed_in("trainer")


@pytest.fixture(scope="module")
def member(signed_in):
    return signed_in(ACCOUNTS["own"])


@pytest.fixture(scope="module")
def unit(member):
    return member.get("/me").json()["unit"]["id"]


def created(client, path, body, status=201, **kwargs):
    answer = client.post(path, json=body, **kwargs)
    assert answer.status_code == status, answer.text
    return answer.json()


def questions(trainer, count=QUESTIONS, **fields):
    """Of nobody else's exam; the key is B, each is worth two."""
    given = {
        "type": "single",
        "options": [{"key": key, "text": f"项{key}"} for key in "ABC"],
        "answer": "B",
        "score": 2,
    }
    given |= {"category": "law", "explanation": "解析", **fields}
    return [created(trainer, "/questions", given | {"stem": f"题{secrets.token_hex(6)}"})["id"] for _ in range(count)]


def a_paper(trainer, ids=None):
    return created(trainer, "/papers", {"title": "卷", "kind": "fixed", "question_ids": ids or questions(trainer)})


def a_body(paper, unit, opens=-10 * MINUTE, closes=DAY, **fields):
    """Of an exam for one unit, so that no other test's people see it."""
    now = datetime.now(UTC)
    times = {"opens_at": (now + opens).isoformat(), "closes_at": (now + closes).isoformat()}
    usual = {"title": f"考试{secrets.token_hex(3)}", "paper_id": paper["id"], "time_limit_minutes": 30, "pass_score": 4}
    return usual | times | {"audience": {"units": [unit]}} | fields


def an_exam(trainer, paper, unit, **fields):
    return created(trainer, "/exams", a_body(paper, unit, **fields))


def begin(member, exam):
    return created(member, f"/exams/{exam['id']}/attempts", {})


def save(member, attempt, answer="B", place=0, sequence=1):
    path = f"/attempts/{attempt['id']}/answers/{attempt['questions'][place]['id']}"
    return member.put(path, json={"answer": answer, "sequence": sequence})


def sit(member, exam, right):
    """So many right answers, handed in and graded."""
    attempt = begin(member, exam)
    for place in range(len(attempt["questions"])):
        assert save(member, attempt, "B" if place < right else "A", place).status_code == 200
    created(member, f"/attempts/{attempt['id']}/submission", {}, status=200)
    eventually(lambda: member.get(f"/attempts/{attempt['id']}").json()["state"] == "graded")
    return member.get(f"/attempts/{attempt['id']}").json()


def mine(member, exam):
    items = member.get("/me/exams", params={"limit": 200}).json()["items"]
    return next((item for item in items if item["id"] == exam["id"]), None)


def entry(member, exam):
    entries = member.get("/me/study-record").json()["entries"]
    return next((entry for entry in entries if entry["ref"] == exam["id"]), None)


def grant(trainer, exam, member, **given):
    path = f"/exams/{exam['id']}/overrides/{my_id(member)}"
    answer = trainer.put(path, json={"reason": "因病", **given})
    assert answer.status_code == 200, answer.text
    return answer.json()


def fields_of(answer):
    return {error["field"] for error in problem(answer, 422)["errors"]}


@pytest.fixture(scope="module")
def scene(trainer, member, unit) -> dict[str, Any]:
    practice = an_exam(trainer, a_paper(trainer), unit, mode="practice")
    attempt = begin(member, practice)
    assert save(member, attempt).status_code == 200
    paper = a_paper(trainer)
    return {
        "paper": paper["id"], "exam": an_exam(trainer, paper, unit)["id"], "unit": unit, "own": my_id(member),
        "cancelled": an_exam(trainer, paper, unit)["id"], "attempt": attempt["id"],
        "question": attempt["questions"][0]["id"], "questions": questions(trainer, 1),
    }  # fmt: skip


def bodies(scene) -> dict[str, Any]:
    cell = {"category": "law", "count": 1, "score": 1}
    return {
        "POST /papers": {"title": "卷", "kind": "fixed", "question_ids": scene["questions"]},
        "POST /feasibility": {"blueprint": [cell]},
        "POST /exams": a_body({"id": scene["paper"]}, scene["unit"]),
        "PATCH /{exam}": {"title": "另一"},
        "PUT /{exam}/overrides/{own}": {"extra_minutes": 5, "reason": "因病"},
        "POST /{exam}/attempts": {},
        "POST /{cancelled}/cancellation": {"reason": "停电"},
        "PUT /{attempt}/answers/{question}": {"answer": "B", "sequence": 1},
        "POST /{attempt}/answers/{question}/feedback": {},
        "POST /{attempt}/submission": {},
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_everybody_gets_what_the_table_says(signed_in, scene, route) -> None:
    path = f"{route.above}{route.below}".format_map(scene)
    fields: dict[str, Any] = {"headers": {"If-Match": "*"}} if route.method == "PATCH" else {}
    if route.method != "GET":
        fields["json"] = bodies(scene)[route.action if route.below else f"POST {route.above}"]

    got = {name: signed_in(ACCOUNTS[name]).request(route.method, path, **fields) for name in COLUMNS}

    assert {name: answer.status_code for name, answer in got.items()} == route.statuses


def test_a_blueprint_is_tried_before_it_is_a_paper_and_the_short_cells_are_named(trainer):
    category = f"试抽{secrets.token_hex(3)}"
    questions(trainer, 3, category=category, difficulty=2)
    cells = [
        {"category": category, "count": 2, "score": 1},
        {"category": category, "difficulty": 2, "count": 2, "score": 1},
    ]

    found = created(trainer, "/papers/feasibility", {"blueprint": cells}, status=200)
    enough = created(trainer, "/papers/feasibility", {"blueprint": cells[:1]}, status=200)

    assert (found["feasible"], enough["feasible"]) == (False, True)
    assert found["shortages"] == [{"cells": [1, 2], "wanted": 4, "available": 3, "short": 1}]
    refused = trainer.post("/papers", json={"title": "卷", "kind": "drawn", "blueprint": cells})
    assert fields_of(refused) <= {"blueprint.0", "blueprint.1"}


def test_the_overlap_of_two_papers_names_the_questions_that_they_share(trainer):
    ids = questions(trainer, 4)
    first, second = a_paper(trainer, ids[:3]), a_paper(trainer, ids[2:])

    found = trainer.get(f"/papers/{first['id']}/overlap", params={"other_id": second["id"]}).json()

    assert (found["question_count"], found["between_variants"]) == (3, [])
    assert found["with_other"] == [{"first": 0, "second": 0, "common": 1, "share": 0.5, "question_ids": [ids[2]]}]
    unknown = trainer.get(f"/papers/{first['id']}/overlap", params={"other_id": "nothing-at-all"})
    assert unknown.status_code == 404


def test_the_variants_of_a_drawn_paper_tell_what_they_share(trainer):
    category = f"重复{secrets.token_hex(3)}"
    questions(trainer, 3, category=category)
    blueprint = [{"category": category, "count": 2, "score": 1}]
    paper = created(
        trainer, "/papers", {"title": "卷", "kind": "drawn", "blueprint": blueprint, "variants": 2, "seed": 1}
    )

    (shared,) = trainer.get(f"/papers/{paper['id']}/overlap").json()["between_variants"]

    assert (shared["first"], shared["second"]) == (0, 1)
    assert shared["common"] == len(shared["question_ids"]) >= 1
    assert shared["share"] == shared["common"] / 2


def test_an_exam_is_changed_under_its_version_as_far_as_it_still_may_be(trainer, unit):
    paper = a_paper(trainer)
    made = trainer.post("/exams", json=a_body(paper, unit, opens=DAY, closes=2 * DAY))
    path, etag = f"/exams/{made.json()['id']}", made.headers["ETag"]

    changed = trainer.patch(path, json={"pass_score": 5, "grace_seconds": 60}, headers={"If-Match": etag})

    assert (changed.json()["pass_score"], changed.json()["grace_seconds"]) == (5, 60)
    assert trainer.get(path).json()["grace_seconds"] == 60
    problem(trainer.patch(path, json={"pass_score": 6}, headers={"If-Match": etag}), 412, "stale")
    now_open = an_exam(trainer, paper, unit)
    refused = trainer.patch(f"/exams/{now_open['id']}", json={"pass_score": 5}, headers={"If-Match": "*", **ENGLISH})
    assert problem(refused, 422)["errors"] == [
        {"field": "pass_score", "message": "The exam is open or over, or a make-up; this can no longer be changed."}
    ]
    assert fields_of(trainer.post("/exams", json=a_body(paper, unit, grace_seconds=601))) == {"grace_seconds"}


def test_a_cancelled_exam_hands_in_what_runs_and_counts_nothing(trainer, member, unit):
    exam = an_exam(trainer, a_paper(trainer), unit, required=True)
    required = member.get("/me/study-record").json()["required"]["of"]
    attempt = begin(member, exam)
    assert save(member, attempt).status_code == 200

    cancelled = created(trainer, f"/exams/{exam['id']}/cancellation", {"reason": "停电"}, status=200)

    assert cancelled["cancelled_because"] == "停电"
    eventually(lambda: member.get(f"/attempts/{attempt['id']}").json()["state"] == "graded")
    assert (mine(member, exam)["state"], mine(member, exam)["score"]) == ("cancelled", None)
    late = problem(member.post(f"/exams/{exam['id']}/attempts", json={}), 409, "exam-not-open")
    assert (late["state"], late["detail"]) == ("cancelled", "本考试已取消。")
    problem(save(member, attempt, sequence=2), 409, "wrong-state")
    assert trainer.put(f"/exams/{exam['id']}/overrides/x", json={"reason": "因病"}).status_code == 409
    eventually(lambda: member.get("/me/study-record").json()["required"]["of"] <= required)
    assert entry(member, exam) is None


def test_who_comes_after_the_latest_start_is_too_late_unless_granted_more(trainer, member, unit):
    now = datetime.now(UTC)
    exam = an_exam(trainer, a_paper(trainer), unit, latest_start_at=(now - MINUTE).isoformat())

    late = problem(member.post(f"/exams/{exam['id']}/attempts", json={}, headers=ENGLISH), 409, "exam-not-open")
    assert (late["state"], mine(member, exam)["state"]) == ("late", "missed")
    assert "too late" in late["detail"]

    grant(trainer, exam, member, latest_start_at=(now + DAY - MINUTE).isoformat())
    eventually(lambda: member.post(f"/exams/{exam['id']}/attempts", json={}).status_code == 201)


def test_what_is_granted_to_one_person_is_theirs_alone_and_kept_with_why(trainer, member, unit):
    exam = an_exam(trainer, a_paper(trainer), unit)
    attempt = begin(member, exam)

    grant(trainer, exam, member, extra_minutes=10)
    grant(trainer, exam, member, extra_minutes=20, further_attempts=1, reason="复核")

    due = datetime.fromisoformat(attempt["due_at"]) + 20 * MINUTE
    eventually(lambda: datetime.fromisoformat(member.get(f"/attempts/{attempt['id']}").json()["due_at"]) == due)
    found = trainer.get(f"/exams/{exam['id']}/overrides").json()
    assert [(one["person_id"], one["extra_minutes"], one["reason"]) for one in found["items"]] == [
        (my_id(member), 20, "复核")
    ]
    assert [(one["extra_minutes"], one["granted_by"]) for one in found["replaced"]] == [(10, my_id(trainer))]
    assert mine(member, exam)["attempts_allowed"] == 2
    assert trainer.get(f"/exams/{exam['id']}").json()["attempts_allowed"] == 1
    wrong = trainer.put(
        f"/exams/{exam['id']}/overrides/{my_id(member)}",
        json={"closes_at": (datetime.now(UTC) - DAY).isoformat(), "reason": "因病"},
    )
    assert fields_of(wrong) == {"closes_at"}


def test_who_is_exempted_need_not_sit_it_and_has_it_no_more_to_do(trainer, member, unit):
    before = member.get("/me/study-record").json()["required"]["of"]
    exam = an_exam(trainer, a_paper(trainer), unit, required=True)
    eventually(lambda: member.get("/me/study-record").json()["required"]["of"] == before + 1)

    grant(trainer, exam, member, exempt=True, reason="产假")

    assert (mine(member, exam)["state"], mine(member, exam)["exempt"]) == ("exempt", True)
    eventually(lambda: member.post(f"/exams/{exam['id']}/attempts", json={}).status_code == 409)
    eventually(lambda: member.get("/me/study-record").json()["required"]["of"] == before)


def test_a_make_up_is_for_those_who_failed_and_stands_for_the_first(trainer, member, unit, signed_in):
    paper = a_paper(trainer)
    exam = an_exam(trainer, paper, unit, required=True, credits=2)
    failed = sit(member, exam, right=1)
    assert (failed["passed"], failed["grade"]) == (False, None)
    before = member.get("/me/study-record").json()["required"]

    make_up = created(trainer, "/exams", a_body(paper, unit, make_up_of=exam["id"], credits=2) | {"audience": {}})

    assert (make_up["audience"]["units"], make_up["required"]) == ([unit], True)
    assert mine(member, make_up)["make_up_of"] == exam["id"]
    stranger = signed_in(ACCOUNTS["mem"])
    assert mine(stranger, make_up) is None
    assert stranger.post(f"/exams/{make_up['id']}/attempts", json={}).status_code == 404
    assert sit(member, make_up, right=3)["grade"] == {"name": "优秀", "english": "excellent"}
    eventually(lambda: entry(member, make_up))
    assert (entry(member, make_up)["credits"], entry(member, make_up)["grade"]["english"]) == (2, "excellent")
    eventually(lambda: member.get("/me/study-record").json()["required"]["done"] == before["done"] + 1)
    # Nobody needs a second make-up who has passed the first.
    again = created(trainer, "/exams", a_body(paper, unit, make_up_of=make_up["id"]))
    assert mine(member, again) is None
    assert member.post(f"/exams/{again['id']}/attempts", json={}).status_code == 404
    later = an_exam(trainer, paper, unit, opens=DAY, closes=2 * DAY)
    assert fields_of(trainer.post("/exams", json=a_body(paper, unit, make_up_of=later["id"]))) == {"make_up_of"}


def test_a_paper_with_a_retired_question_makes_no_exam_unless_it_is_left_out(trainer, unit):
    ids = questions(trainer)
    paper = a_paper(trainer, ids)
    retired = trainer.patch(f"/questions/{ids[1]}", json={"state": "retired"}, headers={"If-Match": "*"})
    assert retired.status_code == 200

    refused = problem(trainer.post("/exams", json=a_body(paper, unit)), 422)
    english = problem(trainer.post("/exams", json=a_body(paper, unit), headers=ENGLISH), 422)

    assert refused["errors"] == [{"field": "paper_id", "message": f"试卷第 2 题（{ids[1]}）已停用，不能用于新的考试。"}]
    assert "is retired" in english["errors"][0]["message"]
    exam = an_exam(trainer, paper, unit, leave_out_retired=True)
    assert (exam["left_out"], exam["question_count"]) == ([ids[1]], QUESTIONS - 1)


def test_a_practice_tells_at_once_lets_the_answer_stand_and_credits_nothing(trainer, member, unit):
    exam = an_exam(trainer, a_paper(trainer), unit, mode="practice")
    attempt = begin(member, exam)
    path = f"/attempts/{attempt['id']}/answers/{attempt['questions'][0]['id']}"
    assert member.post(f"{path}/feedback", json={}).status_code == 404
    assert save(member, attempt, "A").status_code == 200

    told = created(member, f"{path}/feedback", {}, status=200)

    assert (told["correct"], told["key"], told["explanation"], told["sequence"]) == (False, "B", "解析", 1)
    stands = problem(save(member, attempt, "B", sequence=2), 409, "answer-told")
    assert stands["detail"] == "该题的答案已经公布，作答不能再更改。"
    assert member.get(f"/attempts/{attempt['id']}").json()["feedback"] == [told]
    assert created(member, f"/attempts/{attempt['id']}/submission", {}, status=200)["answers_stored"] == 1
    eventually(lambda: member.get(f"/attempts/{attempt['id']}").json()["state"] == "graded")
    assert member.get(f"/attempts/{attempt['id']}").json()["score"] == 0
    assert (mine(member, exam)["mode"], mine(member, exam)["score"]) == ("practice", None)
    assert entry(member, exam) is None


def test_an_exam_gives_no_feedback(trainer, member, unit):
    attempt = begin(member, an_exam(trainer, a_paper(trainer), unit))
    assert save(member, attempt).status_code == 200

    refused = member.post(f"/attempts/{attempt['id']}/answers/{attempt['questions'][0]['id']}/feedback", json={})

    problem(refused, 409, "no-feedback")
    assert '"B"' not in refused.text


def test_a_practice_tells_nothing_of_what_an_exam_asks(trainer, member, unit):
    paper = a_paper(trainer)
    practice = an_exam(trainer, paper, unit, mode="practice")
    attempt = begin(member, practice)
    assert save(member, attempt).status_code == 200

    an_exam(trainer, paper, unit, opens=DAY, closes=2 * DAY)

    path = f"/attempts/{attempt['id']}/answers/{attempt['questions'][0]['id']}/feedback"
    withheld = problem(member.post(path, json={}, headers=ENGLISH), 409, "questions-withheld")
    assert "no key leaves" in withheld["detail"]
    assert fields_of(trainer.post("/exams", json=a_body(paper, unit, mode="practice"))) == {"paper_id"}
    for fields, wrong in (({"required": True}, "required"), ({"credits": 1}, "credits")):
        body = a_body(a_paper(trainer), unit, mode="practice", **fields)
        assert fields_of(trainer.post("/exams", json=body)) == {wrong}


def test_a_newcomer_finds_a_make_up_a_practice_and_what_is_granted(trainer, signed_in):
    seeded = {exam["title"]: exam for exam in trainer.get("/exams", params={"limit": 200}).json()["items"]}

    assert seeded[arrangements.MAKE_UP]["make_up_of"] == seeded[quiz.OPEN_EXAM]["id"]
    assert seeded[arrangements.PRACTICE]["mode"] == "practice"
    granted = trainer.get(f"/exams/{seeded[quiz.LATER_EXAM]['id']}/overrides").json()["items"]
    people = {my_id(signed_in(username)): given for username, given in arrangements.GRANTED.items()}
    assert {one["person_id"]: one["reason"] for one in granted} == {id: one["reason"] for id, one in people.items()}
    # Who passed has no need of the make-up, who failed has.
    assert mine(signed_in("member4"), seeded[arrangements.MAKE_UP]) is None
    assert mine(signed_in("member6"), seeded[arrangements.MAKE_UP])["state"] == "upcoming"
