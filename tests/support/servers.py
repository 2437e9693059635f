"""The session's own broker and database: started once, together, only when a collected test needs them.

`AMQP_URI` / `MONGO_URI` in the environment are used when given; tests that must break a server are then skipped.
"""

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.broker import Broker
from deploy.local.database import Database
from tests.support.own_servers import NOTHING_EXPIRES


class Given:
    """A server that was given by its URI: it can be used, but not be broken."""

    def __init__(self, uri: str) -> None:
        self.uri = uri

    def __getattr__(self, name: str) -> Any:
        pytest.skip(f"this test calls {name}() on a server of its own; unset AMQP_URI and MONGO_URI to run it")


class Servers:
    """Starts each server at most once and ends both."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mingjing-test-"))
        self._broker: Broker | Given | None = None
        self._database: Database | Given | None = None

    def begin_broker(self) -> Broker | Given:
        if self._broker is None:
            given = os.environ.get("AMQP_URI")
            self._broker = Given(given) if given else Broker(self.folder / "rabbitmq").start()
        return self._broker

    def begin_database(self) -> Database | Given:
        if self._database is None:
            given = os.environ.get("MONGO_URI")
            self._database = (
                Given(given) if given else Database(self.folder / "mongo", parameters=[NOTHING_EXPIRES]).start()
            )
        return self._database

    def end(self) -> None:
        for server in (self._broker, self._database):
            if isinstance(server, Broker | Database):
                server.kill_all()
        shutil.rmtree(self.folder, ignore_errors=True)


_key = pytest.StashKey[Servers]()


def servers_of(config: pytest.Config) -> Servers:
    """The session's servers, none started yet at the first call."""
    if _key not in config.stash:
        config.stash[_key] = Servers()
    return config.stash[_key]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin to start what the chosen tests will need, so that it comes up while the first tests run."""
    if session.config.option.collectonly:
        return
    needed = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    if "broker" in needed:
        servers_of(session.config).begin_broker()
    if "mongo" in needed:
        servers_of(session.config).begin_database()


def pytest_configure(config: pytest.Config) -> None:
    """Let a session that is told to end do so as with Ctrl-C, so that nothing of it is left."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers however the session ends."""
    if _key in config.stash:
        config.stash[_key].end()


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> Broker | Given:
    """A RabbitMQ node: `.uri`, `.create_vhost(name)`, `.kill()`, `.restart(gently=…)`, `.pause()`, `.resume()`.

    A test that breaks it puts it right again before it ends.
    """
    server = servers_of(request.config).begin_broker()
    if isinstance(server, Broker):
        server.wait_ready()
    return server


@pytest.fixture(scope="session")
def mongo(request: pytest.FixtureRequest) -> Database | Given:
    """A MongoDB replica set of one member: `.uri`, `.kill()`, `.restart(gently=…)`, `.pause()`, `.resume()`."""
    server = servers_of(request.config).begin_database()
    if isinstance(server, Database):
        server.wait_ready()
    return server


@pytest.fixture(scope="module")
def amqp_uri(broker: Broker | Given) -> Iterator[str]:
    """The address of an empty virtual host for this test file alone (of the given broker, if one was given)."""
    if isinstance(broker, Given):
        yield broker.uri
        return
    name = f"t{secrets.token_hex(4)}"
    yield broker.create_vhost(name)
    if broker.server.alive:
        broker.delete_vhost(name)


@pytest.fixture(scope="module")
def mongo_uri(mongo: Database | Given) -> str:
    """The address of the database server."""
    return mongo.uri


@pytest.fixture(scope="module")
def database_prefix(mongo_uri: str) -> Iterator[str]:
    """DATABASE_PREFIX for this test file alone; its databases are dropped afterwards."""
    prefix = f"t{secrets.token_hex(4)}_"
    yield prefix
    with MongoClient(mongo_uri, serverSelectionTimeoutMS=30_000) as client:
        for name in client.list_database_names():
            if name.startswith(prefix):
                client.drop_database(name)
