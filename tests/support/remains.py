"""All that a system has kept or said anywhere: documents, events, messages in queues, logs, metrics, files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import orjson
from amqp import Channel, Connection, Message
from bson.raw_bson import RawBSONDocument
from kombu.utils.url import parse_url
from pymongo import MongoClient

from deploy.local.broker import Broker
from deploy.local.database import Database
from tests.support.system import System

_TAP = "tap"
PRODUCERS = ("identity", "publicity", "quiz", "reports", "tasks")
_RETRY = "retry"


class Remnant(NamedTuple):
    """``place``: where it is, for a person to find it. ``value``: the same taken apart, where it can be."""

    place: str
    content: bytes
    value: Any = None


class Remains:
    """Of one system on this broker's virtual host; made before the system starts, so that no event is missed."""

    def __init__(self, system: System, broker: Broker, mongo: Database, vhost: str) -> None:
        self._system, self._broker, self._mongo, self._vhost = system, broker, mongo, vhost
        with self._channel() as channel:
            channel.queue_declare(_TAP, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
            for producer in PRODUCERS:
                channel.exchange_declare(f"{producer}.events", "topic", durable=True, auto_delete=False)
                channel.queue_bind(_TAP, f"{producer}.events", "#")
            # One that asks for no header gets everything.
            channel.exchange_declare(_RETRY, "headers", durable=True, auto_delete=False)
            channel.queue_bind(_TAP, _RETRY, "", arguments={"x-match": "all"})
        # What other tests have logged there is not ours.
        self._logged_before = {path: path.stat().st_size for path in self._server_logs()}

    def exchanges_not_listened_to(self) -> set[str]:
        """The exchanges that the copies of ``events`` do not come from."""
        names = self._listed("list_exchanges", "name")
        tapped = {f"{producer}.events" for producer in PRODUCERS} | {_RETRY}
        return {name for name in names if name and not name.startswith("amq.")} - tapped

    def documents(self) -> Iterator[Remnant]:
        """Every document of every database of the system, as the database keeps it."""
        with MongoClient(self._system.mongo_uri, document_class=RawBSONDocument, tz_aware=True) as client:
            for database in client.list_database_names():
                if not database.startswith(self._system.database_prefix):
                    continue
                for collection in client[database].list_collection_names():
                    place = f"{database.removeprefix(self._system.database_prefix)}.{collection}"
                    for document in client[database][collection].find():
                        yield Remnant(place, bytes(document.raw), document)

    def ever_written(self) -> Iterator[Remnant]:
        """Every change of these databases that the replica set remembers, also of what is gone since."""
        ours = {"ns": {"$regex": f"^{self._system.database_prefix}"}}
        within = {"o.applyOps.ns": ours["ns"]}
        with MongoClient(self._system.mongo_uri, document_class=RawBSONDocument) as client:
            for entry in client["local"]["oplog.rs"].find({"$or": [ours, within]}):
                yield Remnant("oplog", bytes(entry.raw))

    def events(self) -> Iterator[Remnant]:
        """A copy of every message that went through an exchange of events, or waited to be tried again."""
        yield from self._messages(_TAP)

    def queues(self) -> Iterator[Remnant]:
        """Every message that stands in a queue; they stay where they are. Those that a consumer holds are not seen:
        stop the system first."""
        for queue in self._listed("list_queues", "name"):
            if queue != _TAP:
                yield from self._messages(queue)

    def logs(self) -> Iterator[Remnant]:
        """What the parts have printed, and what broker and database have logged since this was made."""
        for part in self._system.parts.values():
            yield Remnant(part.log_file.name, part.log_file.read_bytes())
        for path in self._server_logs():
            yield Remnant(path.name, path.read_bytes()[self._logged_before.get(path, 0) :])

    def metrics(self) -> Iterator[Remnant]:
        """The metrics of every part, which must be running."""
        for name, part in self._system.parts.items():
            yield Remnant(
                name, httpx.get(f"{part.url}/metrics", trust_env=False, timeout=60).raise_for_status().content
            )

    def files(self) -> Iterator[Remnant]:
        """Every file that the parts have left in their folder, without logs and keys."""
        for path in sorted(self._system.folder.rglob("*")):
            inside = path.relative_to(self._system.folder)
            if path.is_file() and inside.parts[0] not in ("log", "secrets"):
                yield Remnant(str(inside), path.read_bytes())

    def _messages(self, queue: str) -> Iterator[Remnant]:
        with self._channel() as channel:
            # Not acknowledged, they go back when the channel ends.
            while (message := channel.basic_get(queue)) is not None:
                yield _of_message(queue, message)

    def _server_logs(self) -> list[Path]:
        folders = [self._broker.folder / "log", self._mongo.server.log_file.parent]
        return sorted({path for folder in folders for path in folder.rglob("*.log") if path.is_file()})

    def _listed(self, *command: str) -> list[str]:
        return self._broker.control(*command, "--vhost", self._vhost, "--no-table-headers").splitlines()

    @contextmanager
    def _channel(self) -> Iterator[Channel]:
        at = parse_url(self._system.amqp_uri)
        with Connection(
            f"{at['hostname']}:{at['port']}",
            userid=at["userid"],
            password=at["password"],
            virtual_host=self._vhost,
        ) as connection:
            yield connection.channel()


def _of_message(queue: str, message: Message) -> Remnant:
    body = message.body if isinstance(message.body, bytes) else message.body.encode()
    properties = dict(message.properties)
    value = {"properties": properties, "routing_key": message.delivery_info["routing_key"]}
    try:
        value["body"] = orjson.loads(body)
    except orjson.JSONDecodeError:
        value["body"] = None
    return Remnant(queue, repr(value).encode() + b"\n" + body, value)
