"""The third main flow, through HTTP on the whole system: three reviews, a release, copies everywhere, withdrawal."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import UTC, datetime, timedelta

import feedparser
import httpx
import pytest

from tests.support.sinks import MailSink, WebhookSink
from tests.support.waiting import eventually

pytestmark = pytest.mark.system


def test_a_publication_is_reviewed_three_times_and_reaches_every_channel(desk, partner, mail):
    website, hook, letter = desk.website(), desk.partner(partner), desk.newsletter(mail, ["reader@example.org"])
    title = f"英模事迹 {secrets.token_hex(4)}"
    draft = desk.write([website["id"], hook["id"], letter["id"]], title=title)
    publication = desk.review(desk.submit(draft))
    assert publication["state"] == "approved"
    released = desk.editor.post(f"/publications/{draft['id']}/release", json={})
    assert (released.status_code, released.json()["state"]) == (200, "published")

    eventually(lambda: desk.states(draft) == {"live": 3})
    assert [message.data["title"] for message in partner.of(draft["id"])] == [title]
    assert mail.recipients() == {"reader@example.org": 1}
    atom = desk.public.get(f"/feeds/{website['slug']}.atom")
    assert atom.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert [entry.title for entry in feedparser.parse(atom.text).entries] == [title]
    feed = desk.public.get(f"/feeds/{website['slug']}.json").json()
    assert (feed["version"], feed["items"][0]["title"]) == ("https://jsonfeed.org/version/1.1", title)


def test_a_channel_that_is_down_holds_nobody_up_and_is_served_when_it_is_back(desk, partner, other_partner):
    down, up, website = desk.partner(partner), desk.partner(other_partner), desk.website()
    partner.close()
    publication = desk.publish([down["id"], up["id"], website["id"]])
    eventually(lambda: desk.states(publication) == {"live": 2, "pending": 1})
    assert len(other_partner.of(publication["id"])) == 1
    partner.open()
    eventually(lambda: desk.states(publication) == {"live": 3})
    assert len(partner.of(publication["id"])) == 1


def test_a_withdrawal_is_one_order_for_all_channels(desk, partner):
    website, hook = desk.website(), desk.partner(partner)
    publication = desk.publish([website["id"], hook["id"]])
    eventually(lambda: desk.states(publication) == {"live": 2})
    tag = desk.public.get(f"/feeds/{website['slug']}.json").headers["ETag"]

    path = f"/publications/{publication['id']}/withdrawal"
    assert desk.editor.post(path, json={"reason": "内容有误"}).json()["state"] == "withdrawn"
    feed = desk.public.get(f"/feeds/{website['slug']}.json", headers={"If-None-Match": tag})
    assert (feed.status_code, feed.json()["items"]) == (200, [])
    eventually(lambda: desk.states(publication) == {"withdrawn": 2})
    assert len(partner.of(publication["id"], "publication.withdrawn")) == 1
    assert desk.editor.post(path, json={"reason": "又一次"}).json()["withdrawal_reason"] == "内容有误"


def test_a_scheduled_release_waits_for_its_time(desk):
    website = desk.website()
    soon, later = (desk.review(desk.submit(desk.write([website["id"]]))) for _ in range(2))
    for publication, seconds in ((later, 3600), (soon, 3)):
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        desk.editor.post(f"/publications/{publication['id']}/release", json={"at": at.isoformat()})
    eventually(lambda: desk.editor.get(f"/publications/{soon['id']}").json()["state"] == "published")
    eventually(lambda: desk.states(soon) == {"live": 1})
    scheduled = desk.editor.get(f"/publications/{later['id']}").json()
    assert (scheduled["state"], desk.states(later)) == ("scheduled", {})


def test_reviews_are_independent_in_order_and_bound_to_the_text(desk):
    draft = desk.submit(desk.write([]))
    path = f"/publications/{draft['id']}"
    assert desk.give(draft, 2, "reviewer2").status_code == 409
    assert desk.give(draft, 1, "reviewer1").status_code == 200
    assert desk.give(draft, 2, "reviewer1").status_code == 403
    version = desk.editor.get(path).headers["ETag"]
    changed = desk.editor.patch(path, json={"title": "改过的题目"}, headers={"If-Match": version})
    assert (changed.status_code, changed.json()["next_stage"]) == (200, 1)
    refused = desk.give(draft, 2, "reviewer2")
    assert refused.status_code == 409
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert desk.editor.post(f"{path}/release", json={}).status_code == 409
    stale = desk.editor.patch(path, json={"title": "再改"}, headers={"If-Match": version})
    assert stale.status_code == 412


def test_a_repeated_key_creates_once_and_unknown_fields_are_refused(desk):
    body = {"kind": "news", "title": "同一稿", "body_markdown": "正文", "channels": []}
    key = {"Idempotency-Key": secrets.token_hex(8)}
    first, again = (desk.editor.post("/publications", json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    other = desk.editor.post("/publications", json={**body, "title": "另一稿"}, headers=key)
    assert other.status_code == 422
    assert desk.editor.post("/publications", json={**body, "colour": "red"}).status_code == 422
    assert desk.editor.post("/publications", json={**body, "channels": ["nowhere"]}).status_code == 422
    assert desk.public.get("/api/v1/publications").status_code == 401


def test_secrets_of_a_channel_never_come_out(desk, partner):
    channel = desk.partner(partner)
    listed = desk.editor.get("/channels", params={"limit": 200}).text
    renamed = desk.editor.patch(f"/channels/{channel['id']}", json={"name": "改名"})
    assert renamed.status_code == 200
    assert partner.signing_key not in str(channel) + listed + renamed.text
    key = {"Idempotency-Key": secrets.token_hex(8)}
    tried, again = (desk.editor.post(f"/channels/{channel['id']}/test", json={}, headers=key) for _ in range(2))
    assert (tried.status_code, tried.json()["ok"], tried.json()) == (200, True, again.json())
    assert partner.ids("channel.test").total() == 1
    inside = {"url": "http://169.254.169.254/latest"}
    body = {"name": "内", "kind": "webhook", "settings": inside, "secrets": {"signing_key": partner.signing_key}}
    assert desk.editor.post("/channels", json=body).status_code == 422


def test_the_public_reads_notices_with_their_contact_details(desk):
    contact = {"organisation": "省教育整顿第三指导组", "phone": "0551-00000000"}
    notice = desk.publish([], kind="notice", title="指导组进驻公告", contact=contact)
    items = desk.public.get("/api/v1/notices").json()["items"]
    assert [item["contact"] for item in items if item["id"] == notice["id"]] == [contact]


def test_a_feed_that_is_known_already_is_not_sent_again(desk):
    website = desk.website()
    publication = desk.publish([website["id"]])
    eventually(lambda: desk.states(publication) == {"live": 1})
    first = desk.public.get(f"/feeds/{website['slug']}.atom")
    known = {"If-None-Match": first.headers["ETag"]}
    again = desk.public.get(f"/feeds/{website['slug']}.atom", headers=known)
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert (first.status_code, again.status_code) == (200, 304)
    assert desk.public.get(f"/feeds/{website['slug']}.atom", headers=since).status_code == 304
    assert desk.public.get("/feeds/nowhere.atom").status_code == 404


class Desk:
    """The publicity people at their screens."""

    def __init__(self, signed_in, public: httpx.Client) -> None:
        self.signed_in, self.public = signed_in, public

    @property
    def editor(self) -> httpx.Client:
        return self.signed_in("editor")

    def write(self, channels, **content):
        body = {"kind": "news", "title": "法治文化广场开放", "body_markdown": "**正文**", **content}
        return self._made(self.editor.post("/publications", json={**body, "channels": channels}))

    def submit(self, publication):
        answer = self.editor.post(f"/publications/{publication['id']}/submission", json={})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def give(self, publication, stage: int, reviewer: str) -> httpx.Response:
        body = {
            "stage": stage,
            "decision": "approve",
            "comment": "同意",
            "content_hash": publication["content_hash"],
        }
        return self.signed_in(reviewer).post(f"/publications/{publication['id']}/reviews", json=body)

    def review(self, publication):
        for stage in (1, 2, 3):
            answer = self.give(publication, stage, f"reviewer{stage}")
            assert answer.status_code == 200, answer.text
        return answer.json()

    def publish(self, channels, **content):
        publication = self.review(self.submit(self.write(channels, **content)))
        answer = self.editor.post(f"/publications/{publication['id']}/release", json={})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def website(self):
        return self._channel(kind="website", slug=f"e2e-{secrets.token_hex(4)}")

    def partner(self, sink: WebhookSink):
        return self._channel(kind="webhook", settings={"url": sink.url}, secrets={"signing_key": sink.signing_key})

    def newsletter(self, sink: MailSink, recipients):
        server = {"host": "127.0.0.1", "port": sink.port, "security": "none"}
        settings = {"sender": "news@justice.example", "server": server, "recipients": recipients}
        return self._channel(kind="newsletter", settings=settings)

    def states(self, publication) -> Counter[str]:
        page = self.editor.get(f"/publications/{publication['id']}/deliveries").json()
        return Counter(item["state"] for item in page["items"])

    def _channel(self, **fields):
        name = f"端到端 {secrets.token_hex(4)}"
        return self._made(self.editor.post("/channels", json={"name": name, **fields}))

    @staticmethod
    def _made(answer: httpx.Response):
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def desk(system, signed_in):
    with httpx.Client(base_url=system.address, timeout=60) as public:
        yield Desk(signed_in, public)


@pytest.fixture
def partner():
    with WebhookSink() as sink:
        yield sink


@pytest.fixture
def other_partner():
    with WebhookSink() as sink:
        yield sink


@pytest.fixture
def mail():
    with MailSink() as sink:
        yield sink
