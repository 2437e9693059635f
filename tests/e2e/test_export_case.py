"""A whole case leaves as a bundle, by command, on the whole system: complete, on record, and checked without it."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import zipfile
from contextlib import contextmanager

import pikepdf
import pytest
from click.testing import CliRunner

from cli.__main__ import mingjing
from cli.signed_in import SignedIn
from services.tasks import export_keys
from services.tasks.export_keys import Signer
from tests.e2e.cases import act, problem
from tests.e2e.reporting import Reporter
from tests.e2e.test_evidence import ITEM, RECORDING, added, being_investigated, told, with_acts
from tests.e2e.test_reports_access import ABOUT, MADE, employed
from tests.support.attachments.filler import a_text

pytestmark = pytest.mark.system

ACTS = ("recorded", "file_attached", "file_opened", "exported")


@pytest.fixture(scope="module")
def desk(signed_in):
    return signed_in("desk")


@pytest.fixture(scope="module")
def handler(signed_in):
    return signed_in("handler")


@pytest.fixture(scope="module")
def case(signed_in, desk, handler):
    """A case with three items of evidence: a recording, a text, and one without a file."""
    reported = Reporter(signed_in(), subjects=ABOUT).case(desk)
    path = being_investigated(desk, handler, reported)
    for name, content in (("谈话录音.mp3", RECORDING), ("笔录.txt", a_text(3000))):
        item = added(handler, path, title=name)
        told(handler.post(f"{item}/file", files={"file": (name, content)}), 201)
        with_acts(handler, item, "recorded", "file_attached")
    added(handler, path, kind="object", title="公章一枚")
    act(handler, reported, "record_finding", allegation=1, outcome="substantiated", reason="录音可证")
    return told(desk.get(f"/cases/{reported['id']}"))


@pytest.fixture(scope="module")
def public_key(system, tmp_path_factory):
    with open(system.environment["TASKS_EXPORT_KEY_FILE"], encoding="ascii") as file:
        signer = Signer.read(file.read())
    folder = tmp_path_factory.mktemp("key")
    key = folder / export_keys.PUBLIC_FILE
    key.write_text(f"{export_keys.PUBLIC}:{base64.b64encode(bytes(signer._key.verify_key)).decode()}\n")
    return key


@pytest.fixture
def export(system, tmp_path):
    """Runs the command as somebody; its result."""

    def run(username, number, folder="bundle", status=0):
        environment = {
            "GATEWAY_URL": system.address,
            "MINGJING_USERNAME": username,
            "MINGJING_PASSWORD": system.password,
        }
        done = CliRunner().invoke(mingjing, ["export-case", number, "--to", str(tmp_path / folder)], env=environment)
        assert done.exit_code == status, done.output
        return done.output

    return run


def verify(path, key, status=0):
    done = CliRunner().invoke(mingjing, ["verify-bundle", str(path), "--public-key", str(key)])
    assert done.exit_code == status, done.output
    return done.output


def words(path):
    """What can be selected in the document."""
    with pikepdf.open(path) as document:
        return "".join(
            bytes(operator.operands[0]).decode("utf-16-be", "replace")
            for page in document.pages
            for operator in pikepdf.parse_content_stream(page)
            if str(operator.operator) == "Tj"
        )


def test_a_case_leaves_whole_and_its_record_says_so(desk, handler, case, export, public_key, tmp_path):
    output = export("handler", case["number"])

    folder, archive = tmp_path / "bundle", tmp_path / "bundle.zip"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["number"] in output
    assert [file["path"] for file in manifest["files"]] == [
        "00-目录.pdf", "01-举报内容.pdf", "evidence/1-谈话录音.mp3", "evidence/2-笔录.txt",
    ]  # fmt: skip
    assert (folder / "evidence/1-谈话录音.mp3").read_bytes() == RECORDING
    assert "As signed" in verify(folder, public_key)
    assert manifest["number"] in verify(archive, public_key)
    with zipfile.ZipFile(archive) as files:
        assert hashlib.sha256(files.read("evidence/1-谈话录音.mp3")).digest() == hashlib.sha256(RECORDING).digest()

    line = told(desk.get(f"/cases/{case['id']}/history", params={"limit": 200}))["items"][-1]
    assert (line["action"], line["details"]["bundle"]) == ("export", manifest["number"])
    for item in (1, 2):
        path = f"/cases/{case['id']}/evidence/{item}"
        seen = handler.get(path).json()["custody"]
        assert sorted(link["act"] for link in seen) == sorted(ACTS)
        [chain] = [chain for chain in manifest["custody"] if chain["item"] == item]
        assert chain["head"] == next(link["hash"] for link in seen if link["number"] == chain["links"])
        assert chain["broken_at"] is None


def test_its_documents_can_be_read_and_name_no_reporter(desk, case, export, tmp_path):
    export("desk", case["number"])
    index, report = (words(tmp_path / "bundle" / name) for name in ("00-目录.pdf", "01-举报内容.pdf"))
    for said in (case["number"], "认定中", "属实", "录音可证", "谈话录音", "公章一枚", ITEM["source"], "导出案卷"):
        assert said in index, said
    read = told(desk.get(f"/cases/{case['id']}/report"))
    assert read["title"] in report
    assert read["narrative"][:20] in report


def test_what_is_there_is_not_fetched_again_after_the_line_broke(case, export, public_key, tmp_path, monkeypatch):
    fetched, fetching = [], SignedIn.fetching

    def counted(self, path, **params):
        fetched.append(path.split("/")[-2])
        if fetched == ["1", "2"]:
            raise OSError(28, "No space left on device", "evidence/2")
        return fetching(self, path, **params)

    monkeypatch.setattr(SignedIn, "fetching", counted)
    assert "Run the command again" in export("desk", case["number"], status=1)
    verify(tmp_path / "bundle", public_key, status=1)
    export("desk", case["number"])
    assert fetched == ["1", "2", "2"]
    verify(tmp_path / "bundle", public_key)


def test_a_long_export_outlasts_its_access_token(case, export, public_key, tmp_path, monkeypatch):
    fetching = SignedIn.fetching

    def after_a_while(self, path, **params):
        self._session.headers["Authorization"] = "Bearer over"
        return fetching(self, path, **params)

    monkeypatch.setattr(SignedIn, "fetching", after_a_while)
    export("desk", case["number"])
    verify(tmp_path / "bundle", public_key)


def test_a_file_that_is_not_what_was_kept_is_not_taken(case, export, tmp_path, monkeypatch):
    fetching = SignedIn.fetching

    @contextmanager
    def cut_short(self, path, **params):
        with fetching(self, path, **params) as pieces:
            yield itertools.islice(pieces, 1)

    monkeypatch.setattr(SignedIn, "fetching", cut_short)
    assert "item 1 is not what was kept" in export("desk", case["number"], status=1)
    assert not (tmp_path / "bundle/evidence/1-谈话录音.mp3").exists()
    assert not (tmp_path / "bundle/manifest.json").exists()


def test_an_answer_that_got_lost_is_asked_for_again_and_gives_the_same_number(
    desk, case, export, public_key, tmp_path, monkeypatch
):
    call, numbers = SignedIn.call, []

    def lost_once(self, method, path, **options):
        answer = call(self, method, path, **options)
        if path.endswith("/exports"):
            numbers.append(answer["number"])
            if len(numbers) == 1:
                raise OSError(5, "Input/output error", "network")
        return answer

    monkeypatch.setattr(SignedIn, "call", lost_once)
    export("desk", case["number"], status=1)
    export("desk", case["number"])
    assert len(numbers) == 2
    assert len(set(numbers)) == 1
    lines = told(desk.get(f"/cases/{case['id']}/history", params={"limit": 200}))["items"]
    assert [line["details"]["bundle"] for line in lines if line["action"] == "export"].count(numbers[0]) == 1
    verify(tmp_path / "bundle", public_key)


def test_a_case_that_changes_meanwhile_gets_no_number_until_it_is_read_anew(
    handler, case, export, public_key, tmp_path, monkeypatch
):
    call, steps = SignedIn.call, []

    def changed_meanwhile(self, method, path, **options):
        if path.endswith("/exports") and not steps:
            steps.append(act(handler, case, "investigate_further", reason="补充"))
        return call(self, method, path, **options)

    monkeypatch.setattr(SignedIn, "call", changed_meanwhile)
    assert "Run the command again" in export("desk", case["number"], status=1)
    export("desk", case["number"])
    assert "补充" in words(tmp_path / "bundle" / "00-目录.pdf")
    verify(tmp_path / "bundle", public_key)


def test_nobody_else_exports_it(system, signed_in, case, export):
    body = {"expected_version": 1, "files": [{"path": "a", "size": 1, "sha256": "a" * 64}]}
    path = f"/cases/{case['id']}/exports"
    for name in ("supervisor", "leader", "auditor", "admin", "member1"):
        problem(signed_in(name).post(path, json=body), 403)
    for who in ("hot", "dof"):
        other = employed(system, signed_in("admin"), *MADE[who])
        problem(other.post(path, json=body), 404)
        other.close()
    problem(signed_in().post(path, json=body), 401)
    assert "no case" in export("supervisor", "2020-999999", status=1)


def test_wrong_files_are_refused_in_words(desk, case):
    file = {"path": "evidence/9-x", "size": 1, "sha256": "a" * 64, "item": 9}
    path, version = f"/cases/{case['id']}/exports", told(desk.get(f"/cases/{case['id']}"))["version"]
    refused = problem(desk.post(path, json={"expected_version": version, "files": [file]}), 422)
    assert refused["errors"] == [{"field": "files", "message": "第 9 号证据没有文件，不能列入案卷。"}]
    twice = problem(desk.post(path, json={"expected_version": version, "files": [file, file]}), 422)
    assert "只能列出一次" in twice["errors"][0]["message"]
    problem(desk.post(path, json={"expected_version": 1, "files": [file]}), 412, "stale")
