"""The question bank over HTTP on the whole system: who may, dry runs, the template, what was read before, pictures."""

from __future__ import annotations

import io
import secrets

import pytest
from openpyxl import load_workbook
from PIL import Image

from tests.support.waiting import eventually

pytestmark = pytest.mark.system

# Everybody whose role has nothing to do with the bank; username in the seed.
OTHERS = ("member7", "handler", "leader", "supervisor", "admin")


@pytest.fixture(scope="module")
def trainer(signed_in):
    return signed_in("trainer")


@pytest.fixture
def stem():
    return f"题库端到端{secrets.token_hex(4)}"


def a_question(trainer, stem, **fields):
    body = {"type": "true_false", "stem": stem, "answer": True, "category": "law", **fields}
    made = trainer.post("/questions", json=body)
    assert made.status_code == 201, made.text
    return made.json()


def a_picture():
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(target, "PNG")
    return target.getvalue()


def imported(trainer, content, language="zh-CN", **fields):
    started = trainer.post("/imports/questions", files={"file": ("题.csv", content)}, data=fields)
    assert started.status_code == 202, started.text
    path = f"/imports/{started.json()['id']}"
    eventually(lambda: trainer.get(path).json()["state"] != "running")
    return trainer.get(path, headers={"Accept-Language": language}).json()


@pytest.mark.parametrize("username", OTHERS)
def test_the_bank_is_closed_to_whoever_is_no_trainer(signed_in, trainer, stem, username):
    question = a_question(trainer, stem)
    client = signed_in(username)

    refused = [
        client.get(f"/questions/{question['id']}/revisions"),
        client.get("/questions", params={"state": "retired", "reason": "expired"}),
        client.get("/imports/questions/template"),
        client.post("/imports/questions", files={"file": ("题.csv", b"x")}, data={"dry_run": "true"}),
        client.get("/exports/questions", params={"format": "qti3"}),
        client.post("/media", files={"file": ("a.png", a_picture())}),
        client.get("/media/unknown"),
    ]

    assert [answer.status_code for answer in refused] == [403] * len(refused)


@pytest.mark.parametrize(("language", "reason"), [("zh-CN", "单选题的答案"), ("en", "The answer of a single choice")])
def test_a_dry_run_tells_what_would_be_and_changes_nothing(trainer, stem, language, reason):
    content = (
        f"题型,题干,选项A,选项B,答案,标签\n单选题,{stem}甲,是,否,A,{stem}\n单选题,{stem}乙,是,否,Z,{stem}\n".encode(
            "gb18030"
        )
    )

    account = imported(trainer, content, language, dry_run="true")

    assert (account["dry_run"], account["processed"], account["total"], account["created"]) == (True, 2, 2, 1)
    (rejected,) = account["rejected"]
    assert (rejected["row"], rejected["field"]) == (3, "answer")
    assert rejected["message"].startswith(reason)
    assert trainer.get("/questions", params={"tag": stem}).json()["items"] == []


def test_the_template_is_downloaded_filled_in_and_taken(trainer, stem):
    file = trainer.get("/imports/questions/template", params={"format": "xlsx"})
    assert "attachment" in file.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(file.content))
    headers = [cell.value for cell in book.worksheets[0][1]]
    line = {"题型": "判断题", "题干": stem, "答案": "正确"}
    book.worksheets[0].append([line.get(header) for header in headers])
    target = io.BytesIO()
    book.save(target)

    account = imported(trainer, target.getvalue())

    assert (account["created"], account["rejected"]) == (1, [])
    assert trainer.get("/imports/questions/template", params={"format": "docx"}).status_code == 422


def test_what_a_question_read_before_is_read(trainer, stem):
    question = a_question(trainer, stem)
    path = f"/questions/{question['id']}"
    changed = trainer.patch(path, json={"stem": f"{stem}改"}, headers={"If-Match": "*"})

    assert changed.json()["revision"] == 2
    (former,) = trainer.get(f"{path}/revisions").json()["items"]
    assert (former["revision"], former["stem"]) == (1, stem)
    assert trainer.get("/questions/unknown/revisions").status_code == 404


def test_a_picture_is_added_shown_and_seen_in_the_own_attempt_only(signed_in, trainer, stem):
    added = trainer.post("/media", files={"file": ("国徽.png", a_picture())})
    assert added.status_code == 201, added.text
    id = added.json()["id"]
    seen = trainer.get(f"/media/{id}")
    assert (seen.headers["Content-Type"], seen.headers["Cache-Control"]) == ("image/png", "private, no-store")
    refused = trainer.post("/media", files={"file": ("a.png", b"<svg/>")})
    assert (refused.status_code, refused.json()["errors"][0]["message"]) == (422, "不是有效的 PNG、JPEG 或 WebP 图片。")

    picture = {"place": "stem", "id": id, "alt": "国徽"}
    question = a_question(trainer, stem, media=[picture])
    paper = trainer.post("/papers", json={"title": stem, "kind": "fixed", "question_ids": [question["id"]]}).json()
    window = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2099-01-01T00:00:00Z", "time_limit_minutes": 60}
    exam = trainer.post("/exams", json={"title": stem, "paper_id": paper["id"], "pass_score": 1, **window}).json()
    member = signed_in("member7")
    attempt = member.post(f"/exams/{exam['id']}/attempts", json={}).json()

    assert attempt["questions"][0]["media"] == [picture]
    path = f"/attempts/{attempt['id']}/media/{id}"
    assert member.get(path).content == seen.content
    assert signed_in("member6").get(path).status_code == 404
    assert member.post(f"/attempts/{attempt['id']}/submission", json={}).status_code == 200
    assert member.get(path).status_code == 404
