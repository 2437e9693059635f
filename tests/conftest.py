"""Fixtures for every test: the session's servers, service processes, the whole system (tests/support)."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.servers",
    "tests.support.stores",
    "tests.support.explaining",
    "tests.support.services",
    "tests.support.system",
]

# How long an example takes tells of the machine, not of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

HERE = Path(__file__).parent
# What needs least first: it fails soonest, and the servers come up meanwhile.
ORDER = ("unit", "contract", "integration", "e2e", "performance", "chaos")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the folders in `ORDER`; in several processes the longest first, so that they end at about the same time."""
    together = "PYTEST_XDIST_WORKER" in os.environ
    items.sort(key=lambda item: _rank(item.path), reverse=together)


def _rank(path: Path) -> int:
    folder = path.relative_to(HERE).parts[0] if path.is_relative_to(HERE) else ""
    return ORDER.index(folder) if folder in ORDER else len(ORDER)
