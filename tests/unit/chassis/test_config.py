"""Configuration is checked as a whole; every wrong value is named at once, secrets never."""

from __future__ import annotations

from pathlib import Path

import pytest
from environs import Env

from chassis.config import ConfigurationError, load_settings, read

RIGHT = {"AMQP_URI": "amqp://u:p@broker/vhost", "MONGO_URI": "mongodb://database/?replicaSet=rs0"}


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        read(load_settings, environ=environ)
    return raised.value.problems


def test_the_required_addresses_suffice() -> None:
    (settings,) = read(load_settings, environ=RIGHT)
    assert settings.retry_waits == (5.0, 60.0, 600.0)
    assert settings.rpc_queue_type == "classic"


def test_every_wrong_value_is_named_at_once() -> None:
    found = problems({"AMQP_URI": "redis://x", "RPC_WORKERS": "many", "RETRY_WAITS": "60,5", "LOG_FORMAT": "xml"})
    assert {problem.partition(":")[0] for problem in found} == {
        "AMQP_URI",
        "MONGO_URI",
        "RPC_WORKERS",
        "RETRY_WAITS",
        "LOG_FORMAT",
    }


def test_a_wrong_address_is_told_without_its_password() -> None:
    assert "hunter2" not in " ".join(problems({**RIGHT, "AMQP_URI": "redis://me:hunter2@host"}))


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "amqp"
    file.write_text("amqp://from-a-file\n", encoding="utf-8")
    (settings,) = read(load_settings, environ={**RIGHT, "AMQP_URI_FILE": str(file)})
    assert settings.amqp_uri == "amqp://from-a-file"


def test_a_secret_file_that_cannot_be_read_is_named_beside_the_other_problems() -> None:
    found = problems({"MONGO_URI": "mongodb://x", "AMQP_URI_FILE": "/nowhere/amqp", "LOG_LEVEL": "LOUD"})
    assert [problem.partition(":")[0] for problem in found] == ["AMQP_URI_FILE", "LOG_LEVEL"]


@pytest.mark.parametrize("waits", ["", "0", "5,5,x", "-1,2", "60,5"])
def test_retry_waits_are_positive_and_grow(waits: str) -> None:
    assert problems({**RIGHT, "RETRY_WAITS": waits})[0].startswith("RETRY_WAITS")


def test_several_loaders_are_judged_together() -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(load_settings, lambda env: env.int("OWN"), environ={**RIGHT, "RPC_WORKERS": "0", "OWN": "x"})
    assert [problem.partition(":")[0] for problem in raised.value.problems] == ["RPC_WORKERS", "OWN"]


def test_what_a_service_refuses_itself_is_named_beside_everything_else() -> None:
    def refuse(_: Env) -> None:
        raise ConfigurationError(["KEY: is no key."])

    with pytest.raises(ConfigurationError) as caught:
        read(refuse, load_settings, environ={})
    assert caught.value.problems[0] == "KEY: is no key."
    assert any(problem.startswith("AMQP_URI") for problem in caught.value.problems)


def test_a_clock_is_driven_on_a_tests_own_databases_alone(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_bytes(bytes(8))
    (settings,) = read(load_settings, environ={**RIGHT, "CLOCK_FILE": str(file), "DATABASE_PREFIX": "t1_"})
    assert settings.clock_file == file
    [problem] = problems({**RIGHT, "CLOCK_FILE": str(file)})
    assert problem.startswith("CLOCK_FILE:")
    assert "DATABASE_PREFIX" in problem


def test_the_file_of_a_driven_clock_holds_eight_bytes(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    for content in (None, b"", bytes(9)):
        if content is not None:
            file.write_bytes(content)
        [problem] = problems({**RIGHT, "CLOCK_FILE": str(file), "DATABASE_PREFIX": "t1_"})
        assert problem.startswith("CLOCK_FILE:")
