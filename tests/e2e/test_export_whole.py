"""What a bundle must not leave out: the files of the report, each copy of them, and a history however long it is."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager

import pytest
from pymongo import MongoClient

from cli.signed_in import SignedIn
from tests.e2e.cases import act
from tests.e2e.reporting import Reporter
from tests.e2e.test_attachments import inspected
from tests.e2e.test_export_case import export, public_key, verify, words
from tests.support.attachments import jpeg, tells
from tests.support.attachments.filler import a_text

pytestmark = pytest.mark.system

__all__ = ["export", "public_key"]

TEXT, SENT = a_text(4000), a_text(2000, seed=2)


@pytest.fixture(scope="module")
def databases(system):
    with MongoClient(system.mongo_uri) as client:
        yield lambda name: client[f"{system.database_prefix}{name}"]


@pytest.fixture(scope="module")
def desk(signed_in):
    return signed_in("desk")


@pytest.fixture(scope="module")
def photo():
    return jpeg()


@pytest.fixture(scope="module")
def reporter(signed_in):
    return Reporter(signed_in())


@pytest.fixture(scope="module")
def case(reporter, desk, photo, databases):
    """A case whose report came with a photograph, a text and something with a virus; the desk has sent a text back."""
    found = reporter.case(desk)
    ids = {}
    for name, content in (("现场照片.jpg", photo), ("说明.txt", TEXT), ("附件.txt", b"a virus")):
        answer = reporter.ask("POST", "/attachments", files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        ids[name] = answer.json()["id"]
        inspected(reporter, ids[name])
    sent = desk.post(f"/cases/{found['id']}/report/attachments", files={"file": ("告知书.txt", SENT)})
    assert sent.status_code == 201, sent.text
    inspected(reporter, sent.json()["id"])
    infected = {"$set": {"inspection.scan": {"result": "infected"}}}
    assert databases("reports").attachments.update_one({"_id": ids["附件.txt"]}, infected).modified_count == 1
    return found


def manifest(folder):
    return {file["path"]: file for file in json.loads((folder / "manifest.json").read_text())["files"]}


def test_the_files_of_the_report_are_in_the_bundle_as_they_came_and_without_metadata(
    case, photo, export, public_key, tmp_path
):
    export("desk", case["number"])

    bundle, below = tmp_path / "bundle", f"report/{case['number']}"
    files = manifest(bundle)
    assert (bundle / below / "1-现场照片.jpg").read_bytes() == photo
    assert not tells((bundle / below / "1-副本-现场照片.jpg").read_bytes())
    assert (bundle / below / "2-说明.txt").read_bytes() == TEXT
    assert (bundle / below / "4-告知书.txt").read_bytes() == SENT
    assert files[f"{below}/1-现场照片.jpg"]["sha256"] == hashlib.sha256(photo).hexdigest()
    # What holds a virus is named and shut away, in whatever copy.
    assert [path for path in files if path.startswith(f"{below}/3-")] == []
    assert "As signed" in verify(tmp_path / "bundle.zip", public_key)


def test_index_and_report_name_each_copy_with_its_hash_and_what_was_found(case, photo, export, tmp_path):
    export("desk", case["number"])
    bundle, below = tmp_path / "bundle", f"report/{case['number']}"
    files = manifest(bundle)
    for document in ("00-目录.pdf", "01-举报内容.pdf"):
        said = words(bundle / document)
        for path in (path for path in files if path.startswith("report/")):
            assert path in said, path
            assert files[path]["sha256"] in said, path
        assert said.count("已隔离") == 1
        assert "quarantined" in said
        assert said.count("文件不随卷") == 1
        # Nothing scans in the system of the tests.
        assert said.count("未经病毒扫描") == 3
    assert len([path for path in files if path.startswith(f"{below}/")]) >= 4


@pytest.mark.parametrize("kind", ["changed", "missing"])
def test_a_file_of_the_report_that_was_changed_or_taken_away_is_found(case, export, public_key, tmp_path, kind):
    export("desk", case["number"])
    path = f"report/{case['number']}/1-副本-现场照片.jpg"
    file = tmp_path / "bundle" / path
    if kind == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1] + b"\0")
    assert f"{kind}: {path}" in verify(tmp_path / "bundle", public_key, status=1)


def test_each_copy_that_leaves_is_an_opening_on_record_of_who_exported_and_why(desk, case, export, databases, tmp_path):
    accesses = databases("reports").accesses
    before = accesses.count_documents({"case_id": case["id"], "what": "attachment"})
    export("desk", case["number"])

    found = list(accesses.find({"case_id": case["id"], "what": "attachment"}))[before:]
    enclosed = [path for path in manifest(tmp_path / "bundle") if path.startswith("report/")]
    assert len(found) == len(enclosed) >= 4
    assert {access["copy"] for access in found} == {"original", "clean"}
    assert {(access["actor_id"], access["purpose"]) for access in found} == {(desk.get("/me").json()["id"], "导出案卷")}


def test_a_copy_that_is_not_what_was_kept_is_not_taken(case, export, tmp_path, monkeypatch):
    fetching = SignedIn.fetching

    @contextmanager
    def another(self, path, **params):
        with fetching(self, path, **params) as pieces:
            yield [b"x"] if params["copy"] == "clean" else pieces

    monkeypatch.setattr(SignedIn, "fetching", another)
    path = f"report/{case['number']}/1-副本-现场照片.jpg"
    assert f"{path} is not what was kept" in export("desk", case["number"], status=1)
    assert not (tmp_path / "bundle" / path).exists()


def test_a_case_with_a_full_history_leaves_with_every_line_of_it(
    signed_in, desk, case, databases, export, public_key, tmp_path
):
    stored = databases("tasks").cases
    lines = stored.find_one({"_id": case["id"]})["history"]
    # As much as anybody may write into a line, every tenth time.
    more = [
        {**lines[0], "action": "record_step", "why": None, "from": "registered", "details": {"what": _step(number)}}
        for number in range(len(lines) + 1, 721)
    ]
    stored.update_one({"_id": case["id"]}, {"$push": {"history": {"$each": more}}, "$set": {"version": 720}})
    # Nor does it stand in the way of keeping somebody out.
    kept_out = signed_in("member1").get("/me").json()["id"]
    assert act(desk, case, "exclude", person_ids=[kept_out], reason="近亲属")["version"] == 721

    export("desk", case["number"])

    index = words(tmp_path / "bundle" / "00-目录.pdf")
    for number in (len(lines) + 1, 400, 700, 720):
        assert f"第{number}步" in index
    verify(tmp_path / "bundle", public_key)
    history = desk.get(f"/cases/{case['id']}/history", params={"limit": 200, "cursor": "700"}).json()["items"]
    assert [line["action"] for line in history[-2:]] == ["exclude", "export"]


def _step(number):
    return f"第{number}步" + "查阅账目。" * (800 if number % 10 == 0 else 5)
