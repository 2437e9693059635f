"""The service's configuration: every wrong value is named, none is repeated."""

import base64

import pytest

from chassis.config import ConfigurationError, read
from services.identity.settings import load_settings

KEY = base64.b64encode(bytes(32)).decode()


def problems(**environ):
    with pytest.raises(ConfigurationError) as error:
        read(load_settings, environ=environ)
    return error.value.problems


def test_only_the_key_is_required():
    (settings,) = read(load_settings, environ={"IDENTITY_KEY": KEY})
    assert settings.access_lifetime.total_seconds() == 300
    assert settings.issuer == "mingjing"


def test_a_key_from_a_file_is_taken(tmp_path):
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    (settings,) = read(load_settings, environ={"IDENTITY_KEY_FILE": str(file)})
    assert settings.keyring.open(settings.keyring.seal(b"x", "y"), "y") == b"x"


def test_every_wrong_value_is_named_at_once():
    found = problems(IDENTITY_KEY="nonsense", IDENTITY_LOG_DAYS="30", IDENTITY_ARGON2_TIME_COST="0")
    assert [problem.partition(":")[0] for problem in sorted(found)] == [
        "IDENTITY_ARGON2_TIME_COST",
        "IDENTITY_KEY",
        "IDENTITY_LOG_DAYS",
    ]
    assert not any("nonsense" in problem for problem in found)


def test_a_missing_key_says_how_to_make_one():
    (problem,) = problems(IDENTITY_KEY="c2hvcnQ=")
    assert "openssl rand -base64 32" in problem


def test_logs_are_kept_for_at_least_six_months():
    (problem,) = problems(IDENTITY_KEY=KEY, IDENTITY_LOG_DAYS="90")
    assert "183" in problem
