"""A wrong key, through HTTP on the whole system: noticed in the statistics, corrected once, told to the person and the
record; and an essay, marked without knowing whose it is.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.waiting import eventually

pytestmark = pytest.mark.system

OPTIONS = [{"key": key, "text": f"选项{key}"} for key in "ABCD"]
SINGLE = {"type": "single", "options": OPTIONS, "answer": "B", "score": 60, "category": "law"}
ESSAY = {
    "type": "essay",
    "score": 40,
    "category": "law",
    "rubric": [{"text": "观点", "score": 15}, {"text": "论证", "score": 25}],
}


@pytest.fixture(scope="module")
def trainer(signed_in):
    return signed_in("trainer")


@pytest.fixture(scope="module")
def tag():
    return f"更正{secrets.token_hex(4)}"


def created(client, path, body, status=201):
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def an_exam(trainer, tag, *given):
    ids = [created(trainer, "/questions", {**each, "stem": f"{tag}{place}"})["id"] for place, each in enumerate(given)]
    paper = created(trainer, "/papers", {"title": tag, "kind": "fixed", "question_ids": ids})
    now = datetime.now(UTC)
    times = {"opens_at": (now - timedelta(minutes=1)).isoformat(), "closes_at": (now + timedelta(hours=1)).isoformat()}
    body = {"title": tag, "paper_id": paper["id"], "time_limit_minutes": 30, "pass_score": 60, "credits": 2, **times}
    return created(trainer, "/exams", body | {"marking": {"markers": 1}})


def sit(member, exam, *answers):
    attempt = created(member, f"/exams/{exam['id']}/attempts", {})
    for asked, answer in zip(attempt["questions"], answers, strict=True):
        path = f"/attempts/{attempt['id']}/answers/{asked['id']}"
        assert member.put(path, json={"answer": answer, "sequence": 1}).status_code == 200
    return attempt, created(member, f"/attempts/{attempt['id']}/submission", {}, status=200)


def seen(client, path, holds):
    eventually(lambda: holds(client.get(path).json()))
    return client.get(path).json()


def credits_of(member, exam):
    entries = member.get("/me/study-record").json()["entries"]
    return [(entry["score"], entry["credits"]) for entry in entries if entry["ref"] == exam["id"]]


def test_a_wrong_key_is_corrected_once_and_everybody_concerned_hears_of_it(signed_in, trainer, tag):
    exam = an_exam(trainer, tag, SINGLE)
    member = signed_in("member12")
    attempt, _ = sit(member, exam, "C")
    path = f"/attempts/{attempt['id']}"
    assert seen(member, path, lambda attempt: attempt["state"] == "graded")["score"] == 0
    eventually(lambda: credits_of(member, exam) == [(0, 0)])
    figures = trainer.get(f"/exams/{exam['id']}/statistics").json()
    assert (figures["attempts"], figures["items"][0]["facility"]) == (1, 0)

    change = {"question_id": attempt["questions"][0]["id"], "kind": "key", "answer": "C"}
    body = {"changes": [change], "reason": "答案有误", "notice": "答案已更正。"}
    regrade = created(trainer, f"/exams/{exam['id']}/regrades", body)
    assert (regrade["summary"]["newly_passed"], member.get(path).json()["score"]) == (1, 0)
    (changed,) = trainer.get(f"/regrades/{regrade['id']}/changes").json()["items"]
    assert (changed["before"], changed["after"]) == (0, 60)
    for _ in range(2):
        created(trainer, f"/regrades/{regrade['id']}/application", {}, status=202)

    eventually(lambda: credits_of(member, exam) == [(60, 2)])
    done = seen(trainer, f"/regrades/{regrade['id']}", lambda regrade: regrade["state"] == "applied")
    assert done["attempts_changed"] == 1
    (erratum,) = member.get(path).json()["errata"]
    assert (erratum["before"], erratum["after"], erratum["regrade_id"]) == (0, 60, regrade["id"])
    assert trainer.get(f"/exams/{exam['id']}/statistics").json()["items"][0]["facility"] == 1
    assert [kept["id"] for kept in trainer.get(f"/exams/{exam['id']}/regrades").json()["items"]] == [regrade["id"]]


def test_an_essay_is_marked_by_its_rubric_without_its_author(signed_in, trainer, tag):
    exam = an_exam(trainer, f"{tag}论述", SINGLE, ESSAY)
    member = signed_in("member11")
    attempt, _ = sit(member, exam, "B", "我的论述")
    waiting = seen(trainer, f"/marking?exam_id={exam['id']}", lambda page: page["items"])
    (essay,) = waiting["items"]
    assert (essay["answer"], [part["text"] for part in essay["rubric"]]) == ("我的论述", ["观点", "论证"])
    assert attempt["id"] not in json.dumps(waiting)

    refused = trainer.post(f"/marking/{essay['id']}", json={"points": [16, 20]}, headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "points.0")
    assert created(trainer, f"/marking/{essay['id']}", {"points": [10, 20]}, status=200)["score"] == 30
    again = trainer.post(f"/marking/{essay['id']}", json={"points": [10, 20]})
    assert (again.status_code, again.json()["score"]) == (200, 30)
    other = trainer.post(f"/marking/{essay['id']}", json={"points": [5, 20]})
    assert (other.status_code, other.json()["type"]) == (409, "/problems/already-marked")

    assert seen(member, f"/attempts/{attempt['id']}", lambda attempt: attempt["state"] == "graded")["score"] == 90


def test_a_receipt_can_be_computed_anew_by_the_person(signed_in, trainer, tag):
    exam = an_exam(trainer, f"{tag}回执", SINGLE)
    member = signed_in("member10")
    attempt, receipt = sit(member, exam, "C")

    (stored,) = member.get(f"/attempts/{attempt['id']}").json()["answers"]
    told = {"answers": [stored], "attempt_id": attempt["id"], "submitted_at": receipt["submitted_at"]}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert receipt["answers_hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert created(member, f"/attempts/{attempt['id']}/submission", {}, status=200) == receipt


def test_only_trainers_correct_mark_and_judge(signed_in, trainer, tag):
    exam = an_exam(trainer, f"{tag}权限", SINGLE)
    looked = trainer.get(f"/exams/{exam['id']}/hints").json()
    assert (looked["items"], looked["looks"]) == ([], [])
    assert len(trainer.get(f"/exams/{exam['id']}/hints").json()["looks"]) == 1

    change = {"question_id": "x", "kind": "void"}
    for name in ("member11", "leader", "supervisor", "admin"):
        other = signed_in(name)
        answers = [
            other.get(f"/exams/{exam['id']}/statistics"),
            other.get(f"/exams/{exam['id']}/hints"),
            other.post(f"/exams/{exam['id']}/hints/x/judgements", json={"judgement": "nothing", "reason": "无"}),
            other.get(f"/exams/{exam['id']}/regrades"),
            other.post(f"/exams/{exam['id']}/regrades", json={"changes": [change], "reason": "无"}),
            other.get("/regrades/x"),
            other.get("/regrades/x/changes"),
            other.post("/regrades/x/application", json={}),
            other.get("/marking"),
            other.get("/marking/x"),
            other.post("/marking/x", json={"score": 1}),
        ]
        assert [answer.status_code for answer in answers] == [403] * len(answers), name
