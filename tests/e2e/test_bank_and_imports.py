"""The question bank over HTTP on the whole system: who may, dry runs, the template, what was read before, pictures."""

from __future__ import annotations

import base64
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
        client.get("/exports/questions/left-out", params={"format": "qti3"}),
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


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "只得部分分的答案"), ("en", "An answer that earns a part")])
def test_what_a_question_is_taken_without_is_told_in_words_with_its_line(trainer, stem, language, words):
    account = imported(trainer, f"\n{stem}{{=甲 ~%50%乙}}\n".encode(), language, format="gift", dry_run="true")

    assert (account["created"], account["rejected"], account["omitted_total"]) == (1, [], 1)
    (omitted,) = account["omitted"]
    assert (omitted["row"], omitted["field"], omitted["value"]) == (2, "answer", "乙 50%")
    assert omitted["message"].startswith(words)


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


def test_pictures_come_with_a_file_and_leave_with_one_and_what_is_left_out_is_told(trainer, stem):
    picture = base64.b64encode(a_picture()).decode()
    content = f"""<quiz><question type="truefalse"><questiontext format="html">
<text><![CDATA[{stem}<img src="@@PLUGINFILE@@/a.png" alt="红船">]]></text>
<file name="a.png" path="/" encoding="base64">{picture}</file></questiontext>
<tags><tag><text>{stem}</text></tag></tags><answer fraction="100"><text>true</text></answer></question>
<question type="truefalse"><questiontext format="html"><text><![CDATA[{stem}二<img src="b.png">]]></text></questiontext>
<answer fraction="100"><text>true</text></answer></question></quiz>"""

    account = imported(trainer, content.encode(), "en")

    assert (account["created"], account["rejected_total"]) == (1, 1)
    assert (account["rejected"][0]["row"], account["rejected"][0]["field"]) == (2, "media")
    assert account["rejected"][0]["message"].startswith("The file does not have the content of this picture: b.png.")
    (question,) = trainer.get("/questions", params={"tag": stem}).json()["items"]
    assert [shown["alt"] for shown in question["media"]] == ["红船"]
    assert trainer.get(f"/media/{question['media'][0]['id']}").status_code == 200

    whole = trainer.get("/exports/questions", params={"format": "qti3", "tag": stem})
    assert (whole.headers["X-Questions-Left-Out"], whole.headers["X-Questions-Left-Out-Because"]) == ("0", "")
    assert imported(trainer, whole.content)["unchanged"] == 1
    table = trainer.get("/exports/questions", params={"format": "csv", "tag": stem})
    assert table.headers["X-Questions-Left-Out-Because"] == "pictures=1"
    told = trainer.get("/exports/questions/left-out", params={"format": "csv", "tag": stem}).json()
    assert (told["left_out"], told["because"], told["exported"]) == (1, {"pictures": 1}, 0)
    assert told["items"] == [
        {
            "question_id": question["id"],
            "stem": stem,
            "reason": "pictures",
            "message": "此格式不能包含图片；请用 Moodle XML 或 QTI 3 导出。",
        }
    ]
