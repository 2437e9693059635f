"""A broker and a database that a program starts for itself and takes away again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.local.broker import Broker
from deploy.local.database import Database
from deploy.local.trouble import Trouble

# Many tests have a clock of their own in the past; what they write shall not vanish by the server's.
NOTHING_EXPIRES = "ttlMonitorEnabled=false"


@contextmanager
def own_servers(folder: Path, why: str, parameters: Sequence[str] = ()) -> Iterator[tuple[Broker, Database]]:
    """Both under `folder`, ready. `why` it cannot use servers that are there: Trouble where such are given.

    `parameters` are those of `Database`.
    """
    if os.environ.get("AMQP_URI") or os.environ.get("MONGO_URI"):
        raise Trouble(f"This {why}, so it starts its own: unset AMQP_URI and MONGO_URI.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    broker, database = Broker(folder / "rabbitmq"), Database(folder / "mongo", parameters=parameters)
    try:
        broker.start(), database.start()
        yield broker.wait_ready(), database.wait_ready()
    finally:
        broker.kill_all()
        database.kill_all()
