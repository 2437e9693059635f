"""A load that touches every service and the gateway, as a busy day does, in events that are really consumed.

Of 20,000 events 12,000 come of 6,000 reports (`report_submitted`, which tasks consumes, and `case_progressed`, which
reports consumes), 4,000 of a publication (`mailing_requested`; publicity sends the mails), 2,000 of 1,000 attempts at
exams (`attempt_submitted`, quiz, and `attempt_graded`, tasks), 2,000 of changes of people (`person_changed`, tasks).
Besides, some sign in and out. All of it comes in by HTTP.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.performance.examroom import Examroom, examroom
from tests.performance.flows.report_to_case import send_report
from tests.performance.load import Client, Operation, run
from tests.performance.newsroom import Newsroom, newsroom
from tests.performance.stage import Stage
from tests.support.sinks import MailSink

# So many requests at a time.
IN_FLIGHT = 16
# The shares of the events, in twentieths, and what one of each makes.
REPORTS, MAILS, ATTEMPTS, PEOPLE = 12, 4, 2, 2
EVENTS_OF_A_REPORT = EVENTS_OF_AN_ATTEMPT = 2
# One sign-in for so many events.
SIGN_IN_OF = 500
LINES = ("bureau", "lawyers")

Clients = Callable[[int], Client]


class Workday:
    """`step` is how many events a call of `work` makes."""

    def __init__(self, stage: Stage, step: int, newsroom: Newsroom, examroom: Examroom, admin: httpx.Client) -> None:
        self._stage, self._step, self._newsroom, self._examroom = stage, step, newsroom, examroom
        self._token = admin.headers["Authorization"].removeprefix("Bearer ")
        people = admin.get("/people", params={"limit": 100, "role": "member"}).json()["items"]
        self._members = [person for person in people if person["username"].startswith("member")]
        self._member_of: dict[Client, dict[str, Any]] = {}

    def work(self) -> None:
        """Makes the events of one step. They have been accepted then; most have been consumed."""
        self._newsroom.release(self._newsroom.approved())
        self._load(self._public, _report, REPORTS, EVENTS_OF_A_REPORT)
        self._examroom.attempts(_share(self._step, ATTEMPTS) // EVENTS_OF_AN_ATTEMPT)
        self._load(self._changing, self._change, PEOPLE, 1)
        run(self._public, self._sign_in_and_out, self._step // SIGN_IN_OF, IN_FLIGHT // 4)

    def consumed(self) -> int:
        """How many events the services have handled since they started, as their metrics tell."""
        services = [part for name, part in self._stage.system.parts.items() if name != "gateway"]
        return sum(_handled(httpx.get(f"{part.url}/metrics", trust_env=False).text) for part in services)

    def _load(self, clients: Clients, operation: Operation, share: int, events: int) -> None:
        run(clients, operation, _share(self._step, share) // events, IN_FLIGHT)

    def _public(self, _: int) -> Client:
        return Client(self._stage.system.address)

    def _changing(self, worker: int) -> Client:
        client = Client(self._stage.system.address, self._token)
        self._member_of[client] = self._members[worker]
        return client

    def _change(self, client: Client, _: int) -> None:
        """Another line of work for the one member whom this client always changes."""
        person = self._member_of[client]
        person["line"] = LINES[person["line"] == LINES[0]]
        client.send("PATCH", f"/people/{person['id']}", {"line": person["line"]}, **{"If-Match": "*"})

    def _sign_in_and_out(self, client: Client, number: int) -> None:
        account = {"username": self._members[number % len(self._members)]["username"]}
        token = client.send("POST", "/sessions", account | {"password": self._stage.system.password})["access_token"]
        client.send("DELETE", "/sessions/current", Authorization=f"Bearer {token}")


class Letterbox(MailSink):
    """A mail server that takes every mail at once and keeps none."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """aiosmtpd: the message is complete."""
        return "250 OK"


@contextmanager
def workday(stage: Stage, step: int) -> Iterator[Workday]:
    """The people signed in, a newsletter with its readers, a paper."""
    with (
        Letterbox() as mail,
        newsroom(stage, mail, _share(step, MAILS)) as news,
        examroom(stage, IN_FLIGHT) as room,
        closing(stage.system.client("admin")) as admin,
    ):
        yield Workday(stage, step, news, room, admin)


def _report(client: Client, number: int) -> None:
    send_report(client, number, secrets.token_hex(12))


def _share(step: int, twentieths: int) -> int:
    return step * twentieths // 20


def _handled(metrics: str) -> int:
    return round(
        sum(
            sample.value
            for family in text_string_to_metric_families(metrics)
            for sample in family.samples
            if sample.name == "mingjing_events_total" and sample.labels["outcome"] == "handled"
        )
    )
