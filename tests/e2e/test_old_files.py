"""Old files and clues through HTTP and the command line on the whole system: who may do what, and what comes of it."""

from __future__ import annotations

import csv
import io
import os
import secrets
import subprocess
import sys

import pytest
from openpyxl import load_workbook

from tests.e2e.cases import problem
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

CLUE = {
    "category": "money.bribe",
    "allegations": ["收受红包"],
    "excluded_unit_ids": [],
    "origin": "audit",
    "reason": "审计发现账外收入",
}


@pytest.fixture
def template(signed_in):
    """The template as a workbook that one fills in."""
    answer = signed_in("desk").get("/imports/old-cases/template")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")
    return load_workbook(io.BytesIO(answer.content))


def filled(template, *changes):
    """The header and the example of the template, once for each of these changes, under numbers of their own."""
    header, example = template.worksheets[0].iter_rows(max_row=2, values_only=True)
    prefix = f"e2e-{secrets.token_hex(4)}"
    rows = []
    for place, change in enumerate(changes):
        row = {**dict(zip(header, example, strict=True)), "原案号": f"{prefix}-{place}", **change}
        rows.append([row[name] or "" for name in header])
    return prefix, [header, *rows]


def as_workbook(template, rows):
    sheet = template.worksheets[0]
    sheet.delete_rows(1, sheet.max_row)
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    template.save(buffer)
    return buffer.getvalue()


def as_csv(rows, encoding="gb18030"):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode(encoding)


def imported(client, name, content, **fields):
    started = client.post("/imports/old-cases", files={"file": (name, content)}, data=fields)
    assert started.status_code == 202, started.text

    def finished():
        job = client.get(f"/imports/{started.json()['id']}").json()
        return job if job["state"] != "running" else None

    return eventually(finished)


def test_the_template_is_filled_in_and_imported_and_each_file_is_in_the_list_of_the_guard_that_it_failed(
    signed_in, template
):
    desk = signed_in("desk")
    prefix, rows = filled(
        template, {}, {"证据": ""}, {"认定结果": "", "认定依据": "", "处理措施": ""}, {"类别": "天文"}
    )
    job = imported(desk, "旧案.xlsx", as_workbook(template, rows))
    assert (job["state"], job["total"], job["passed"], job["opened"]) == ("done", 4, 1, 2)
    assert job["by_guard"] == {"investigated": 1, "clear": 1, "handled": 0, "adequate": 0}
    [rejected] = job["rejected"]
    assert (rejected["row"], rejected["field"], rejected["value"]) == (5, "category", "天文")
    assert rejected["message"] == "没有名为“天文”的类别。"
    assert rejected["right"].startswith("“类别”：")
    english = desk.get(f"/imports/{job['id']}", headers={"Accept-Language": "en"}).json()["rejected"][0]
    assert english["message"] == "There is no category named “天文”."
    assert "second sheet" in english["right"]

    [failed] = desk.get("/old-files", params={"failed": "clear", "import_id": job["id"]}).json()["items"]
    assert (failed["number"], failed["missing"]) == (f"{prefix}-2", ["finding:1", "finding:2"])
    case = desk.get(f"/cases/{failed['case_id']}").json()
    assert (case["state"], case["source"]) == ("registered", {"kind": "review", "id": failed["id"]})
    [opening] = desk.get(f"/cases/{case['id']}/history").json()["items"]
    assert opening["details"]["missing"] == ["finding:1", "finding:2"]
    assert desk.get(f"/old-files/{failed['id']}").json()["content"]["reviewer"] == "王五"
    assert signed_in("leader").get(f"/old-files/{failed['id']}").json()["content"] is None
    counts = signed_in("supervisor").get("/old-files/summary", params={"import_id": job["id"]}).json()
    assert (counts["total"], counts["passed"], counts["by_guard"]) == (3, 1, job["by_guard"])


def test_a_csv_of_chinese_windows_is_imported_after_a_dry_run_that_keeps_nothing(signed_in, template):
    desk = signed_in("desk")
    prefix, rows = filled(template, {}, {"复核人": "张三"})
    content = as_csv(rows)
    dry = imported(desk, "旧案.csv", content, dry_run="true")
    assert (dry["dry_run"], dry["created"], dry["by_guard"]["adequate"]) == (True, 2, 1)
    assert desk.get("/old-files", params={"import_id": dry["id"]}).json()["items"] == []
    real = imported(desk, "旧案.csv", content)
    assert (real["created"], real["unchanged"], real["by_guard"]) == (2, 0, dry["by_guard"])
    again = imported(desk, "旧案.csv", content)
    assert (again["created"], again["unchanged"]) == (0, 2)
    numbers = {file["number"] for file in desk.get("/old-files", params={"import_id": real["id"]}).json()["items"]}
    assert numbers == {f"{prefix}-0", f"{prefix}-1"}


@pytest.fixture
def desk_of_east(system, signed_in):
    """Somebody of the case desk in a district bureau."""
    admin = signed_in("admin")
    units = {unit["name"]: unit["id"] for unit in admin.get("/units", params={"limit": 200}).json()["items"]}
    username = f"desk.east.{secrets.token_hex(3)}"
    body = {"username": username, "name": "某人", "unit_id": units["东湖区司法局"], "roles": ["desk", "member"]}
    person = admin.post("/people", json=body)
    assert person.status_code == 201, person.text
    [code] = admin.post("/activation-codes", json={"person_ids": [person.json()["id"]]}).json()["items"]
    activation = {"username": username, "code": code["code"], "password": system.password}
    assert signed_in().post("/activations", json=activation).status_code < 300
    return system.client(username)


def test_nobody_of_a_unit_that_the_table_names_as_concerned_knows_of_the_file_or_its_case(
    signed_in, template, desk_of_east
):
    desk = signed_in("desk")
    _, rows = filled(template, {"证据": "", "被反映单位": "东湖区司法局"}, {"证据": ""}, {"被反映单位": "没有的单位"})
    job = imported(desk, "旧案.csv", as_csv(rows))
    assert [(row["row"], row["field"]) for row in job["rejected"]] == [(4, "excluded_units")]
    about_east, other = desk.get("/old-files", params={"import_id": job["id"]}).json()["items"]
    if about_east["number"] > other["number"]:
        about_east, other = other, about_east
    seen = desk_of_east.get("/old-files", params={"import_id": job["id"]}).json()["items"]
    assert [file["id"] for file in seen] == [other["id"]]
    assert desk_of_east.get("/old-files/summary", params={"import_id": job["id"]}).json()["total"] == 1
    for path in (f"/old-files/{about_east['id']}", f"/cases/{about_east['case_id']}"):
        problem(desk_of_east.get(path), 404)
        assert desk.get(path).status_code == 200
    assert desk_of_east.get(f"/old-files/{other['id']}").status_code == 200


PATHS = (
    "/old-files",
    "/old-files/summary",
    "/old-files/nothing",
    "/imports/old-cases/template",
    "/imports/old-cases-1",
)


@pytest.mark.parametrize("username", ["custodian", "admin", "auditor", "editor", "reviewer1", "trainer", "member1"])
def test_other_roles_are_denied_every_path_of_old_files_and_clues(signed_in, username):
    client = signed_in(username)
    for path in PATHS:
        problem(client.get(path), 404 if path.startswith("/imports/old-cases-") else 403)
    problem(client.post("/imports/old-cases", files={"file": ("x.csv", b"x")}), 403)
    problem(client.post("/cases", json=CLUE), 403)


@pytest.mark.parametrize(("username", "reads"), [("handler", False), ("supervisor", True), ("leader", True)])
def test_those_who_read_progress_neither_import_nor_open_and_a_handler_lists_nothing(signed_in, username, reads):
    client = signed_in(username)
    for path in ("/old-files", "/old-files/summary"):
        assert client.get(path).status_code == (200 if reads else 403)
    problem(client.get("/old-files/nothing"), 404)
    problem(client.get("/imports/old-cases/template"), 403)
    problem(client.get("/imports/old-cases-1"), 404)
    problem(client.post("/imports/old-cases", files={"file": ("x.csv", b"x")}), 403)
    problem(client.post("/cases", json=CLUE), 403)


def test_the_public_is_let_in_nowhere(signed_in):
    for path in PATHS:
        problem(signed_in().get(path), 401)
    problem(signed_in().post("/cases", json=CLUE), 401)


def test_a_clue_is_opened_once_for_one_key_and_is_a_case_like_others(signed_in):
    desk = signed_in("desk")
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    first = desk.post("/cases", json=CLUE, headers=headers)
    assert first.status_code == 201, first.text
    assert first.headers["Location"] == f"/api/v1/cases/{first.json()['id']}"
    assert desk.post("/cases", json=CLUE, headers=headers).json() == first.json()
    assert first.json()["source"]["kind"] == "clue"
    [opening] = desk.get(f"/cases/{first.json()['id']}/history").json()["items"]
    assert (opening["why"], opening["details"]["origin"]) == (CLUE["reason"], "audit")


def test_a_clue_about_ones_own_unit_is_refused_in_both_languages(signed_in):
    desk = signed_in("desk")
    own = desk.get("/me").json()["unit"]["id"]
    body = {**CLUE, "excluded_unit_ids": [own]}
    assert "回避" in problem(desk.post("/cases", json=body), 403)["detail"]
    assert "your own unit" in problem(desk.post("/cases", json=body, headers={"Accept-Language": "en"}), 403)["detail"]


def test_the_command_line_prints_the_account_and_ends_with_1_when_rows_were_rejected(system, template, tmp_path):
    _, rows = filled(template, {}, {"受理日期": "去年"})
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_bytes(as_csv(rows))
    right.write_bytes(as_csv(rows[:2]))
    done = run_import(system, wrong)
    assert done.returncode == 1, done.stderr
    assert "去年" in done.stdout
    assert "such as 2021-03-05" in done.stdout
    assert "passed 1" in done.stdout
    again = run_import(system, right)
    assert again.returncode == 0, again.stderr
    assert "Known before: 1" in again.stdout


def run_import(system, file):
    command = [sys.executable, "-m", "cli", "import", "old-cases", str(file), "--gateway", system.address]
    own = {**os.environ, "MINGJING_USERNAME": "desk", "MINGJING_PASSWORD": system.password}
    return subprocess.run(command, env=own, capture_output=True, text=True, timeout=60, check=False)
