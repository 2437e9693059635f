"""The real system on a driven clock, and the people of a bureau who use it over HTTP."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any

from pymongo.errors import PyMongoError

from chassis.clock import BUREAU_ZONE
from deploy.local.broker import Broker
from deploy.local.database import Database
from deploy.local.waiting import eventually
from tests.chaos.reading import Databases, errors_logged, queue_lengths
from tests.support.driven_clock import DrivenClock
from tests.support.system import System
from tests.year.book import Person
from tests.year.client import Client
from tests.year.post import AT_ONCE, Post

SERVICES = ("identity", "reports", "tasks")
ENVIRONMENT = {
    "LOG_FORMAT": "json",
    "GATEWAY_PUBLIC_WRITE_LIMIT": "1000000/minute",
    "GATEWAY_PUBLIC_READ_LIMIT": "1000000/minute",
    # People sign in once and come back after a long holiday.
    "IDENTITY_ACCESS_MINUTES": "60",
    "IDENTITY_SESSION_IDLE_HOURS": "10000",
    "IDENTITY_SESSION_DAYS": "1000",
    # How long reports are kept is another test's matter.
    "REPORTS_RETENTION": "off",
}
EAST, WEST, SOUTH, OWN, ROOT = "东湖区司法局", "西岭区司法局", "南港区司法局", "机关纪委", "明镜市司法局"
GROUP = "市委指导组驻点办公室"
UNITS = (EAST, WEST, SOUTH, OWN, GROUP)
# Who there is besides the head of the bureau: username, roles, unit.
STAFF = (
    ("desk1", "desk", OWN),
    ("desk2", "desk", OWN),
    ("desk3", "desk", EAST),
    *((f"handler{number}", "handler", (EAST, WEST, SOUTH)[number % 3]) for number in range(1, 10)),
    ("leader1", "leader", OWN),
    ("leader2", "leader", WEST),
    ("supervisor1", "supervisor", GROUP),
    ("supervisor2", "supervisor", GROUP),
)
# Who is the head of the bureau.
HEAD = "钱领导"
MAILED_AT_ONCE = {"mail": "at_once", "quiet": None, "quiet_days_off": False}
REST_S = 60.0
_REPORTED = {"source.kind": "report"}
MORNING, EVENING = time(8), time(18)


class Bureau:
    """The system with its people; ``commands`` is what runs in place of a service."""

    def __init__(
        self, broker: Broker, database: Database, folder: Path, commands: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.clock = DrivenClock(folder / "clock")
        self.post = Post()
        self._unique = f"year_{secrets.token_hex(3)}_"
        self._broker, self._uri = broker, database.uri
        self.system = System(
            folder,
            broker.create_vhost(self._unique),
            database.uri,
            prefix=self._unique,
            services=SERVICES,
            environment={**ENVIRONMENT, **self.clock.environment, **self.post.environment},
            commands=commands,
        )
        self.databases = Databases(database.uri, self._unique)
        self._cases = self.databases.current("tasks").cases
        self.clients: dict[str, Client] = {}
        self.people: dict[str, Person] = {}

    def begin(self, day: date) -> None:
        """Starts it on this day and engages its people."""
        self.clock.put(datetime.combine(day, MORNING, BUREAU_ZONE))
        self.system.start_parts()
        self.system.job("create-admin", "--unit", ROOT, ADMIN_PASSWORD=self.system.password)
        admin = Client(self.system.address, "admin", self.system.password)
        [root] = [unit["id"] for unit in admin.pages("/units")]
        self.units = {ROOT: root} | {name: self._found(admin, name, root) for name in UNITS}
        self._engage(admin, "head", HEAD, "member", root, [{"kind": "head_of_unit", "unit_id": root}])
        engaged = [
            self._engage(admin, username, f"人员 {username}", role, self.units[unit]) for username, role, unit in STAFF
        ]
        codes = admin.ask("POST", "/activation-codes", json={"person_ids": [one["id"] for one in engaged]}).json()
        self.public = Client(self.system.address)
        for code in codes["items"]:
            body = {"username": code["username"], "code": code["code"], "password": self.system.password}
            assert self.public.ask("POST", "/activations", json=body).status_code < 300
        for (username, role, unit), one in zip(STAFF, engaged, strict=True):
            path = (root, self.units[unit])
            self.people[one["id"]] = Person(username, one["id"], one["name"], frozenset({role}), path)
            client = self.clients[one["id"]] = Client(self.system.address, username, self.system.password)
            if username in AT_ONCE:
                assert client.ask("PUT", "/me/notice-settings", json=MAILED_AT_ONCE).status_code == 200
        admin.close()
        known = self.databases.current("tasks").people
        eventually(lambda: known.count_documents({"_id": {"$in": list(self.people)}}) == len(STAFF), REST_S)
        heads = self.databases.current("reports").units
        eventually(lambda: heads.find_one({"heads.name": HEAD}), REST_S)

    def named(self, username: str) -> Person:
        return next(person for person in self.people.values() if person.username == username)

    def client(self, username: str) -> Client:
        return self.clients[self.named(username).id]

    @property
    def export_key(self) -> str:
        """The key by which the bureau signs bundles."""
        return Path(self.system.environment["TASKS_EXPORT_KEY_FILE"]).read_text(encoding="ascii")

    def morning(self, day: date) -> None:
        """It is eight o'clock; returns when all stages that are reached by now are on record."""
        self.clock.put(datetime.combine(day, MORNING, BUREAU_ZONE))
        self._let_tokens_run_out()
        self._wait_for_stages(day)

    def evening(self, day: date) -> None:
        """It is six o'clock; as in the morning."""
        self.clock.put(datetime.combine(day, EVENING, BUREAU_ZONE))
        self._let_tokens_run_out()
        self._wait_for_stages(day)

    def opened(self, count: int) -> None:
        """Returns when there are so many cases of reports, parts of them among these."""
        # Not the estimate: it stays wrong where two transactions met.
        eventually(lambda: self._cases.count_documents(_REPORTED) >= count, REST_S, what=f"{count} cases")

    def reported(self) -> set[str]:
        """The ids of all cases of reports."""
        return {case["_id"] for case in self._cases.find(_REPORTED, {"_id": 1})}

    def dead_letters(self) -> dict[str, int]:
        """Queues of dead letters that hold any."""
        options = ("--vhost", self._unique, "--formatter", "json")
        lengths = queue_lengths(self._broker.control("list_queues", *options, "name", "messages"))
        return {name: length for name, length in lengths.items() if name.endswith(".dead")}

    def errors(self) -> dict[str, int]:
        """What the parts have logged as errors."""
        return {name: n for part in self.system.parts.values() for name, n in errors_logged(part.log_file).items()}

    def end(self) -> None:
        """Everything is gone but the logs."""
        for client in (*self.clients.values(), *([self.public] if hasattr(self, "public") else [])):
            client.close()
        self.system.stop()
        self.post.close()
        with suppress(PyMongoError, RuntimeError, TimeoutExpired):
            self.databases.drop()
            self._broker.delete_vhost(self._unique)
        self.databases.close()

    def _let_tokens_run_out(self) -> None:
        for client in self.clients.values():
            client.ran_out = True

    def _wait_for_stages(self, day: date) -> None:
        before = (datetime.combine(day, time(0), BUREAU_ZONE) - timedelta(milliseconds=1)).astimezone(UTC)
        due = {"next_stage_at": {"$lte": before}}
        eventually(lambda: self._cases.count_documents(due, limit=1) == 0, REST_S, what=f"stages of {day}")

    def _found(self, admin: Client, name: str, above: str) -> str:
        body = {"name": name, "kind": "district_bureau", "parent_id": above, "line": "bureau"}
        return self._made(admin, "/units", body)["id"]  # type: ignore[no-any-return]

    def _engage(
        self, admin: Client, username: str, name: str, role: str, unit_id: str, duties: Sequence[dict[str, str]] = ()
    ) -> dict[str, Any]:
        body = {"username": username, "name": name, "unit_id": unit_id, "roles": [role], "duties": list(duties),
                "email": Post.address(username)}  # fmt: skip
        return self._made(admin, "/people", body)

    def _made(self, admin: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = admin.ask("POST", path, json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made
