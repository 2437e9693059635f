"""The webhook channel against a partner that verifies, and fails in every way a partner can."""

from __future__ import annotations

import base64
import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from chassis import connecting
from services.publicity.channels import outbound
from services.publicity.channels.base import Parcel, Target
from services.publicity.channels.webhook import Webhook, retry_after
from services.publicity.model.deliveries import message_key
from services.publicity.model.outcomes import Later, Live, Rejected, Unclear, Withdrawn
from tests.support.deadlines import let_deadlines_come
from tests.support.sinks import WebhookSink
from tests.support.sinks.certificates import make_authority

LOOPBACK = (ip_network("127.0.0.0/8"),)
TIMEOUT = 60.0


def test_a_publication_arrives_signed_under_its_key(sink, channel):
    assert channel.submit(target(sink), parcel()) == Live()
    (message,) = sink.received
    assert (message.id, message.type) == (message_key("d1", "submit"), "publication.published")
    assert message.data["title"] == "英模事迹"
    assert message.data["body_html"] == "<p><strong>正文</strong></p>\n"


def test_every_attempt_carries_the_same_key(sink, channel):
    for _ in range(3):
        channel.submit(target(sink), parcel())
    assert sink.ids() == {message_key("d1", "submit"): 3}


def test_a_withdrawal_tells_the_partner_under_a_key_of_its_own(sink, channel):
    order = parcel(action="withdraw", withdrawn_at=datetime.now(UTC), withdrawal_reason="号码有误")
    assert channel.withdraw(target(sink), order) == Withdrawn()
    (message,) = sink.received
    assert (message.id, message.type) == (message_key("d1", "withdraw"), "publication.withdrawn")
    assert message.data["reason"] == "号码有误"


def test_a_trial_says_that_it_is_one(sink, channel):
    assert channel.try_out(target(sink), "msg_trial", datetime.now(UTC), TIMEOUT) == Live()
    assert [message.type for message in sink.received] == ["channel.test"]


def test_a_partner_with_another_key_gets_nothing_believed(sink, channel):
    other = target(sink, signing_key="whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
    assert channel.submit(other, parcel()) == Later("http_401")
    assert (sink.received, sink.forged) == ([], 1)


def test_a_partner_that_is_down_is_tried_later(sink, channel):
    sink.close()
    assert channel.submit(target(sink), parcel()) == Later("connection_refused")


def test_a_partner_that_never_answers_leaves_it_unclear_at_the_deadline(sink, channel, monkeypatch):
    sink.mood = "hang"
    given = let_deadlines_come(monkeypatch, outbound, sink.holding)
    assert channel.submit(target(sink), parcel()) == Unclear("timeout")
    assert given == [TIMEOUT]


def test_a_partner_that_answers_a_byte_at_a_time_gets_no_longer(sink, channel, monkeypatch):
    sink.mood = "drip"
    let_deadlines_come(monkeypatch, outbound, sink.holding)
    assert channel.submit(target(sink), parcel()) == Unclear("timeout")


def test_a_connection_cut_after_the_message_was_taken_leaves_it_unclear(sink, channel):
    sink.mood = "cut"
    assert channel.submit(target(sink), parcel()) == Unclear("connection_cut")
    assert len(sink.received) == 1


def test_a_partner_that_asks_for_patience_is_given_it(sink, channel):
    sink.mood, sink.retry_after = "throttle", "17"
    assert channel.submit(target(sink), parcel()) == Later("http_429", after=17.0)


@pytest.mark.parametrize("status", [500, 502, 503, 401, 403, 404, 408, 409])
def test_a_fault_that_may_be_repaired_is_tried_again(sink, channel, status):
    sink.mood = status
    assert channel.submit(target(sink), parcel()) == Later(f"http_{status}")


@pytest.mark.parametrize("status", [400, 410, 413, 415, 422])
def test_a_refusal_of_this_very_message_is_final(sink, channel, status):
    sink.mood = status
    assert channel.submit(target(sink), parcel()) == Rejected(f"http_{status}")


def test_a_redirect_is_not_followed(sink, channel):
    sink.mood = "redirect"
    assert channel.submit(target(sink), parcel()) == Later("http_307")
    assert sink.requests == 1


def test_a_target_in_a_private_network_is_refused_when_it_is_set_and_when_it_is_used(sink):
    strict = Webhook(allowed=())
    assert strict.problems({"url": sink.url}) == [("url", "publicity.address_refused")]
    assert strict.submit(target(sink), parcel()) == Rejected("address_refused")
    assert sink.requests == 0


def test_a_name_that_does_not_resolve_now_may_be_set_and_is_tried_later(channel):
    assert channel.problems({"url": "https://partner.invalid/hook"}) == []
    nowhere = Target("c1", "伙伴", None, {"url": "https://partner.invalid/hook"}, {"signing_key": KEY})
    assert channel.submit(nowhere, parcel()) == Later("name_not_found")


def test_a_server_that_speaks_no_tls_takes_nothing(sink, channel):
    secure = Target("c1", "伙伴", None, {"url": sink.url.replace("http:", "https:")}, {"signing_key": KEY})
    assert channel.submit(secure, parcel()) == Later("tls_failed")
    assert sink.received == []


def test_a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent(channel, tmp_path):
    with WebhookSink(make_authority(tmp_path).server) as sink:
        assert channel.submit(target(sink), parcel()) == Later("certificate_refused")
        assert sink.requests == 0


def test_a_certificate_must_be_the_hosts_own(channel, tmp_path, monkeypatch):
    authority = make_authority(tmp_path)
    monkeypatch.setattr(connecting, "_tls", lambda: ssl.create_default_context(cafile=str(authority.trusted)))
    with WebhookSink(authority.server) as sink:
        assert channel.submit(target(sink), parcel()) == Live()
        other = {"url": sink.url.replace("127.0.0.1", "127.0.0.2")}
        elsewhere = Target("c1", "伙伴", None, other, {"signing_key": sink.signing_key})
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", sink.port))])
        assert channel.submit(elsewhere, parcel()) == Later("certificate_refused")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://partner.example/hook",
        "https:///hook",
        "https://user:password@partner.example/hook",
        "https://partner.example/a b",
        "https://partner.example:99999/",
        "https://伙伴.example/",
        "not a url",
    ],
)
def test_an_address_that_is_none_is_refused(url):
    assert "url" in Webhook.settings.validate({"url": url})


@pytest.mark.parametrize("key", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_?"])
def test_a_signing_key_that_is_none_is_refused(key):
    assert "signing_key" in Webhook.secrets.validate({"signing_key": key})


@pytest.mark.parametrize("more", [0, 1, 2])
def test_a_key_is_accepted_with_and_without_padding(more):
    encoded = base64.b64encode(bytes(24 + more)).decode().rstrip("=")
    padded = encoded + "=" * (-len(encoded) % 4)
    for form in (encoded, padded):
        assert Webhook.secrets.validate({"signing_key": f"whsec_{form}"}) == {}


def test_the_key_of_the_specifications_example_is_accepted():
    assert Webhook.secrets.validate({"signing_key": KEY}) == {}


def test_retry_after_is_read_as_seconds_and_as_a_date():
    now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert retry_after("120", now) == 120
    assert retry_after("Mon, 02 Mar 2026 01:00:30 GMT", now) == 30
    assert retry_after("Mon, 02 Mar 2026 00:00:00 GMT", now) == 0
    for nonsense in (None, "", "soon", "-5"):
        assert retry_after(nonsense, now + timedelta(0)) is None


KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def sink():
    with WebhookSink() as sink:
        yield sink


@pytest.fixture
def channel():
    return Webhook(LOOPBACK)


def target(sink: WebhookSink, signing_key: str | None = None) -> Target:
    return Target("c1", "伙伴", None, {"url": sink.url}, {"signing_key": signing_key or sink.signing_key})


def parcel(action: str = "submit", **publication: Any) -> Parcel:
    return Parcel(
        delivery_id="d1",
        key=message_key("d1", action),
        publication={
            "_id": "p1",
            "published_version": 6,
            "kind": "model_story",
            "title": "英模事迹",
            "summary": "",
            "body_markdown": "**正文**",
            "cover": None,
            "contact": None,
            "content_hash": "0" * 64,
            "published_at": datetime(2026, 3, 2, tzinfo=UTC),
            **publication,
        },
        before="pending",
        now=datetime.now(UTC),
        timeout=TIMEOUT,
    )
