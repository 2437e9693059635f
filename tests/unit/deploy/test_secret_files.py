"""The secrets of a system that is tried out."""

from pathlib import Path

import pytest

from deploy import secret_files
from services.reports import keys
from services.tasks import export_keys


def test_running_it_again_keeps_every_file(tmp_path: Path) -> None:
    secret_files.make(tmp_path)
    before = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert secret_files.make(tmp_path) == []
    assert {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_removed_file_is_made_anew_and_the_others_stay(tmp_path: Path) -> None:
    secret_files.make(tmp_path)
    desk, public = tmp_path / "reports" / "REPORTS_DESK_KEY", tmp_path / "reports" / "REPORTS_CUSTODIAN_PUBLIC_KEY"
    old_desk, old_public = desk.read_text(), public.read_text()
    desk.unlink()
    assert secret_files.make(tmp_path) == [desk]
    assert desk.read_text() != old_desk
    assert public.read_text() == old_public


@pytest.mark.parametrize(
    ("whose", "private_file", "public", "purposes"),
    [
        (
            "custodian",
            keys.CUSTODIAN_PRIVATE_FILE,
            "REPORTS_CUSTODIAN_PUBLIC_KEY",
            (keys.CUSTODIAN_PRIVATE, keys.CUSTODIAN_PUBLIC),
        ),
        (
            "superior",
            keys.SUPERIOR_PRIVATE_FILE,
            "REPORTS_SUPERIOR_PUBLIC_KEY",
            (keys.SUPERIOR_PRIVATE, keys.SUPERIOR_PUBLIC),
        ),
    ],
)
def test_the_private_half_of_a_public_key_that_the_service_gets_is_kept_apart(
    tmp_path: Path, whose: str, private_file: str, public: str, purposes: tuple[str, str]
) -> None:
    secret_files.make(tmp_path)
    secret_files.make(tmp_path)
    (private,) = keys.read_keys((tmp_path / whose / private_file).read_text(), purposes[0])
    (public_key,) = keys.read_keys((tmp_path / "reports" / public).read_text(), purposes[1])
    assert keys.public_key(private) == public_key
    assert not (tmp_path / "reports" / private_file).exists()


def test_the_key_that_signs_bundles_has_its_public_half_apart(tmp_path: Path) -> None:
    secret_files.make(tmp_path)
    public = tmp_path / "bundles" / export_keys.PUBLIC_FILE
    before = public.read_text()
    public.unlink()
    assert secret_files.make(tmp_path) == [public]
    assert public.read_text() == before
    signer = export_keys.Signer.read((tmp_path / "tasks" / "TASKS_EXPORT_KEY").read_text())
    assert [export_keys.key_id(key) for key in export_keys.public_keys(before)] == [signer.key_id]


def test_only_the_owner_can_look_into_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    secret_files.make(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_every_part_speaks_to_the_broker_with_the_password_that_the_broker_was_given(tmp_path: Path) -> None:
    secret_files.make(tmp_path)
    password = (tmp_path / "rabbitmq" / "account.conf").read_text().split()[-1]
    uris = {(tmp_path / part / "AMQP_URI").read_text() for part in secret_files.PARTS}
    assert uris == {f"amqp://mingjing:{password}@rabbitmq:5672/\n"}
