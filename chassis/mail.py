"""Handing one mail to a mail server (SMTP, RFC 5321), and saying exactly how sure it is that it was taken.

A mail cannot be looked up or called back. Until DATA is accepted, whatever fails means: not sent. From the first byte
of the message on, silence is unclear: the server may have taken it.
"""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from chassis import connecting
from chassis.connecting import Deadline, NotSent

PORTS = {"none": 25, "starttls": 587, "tls": 465}

# Connects to a host and port; may refuse an address with an exception of its own, which passes through.
Connect = Callable[[str, int, Deadline], socket.socket]


@dataclass(frozen=True)
class MailServer:
    """The server that takes the mail. ``security``: ``none``, ``starttls`` or ``tls``. Never log it."""

    host: str
    port: int
    security: str
    username: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Taken:
    """The server said 250 to the message."""


@dataclass(frozen=True)
class NotNow:
    """Certainly not sent; it may go another time. ``of_the_server``: no other mail would have gone either."""

    code: str
    of_the_server: bool


@dataclass(frozen=True)
class Refused:
    """Certainly not sent, and this mail never will be."""

    code: str


@dataclass(frozen=True)
class Unclear:
    """It was handed over, wholly or in part, and the answer never came."""

    code: str


Outcome = Taken | NotNow | Refused | Unclear


def directly(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Connects to a host that the operator named in the settings; nothing about its address is checked."""
    return connecting.connect(connecting.addresses_of(host, port, deadline.left), deadline)


def send(
    server: MailServer, sender: str, recipient: str, message: bytes, deadline: Deadline, connect: Connect = directly
) -> Outcome:
    """One mail in a session of its own, by the deadline. ``message`` is ready for DATA: CRLF, no line begins with a
    full stop.
    """
    with deadline.watch():
        try:
            session = open_session(server, deadline, connect)
        except NotSent as failure:
            return NotNow(failure.code, of_the_server=True)
        except (OSError, smtplib.SMTPException) as failure:
            return NotNow(_code(failure, deadline), of_the_server=True)
        refusal = _announce(session, sender, recipient, deadline)
        return refusal or _last_words(session, message, deadline)


def open_session(server: MailServer, deadline: Deadline, connect: Connect = directly) -> smtplib.SMTP:
    """A greeted, encrypted and signed-in session; ``NotSent``, ``OSError`` or ``SMTPException`` when there is none."""
    session = _Session(server, deadline, connect)
    try:
        session.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            session.begin_tls()
        if server.username:
            session.login(server.username, server.password)
    except BaseException:
        session.close()
        raise
    return session


def try_out(server: MailServer, sender: str, deadline: Deadline, connect: Connect = directly) -> Outcome:
    """Greets the server, signs in, and names the sender; no mail is sent."""
    with deadline.watch():
        try:
            session = open_session(server, deadline, connect)
            try:
                code, _ = session.mail(sender)
                session.rset()
            finally:
                _leave(session)
        except NotSent as failure:
            return NotNow(failure.code, of_the_server=True)
        except (OSError, smtplib.SMTPException) as failure:
            return NotNow(_code(failure, deadline), of_the_server=True)
    return Taken() if code < 400 else _refused(code)


class _Session(smtplib.SMTP):
    """smtplib over a connection that the deadline watches."""

    def __init__(self, server: MailServer, deadline: Deadline, connect: Connect) -> None:
        self._server, self._deadline, self._open = server, deadline, connect
        super().__init__(server.host, server.port, local_hostname="mingjing.invalid", timeout=deadline.left)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = self._open(host, port, self._deadline)
        return connecting.start_tls(connection, host, self._deadline) if self._server.security == "tls" else connection

    def begin_tls(self) -> None:
        """STARTTLS or nothing: a server that does not offer it gets no mail in the clear."""
        code, _ = self.docmd("STARTTLS") if self.has_extn("starttls") else (502, b"")
        if code != 220:
            raise NotSent("no_starttls")
        assert self.sock is not None
        self.sock = connecting.start_tls(self.sock, self._server.host, self._deadline)
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False
        self.ehlo_or_helo_if_needed()


def _announce(session: smtplib.SMTP, sender: str, recipient: str, deadline: Deadline) -> Outcome | None:
    """The envelope; None when the server waits for the message now."""
    commands = (("MAIL", f"FROM:<{sender}>"), ("RCPT", f"TO:<{recipient}>"), ("DATA", ""))
    try:
        for verb, argument in commands:
            code, _ = session.docmd(verb, argument)
            if code >= 400:
                _leave(session)
                # A sender that is refused is a fault of the settings, which can be repaired.
                return NotNow(f"smtp_{code}", of_the_server=True) if verb == "MAIL" else _refused(code)
    except (OSError, smtplib.SMTPException) as failure:
        session.close()
        return NotNow(_code(failure, deadline), of_the_server=True)
    return None


def _last_words(session: smtplib.SMTP, message: bytes, deadline: Deadline) -> Outcome:
    """The message and the answer to it: from its first byte on, silence is unclear."""
    try:
        session.send(message + b".\r\n")
        code, _ = session.getreply()
    except (OSError, smtplib.SMTPException) as failure:
        session.close()
        return Unclear(_code(failure, deadline))
    _leave(session)
    return Taken() if code < 400 else _refused(code)


def _refused(code: int) -> Outcome:
    return Refused(f"smtp_{code}") if code >= 500 else NotNow(f"smtp_{code}", of_the_server=False)


def _code(failure: BaseException, deadline: Deadline) -> str:
    if isinstance(failure, smtplib.SMTPResponseException) and failure.smtp_code > 0:
        return f"smtp_{failure.smtp_code}"
    if deadline.passed or isinstance(failure, TimeoutError):
        return "timeout"
    if isinstance(failure, (smtplib.SMTPServerDisconnected, ConnectionError)):
        return "connection_cut"
    return "mail_failed"


def _leave(session: smtplib.SMTP) -> None:
    try:
        session.quit()
    except (OSError, smtplib.SMTPException):
        session.close()
