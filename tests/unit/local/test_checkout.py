"""What a checkout keeps for its system: secrets, the demo password, the environment of its parts."""

import os
import stat
from pathlib import Path

import pytest

from deploy.local import parts
from deploy.local.checkout import Checkout
from deploy.local.record import PartRecord, Record, begun, only_one
from deploy.local.screen import curl_lines
from deploy.local.trouble import Trouble


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "local", {"PATH": "/usr/bin", "AWS_SECRET": "not for us", "LOG_LEVEL": "DEBUG"})


def mode(path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_secrets_are_drawn_once_and_only_the_owner_reads_them(checkout) -> None:
    first = checkout.secrets()
    contents = {name: Path(path).read_text() for name, path in first.items()}
    assert checkout.secrets() == first
    assert {name: Path(path).read_text() for name, path in first.items()} == contents
    assert {mode(path) for path in first.values()} == {0o600}


def test_every_secret_is_passed_as_a_file(checkout) -> None:
    assert {
        "IDENTITY_KEY_FILE",
        "PUBLICITY_SECRETS_KEY_FILE",
        "GATEWAY_ADDRESS_KEY_FILE",
        "GATEWAY_CHALLENGE_KEY_FILE",
        "REPORTS_DESK_KEY_FILE",
        "REPORTS_CUSTODIAN_PUBLIC_KEY_FILE",
        "REPORTS_LOOKUP_KEY_FILE",
        "REPORTS_SUPERIOR_PUBLIC_KEY_FILE",
        "TASKS_EXPORT_KEY_FILE",
        "TASKS_CHECK_IN_KEY_FILE",
    } <= set(checkout.secrets())


@pytest.mark.parametrize("name", ["IDENTITY_KEY", "IDENTITY_KEY_FILE"])
def test_a_secret_that_the_environment_gives_stands(tmp_path, name) -> None:
    common = parts.common_environment(Checkout(tmp_path, {name: "given"}), "amqp://b", "mongodb://d")
    assert {key: value for key, value in common.items() if key.startswith("IDENTITY_KEY")} == {name: "given"}


def test_the_demo_password_is_random_kept_and_private(checkout, tmp_path) -> None:
    password = checkout.demo_password()
    assert checkout.demo_password() == password
    assert Checkout(tmp_path / "other").demo_password() != password
    assert mode(checkout.folder / "demo-password") == 0o600


def test_parts_see_their_settings_and_nothing_else_of_the_shell(checkout) -> None:
    common = parts.common_environment(checkout, "amqp://b", "mongodb://d")
    assert (common["AMQP_URI"], common["MONGO_URI"], common["LOG_LEVEL"]) == ("amqp://b", "mongodb://d", "DEBUG")
    assert "AWS_SECRET" not in common


def test_each_service_has_a_health_port_of_its_own_and_may_serve_partners_on_this_machine(checkout) -> None:
    services = parts.services(checkout, {}, "http://127.0.0.1:1")
    assert [part.name for part in services] == list(parts.SERVICES)
    assert len({part.environment["HEALTH_PORT"] for part in services}) == len(services)
    assert all(part.health == f"http://127.0.0.1:{part.environment['HEALTH_PORT']}/readyz" for part in services)
    assert {part.environment["PUBLICITY_ALLOWED_PRIVATE_NETWORKS"] for part in services} == {"127.0.0.0/8"}


def test_no_password_is_part_of_what_is_written_down_about_parts(checkout) -> None:
    part = parts.gateway(checkout, {"AMQP_URI": "amqp://user:hidden@host"}, 1)
    assert "hidden" not in repr(part)


def test_a_second_run_of_a_checkout_is_told_of_the_first(tmp_path) -> None:
    with only_one(tmp_path), pytest.raises(Trouble, match="runs already"), only_one(tmp_path):
        pass


def test_a_process_is_not_mistaken_for_a_later_one_with_its_number(tmp_path) -> None:
    record = Record(os.getpid(), begun(os.getpid()), [PartRecord("gateway", "here", pid=os.getpid(), created=1.0)])
    record.write(tmp_path)
    read = Record.read(tmp_path)
    assert read is not None
    assert read.supervisor() is not None
    assert read.parts[0].process() is None


def test_a_torn_record_counts_as_none(tmp_path) -> None:
    (tmp_path / "run.json").write_text('{"pid": 1,')
    assert Record.read(tmp_path) is None


def test_there_are_three_lines_to_try_and_they_name_the_address() -> None:
    lines = curl_lines("http://127.0.0.1:1234", "pass")
    assert len(lines) == 3
    assert all("http://127.0.0.1:1234/api/v1/" in line for line in lines)
