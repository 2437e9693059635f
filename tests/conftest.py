"""Fixtures for every test: the session's servers, service processes, the whole system (tests/support)."""

from pathlib import Path

import pytest

pytest_plugins = [
    "tests.support.servers",
    "tests.support.stores",
    "tests.support.explaining",
    "tests.support.services",
    "tests.support.system",
]

HERE = Path(__file__).parent
# What needs least first: the servers come up meanwhile, and the whole system does not run beside other tests.
ORDER = ("unit", "contract", "integration", "e2e")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the folders in `ORDER`, each as it was collected."""
    items.sort(key=lambda item: _rank(item.path))


def _rank(path: Path) -> int:
    folder = path.relative_to(HERE).parts[0] if path.is_relative_to(HERE) else ""
    return ORDER.index(folder) if folder in ORDER else len(ORDER)
