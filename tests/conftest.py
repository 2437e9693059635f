"""Fixtures for every test: the session's servers and service processes (tests/support)."""

pytest_plugins = ["tests.support.servers", "tests.support.services", "tests.support.system"]
