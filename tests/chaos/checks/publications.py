"""Publications, and what reached the partners of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.chaos.checks.finding import Finding, Rule, none_twice
from tests.chaos.evidence import Delivery, Evidence, Message
from tests.chaos.testimony import Testimony

PUBLISHED = "published"
LIVE, UNKNOWN = "live", "unknown"
WEBHOOK, NEWSLETTER = "webhook", "newsletter"


def each_publication_is_kept_once(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """By its title; and a release that was acknowledged stands."""
    kept = {publication.title: publication for publication in evidence.publications}
    yield from none_twice("publication kept twice", evidence.publications, lambda publication: publication.title)
    for said in testimony.publications:
        publication = kept.get(said.title)
        if said.id and publication is None:
            yield Finding("acknowledged publication lost", said.title)
        elif said.released and publication is not None and publication.state != PUBLISHED:
            yield Finding("acknowledged release lost", f"{said.title} is {publication.state}")


def each_release_has_its_deliveries(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """One for each channel (of a newsletter: for each reader), ended as its channel allows."""
    made = Counter((d.publication_id, d.channel_id, d.recipient) for d in evidence.deliveries)
    reached = {(d.publication_id, d.channel_id) for d in evidence.deliveries}
    for publication in evidence.publications:
        if publication.state == PUBLISHED:
            for channel in publication.channels:
                if (publication.id, channel) not in reached:
                    yield Finding("delivery missing", f"{publication.title} on channel {channel}")
    for (publication_id, channel, recipient), times in made.items():
        if times > 1:
            yield Finding("delivery made twice", f"{publication_id} on {channel} {recipient or ''}".strip())
    for delivery in evidence.deliveries:
        # A mail whose end is unclear is never sent again by itself; everything else ends live.
        allowed = (LIVE, UNKNOWN) if delivery.kind == NEWSLETTER else (LIVE,)
        if delivery.state not in allowed:
            yield Finding("delivery not ended", f"{delivery.id} is {delivery.state}")


def each_delivery_reached_its_partner_under_one_key(testimony: Testimony, evidence: Evidence) -> Iterator[Finding]:
    """A webhook at least once, all its repetitions under one key; a mail once, at most once if its end is unclear."""
    taken: defaultdict[tuple[str, str, str | None], list[Message]] = defaultdict(list)
    for message in evidence.messages:
        taken[message.publication, message.channel_id, message.recipient].append(message)
    titles = {publication.id: publication.title for publication in evidence.publications}
    for delivery in evidence.deliveries:
        # A mail tells the title, a webhook the id.
        about = titles.get(delivery.publication_id, "") if delivery.kind == NEWSLETTER else delivery.publication_id
        messages = taken[about, delivery.channel_id, delivery.recipient]
        yield from _arrived(delivery, messages)
    by_key: defaultdict[str, set[tuple[str, str, str | None]]] = defaultdict(set)
    for message in evidence.messages:
        by_key[message.key].add((message.publication, message.channel_id, message.recipient))
    for key, several in by_key.items():
        if len(several) > 1:
            yield Finding("one key for several deliveries", f"{key}: {sorted(map(str, several))}")


def _arrived(delivery: Delivery, messages: list[Message]) -> Iterator[Finding]:
    if delivery.kind not in (WEBHOOK, NEWSLETTER):
        return
    if delivery.state == LIVE and not messages:
        yield Finding("live but never received", delivery.id)
    if len({message.key for message in messages}) > 1:
        yield Finding("received under two keys", f"{delivery.id}: {sorted({message.key for message in messages})}")
    if delivery.kind == NEWSLETTER and len(messages) > 1:
        yield Finding("mail sent twice", f"{delivery.id}: {len(messages)} times")


RULES: tuple[Rule, ...] = (
    each_publication_is_kept_once,
    each_release_has_its_deliveries,
    each_delivery_reached_its_partner_under_one_key,
)
