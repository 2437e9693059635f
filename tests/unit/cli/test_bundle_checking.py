"""A bundle that is as signed passes; whatever is changed in it is told by name. In a folder and in an archive."""

import base64
import hashlib
import json
import os
import shutil
import tracemalloc
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from cli.__main__ import mingjing
from cli.bundles import checking
from cli.bundles.checking import NoBundle
from cli.bundles.folder import Draft, Entry, Folder
from services.tasks.export_keys import Signer
from services.tasks.model.exports import FORMAT, MANIFEST, SIGNATURE, manifest_text
from tests.integration.tasks.building import NOW

KEY = SigningKey(b"s" * 32)
PUBLIC = (bytes(KEY.verify_key),)
FILES = {"00-目录.pdf": b"%PDF index", "evidence/1-录音.mp3": b"sound" * 40, "evidence/2-empty": b""}
NAMES = sorted(FILES)


def bundle(folder: Path) -> Path:
    """A whole bundle; its archive lies beside it."""
    made = Folder(folder, "case-1")
    for path, content in FILES.items():
        made.write(path, [content])
    entries = tuple(made.entry(path) for path in FILES)
    made.keep_draft(Draft(3, entries))
    manifest = manifest_text(
        number="明司卷〔2026〕3号",
        case_id="case-1",
        case_number="2026-000001",
        case_version=3,
        made_at=NOW,
        made_by={"id": "p", "name": "某人"},
        files=[vars(entry) for entry in entries],
        custody=[],
    )
    made.finish(manifest, Signer(KEY).signature(manifest.encode()))
    return folder


def packed(folder: Path) -> Path:
    archive = folder.with_name(f"{folder.name}.again.zip")
    with zipfile.ZipFile(archive, "w") as to:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                to.write(file, file.relative_to(folder).as_posix())
    return archive


def verdict(path: Path, keys=PUBLIC):
    with checking.opened(path) as files:
        return checking.check(files, keys)


@pytest.fixture
def made(tmp_path):
    return bundle(tmp_path / "bundle")


def test_folder_and_archive_are_the_same_whole_bundle(made):
    archive = made.with_name("bundle.zip")
    for path in (made, archive):
        assert verdict(path).right
    with zipfile.ZipFile(archive) as files:
        assert {name: files.read(name) for name in NAMES} == FILES
    assert {path.stat().st_mode & 0o777 for path in (archive, *(made / name for name in NAMES))} == {0o600}


CHANGES = st.one_of(
    st.tuples(
        st.just("flip"), st.sampled_from([*NAMES, MANIFEST, SIGNATURE]), st.integers(0, 10_000), st.integers(1, 255)
    ),
    st.tuples(st.just("cut"), st.sampled_from([*NAMES, MANIFEST, SIGNATURE]), st.integers(0, 10_000), st.just(0)),
    st.tuples(st.just("append"), st.sampled_from([*NAMES, MANIFEST, SIGNATURE]), st.just(0), st.integers(0, 255)),
    st.tuples(st.just("remove"), st.sampled_from([*NAMES, MANIFEST, SIGNATURE]), st.just(0), st.just(0)),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.just(0), st.just(0)),
    st.tuples(st.just("swap"), st.sampled_from(NAMES), st.integers(1, 2), st.just(0)),
    st.tuples(st.just("add"), st.sampled_from(["more.txt", "evidence/3-x", ".hidden"]), st.just(0), st.just(0)),
)


def change(folder: Path, kind: str, name: str, at: int, by: int) -> dict[str, set[str]]:
    """Makes the change; what must be told of it, nothing where it changed nothing."""
    file = folder / name
    before = file.read_bytes() if file.exists() else b""
    if kind == "flip" and before:
        at %= len(before)
        file.write_bytes(before[:at] + bytes([before[at] ^ by]) + before[at + 1 :])
    elif kind == "cut" and before:
        file.write_bytes(before[: at % len(before)])
    elif kind == "append":
        file.write_bytes(before + bytes([by]))
    elif kind == "remove":
        file.unlink()
        return {"missing": {name}}
    elif kind == "rename":
        file.rename(file.with_name("renamed"))
        return {"missing": {name}, "extra": {(Path(name).parent / "renamed").as_posix()}}
    elif kind == "swap":
        other = NAMES[(NAMES.index(name) + at) % len(NAMES)]
        content = (folder / other).read_bytes()
        (folder / other).write_bytes(before)
        file.write_bytes(content)
        return {"changed": {name, other}}
    elif kind == "add":
        file.write_bytes(b"more")
        return {"extra": {name}}
    return {"changed": {name}} if file.read_bytes() != before else {}


@pytest.fixture(scope="module")
def template():
    with TemporaryDirectory() as folder:
        yield bundle(Path(folder) / "bundle")


@settings(max_examples=150, deadline=None)
@given(change_=CHANGES, in_archive=st.booleans())
def test_any_change_is_found_and_named(template, change_, in_archive):
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "bundle"
        shutil.copytree(template, copy)
        expected = change(copy, *change_)
        path = packed(copy) if in_archive else copy
        if any({MANIFEST, SIGNATURE} & names for names in expected.values()):
            with pytest.raises(NoBundle):
                verdict(path)
            return
        found = verdict(path)
        told = {kind: set(getattr(found, kind)) for kind in ("changed", "missing", "extra") if getattr(found, kind)}
        assert told == expected
        assert found.right == (not expected)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 1 << 20), by=st.integers(1, 255))
def test_no_changed_byte_of_an_archive_lets_other_content_pass(template, at, by):
    archive = template.with_name("bundle.zip").read_bytes()
    at %= len(archive)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "changed.zip"
        path.write_bytes(archive[:at] + bytes([archive[at] ^ by]) + archive[at + 1 :])
        try:
            found = verdict(path)
        except NoBundle:
            return
        if found.right:
            with zipfile.ZipFile(path) as files:
                assert {name: files.read(name) for name in NAMES} == FILES


def test_the_manifest_of_another_bundle_does_not_pass_for_this_one(made):
    said = json.loads((made / MANIFEST).read_text())
    said["number"] = "明司卷〔2026〕4号"
    text = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (made / MANIFEST).write_text(text)
    with pytest.raises(NoBundle, match="signature"):
        verdict(made)
    unmarked = KEY.sign(text.encode()).signature
    (made / SIGNATURE).write_bytes(base64.b64encode(unmarked) + b"\n")
    with pytest.raises(NoBundle, match="signature"):
        verdict(made)


def test_a_key_of_somebody_else_is_told_and_one_of_former_years_passes(made):
    other = bytes(SigningKey(b"o" * 32).verify_key)
    with pytest.raises(NoBundle, match="somebody else"):
        verdict(made, (other,))
    assert verdict(made, (other, *PUBLIC)).right


def test_a_link_in_place_of_a_file_is_a_change(made):
    original = made / NAMES[1]
    outside = made.with_name("outside")
    shutil.move(original, outside)
    os.symlink(outside, original)
    assert verdict(made).changed == [NAMES[1]]


def test_a_file_that_an_archive_holds_twice_is_told(made):
    archive = made.with_name("bundle.zip")
    with zipfile.ZipFile(archive, "a") as files, pytest.warns(UserWarning, match="Duplicate"):
        files.writestr(NAMES[0], FILES[NAMES[0]])
    assert verdict(archive).extra == [NAMES[0]]


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_an_archive_that_holds_manifest_or_signature_twice_is_no_bundle(made, name):
    """Another program might show the other one."""
    archive = made.with_name("bundle.zip")
    with zipfile.ZipFile(archive, "a") as files, pytest.warns(UserWarning, match="Duplicate"):
        files.writestr(name, (made / name).read_bytes())
    with pytest.raises(NoBundle, match="2 times"):
        verdict(archive)


def test_a_signature_that_is_written_otherwise_is_told_though_it_says_the_same(made):
    written = (made / SIGNATURE).read_bytes()
    same_bits = {b"A": b"B", b"Q": b"R", b"g": b"h", b"w": b"x"}[written[-4:-3]]
    for other in (written + b"\n", b" " + written, written.rstrip(), written[:-4] + same_bits + written[-3:]):
        (made / SIGNATURE).write_bytes(other)
        with pytest.raises(NoBundle, match="not as it was written"):
            verdict(made)


def test_the_command_names_what_is_wrong_and_ends_with_1(made, tmp_path):
    key = tmp_path / "tasks-export.pub"
    key.write_text(f"export-public:{base64.b64encode(PUBLIC[0]).decode()}\n")
    whole = CliRunner().invoke(mingjing, ["verify-bundle", str(made), "--public-key", str(key)])
    assert whole.exit_code == 0, whole.output
    assert "明司卷〔2026〕3号" in whole.output
    (made / NAMES[0]).write_bytes(b"other")
    (made / NAMES[1]).unlink()
    (made / "more\x1b[2J").write_bytes(b"")
    broken = CliRunner().invoke(mingjing, ["verify-bundle", str(made), "--public-key", str(key)])
    assert broken.exit_code == 1
    for told in (f"changed: {NAMES[0]}", f"missing: {NAMES[1]}", "added: more?[2J"):
        assert told in broken.output
    key.write_text("export-private:AAAA\n")
    wrong = CliRunner().invoke(mingjing, ["verify-bundle", str(made), "--public-key", str(key)])
    assert (wrong.exit_code, "AAAA" in wrong.output) == (1, False)


def test_a_large_file_is_never_in_memory_as_a_whole(tmp_path):
    made = Folder(tmp_path / "large", "case-1")
    piece = os.urandom(256 * 1024)
    tracemalloc.start()
    made.write("evidence/1-film", (piece for _ in range(96)))
    entry = made.entry("evidence/1-film", 1)
    made.keep_draft(Draft(1, (entry,)))
    manifest = json.dumps({"format": FORMAT, "files": [vars(entry)]})
    archive = made.finish(manifest, Signer(KEY).signature(manifest.encode()))
    assert verdict(made.path).right
    assert verdict(archive).right
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert entry.size == 24 * 1024 * 1024
    assert peak < 12 * 1024 * 1024


def test_what_is_no_bundle_is_told(tmp_path):
    (tmp_path / "text.zip").write_bytes(b"no archive")
    for path in (tmp_path / "text.zip", tmp_path):
        with pytest.raises(NoBundle):
            verdict(path)


def test_the_hash_of_a_file_is_that_of_what_was_written(tmp_path):
    made = Folder(tmp_path / "b", "case-1")
    digest = made.write("evidence/1-x", [b"a" * 70_000, b"b"])
    assert digest == hashlib.sha256(b"a" * 70_000 + b"b").hexdigest()
    assert made.entry("evidence/1-x", 1) == Entry("evidence/1-x", 70_001, digest, 1)
