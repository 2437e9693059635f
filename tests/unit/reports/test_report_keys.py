"""Key files: made once, private, and impossible to mix up."""

import stat

import pytest
from click.testing import CliRunner

from chassis.config import ConfigurationError, read
from cli.keys import keys as keys_command
from services.reports import keys
from services.reports.settings import load_settings


@pytest.fixture
def files(tmp_path):
    keys.generate(tmp_path / "keys")
    return tmp_path / "keys"


def environment(directory, **changes):
    return {name: str(directory / file) for name, file in keys.SETTINGS.items()} | changes


def test_a_generated_set_of_files_is_what_the_service_needs(files):
    (settings,) = read(load_settings, environ=environment(files))

    assert settings.sealer.desk_current in settings.sealer.desk


def test_key_files_are_for_their_owner_only(files):
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files.iterdir())
    assert stat.S_IMODE(files.stat().st_mode) == 0o700


def test_generating_again_keeps_every_key(files):
    before = {file.name: file.read_text() for file in files.iterdir()}

    made = keys.generate(files)

    assert {file.name: file.read_text() for file in files.iterdir()} == before
    assert not any(made.values())


@pytest.mark.parametrize("private_file", list(keys.HAND_OVER))
def test_a_private_key_that_was_taken_away_stays_away(files, private_file):
    (files / private_file).unlink()

    keys.generate(files)

    assert not (files / private_file).exists()


def test_an_upgraded_set_of_files_gets_the_key_of_the_level_above_and_keeps_the_others(files):
    (files / keys.CUSTODIAN_PRIVATE_FILE).unlink()
    before = {file.name: file.read_text() for file in files.iterdir()}
    for name in (keys.SUPERIOR_PUBLIC_FILE, keys.SUPERIOR_PRIVATE_FILE):
        (files / name).unlink()
        before.pop(name)

    made = keys.generate(files)

    assert {name for name, is_new in made.items() if is_new} == {
        keys.SUPERIOR_PUBLIC_FILE,
        keys.SUPERIOR_PRIVATE_FILE,
    }
    assert {file.name: file.read_text() for file in files.iterdir() if file.name in before} == before


@pytest.mark.parametrize("whose", [keys.CUSTODIAN_PUBLIC_FILE, "desk"])
def test_the_level_above_must_have_a_key_of_its_own(files, whose):
    if whose == "desk":
        (private,) = keys.read_keys((files / keys.DESK_FILE).read_text(), keys.DESK_PRIVATE)
        public = keys.public_key(private)
    else:
        (public,) = keys.read_keys((files / whose).read_text(), keys.CUSTODIAN_PUBLIC)
    (files / keys.SUPERIOR_PUBLIC_FILE).write_text(keys.write_key(public, keys.SUPERIOR_PUBLIC))

    with pytest.raises(ConfigurationError, match="REPORTS_SUPERIOR_PUBLIC_KEY is a key of"):
        read(load_settings, environ=environment(files))


def test_generation_that_was_cut_short_is_completed_with_the_same_pair(files):
    public = (files / keys.CUSTODIAN_PUBLIC_FILE).read_text()
    (files / keys.CUSTODIAN_PUBLIC_FILE).unlink()

    keys.generate(files)

    assert (files / keys.CUSTODIAN_PUBLIC_FILE).read_text() == public


def test_every_wrong_key_is_named_at_once_and_none_is_shown(files):
    private = (files / keys.CUSTODIAN_PRIVATE_FILE).read_text().strip()

    with pytest.raises(ConfigurationError) as refused:
        read(
            load_settings,
            environ={"REPORTS_CUSTODIAN_PUBLIC_KEY": private, "REPORTS_DESK_KEY": "desk-private:AAAA"},
        )

    assert len(refused.value.problems) == 4
    assert private.split(":")[1] not in str(refused.value)


def test_a_private_key_is_not_taken_for_a_public_one(files):
    changes = {"REPORTS_CUSTODIAN_PUBLIC_KEY_FILE": str(files / keys.CUSTODIAN_PRIVATE_FILE)}

    with pytest.raises(ConfigurationError, match="REPORTS_CUSTODIAN_PUBLIC_KEY"):
        read(load_settings, environ=environment(files, **changes))


def test_settings_never_show_their_keys(files):
    (settings,) = read(load_settings, environ=environment(files))

    assert repr(settings) == "ReportsSettings()"


@pytest.mark.parametrize(
    "text", ["", "# only a comment", "lookup", "lookup:%%%", "lookup:AAAA", "desk-private:" + "A" * 44]
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(keys.BadKey):
        keys.read_keys(text, keys.LOOKUP)


def test_a_file_may_hold_several_keys_the_current_one_first():
    lines = keys.write_key(b"1" * 32, keys.DESK_PRIVATE) + "# retired\n" + keys.write_key(b"2" * 32, keys.DESK_PRIVATE)

    assert keys.read_keys(lines, keys.DESK_PRIVATE) == (b"1" * 32, b"2" * 32)


def test_the_command_prints_the_settings_and_no_key(tmp_path):
    result = CliRunner().invoke(keys_command, ["generate", "--directory", str(tmp_path / "k")])

    assert result.exit_code == 0, result.output
    assert f"REPORTS_DESK_KEY_FILE={tmp_path / 'k' / keys.DESK_FILE}" in result.stdout
    secret = (tmp_path / "k" / keys.DESK_FILE).read_text().split(":")[1].strip()
    assert secret not in result.output


def test_the_command_says_why_it_cannot_write(tmp_path):
    (tmp_path / "file").write_text("")

    result = CliRunner().invoke(keys_command, ["generate", "--directory", str(tmp_path / "file" / "k")])

    assert result.exit_code == 1
    assert "Cannot write keys" in result.output
