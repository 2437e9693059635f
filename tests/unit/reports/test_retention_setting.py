"""``REPORTS_RETENTION``: erasing by itself unless it is told not to."""

import pytest

from chassis.config import ConfigurationError, read
from services.reports import keys
from services.reports.settings import load_settings


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    keys.generate(folder)
    return {name: str(folder / file) for name, file in keys.SETTINGS.items()}


@pytest.mark.parametrize(("given", "erases"), [({}, True), ({"REPORTS_RETENTION": "off"}, False)])
def test_the_worker_erases_unless_it_is_told_not_to(environment, given, erases):
    (settings,) = read(load_settings, environ=environment | given)

    assert settings.erases is erases


def test_another_value_is_named_together_with_wrong_keys(environment):
    wrong = {"REPORTS_RETENTION": "sometimes", "REPORTS_LOOKUP_KEY_FILE": environment["REPORTS_DESK_KEY_FILE"]}

    with pytest.raises(ConfigurationError) as refused:
        read(load_settings, environ=environment | wrong)

    told = " ".join(refused.value.problems)
    assert "REPORTS_RETENTION" in told
    assert "REPORTS_LOOKUP_KEY" in told
