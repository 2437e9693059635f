"""The operations as the gateway meets them: who may, what is refused, what a repeated key does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.ids import new_id
from chassis.rpc_client import Refused
from contracts.publicity import operations


def refusal(attempt) -> Refused:
    with pytest.raises(Refused) as refused:
        attempt()
    return refused.value


def test_a_draft_is_its_writers_and_shows_what_may_be_done(newsroom):
    draft = newsroom.write(title="第一稿")
    assert draft["state"] == "draft"
    assert draft["version"] == 1
    assert draft["author"] == {"id": "editor", "name": "editor"}
    assert draft["allowed_actions"] == ["edit", "submit"]
    assert len(draft["content_hash"]) == 64


@pytest.mark.parametrize(
    ("operation", "who", "request_"),
    [
        (operations.create_publication, "reviewer1", {"kind": "news", "title": "题"}),
        (operations.create_publication, "member", {"kind": "news", "title": "题"}),
        (operations.list_publications, "member", {}),
        (operations.list_channels, "member", {}),
        (operations.create_channel, "reviewer1", {"kind": "website", "name": "题", "slug": "x"}),
        (
            operations.review_publication,
            "editor",
            {"publication_id": "p", "stage": 1, "decision": "approve", "content_hash": "x"},
        ),
    ],
)
def test_what_a_role_may_not_do_is_refused_by_the_service_too(newsroom, operation, who, request_):
    assert refusal(lambda: newsroom.ask(operation, who=who, **request_)).name == "Forbidden"


def test_the_same_key_gives_the_same_draft_and_another_text_is_refused(newsroom):
    key = new_id()
    first = newsroom.write(key=key, title="同一稿")
    assert newsroom.write(key=key, title="同一稿") == first
    assert refusal(lambda: newsroom.write(key=key, title="另一稿")).name == "IdempotencyKeyReused"


def test_a_release_with_the_same_key_happens_once(newsroom):
    publication, key = newsroom.approve(newsroom.write()), new_id()
    first = newsroom.ask(operations.release_publication, key=key, publication_id=publication["id"])
    again = newsroom.ask(operations.release_publication, key=key, publication_id=publication["id"])
    without = newsroom.release(publication)
    assert first == again
    assert without["version"] == first["version"]


def test_an_edit_builds_on_the_version_that_was_read(newsroom):
    draft = newsroom.write()
    changed = newsroom.ask(operations.update_publication, publication_id=draft["id"], expected_version=1, title="新题")
    assert (changed["title"], changed["version"]) == ("新题", 2)
    stale = refusal(
        lambda: newsroom.ask(
            operations.update_publication, publication_id=draft["id"], expected_version=1, title="旧题"
        )
    )
    assert (stale.name, stale.details) == ("Stale", {"current_version": 2})


def test_an_edit_during_review_voids_the_reviews_given(newsroom):
    publication = newsroom.ask(operations.submit_publication, publication_id=newsroom.write()["id"])
    review = {"publication_id": publication["id"], "decision": "approve", "comment": ""}
    publication = newsroom.ask(
        operations.review_publication,
        who="reviewer1",
        stage=1,
        content_hash=publication["content_hash"],
        **review,
    )
    assert publication["next_stage"] == 2
    old_hash = publication["content_hash"]
    publication = newsroom.ask(
        operations.update_publication,
        publication_id=publication["id"],
        expected_version=publication["version"],
        body_markdown="改过的正文",
    )
    assert (publication["next_stage"], publication["reviews"][0]["void"]) == (1, True)
    stale = refusal(
        lambda: newsroom.ask(operations.review_publication, who="reviewer2", stage=2, content_hash=old_hash, **review)
    )
    assert stale.name == "ContentChanged"
    assert stale.details == {"content_hash": publication["content_hash"]}


def test_a_returned_publication_carries_the_comment_back_to_its_writer(newsroom):
    publication = newsroom.ask(operations.submit_publication, publication_id=newsroom.write()["id"])
    returned = newsroom.ask(
        operations.review_publication,
        who="reviewer1",
        publication_id=publication["id"],
        stage=1,
        decision="return",
        comment="请核对电话号码",
        content_hash=publication["content_hash"],
    )
    assert returned["state"] == "draft"
    assert returned["reviews"][0]["comment"] == "请核对电话号码"
    assert returned["reviews"][0]["reviewer"]["name"] == "reviewer1"


def test_a_publication_for_a_channel_that_is_not_there_is_invalid(newsroom):
    website = newsroom.website("known")
    invalid = refusal(lambda: newsroom.write([website["id"], "nowhere"]))
    assert invalid.details["errors"] == [{"field": "channels.1", "message": "publicity.unknown_channel"}]


def test_what_was_never_released_cannot_be_withdrawn(newsroom):
    draft = newsroom.write()
    wrong = refusal(lambda: newsroom.withdraw(draft))
    assert (wrong.name, wrong.details) == ("WrongState", {"state": "draft", "allowed": ["edit", "submit"]})


@pytest.mark.parametrize(
    "operation", [operations.get_publication, operations.submit_publication, operations.list_deliveries]
)
def test_an_unknown_publication_is_not_found(newsroom, operation):
    assert refusal(lambda: newsroom.ask(operation, publication_id="nothing")).name == "NotFound"


def test_lists_leave_the_texts_out_and_filter(newsroom):
    draft = newsroom.write(kind="slogan")
    page = newsroom.ask(operations.list_publications, kind="slogan", state="draft")
    assert draft["id"] in [item["id"] for item in page["items"]]
    assert all("body_markdown" not in item for item in page["items"])


def test_secrets_go_in_and_never_come_out_and_stay_when_they_are_not_sent(newsroom, partner, store):
    channel = newsroom.partner(partner)
    assert channel["secrets_set"] == ["signing_key"]
    assert partner.signing_key not in str(channel)
    assert partner.signing_key.encode() not in store.channel(channel["id"])["sealed_secrets"]

    renamed = newsroom.ask(operations.update_channel, channel_id=channel["id"], name="省厅新平台")
    assert (renamed["name"], renamed["secrets_set"]) == ("省厅新平台", ["signing_key"])
    assert newsroom.ask(operations.test_channel, channel_id=channel["id"])["ok"]
    assert [message.type for message in partner.received] == ["channel.test"]


def test_a_trial_of_a_partner_that_is_down_says_why(newsroom, partner):
    channel = newsroom.partner(partner)
    partner.close()
    result = newsroom.ask(operations.test_channel, channel_id=channel["id"])
    assert (result["ok"], result["error"]) == (False, "connection_refused")


def test_recipients_are_counted_once_each_and_not_shown(newsroom):
    channel = newsroom.newsletter(["a@example.org", "A@EXAMPLE.ORG", "b@example.org"])
    assert channel["recipients"] == 2
    assert "example.org" not in str(channel["settings"].get("recipients", ""))
    changed = newsroom.ask(
        operations.update_channel,
        channel_id=channel["id"],
        settings={"sender": "news@justice.example", "recipients": ["c@example.org"]},
    )
    assert changed["recipients"] == 1
    kept = newsroom.ask(
        operations.update_channel, channel_id=channel["id"], settings={"sender": "other@justice.example"}
    )
    assert kept["recipients"] == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "website"}, "slug"),
        ({"kind": "website", "slug": "ok", "settings": {"colour": "red"}}, "settings.colour"),
        ({"kind": "website", "slug": "Not OK"}, "slug"),
        ({"kind": "webhook", "settings": {"url": "http://10.1.2.3/"}}, "secrets.signing_key"),
        ({"kind": "telex"}, "kind"),
        ({"kind": "wechat"}, "kind"),
        ({"kind": "newsletter", "settings": {"sender": "nobody"}}, "settings.sender"),
        ({"kind": "newsletter", "slug": "letter", "settings": {"sender": "a@b.example"}}, "slug"),
    ],
)
def test_a_channel_that_cannot_work_is_invalid(newsroom, fields, wrong):
    invalid = refusal(lambda: newsroom.ask(operations.create_channel, name="错", **fields))
    assert invalid.name == "Invalid"
    assert wrong in [error["field"] for error in invalid.details["errors"]]


def test_a_partner_in_a_private_network_is_invalid(newsroom, partner):
    settings, secrets = {"url": "http://169.254.169.254/"}, {"signing_key": partner.signing_key}
    invalid = refusal(
        lambda: newsroom.ask(operations.create_channel, name="内", kind="webhook", settings=settings, secrets=secrets)
    )
    assert invalid.details["errors"] == [{"field": "settings.url", "message": "publicity.address_refused"}]


@pytest.mark.parametrize("keys", [(None, None), ("slug key 1", "slug key 2")])
def test_a_slug_is_given_once(newsroom, keys):
    slug = f"once-{len(keys[0] or '')}"
    website = {"name": "网站", "kind": "website", "slug": slug}
    newsroom.ask(operations.create_channel, key=keys[0], **website)
    invalid = refusal(lambda: newsroom.ask(operations.create_channel, key=keys[1], **website))
    assert invalid.details["errors"] == [{"field": "slug", "message": "publicity.slug_taken"}]


@pytest.mark.parametrize("keys", [False, True])
def test_of_reviews_given_at_the_same_moment_one_counts(newsroom, keys):
    publication = newsroom.ask(operations.submit_publication, publication_id=newsroom.write()["id"])

    def review(who: str) -> str:
        try:
            newsroom.ask(
                operations.review_publication,
                who=who,
                key=new_id() if keys else None,
                publication_id=publication["id"],
                stage=1,
                decision="approve",
                content_hash=publication["content_hash"],
            )
        except Refused as refused:
            return refused.name
        return "given"

    with ThreadPoolExecutor(3) as pool:
        ended = sorted(pool.map(review, ["reviewer1", "reviewer2", "reviewer3"]))
    assert ended == ["ReviewOutOfTurn", "ReviewOutOfTurn", "given"]
    shown = newsroom.ask(operations.get_publication, publication_id=publication["id"])
    assert (len(shown["reviews"]), shown["next_stage"]) == (1, 2)


def test_everybody_reads_published_notices_with_their_contact_details(newsroom):
    contact = {"organisation": "省教育整顿第三指导组", "phone": "0551-00000000"}
    text = {"kind": "notice", "title": "指导组进驻公告", "body_markdown": "# 公告", "contact": contact}
    hidden = newsroom.write(**text)
    shown = newsroom.publish([], **text)
    items = newsroom.ask(operations.list_notices, who=None)["items"]
    assert hidden["id"] not in [item["id"] for item in items]
    (notice,) = (item for item in items if item["id"] == shown["id"])
    assert notice["contact"] == contact
    assert notice["body_html"] == "<h1>公告</h1>\n"
    assert "author" not in notice

    newsroom.withdraw(shown)
    items = newsroom.ask(operations.list_notices, who=None)["items"]
    assert shown["id"] not in [item["id"] for item in items]
