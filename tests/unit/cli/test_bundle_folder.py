"""The folder of a bundle goes on where it was cut short, and touches nothing that is not its own."""

import click
import pytest

from cli.bundles.folder import Draft, Folder


def begun(path, case_id="case-1"):
    folder = Folder(path, case_id)
    folder.write("evidence/1-x.part", [b"one"])
    return folder, Draft(4, (folder.entry("evidence/1-x.part", 1),))


def test_a_draft_is_found_again_as_long_as_its_files_are_as_they_were(tmp_path):
    folder, draft = begun(tmp_path / "b")
    assert folder.draft() is None
    folder.keep_draft(draft)
    again = Folder(tmp_path / "b", "case-1")
    assert again.draft() == draft
    assert again.draft().key == draft.key
    (tmp_path / "b" / "evidence/1-x.part").write_bytes(b"two")
    assert again.draft() is None


def test_a_draft_that_is_not_true_any_more_is_forgotten(tmp_path):
    folder, draft = begun(tmp_path / "b")
    folder.keep_draft(draft)
    folder.forget_draft()
    assert Folder(tmp_path / "b", "case-1").draft() is None


def test_a_file_that_was_cut_short_is_no_file_of_the_bundle(tmp_path):
    folder, draft = begun(tmp_path / "b")

    def broken():
        yield b"half"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        folder.write("evidence/2-y", broken())
    assert not (tmp_path / "b/evidence/2-y").exists()
    folder.keep_draft(draft)
    folder.finish("{}", "signed")
    assert sorted(file.name for file in (tmp_path / "b").rglob("*")) == [
        "1-x.part", "evidence", "manifest.json", "manifest.sig",
    ]  # fmt: skip
    assert (tmp_path / "b.zip").is_file()


def test_what_does_not_belong_to_the_bundle_is_not_signed_over(tmp_path):
    folder, draft = begun(tmp_path / "b")
    (tmp_path / "b" / "notes.txt").write_text("mine")
    with pytest.raises(click.ClickException, match=r"notes\.txt"):
        folder.keep_draft(draft)


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "other").write_text("mine")
    with pytest.raises(click.ClickException, match="not empty"):
        Folder(tmp_path, "case-1")
    begun(tmp_path / "b")
    with pytest.raises(click.ClickException, match="another case"):
        Folder(tmp_path / "b", "case-2")
    (tmp_path / "c.zip").write_text("mine")
    with pytest.raises(click.ClickException, match="already"):
        Folder(tmp_path / "c", "case-1")
    assert (tmp_path / "c.zip").read_text() == "mine"


def test_a_complete_bundle_is_not_begun_anew(tmp_path):
    folder, draft = begun(tmp_path / "b")
    folder.keep_draft(draft)
    folder.finish("{}", "signed")
    with pytest.raises(click.ClickException, match="not empty"):
        Folder(tmp_path / "b", "case-1")


def test_other_files_are_another_content(tmp_path):
    _, draft = begun(tmp_path / "b")
    assert Draft(5, draft.files).key != draft.key
    assert Draft(4, ()).key != draft.key
