"""An editor and three reviewers who bring publications to channels, and the partners behind these, often unwell."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.chaos.client import Client
from tests.chaos.evidence import Message
from tests.chaos.people import Person, Surroundings
from tests.chaos.testimony import Published
from tests.support.sinks import MailSink, WebhookSink

REVIEWERS = ("reviewer1", "reviewer2", "reviewer3")
READERS = tuple(f"reader{number}@example.org" for number in range(3))

# Half of the time a partner is well.
WEBHOOK_MOODS = ("accept", "accept", "accept", "accept", 500, 503, "cut", "hang")
MAIL_MOODS = ("accept", "accept", "accept", "accept", "451", "data 451", "cut", "cut early")
LONGEST_MOOD_S = 2.0


class Partners:
    """Two partners that take webhooks and a mail server, whose moods change all the time until `recover`."""

    def __init__(self, seed: int) -> None:
        self.hooks = [WebhookSink(), WebhookSink()]
        self.mail = MailSink()
        self._chance = random.Random(f"{seed} moods")
        self._well = threading.Event()
        self._thread = threading.Thread(target=self._change, name="moods", daemon=True)

    def sicken(self) -> None:
        """From now on they are well only at times."""
        self._thread.start()

    def recover(self) -> None:
        """From now on they take everything."""
        self._well.set()
        if self._thread.is_alive():
            self._thread.join()
        for hook in self.hooks:
            hook.mood = "accept"
            hook.release()
        self.mail.mood = "accept"

    def close(self) -> None:
        """They are gone."""
        self.recover()
        self.mail.close()
        for hook in self.hooks:
            hook.close()

    def _change(self) -> None:
        while not self._well.wait(self._chance.uniform(0.2, LONGEST_MOOD_S)):
            hook = self._chance.choice(self.hooks)
            hook.mood = self._chance.choice(WEBHOOK_MOODS)
            hook.release()
            self.mail.mood = self._chance.choice(MAIL_MOODS)


@dataclass(frozen=True)
class Channels:
    """Their ids."""

    website: str
    hooks: tuple[str, ...]
    newsletter: str

    @property
    def all(self) -> list[str]:
        return [self.website, *self.hooks, self.newsletter]


class Newsroom(Person):
    """Editor and reviewers in one thread: a publication from its draft to its release."""

    think_s = 0.5
    channels: Channels

    def __init__(self, name: str, shared: Surroundings, partners: Partners) -> None:
        super().__init__(name, shared)
        self._partners = partners
        self._reviewers: dict[str, Client] = {}

    def prepare(self) -> None:
        self.client.sign_in("editor", self.shared.password)
        for name in REVIEWERS:
            self._reviewers[name] = self._client()
            self._reviewers[name].sign_in(name, self.shared.password)
        self.channels = Channels(
            website=self._channel(kind="website", slug="chaos"),
            hooks=tuple(self._channel(**_webhook(sink)) for sink in self._partners.hooks),
            newsletter=self._channel(**_newsletter(self._partners.mail)),
        )

    def step(self) -> None:
        key = self.key()
        published = Published(title=f"稿件 {key}")
        self.testimony.publications.append(published)
        body = {"kind": "news", "title": published.title, "body_markdown": "正文", "channels": self.channels.all}
        draft = self.client.ask("POST", "/publications", body, key=key)
        published.id = draft["id"]
        path = f"/publications/{published.id}"
        self.client.ask("POST", f"{path}/submission", {}, key=self.key())
        for stage, name in enumerate(REVIEWERS, start=1):
            review = {"stage": stage, "decision": "approve", "comment": "同意", "content_hash": draft["content_hash"]}
            self._reviewers[name].ask("POST", f"{path}/reviews", review, key=self.key())
        self.client.ask("POST", f"{path}/release", {}, key=self.key())
        published.released = True

    def received(self) -> Iterator[Message]:
        """What its partners took."""
        for channel, sink in zip(self.channels.hooks, self._partners.hooks, strict=True):
            for received in sink.received:
                yield Message(channel, received.id, received.data["id"])
        for mail in self._partners.mail.mails:
            for recipient in mail.recipients:
                yield Message(self.channels.newsletter, mail.id, str(mail.message["Subject"]), recipient)

    def _channel(self, **fields: Any) -> str:
        key = self.key()
        made: dict[str, Any] = self.client.ask("POST", "/channels", {"name": key, **fields}, key=key)
        return str(made["id"])


def _webhook(sink: WebhookSink) -> dict[str, Any]:
    return {"kind": "webhook", "settings": {"url": sink.url}, "secrets": {"signing_key": sink.signing_key}}


def _newsletter(sink: MailSink) -> dict[str, Any]:
    server = {"host": "127.0.0.1", "port": sink.port, "security": "none"}
    return {"kind": "newsletter", "settings": {"sender": "n@example.org", "server": server, "recipients": READERS}}
