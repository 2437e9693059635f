"""The people of the publicity service as tests speak of them: they ask by RPC, as the gateway does for them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from chassis import clock
from chassis.rpc_client import RpcClient
from contracts.call import Actor, Call
from contracts.operation import Operation
from contracts.publicity import operations
from tests.support.sinks import WebhookSink

PEOPLE = {
    name: Actor(id=name, name=name, roles=frozenset({role}))
    for name, role in {
        "editor": "editor",
        "admin": "admin",
        "reviewer1": "reviewer",
        "reviewer2": "reviewer",
        "reviewer3": "reviewer",
        "member": "member",
    }.items()
}


class Newsroom:
    """What people do, in one line each."""

    def __init__(self, rpc: RpcClient) -> None:
        self._rpc = rpc

    def ask(
        self, operation: Operation, who: str | None = "editor", key: str | None = None, **request: Any
    ) -> dict[str, Any]:
        """Call one operation as a person; raises ``Refused``."""
        now = clock.now()
        actor = PEOPLE[who] if who else None
        call = Call(now=now, deadline=now + timedelta(seconds=60), actor=actor, idempotency_key=key)
        answer: dict[str, Any] = self._rpc.call(operation, request, call)
        return answer

    def write(self, channels: list[str] | None = None, key: str | None = None, **content: Any) -> dict[str, Any]:
        """A draft of the editor's."""
        text = {"kind": "news", "title": "法治文化广场开放", "body_markdown": "**正文**", **content}
        return self.ask(operations.create_publication, key=key, channels=channels or [], **text)

    def approve(self, publication: dict[str, Any]) -> dict[str, Any]:
        """Hand it in and have it reviewed three times."""
        publication = self.ask(operations.submit_publication, publication_id=publication["id"])
        for stage in (1, 2, 3):
            publication = self.ask(
                operations.review_publication,
                who=f"reviewer{stage}",
                publication_id=publication["id"],
                stage=stage,
                decision="approve",
                comment="同意",
                content_hash=publication["content_hash"],
            )
        return publication

    def release(self, publication: dict[str, Any], **when: Any) -> dict[str, Any]:
        """Publish it."""
        return self.ask(operations.release_publication, publication_id=publication["id"], **when)

    def publish(self, channels: list[str], **content: Any) -> dict[str, Any]:
        """From the first word to the release."""
        return self.release(self.approve(self.write(channels, **content)))

    def withdraw(self, publication: dict[str, Any]) -> dict[str, Any]:
        """Take it back everywhere."""
        return self.ask(operations.withdraw_publication, publication_id=publication["id"], reason="内容有误")

    def website(self, slug: str) -> dict[str, Any]:
        """A feed of our own."""
        return self.ask(operations.create_channel, name=f"网站 {slug}", kind="website", slug=slug)

    def partner(self, sink: WebhookSink, **fields: Any) -> dict[str, Any]:
        """A webhook to a partner."""
        given = {"settings": {"url": sink.url}, "secrets": {"signing_key": sink.signing_key}, **fields}
        return self.ask(operations.create_channel, name="省厅平台", kind="webhook", **given)

    def newsletter(self, recipients: list[str]) -> dict[str, Any]:
        """A newsletter by the default mail server."""
        settings = {"sender": "news@justice.example", "recipients": recipients}
        return self.ask(operations.create_channel, name="简报", kind="newsletter", settings=settings)

    def deliveries(self, publication: dict[str, Any]) -> list[dict[str, Any]]:
        """All of them, page by page."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = self.ask(operations.list_deliveries, publication_id=publication["id"], limit=200, cursor=cursor)
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def states(self, publication: dict[str, Any]) -> Counter[str]:
        """How many deliveries are in which state."""
        return Counter(delivery["state"] for delivery in self.deliveries(publication))

    def delivery(self, publication: dict[str, Any], channel: dict[str, Any]) -> dict[str, Any]:
        """The delivery on one channel."""
        (found,) = (item for item in self.deliveries(publication) if item["channel"] == channel["id"])
        return found

    def feed(self, slug: str, form: str = "json", known: list[str] | None = None) -> dict[str, Any]:
        """A feed, as anybody gets it."""
        return self.ask(operations.get_feed, who=None, slug=slug, format=form, known=known or [])
