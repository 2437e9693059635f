"""What every test of the identity service stands on: its store on a real database, full of other people."""

from __future__ import annotations

import pytest

from services.identity.store import IdentityStore
from tests.integration.identity.building import Bureau, cheap_settings
from tests.support.stores import store_fixture

store = store_fixture(IdentityStore)


@pytest.fixture(scope="session")
def settings():
    return cheap_settings()


@pytest.fixture(scope="module")
def noise(store, settings):
    """Other units, people, sessions and failures, so that a query that matches too much is noticed."""
    bureau = Bureau(store, settings)
    root = bureau.unit("明镜市司法局", kind="bureau")
    for number in range(3):
        district = bureau.unit(f"他区{number}司法局", kind="district_bureau")
        person = bureau.person(f"noise{number}", district["id"], ["member", "handler"], staff_number=f"N{number}")
        bureau.sign_in(person["username"])
    return root


@pytest.fixture
def bureau(store, settings, noise):
    return Bureau(store, settings)
