"""Writing, reviewing, releasing and withdrawing; each is one guarded write, with its event where it has one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.ids import new_id
from chassis.refusals import Invalid, NotFound, Stale
from contracts.call import Actor, Call
from contracts.event import Draft
from contracts.operation import Operation
from contracts.publicity import operations
from contracts.publicity.events import PublicationReleasedV1, PublicationWithdrawnV1
from services.publicity.model import publications as rules
from services.publicity.rendering import to_html
from services.publicity.store import PublicityStore

Fields = dict[str, Any]

# How often an action is tried again that lost against another one on the same publication.
_TRIES = 3

# What leaves the service of a publication; the rest of the document is its own affair.
_SHOWN = (
    "kind", "title", "summary", "body_markdown", "cover", "contact", "state", "version", "content_hash",
    "channels", "author", "reviews", "release_at", "published_at", "withdrawn_at", "withdrawal_reason",
    "created_at", "updated_at",
)  # fmt: skip
_CONTENT = ("kind", "title", "summary", "body_markdown", "cover", "contact", "channels")


def create(store: PublicityStore, request: Fields, call: Call) -> Fields:
    """A new draft of the caller; ``Invalid`` for channels that do not exist."""
    _known_channels(store, request["channels"])
    author = _person(call)
    content = {name: request[name] for name in _CONTENT}
    draft = {
        "_id": new_id(),
        **content,
        "content_hash": rules.content_hash(content),
        "state": rules.DRAFT,
        "author": author,
        "authors": [author["id"]],
        "reviews": [],
        "release_at": None,
        "published_at": None,
        "withdrawn_at": None,
        "withdrawal_reason": None,
        "created_at": call.now,
        "updated_at": call.now,
    }
    return store.once(
        call,
        request,
        operations.create_publication,
        lambda session: view(store.add_publication(draft, session)),
    )


def list_page(store: PublicityStore, request: Fields) -> Fields:
    """A page of publications without their texts."""
    found = store.publications(request["state"], request["kind"], request["limit"], request["cursor"])
    return {**found, "items": [view(item) for item in found["items"]]}


def get(store: PublicityStore, publication_id: str) -> Fields:
    """One publication; ``NotFound``."""
    return view(_publication(store, publication_id))


def update(store: PublicityStore, request: Fields, call: Call) -> Fields:
    """Change the text; earlier reviews are void then. ``NotFound``, ``Stale``, ``WrongState``, ``Invalid``."""
    publication = _publication(store, request["publication_id"])
    expected = request["expected_version"]
    if expected is not None and expected != publication["version"]:
        raise Stale(publication["version"])
    _known_channels(store, request.get("channels", ()))
    changes = {name: request[name] for name in _CONTENT if name in request}
    fields = rules.edited(publication, changes, _person(call)["id"])
    if not fields:
        return view(publication)
    return view(store.change_publication(publication, {**fields, "updated_at": call.now}))


def submit(store: PublicityStore, request: Fields, call: Call) -> Fields:
    """Hand it in for review. ``NotFound``, ``WrongState``, ``PublicationIncomplete``."""
    return _act(store, request, call, operations.submit_publication, rules.submitted)


def review(store: PublicityStore, request: Fields, call: Call) -> Fields:
    """Give one review; the refusals of ``model.publications.reviewed``, and ``NotFound``."""
    reviewer = _person(call)
    entry = {"comment": request["comment"], "reviewer": reviewer, "at": call.now}

    def change(publication: Fields) -> Fields:
        return rules.reviewed(
            publication,
            stage=request["stage"],
            decision=request["decision"],
            of=request["content_hash"],
            reviewer_id=reviewer["id"],
            entry=entry,
        )

    return _act(store, request, call, operations.review_publication, change)


def release(store: PublicityStore, request: Fields, call: Call) -> Fields:
    """Publish now, or at ``at``. ``NotFound``, ``WrongState``."""
    return _act(
        store,
        request,
        call,
        operations.release_publication,
        lambda publication: _numbered(publication, rules.released(publication, call.now, request["at"])),
        _released_event,
    )


def withdraw(store: PublicityStore, request: Fields, call: Call) -> Fields:
    """Withdraw everywhere; feeds and notices stop showing it with this very write. ``NotFound``, ``WrongState``."""
    withdrawn = _act(
        store,
        request,
        call,
        operations.withdraw_publication,
        lambda publication: rules.withdrawn(publication, call.now, request["reason"]),
        _withdrawn_event,
    )
    # Only the feeds' date of change hangs on this; should it be lost, their entity tag tells all the same.
    store.feeds_changed(withdrawn["channels"], call.now)
    return withdrawn


def release_due(store: PublicityStore, now: datetime) -> None:
    """Carry out the scheduled releases whose time has come, those missed while we were down included."""
    for publication in store.due_releases(now):
        fields = _numbered(publication, rules.released(publication, now, None))
        try:
            store.change_publication(publication, {**fields, "updated_at": now}, _released_event(publication, fields))
        except Stale:
            continue  # edited, withdrawn or released by hand this very moment


def notices(store: PublicityStore, request: Fields) -> Fields:
    """A page of the announcements, for everybody."""
    found = store.notices(request["limit"], request["cursor"])
    items = [{**item, "id": item["_id"], "body_html": to_html(item["body_markdown"])} for item in found["items"]]
    return {**found, "items": items}


def view(publication: Fields) -> Fields:
    """A publication as its schema tells it."""
    given = rules.valid_reviews(publication.get("reviews", ()), publication["content_hash"])
    in_review = publication["state"] == rules.IN_REVIEW and "reviews" in publication
    return {
        **{name: publication[name] for name in _SHOWN if name in publication},
        "id": publication["_id"],
        "next_stage": rules.next_stage(given) if in_review else None,
        "allowed_actions": rules.allowed_actions(publication["state"]),
    }


def _act(
    store: PublicityStore,
    request: Fields,
    call: Call,
    operation: Operation,
    change: Callable[[Fields], Fields],
    events: Callable[[Fields, Fields], list[Draft]] = lambda publication, fields: [],
) -> Fields:
    """Apply what a rule says; when it says nothing, it had been done already and the publication stays as it is."""

    def apply(session: Any) -> Fields:
        publication = _publication(store, request["publication_id"], session)
        fields = change(publication)
        if not fields:
            return view(publication)
        fields = {**fields, "updated_at": call.now}
        return view(store.change_publication(publication, fields, events(publication, fields), session))

    def effect(session: Any) -> Fields:
        for _ in range(_TRIES):
            try:
                return apply(session)
            except Stale:
                continue  # somebody else acted this very moment; what they did decides whether this still can be done
        return apply(session)

    return store.once(call, request, operation, effect)


def _numbered(publication: Fields, fields: Fields) -> Fields:
    """A released version is named by the number that the write will give it."""
    if fields.get("state") != rules.PUBLISHED:
        return fields
    return {**fields, "published_version": publication["version"] + 1}


def _released_event(publication: Fields, fields: Fields) -> list[Draft]:
    if fields["state"] != rules.PUBLISHED:
        return []
    return [
        PublicationReleasedV1.draft(
            publication["_id"],
            publication_id=publication["_id"],
            publication_version=fields["published_version"],
            channels=publication["channels"],
            released_at=fields["published_at"],
        )
    ]


def _withdrawn_event(publication: Fields, fields: Fields) -> list[Draft]:
    draft = PublicationWithdrawnV1.draft(
        publication["_id"], publication_id=publication["_id"], withdrawn_at=fields["withdrawn_at"]
    )
    return [draft]


def _publication(store: PublicityStore, publication_id: str, session: Any = None) -> Fields:
    publication = store.publication(publication_id, session)
    if publication is None:
        raise NotFound("publication")
    return publication


def _known_channels(store: PublicityStore, channel_ids: Any) -> None:
    known = store.channels_of(channel_ids) if channel_ids else {}
    errors = [
        {"field": f"channels.{index}", "message": "publicity.unknown_channel"}
        for index, channel_id in enumerate(channel_ids)
        if channel_id not in known
    ]
    if errors:
        raise Invalid(errors)


def _person(call: Call) -> Fields:
    actor: Actor | None = call.actor
    assert actor is not None  # the operations' roles let nobody else in
    return {"id": actor.id, "name": actor.name}
