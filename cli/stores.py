"""A service's own database, for the commands that work on it where the service stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import click
from pymongo.errors import PyMongoError

from chassis.config import Settings
from chassis.database import Store, connect
from chassis.faults import describe

S = TypeVar("S", bound=Store)


@contextmanager
def opened(kind: type[S], settings: Settings) -> Iterator[S]:
    """The store, its indexes made; a database that cannot be used ends the command with a sentence."""
    client = connect(settings, pool=4)
    try:
        store = kind(client, settings.database_prefix)
        store.ensure_indexes()
        yield store
    except PyMongoError as error:
        raise click.ClickException(
            f"The database cannot be used: {describe(error)}. It is safe to try again."
        ) from error
    finally:
        client.close()
