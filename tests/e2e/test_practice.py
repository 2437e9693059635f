"""Practice through HTTP on the whole system: who may, the same set on every device, points in the study record."""

from __future__ import annotations

import secrets
from contextlib import closing

import pytest

from tests.support.waiting import eventually

pytestmark = pytest.mark.system

UNKNOWN = "00000000-0000-7000-8000-000000000000"
EVERYBODY = (
    "admin", "desk", "handler", "custodian", "supervisor", "editor", "reviewer1", "trainer", "leader", "auditor",
    "member14",
)  # fmt: skip
# Of nobody, and of everybody who is signed in: there is only what is one's own.
ROUTES = (
    ("GET", "/me/practice/today", None, 200),
    ("PUT", f"/me/practice/today/answers/{UNKNOWN}", {"answer": None, "sequence": 1}, 404),
    ("GET", "/me/wrong-questions", None, 200),
    ("DELETE", f"/me/wrong-questions/{UNKNOWN}", None, 404),
)


@pytest.fixture(scope="module", autouse=True)
def bank(signed_in):
    """Questions that no exam asks."""
    for _ in range(10):
        question = {
            "type": "single",
            "stem": f"练习{secrets.token_hex(6)}",
            "options": [{"key": key, "text": f"项{key}"} for key in "AB"],
            "answer": "B",
            "category": "law",
            "explanation": "解析",
        }
        assert signed_in("trainer").post("/questions", json=question).status_code == 201


@pytest.mark.parametrize(("method", "path", "body", "status"), ROUTES)
def test_whoever_is_signed_in_practises_and_nobody_else(signed_in, method, path, body, status):
    assert signed_in().request(method, path, json=body).status_code == 401
    answered = {who: signed_in(who).request(method, path, json=body).status_code for who in EVERYBODY}
    assert answered == dict.fromkeys(EVERYBODY, status)


def test_a_day_of_practice_ends_in_the_study_record(signed_in, system):
    member, before = signed_in("member15"), points(signed_in("member15"))
    asked = member.get("/me/practice/today").json()["questions"]
    assert 5 <= len(asked) <= 10
    right, wrong, *_ = [one["question"]["id"] for one in asked]
    known = signed_in("trainer").get(f"/questions/{right}").json()

    told = answer(member, right, right_answer(known))
    missed = answer(member, wrong, None)

    assert (told["correct"], told["key"], told["explanation"]) == (True, known["answer"], known["explanation"])
    assert not missed["correct"]
    with closing(system.client("member15")) as phone:
        again = {one["question"]["id"]: one["feedback"] for one in phone.get("/me/practice/today").json()["questions"]}
    assert list(again) == [one["question"]["id"] for one in asked]
    assert (again[right]["correct"], again[wrong]["correct"]) == (True, False)
    eventually(lambda: points(member) == before + told["points"])
    (entry,) = [one for one in member.get("/me/study-record").json()["entries"] if one["kind"] == "practice"]
    assert entry["credits"] == 0
    assert wrong in book(member)
    assert member.delete(f"/me/wrong-questions/{wrong}").status_code == 204
    assert wrong not in book(member)


def test_what_is_no_answer_to_a_question_and_what_comes_second_is_refused(signed_in):
    member = signed_in("member16")
    question = member.get("/me/practice/today").json()["questions"][0]["question"]["id"]
    path = f"/me/practice/today/answers/{question}"

    refused = member.put(path, json={"answer": {"no": "answer"}, "sequence": 1})
    answer(member, question, None)
    known = signed_in("trainer").get(f"/questions/{question}").json()
    taken = member.put(path, json={"answer": right_answer(known), "sequence": 1})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "answer")
    assert (taken.status_code, taken.json()["title"]) == (409, "该序号已保存其他答案")


def answer(member, question_id, given):
    told = member.put(f"/me/practice/today/answers/{question_id}", json={"answer": given, "sequence": 1})
    assert told.status_code == 200, told.text
    return told.json()


def right_answer(question):
    """One that earns the whole score, by the key that the trainer sees."""
    if question["type"] != "blank":
        return question["answer"]
    several = isinstance(question["answer"][0], list)
    return [forms[0] for forms in question["answer"]] if several else question["answer"][0]


def points(member):
    return member.get("/me/study-record").json()["points"]


def book(member):
    return [one["question"]["id"] for one in member.get("/me/wrong-questions").json()["items"]]
