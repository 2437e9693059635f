"""A mail server (SMTP, aiosmtpd) that remembers what it took, and fails on demand."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller

from deploy.local.ports import choose_free

_START_S = 60.0


@dataclass
class Mail:
    """One message that was answered with 250, or whose answer was cut off."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def id(self) -> str:
        """Its ``Message-ID``."""
        return str(self.message["Message-ID"])


class _Controller(Controller):
    """aiosmtpd's own gives its thread a second to greet the first client, which a loaded machine may not do."""

    def _trigger_server(self) -> None:
        with socket.create_connection((self.hostname, self.port), _START_S) as client:
            client.recv(1024)


class MailSink:
    """An SMTP server on a port of its own.

    ``mood``: ``accept``; ``"451"`` and the like: every recipient is refused with this code; ``"data 451"``: the
    message is refused after DATA; ``cut``: the message is taken and the connection ends without an answer;
    ``cut early``: it ends at RCPT; ``hang``: no answer to the message until the client gives up; ``hang early``: none
    to RCPT; ``holding`` is set once it hangs.
    """

    def __init__(self) -> None:
        self.mood = "accept"
        self.mails: list[Mail] = []
        self.holding = threading.Event()
        self.port = choose_free()
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=_START_S)
        self._controller.start()
        self._listening = True

    @property
    def url(self) -> str:
        """As ``PUBLICITY_SMTP_URL`` wants it."""
        return f"smtp://127.0.0.1:{self.port}"

    def recipients(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(address for mail in self.mails for address in mail.recipients)

    def close(self) -> None:
        """Stop listening; connections are refused from now on."""
        if self._listening:
            self._listening = False
            self._controller.stop()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """aiosmtpd: a recipient was named."""
        if self.mood == "cut early":
            server.transport.abort()
            return "421 gone"
        if self.mood == "hang early":
            await self._hang()
        if self.mood.isdigit():
            return f"{self.mood} told to refuse"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """aiosmtpd: the message is complete."""
        if self.mood == "hang":
            await self._hang()
        if self.mood.startswith("data "):
            return f"{self.mood.removeprefix('data ')} told to refuse"
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append(Mail(envelope.mail_from, list(envelope.rcpt_tos), message))
        if self.mood == "cut":
            server.transport.abort()
        return "250 OK"

    async def _hang(self) -> None:
        self.holding.set()
        await asyncio.Event().wait()

    def __enter__(self) -> MailSink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
