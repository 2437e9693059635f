"""From a released publication to copies everywhere, through a service process, a broker and real protocols."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import feedparser
import orjson
import pytest

from chassis.rpc_client import Refused
from contracts.publicity import operations
from tests.support.sinks import WebhookSink
from tests.support.waiting import eventually


def test_a_release_reaches_the_website_a_partner_and_every_reader_once(newsroom, partner, mail_sink):
    readers = [f"reader{number}@example.org" for number in range(5)]
    website, hook, letter = newsroom.website("all"), newsroom.partner(partner), newsroom.newsletter(readers)
    publication = newsroom.publish([website["id"], hook["id"], letter["id"]], title="英模事迹报告会")

    eventually(lambda: newsroom.states(publication) == {"live": 7})

    assert feedparser.parse(newsroom.feed("all", "atom")["body"]).entries[0].title == "英模事迹报告会"
    assert [message.data["title"] for message in partner.of(publication["id"])] == ["英模事迹报告会"]
    assert {reader: mail_sink.recipients()[reader] for reader in readers} == dict.fromkeys(readers, 1)
    on_website = newsroom.delivery(publication, website)
    assert on_website["remote_url"] == "https://sfj.example.gov.cn/feeds/all.atom"
    assert on_website["remote_id"] == f"urn:uuid:{publication['id']}"
    assert newsroom.delivery(publication, hook)["attempts"] == 1


def test_a_newsletter_reaches_each_of_many_readers_once(newsroom, mail_sink):
    readers = [f"many{number}@example.org" for number in range(300)]
    letter = newsroom.newsletter(readers)
    publication = newsroom.publish([letter["id"]], kind="newsletter", title="教育整顿简报（第一期）")
    eventually(lambda: newsroom.states(publication) == {"live": 300})
    got = mail_sink.recipients()
    assert {reader: got[reader] for reader in readers} == dict.fromkeys(readers, 1)


def test_a_partner_that_is_down_holds_nobody_up_and_gets_it_when_it_is_back(newsroom, partner, other_partner):
    down, up = newsroom.partner(partner), newsroom.partner(other_partner)
    website = newsroom.website("down")
    partner.close()
    publication = newsroom.publish([down["id"], up["id"], website["id"]])

    eventually(lambda: newsroom.states(publication) == {"live": 2, "pending": 1})
    eventually(lambda: newsroom.delivery(publication, down)["attempts"] >= 2)
    assert newsroom.delivery(publication, down)["last_error"] == "connection_refused"

    partner.open()
    eventually(lambda: newsroom.delivery(publication, down)["state"] == "live")
    assert len(partner.of(publication["id"])) == 1


def test_a_partner_that_hangs_holds_nobody_up(newsroom, partner, other_partner):
    hanging, up = newsroom.partner(partner), newsroom.partner(other_partner)
    partner.mood = "hang"
    approved = [newsroom.approve(newsroom.write([hanging["id"]])) for _ in range(12)]
    stuck = [newsroom.release(one) for one in approved]
    # As many as it may use while it hangs.
    eventually(lambda: partner.requests >= 2)
    publication = newsroom.publish([up["id"]])
    eventually(lambda: newsroom.states(publication) == {"live": 1})
    # Not one of those has ended meanwhile.
    assert {state for one in stuck for state in newsroom.states(one)} <= {"sending", "pending"}

    partner.mood = "accept"
    partner.release()
    for one in stuck:
        eventually(lambda one=one: newsroom.states(one) == {"live": 1})
        assert len({message.id for message in partner.of(one["id"])}) == 1


def test_a_partner_behind_tls_is_reached_when_its_certificate_is_good(newsroom, authority):
    with WebhookSink(authority.server) as secure:
        publication = newsroom.publish([newsroom.partner(secure)["id"]])
        eventually(lambda: newsroom.states(publication) == {"live": 1})
        assert len(secure.of(publication["id"])) == 1


def test_after_a_cut_connection_the_partner_gets_the_same_message_again(newsroom, partner):
    hook = newsroom.partner(partner)
    partner.mood = "cut"
    publication = newsroom.publish([hook["id"]])
    eventually(lambda: newsroom.delivery(publication, hook)["state"] == "unknown")

    partner.mood = "accept"
    eventually(lambda: newsroom.delivery(publication, hook)["state"] == "live")
    messages = partner.of(publication["id"])
    assert len(messages) >= 2
    assert len({message.id for message in messages}) == 1


def test_a_throttling_partner_is_left_alone_for_as_long_as_it_asks(newsroom, partner):
    hook = newsroom.partner(partner)
    partner.first, partner.retry_after = ["throttle"], "3"
    publication = newsroom.publish([hook["id"]])
    eventually(lambda: newsroom.delivery(publication, hook)["state"] == "live")
    assert newsroom.delivery(publication, hook)["attempts"] == 2
    throttled, taken = partner.moments
    assert taken - throttled >= 2.99


def test_a_mail_that_may_have_gone_out_is_never_sent_again(newsroom, mail_sink):
    letter = newsroom.newsletter(["once@example.org"])
    mail_sink.mood = "cut"
    publication = newsroom.publish([letter["id"]])
    eventually(lambda: newsroom.states(publication) == {"unknown": 1})
    mail_sink.mood = "accept"
    delivery = newsroom.delivery(publication, letter)
    assert (delivery["next_attempt_at"], delivery["last_error"]) == (None, "connection_cut")
    # Another mail of the same channel goes all the way meanwhile: this one had its turn.
    later = newsroom.publish([letter["id"]])
    eventually(lambda: newsroom.states(later) == {"live": 1})
    assert newsroom.states(publication) == {"unknown": 1}
    assert mail_sink.recipients()["once@example.org"] == 2


def test_a_mail_server_that_says_later_gets_the_mail_once_it_takes_it(newsroom, mail_sink):
    letter = newsroom.newsletter(["patient@example.org"])
    mail_sink.mood = "451"
    publication = newsroom.publish([letter["id"]])
    eventually(lambda: newsroom.delivery(publication, letter)["last_error"] == "smtp_451")
    mail_sink.mood = "accept"
    eventually(lambda: newsroom.states(publication) == {"live": 1})
    assert mail_sink.recipients()["patient@example.org"] == 1


def test_one_order_withdraws_everywhere_and_says_where_it_cannot(newsroom, partner, mail_sink):
    website, hook = newsroom.website("gone"), newsroom.partner(partner)
    letter = newsroom.newsletter(["gone@example.org"])
    publication = newsroom.publish([website["id"], hook["id"], letter["id"]])
    eventually(lambda: newsroom.states(publication) == {"live": 3})
    before = newsroom.feed("gone")

    newsroom.withdraw(publication)
    after = newsroom.feed("gone", known=[before["etag"]])
    assert orjson.loads(after["body"])["items"] == []
    assert after["last_modified"] > before["last_modified"]

    eventually(lambda: newsroom.states(publication) == {"withdrawn": 2, "cannot_withdraw": 1})
    (told,) = partner.of(publication["id"], "publication.withdrawn")
    assert told.data["reason"] == "内容有误"

    again = newsroom.withdraw(publication)
    assert again["state"] == "withdrawn"
    assert len(partner.of(publication["id"], "publication.withdrawn")) == 1


def test_what_a_partner_never_got_is_withdrawn_without_telling_the_reader(newsroom, partner):
    hook = newsroom.partner(partner)
    partner.close()
    publication = newsroom.publish([hook["id"]])
    eventually(lambda: newsroom.delivery(publication, hook)["attempts"] >= 1)
    newsroom.withdraw(publication)
    partner.open()
    eventually(lambda: newsroom.states(publication) == {"withdrawn": 1})
    assert partner.of(publication["id"]) == []


def test_a_scheduled_release_happens_at_its_time_and_not_before(newsroom, partner):
    hook = newsroom.partner(partner)
    soon, later = (newsroom.approve(newsroom.write([hook["id"]])) for _ in range(2))
    later = newsroom.release(later, at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    at = datetime.now(UTC) + timedelta(seconds=2)
    newsroom.release(soon, at=at.isoformat())
    eventually(lambda: newsroom.states(soon) == {"live": 1})
    shown = newsroom.ask(operations.get_publication, publication_id=soon["id"])
    assert shown["state"] == "published"
    assert datetime.fromisoformat(shown["published_at"]) >= at.replace(microsecond=0)
    assert newsroom.ask(operations.get_publication, publication_id=later["id"])["state"] == "scheduled"
    assert newsroom.deliveries(later) == []


def test_a_feed_is_sent_once_to_who_has_it(newsroom):
    website = newsroom.website("cached")
    publication = newsroom.publish([website["id"]])
    eventually(lambda: newsroom.states(publication) == {"live": 1})
    feed = newsroom.feed("cached")
    assert "body" not in newsroom.feed("cached", known=[feed["etag"]])
    assert newsroom.feed("cached", "atom")["etag"] != feed["etag"]


def test_an_unknown_feed_is_not_found(newsroom):
    with pytest.raises(Refused) as refused:
        newsroom.feed("nowhere")
    assert refused.value.name == "NotFound"
