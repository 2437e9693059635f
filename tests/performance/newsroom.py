"""The publicity people as a load: a newsletter with many readers, publications that are reviewed and released."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from kombu import Connection

from chassis.broker.topology import event_queue_name
from contracts.publicity.events import MailingRequestedV1
from services.publicity.model.deliveries import delivery_id, recipient_id
from tests.performance.stage import Stage
from tests.support.sinks import MailSink
from tests.support.waiting import eventually

DEADLINE_S = 120.0
LOOK_EVERY_S = 0.01
MAILINGS = event_queue_name(MailingRequestedV1, "publicity", "mail")


class Newsroom:
    """Publishes to one newsletter."""

    def __init__(self, stage: Stage, staff: dict[str, httpx.Client], mail_port: int, readers: int) -> None:
        self._stage, self._staff = stage, staff
        self._deliveries = stage.database("publicity")["deliveries"]
        addresses = [f"reader{number}@example.org" for number in range(readers)]
        server = {"host": "127.0.0.1", "port": mail_port, "security": "none"}
        settings = {"sender": "news@justice.example", "server": server, "recipients": addresses}
        channel = {"name": f"测速通讯 {mail_port}", "kind": "newsletter", "settings": settings}
        self.readers, self._channel = readers, self._posted("editor", "/channels", channel)["id"]
        # Deliveries are made in the order of these ids.
        self._last_reader = max(recipient_id(self._channel, address) for address in addresses)

    def approved(self) -> str:
        """The id of a publication that has been written and reviewed three times."""
        text = {"kind": "news", "title": "法治文化广场开放", "body_markdown": "**正文**", "channels": [self._channel]}
        draft = self._posted("editor", "/publications", text)
        path = f"/publications/{draft['id']}"
        self._posted("editor", f"{path}/submission", {})
        for stage in (1, 2, 3):
            review = {"stage": stage, "decision": "approve", "comment": "同意", "content_hash": draft["content_hash"]}
            self._posted(f"reviewer{stage}", f"{path}/reviews", review)
        return str(draft["id"])

    def release(self, publication: str) -> None:
        """Publishes it and waits until all its deliveries are there and the broker has confirmed all their events."""
        released = self._posted("editor", f"/publications/{publication}/release", {})
        last = {"_id": delivery_id(publication, released["version"], self._channel, self._last_reader)}
        until = time.monotonic() + DEADLINE_S
        while self._deliveries.find_one(last, {"_id": 1}) is None or self._pending():
            assert time.monotonic() < until, "the deliveries were not made"
            time.sleep(LOOK_EVERY_S)

    def clear_away(self, publication: str) -> None:
        """Sees that all deliveries were made, and leaves none to be sent."""
        assert self._deliveries.count_documents({"publication_id": publication}) == self.readers
        with Connection(self._stage.system.amqp_uri) as connection:
            connection.default_channel.queue_purge(MAILINGS)
        self._posted("editor", f"/publications/{publication}/withdrawal", {"reason": "测速结束"})
        at_work = {"publication_id": publication, "wanted": "live"}
        eventually(lambda: self._deliveries.find_one(at_work, {"_id": 1}) is None, DEADLINE_S)

    def _pending(self) -> bool:
        events = {"outbox.0.id": {"$exists": True, "$gt": ""}}
        return self._deliveries.find_one(events, {"_id": 1}, hint="pending_events") is not None

    def _posted(self, who: str, path: str, body: dict[str, Any]) -> Any:
        answer = self._staff[who].post(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


@contextmanager
def newsroom(stage: Stage, mail: MailSink, readers: int) -> Iterator[Newsroom]:
    """The people signed in, and a newsletter of so many readers by way of this mail server."""
    names = ("editor", "reviewer1", "reviewer2", "reviewer3")
    staff = dict(zip(names, stage.signed_in(*names), strict=True))
    try:
        yield Newsroom(stage, staff, mail.port, readers)
    finally:
        for client in staff.values():
            client.close()
