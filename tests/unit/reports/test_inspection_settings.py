"""Where clamd is, as the environment tells it."""

from pathlib import Path

import pytest

from chassis.config import ConfigurationError, read
from services.reports import keys
from services.reports.settings import ReportsSettings, load_settings


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("keys")
    keys.generate(folder)
    return {name: str(folder / file) for name, file in keys.SETTINGS.items()}


def settings_of(environment: dict[str, str], **more: str) -> ReportsSettings:
    (settings,) = read(load_settings, environ=environment | more)
    return settings


def test_without_clamd_nothing_is_scanned(environment: dict[str, str]) -> None:
    assert settings_of(environment).scanner.address is None
    assert settings_of(environment, REPORTS_CLAMD="").scanner.address is None


def test_the_address_of_clamd_is_taken(environment: dict[str, str]) -> None:
    assert settings_of(environment, REPORTS_CLAMD="tcp://clamd:3310").scanner.address == "tcp://clamd:3310"


def test_a_wrong_address_is_told_at_the_start(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="REPORTS_CLAMD"):
        settings_of(environment, REPORTS_CLAMD="clamd.example:3310")
