"""The stage on which everything is done: a system, its visitors and staff, and what is known of them afterwards."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from amqp import Channel, Connection
from kombu.utils.url import parse_url
from pymongo import MongoClient

from deploy.local.checkout import ROOT
from deploy.local.parts import job_command
from tests.e2e.everything.planted import WORDS
from tests.e2e.everything.visitors import Holder, Visitor
from tests.support.moments import Moments
from tests.support.system import System
from tests.support.waiting import eventually

STAFF = ("desk", "handler", "leader")
PATIENCE_S = 40
_STAFF_ADDRESS = {"X-Forwarded-For": "198.51.100.23", "User-Agent": "staff/1.0"}


class Stage:
    """``folder``: outside the bureau, for the level above. ``printed``: what commands said. ``metrics``: those of parts
    that were stopped in between."""

    def __init__(self, system: System, folder: Path) -> None:
        self.system, self.folder = system, folder
        self.moments = Moments()
        self.visitors: list[Visitor] = []
        self.printed: list[bytes] = []
        self.metrics: list[bytes] = []
        self.staff: dict[str, httpx.Client] = {}
        self._mongo: MongoClient[dict[str, Any]] = MongoClient(system.mongo_uri, tz_aware=True)
        self.reports = self._mongo[f"{system.database_prefix}reports"]
        self.tasks = self._mongo[f"{system.database_prefix}tasks"]

    def sign_in(self) -> None:
        """The staff come to work, from an address of the bureau."""
        for username in STAFF:
            self.staff[username] = self.system.client(username)
            self.staff[username].headers.update(_STAFF_ADDRESS)

    def close(self) -> None:
        """Let go of all connections."""
        for client in (*self.staff.values(), *self.visitors, self._mongo):
            client.close()

    @property
    def holders(self) -> list[Holder]:
        """Those who hold a receipt."""
        return [visitor for visitor in self.visitors if isinstance(visitor, Holder)]

    def ids_of_reporters(self) -> set[str]:
        """The ids of all that reporters have sent."""
        theirs = {"author": "reporter"}
        found = [
            *self.reports.reports.find(),
            *self.reports.messages.find(theirs),
            *self.reports.attachments.find(theirs),
        ]
        return {document["_id"] for document in found}

    def run(self, *command: str) -> str:
        """What a command of ours prints."""
        done = subprocess.run(
            job_command(*command), env=self.system.environment, cwd=ROOT, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        self.printed += [done.stdout, done.stderr]
        return done.stdout.decode()

    def visitor(self, address: str) -> Visitor:
        """Somebody without an account who comes from there."""
        visitor = Visitor(self.system, address, self.moments)
        self.visitors.append(visitor)
        return visitor

    def holder(self, address: str, report: dict[str, Any]) -> Holder:
        """Somebody who sends this from there."""
        key = f"{WORDS['key of repetition']}-{len(self.visitors)}"
        holder = Holder(self.system, address, self.moments, report, key)
        self.visitors.append(holder)
        return holder

    @contextmanager
    def until_all_has_followed(self) -> Iterator[None]:
        """What is done within, and all that follows from it in other processes, is done by reporters."""
        with self.moments.noting():
            yield
            eventually(self._all_has_followed, PATIENCE_S)

    def _all_has_followed(self) -> bool:
        unsent = [
            database[name].find_one({"outbox.0": {"$exists": True}})
            for database in (self.reports, self.tasks)
            for name in ("reports", "attachments", "cases")
        ]
        caseless = self.reports.reports.find_one({"kind": "report", "case.id": {"$exists": False}})
        return not any(unsent) and caseless is None and not self.uninspected() and not self._unlooked_at()

    def uninspected(self) -> Any:
        """A file that nobody has looked into yet."""
        return self.reports.attachments.find_one({"state": "stored", "inspection": {"$exists": False}})

    def _unlooked_at(self) -> Any:
        return self.reports.reports.find_one({"data_key": {"$exists": True}, "triage": {"$exists": False}})

    @contextmanager
    def broker(self) -> Iterator[Channel]:
        """A channel to the system's broker."""
        at = parse_url(self.system.amqp_uri)
        host = f"{at['hostname']}:{at['port']}"
        with Connection(host, userid=at["userid"], password=at["password"], virtual_host=at["virtual_host"]) as line:
            yield line.channel()


def told(answer: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer that has this status."""
    assert answer.status_code == status, answer.text
    return answer.json()
