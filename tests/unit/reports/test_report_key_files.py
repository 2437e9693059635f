"""Key files change in one step, and only as they should."""

import os
import stat

import pytest
from click.testing import CliRunner

from chassis.config import ConfigurationError, read
from cli.keys import keys as keys_command
from services.reports import key_files, keys
from services.reports.settings import load_settings


@pytest.fixture
def files(tmp_path):
    keys.generate(tmp_path)
    return tmp_path


@pytest.fixture
def desk(files):
    return files / keys.DESK_FILE


def environment(directory, **changes):
    return {name: str(directory / file) for name, file in keys.SETTINGS.items()} | changes


def test_a_fresh_key_comes_first_and_the_old_one_stays(desk):
    (old,) = key_files.ids_in(desk, keys.DESK_PRIVATE)

    added = key_files.add(desk, keys.DESK_PRIVATE)

    assert key_files.ids_in(desk, keys.DESK_PRIVATE) == [added, old]
    assert added != old


def test_the_service_seals_to_the_added_key_and_opens_with_both(files, desk):
    (old,) = key_files.ids_in(desk, keys.DESK_PRIVATE)
    added = key_files.add(desk, keys.DESK_PRIVATE)

    (settings,) = read(load_settings, environ=environment(files))

    assert settings.sealer.desk_current == added
    assert set(settings.sealer.desk) == {added, old}


def test_the_service_hashes_with_the_added_lookup_key_and_finds_with_both(files):
    (before,) = read(load_settings, environ=environment(files))
    added = key_files.add(files / keys.LOOKUP_FILE, keys.LOOKUP)

    (after,) = read(load_settings, environ=environment(files))

    assert [lookup.id for lookup in after.sealer.lookups] == [added, before.sealer.lookups[0].id]
    assert after.sealer.receipt_hashes("r") == [after.sealer.receipt_hash("r"), before.sealer.receipt_hash("r")]


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_a_changed_file_has_the_mode_that_it_had(desk, mode):
    desk.chmod(mode)

    key_files.add(desk, keys.DESK_PRIVATE)

    assert stat.S_IMODE(desk.stat().st_mode) == mode


def test_comments_stay_where_they_are(desk):
    text = "# the desk\n" + desk.read_text()
    desk.write_text(text)

    key_files.add(desk, keys.DESK_PRIVATE)

    assert desk.read_text().endswith(text)


def test_two_changes_at_once_do_not_lose_one_key(desk):
    beside = desk.with_name(f"{desk.name}.new")
    beside.write_text("another change is being written")
    before = desk.read_text()

    with pytest.raises(FileExistsError):
        key_files.add(desk, keys.DESK_PRIVATE)

    assert desk.read_text() == before
    assert beside.exists()


def test_a_change_that_fails_leaves_the_file_as_it_was(desk):
    before = desk.read_text()

    with pytest.raises(keys.BadKey):
        key_files.add(desk, keys.LOOKUP)

    assert desk.read_text() == before
    assert os.listdir(desk.parent).count(f"{desk.name}.new") == 0


def test_an_old_key_is_taken_out_and_the_rest_stays(desk):
    (old,) = key_files.ids_in(desk, keys.DESK_PRIVATE)
    middle, newest = (key_files.add(desk, keys.DESK_PRIVATE) for _ in range(2))
    desk.write_text(desk.read_text() + "# the end\n")

    key_files.remove(desk, keys.DESK_PRIVATE, middle)

    assert key_files.ids_in(desk, keys.DESK_PRIVATE) == [newest, old]
    assert desk.read_text().endswith("# the end\n")


def test_the_key_that_seals_is_never_taken_out(desk):
    key_files.add(desk, keys.DESK_PRIVATE)
    current, _ = key_files.ids_in(desk, keys.DESK_PRIVATE)

    with pytest.raises(keys.BadKey, match=f"seals with {current}"):
        key_files.remove(desk, keys.DESK_PRIVATE, current)


def test_a_key_that_is_not_there_cannot_be_taken_out(desk):
    with pytest.raises(keys.BadKey, match="holds no key 00"):
        key_files.remove(desk, keys.DESK_PRIVATE, "00")


def test_a_key_that_is_there_twice_is_named(files, desk):
    desk.write_text(desk.read_text() * 2)

    with pytest.raises(ConfigurationError, match=r"REPORTS_DESK_KEY .*holds the same desk-private key twice"):
        read(load_settings, environ=environment(files))


def test_a_custodian_key_that_the_desk_could_open_is_refused(files, desk):
    (private,) = keys.read_keys(desk.read_text(), keys.DESK_PRIVATE)
    public = keys.write_key(keys.public_key(private), keys.CUSTODIAN_PUBLIC)
    environ = environment(files)
    del environ["REPORTS_CUSTODIAN_PUBLIC_KEY_FILE"]

    with pytest.raises(ConfigurationError, match="the desk could open identities"):
        read(load_settings, environ=environ | {"REPORTS_CUSTODIAN_PUBLIC_KEY": public})


def test_a_lookup_key_that_is_the_desk_s_is_refused(files, desk):
    (private,) = keys.read_keys(desk.read_text(), keys.DESK_PRIVATE)
    (files / keys.LOOKUP_FILE).write_text(keys.write_key(private, keys.LOOKUP))

    with pytest.raises(ConfigurationError, match="REPORTS_LOOKUP_KEY holds a key that is in REPORTS_DESK_KEY"):
        read(load_settings, environ=environment(files))


def test_a_public_key_that_nothing_can_be_sealed_to_is_refused():
    with pytest.raises(keys.BadKey, match="no point that anything can be sealed to"):
        keys.read_keys(keys.write_key(bytes(32), keys.CUSTODIAN_PUBLIC), keys.CUSTODIAN_PUBLIC)


def test_swapped_files_are_each_named_without_a_key(files):
    swapped = environment(
        files,
        REPORTS_DESK_KEY_FILE=str(files / keys.LOOKUP_FILE),
        REPORTS_LOOKUP_KEY_FILE=str(files / keys.DESK_FILE),
    )

    with pytest.raises(ConfigurationError) as refused:
        read(load_settings, environ=swapped)

    assert [problem.split()[0] for problem in refused.value.problems] == ["REPORTS_DESK_KEY", "REPORTS_LOOKUP_KEY"]
    for file in (keys.DESK_FILE, keys.LOOKUP_FILE):
        assert (files / file).read_text().split(":")[1].strip() not in str(refused.value)


def test_the_command_adds_a_key_and_prints_its_id_alone(desk):
    result = CliRunner().invoke(keys_command, ["add", "desk", "--file", str(desk)])

    assert result.exit_code == 0, result.output
    added, _ = key_files.ids_in(desk, keys.DESK_PRIVATE)
    assert result.stdout == f"{added}\n"
    for line in desk.read_text().splitlines():
        assert line.split(":")[1] not in result.output


def test_the_command_refuses_a_file_of_another_kind(files, desk):
    result = CliRunner().invoke(keys_command, ["add", "lookup", "--file", str(desk)])

    assert result.exit_code == 1
    assert "expects a line 'lookup:<base64>'" in result.output


def test_rotating_identities_needs_both_keys(desk):
    for arguments in (["--identities"], ["--identities", "--to", str(desk)], ["--custodian-key", str(desk)]):
        result = CliRunner().invoke(keys_command, ["rotate", *arguments])

        assert result.exit_code == 2
        assert "--identities goes with --custodian-key and --to" in result.output


def test_a_key_file_that_cannot_be_read_is_named_with_everything_else(files):
    absent = str(files / "absent.key")

    with pytest.raises(ConfigurationError) as refused:
        read(load_settings, environ=environment(files, REPORTS_DESK_KEY_FILE=absent, REPORTS_RETENTION="sometimes"))

    told = " ".join(refused.value.problems)
    assert f"REPORTS_DESK_KEY_FILE: cannot read {absent}" in told
    assert "REPORTS_RETENTION" in told
