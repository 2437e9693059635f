"""The address of a mail server in the settings, and what a server's answers mean."""

from __future__ import annotations

import pytest

from chassis import mail
from chassis.config import ConfigurationError, read
from chassis.mail import MailServer, NotNow, Refused, Taken, Unclear
from chassis.mail_config import mail_server
from tests.support.deadlines import DeadlineAt
from tests.support.sinks import MailSink

LETTER = b"Subject: test\r\n\r\nbody\r\n"


def server_from(**environ: str) -> MailServer | None:
    (found,) = read(lambda env: mail_server(env, "SMTP_URL"), environ=environ)
    return found


def handed_to(sink: MailSink) -> mail.Outcome:
    server = MailServer("127.0.0.1", sink.port, "none")
    return mail.send(server, "from@justice.example", "to@justice.example", LETTER, DeadlineAt(60, sink.holding))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://mail.example", MailServer("mail.example", 25, "none")),
        ("smtps://mail.example", MailServer("mail.example", 465, "tls")),
        ("smtp+starttls://u%40x:p%2Fw@mail.example:2525", MailServer("mail.example", 2525, "starttls", "u@x", "p/w")),
    ],
)
def test_an_address_names_server_port_security_and_account(address: str, expected: MailServer) -> None:
    assert server_from(SMTP_URL=address) == expected
    assert "p/w" not in repr(expected)


def test_without_an_address_there_is_no_server() -> None:
    assert server_from() is None


@pytest.mark.parametrize("address", ["http://mail.example", "smtp://", "smtp://mail.example:no", "smtp://u:hidden@"])
def test_a_wrong_address_is_named_and_not_repeated(address: str) -> None:
    with pytest.raises(ConfigurationError, match="SMTP_URL") as wrong:
        server_from(SMTP_URL=address)
    assert "hidden" not in str(wrong.value)


@pytest.mark.parametrize(
    ("mood", "outcome"),
    [
        ("accept", Taken()),
        ("451", NotNow("smtp_451", of_the_server=False)),
        ("data 452", NotNow("smtp_452", of_the_server=False)),
        ("550", Refused("smtp_550")),
        ("cut early", NotNow("connection_cut", of_the_server=True)),
        ("cut", Unclear("connection_cut")),
        ("hang", Unclear("timeout")),
        ("hang early", NotNow("timeout", of_the_server=True)),
    ],
)
def test_what_the_server_does_decides_how_sure_it_is(mood: str, outcome: mail.Outcome) -> None:
    with MailSink() as sink:
        sink.mood = mood
        assert handed_to(sink) == outcome


def test_a_server_that_is_down_takes_nobodys_mail() -> None:
    with MailSink() as sink:
        sink.close()
        assert handed_to(sink) == NotNow("connection_refused", of_the_server=True)
