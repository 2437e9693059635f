"""The newsletter channel against a mail server that takes, refuses and breaks off at every step."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from chassis.mail import MailServer
from services.publicity.channels import newsletter
from services.publicity.channels.base import Parcel, Target
from services.publicity.channels.newsletter import Newsletter
from services.publicity.model.outcomes import CannotWithdraw, Later, Live, Rejected, Unclear, Withdrawn
from tests.support.deadlines import let_deadlines_come
from tests.support.sinks import MailSink

LOOPBACK = (ip_network("127.0.0.0/8"),)
TIMEOUT = 60.0
RECIPIENT = "reader@example.org"


def test_a_mail_arrives_readable_as_text_and_as_html(sink, channel):
    outcome = channel.submit(target(), parcel())
    (mail,) = sink.mails
    assert outcome == Live("<msg_1@justice.example>")
    assert (mail.sender, mail.recipients, mail.id) == (
        "news@justice.example",
        [RECIPIENT],
        "<msg_1@justice.example>",
    )
    assert mail.message["Subject"] == "教育整顿简报（第1期）"
    assert str(mail.message["From"]) == "市司法局 <news@justice.example>"
    assert mail.message.get_body(("plain",)).get_content().strip() == "摘要\n\n**正文**\n\n.单独一点"
    assert "<strong>正文</strong>" in mail.message.get_body(("html",)).get_content()


def test_every_attempt_is_the_same_message(sink, channel):
    channel.submit(target(), parcel())
    channel.submit(target(), parcel())
    assert len({mail.id for mail in sink.mails}) == 1


@pytest.mark.parametrize("mood", ["451", "data 451"])
def test_a_server_that_says_later_is_asked_later(sink, channel, mood):
    sink.mood = mood
    assert channel.submit(target(), parcel()) == Later("smtp_451")


@pytest.mark.parametrize("mood", ["550", "data 554"])
def test_a_server_that_says_never_is_not_asked_again(sink, channel, mood):
    sink.mood = mood
    assert isinstance(channel.submit(target(), parcel()), Rejected)


def test_a_line_cut_before_the_message_leaves_it_certainly_unsent(sink, channel):
    sink.mood = "cut early"
    assert channel.submit(target(), parcel()) == Later("connection_cut")


def test_a_line_cut_after_the_message_leaves_it_unclear(sink, channel):
    sink.mood = "cut"
    assert channel.submit(target(), parcel()) == Unclear("connection_cut")
    assert len(sink.mails) == 1


def test_a_server_that_never_answers_the_message_leaves_it_unclear_at_the_deadline(sink, channel, monkeypatch):
    sink.mood = "hang"
    given = let_deadlines_come(monkeypatch, newsletter, sink.holding)
    assert channel.submit(target(), parcel()) == Unclear("timeout")
    assert given == [TIMEOUT]


def test_a_server_that_is_down_is_asked_later(sink, channel):
    sink.close()
    assert channel.submit(target(), parcel()) == Later("connection_refused")


def test_a_recipient_who_has_left_gets_nothing(sink, channel):
    assert channel.submit(target(), parcel(recipient=None)) == Rejected("recipient_gone")
    assert sink.mails == []


def test_a_trial_greets_the_server_and_sends_nothing(sink, channel):
    assert channel.try_out(target(), "msg_trial", datetime.now(UTC), TIMEOUT) == Live()
    assert sink.mails == []


def test_a_password_is_never_sent_to_a_server_without_encryption(sink):
    own = target(server={"host": "127.0.0.1", "port": sink.port, "security": "starttls"})
    assert Newsletter(LOOPBACK, None).submit(own, parcel()) == Later("no_starttls")


def test_a_mail_server_in_a_private_network_is_refused(sink):
    server = {"host": "127.0.0.1", "port": sink.port, "security": "none"}
    strict = Newsletter((), None)
    assert strict.problems({"server": server}) == [("server.host", "publicity.address_refused")]
    assert strict.submit(target(server=server), parcel()) == Rejected("address_refused")


def test_without_any_server_a_newsletter_cannot_be_set_up():
    assert Newsletter((), None).problems({}) == [("server", "publicity.no_mail_server")]


def test_a_mail_that_went_out_cannot_be_withdrawn_and_one_that_did_not_can(channel):
    for before in ("live", "unknown"):
        assert channel.withdraw(target(), parcel(before=before)) == CannotWithdraw("mail_was_sent")
    for before in ("pending", "failed"):
        assert channel.withdraw(target(), parcel(before=before)) == Withdrawn()


def test_addresses_that_are_none_are_refused():
    wrong = {"sender": "news", "recipients": ["a@b.example\r\nBcc: c@d.example", "读者@example.org"]}
    errors = Newsletter.settings.validate(wrong)
    assert set(errors) == {"sender", "recipients"}
    assert set(errors["recipients"]) == {0, 1}


@pytest.fixture
def sink():
    with MailSink() as sink:
        yield sink


@pytest.fixture
def channel(sink):
    return Newsletter(LOOPBACK, MailServer("127.0.0.1", sink.port, "none"))


def target(**settings: Any) -> Target:
    given = {"sender": "news@justice.example", "sender_name": "市司法局", **settings}
    return Target("c1", "简报", None, given)


def parcel(before: str = "pending", recipient: str | None = RECIPIENT) -> Parcel:
    return Parcel(
        delivery_id="d1",
        key="msg_1",
        publication={
            "_id": "p1",
            "title": "教育整顿简报（第1期）",
            "summary": "摘要",
            "body_markdown": "**正文**\n\n.单独一点",
            "published_at": datetime(2026, 3, 2, tzinfo=UTC),
        },
        before=before,
        now=datetime.now(UTC),
        timeout=TIMEOUT,
        recipient=recipient,
    )
