"""A service's store on the real database, under the test file's own prefix."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from pymongo import MongoClient

from chassis.database import Store

S = TypeVar("S", bound=Store)


@pytest.fixture(scope="module")
def mongo_client(mongo_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    """A client that reads and writes as a service's own does."""
    with client_of(mongo_uri) as client:
        yield client


def client_of(mongo_uri: str, **options: Any) -> MongoClient[dict[str, Any]]:
    """Majority writes, times in UTC; to be closed."""
    return MongoClient(mongo_uri, tz_aware=True, w="majority", **options)


def store_fixture(kind: type[S]) -> Callable[..., S]:
    """The fixture ``store`` of a service's tests, for its conftest: ``store = store_fixture(TasksStore)``."""

    @pytest.fixture(scope="module")
    def store(mongo_client: MongoClient[dict[str, Any]], database_prefix: str) -> S:
        """The service's store, its indexes made."""
        store = kind(mongo_client, database_prefix)
        store.ensure_indexes()
        return store

    return store
