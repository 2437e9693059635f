"""A publication's life: one table of transitions, three reviews bound to the exact content, a release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DRAFT, IN_REVIEW, APPROVED = "draft", "in_review", "approved"
SCHEDULED, PUBLISHED, WITHDRAWN = "scheduled", "published", "withdrawn"

# 三审三校: first, second and final review.
STAGES = (1, 2, 3)

# What the reviewers answer for, and so what their reviews are bound to.
BOUND = ("kind", "title", "summary", "body_markdown", "cover", "contact", "channels")

# What happens to a release whose time passed while the system was down: it is carried out as soon as it is up
# again. A notice that comes late is better than one that never comes; the record keeps both times.
MISSED_RELEASE = "run"


@dataclass(frozen=True)
class Transition:
    """``action`` leads from any state of ``before`` to ``after``; ``role`` may do it; ``emits`` names the event."""

    action: str
    before: tuple[str, ...]
    after: str
    role: str
    emits: str | None = None


TRANSITIONS = (
    Transition("edit", (DRAFT,), DRAFT, "editor"),
    # A changed text is reviewed anew from the first stage; its schedule is void with its reviews.
    Transition("edit", (IN_REVIEW, APPROVED, SCHEDULED), IN_REVIEW, "editor"),
    Transition("submit", (DRAFT, IN_REVIEW), IN_REVIEW, "editor"),
    Transition("review", (IN_REVIEW,), IN_REVIEW, "reviewer"),
    Transition("approve", (IN_REVIEW,), APPROVED, "reviewer"),
    Transition("return", (IN_REVIEW,), DRAFT, "reviewer"),
    Transition("schedule", (APPROVED, SCHEDULED), SCHEDULED, "editor"),
    Transition("release", (APPROVED, SCHEDULED), PUBLISHED, "editor", emits="publication_released"),
    Transition("withdraw", (APPROVED, SCHEDULED, PUBLISHED), WITHDRAWN, "editor", emits="publication_withdrawn"),
)

# What a person can ask for by name; the others are outcomes of a review or of an edit.
ASKED_FOR = ("edit", "submit", "review", "schedule", "release", "withdraw")


@dataclass
class WrongState(Exception):
    """The publication is in a state in which this cannot be done; ``allowed`` lists what can."""

    state: str
    allowed: list[str] = field(default_factory=list)


@dataclass
class PublicationIncomplete(Exception):
    """It cannot be reviewed before these fields are filled."""

    missing: list[str]


@dataclass
class ReviewOutOfTurn(Exception):
    """Another stage is next: the three reviews are given in order, each once."""

    next_stage: int


@dataclass
class ReviewerNotIndependent(Exception):
    """This person wrote or changed the text (``author``) or has given another stage already (``reviewed``)."""

    why: str


@dataclass
class ContentChanged(Exception):
    """The review is about another text than the present one, whose hash is ``content_hash``."""

    content_hash: str


def allowed_actions(state: str) -> list[str]:
    """What can be asked for in ``state``, in the order of the table."""
    found = (row.action for row in TRANSITIONS if state in row.before and row.action in ASKED_FOR)
    return list(dict.fromkeys(found))


def transition(action: str, state: str) -> Transition:
    """The row of ``action`` in ``state``; ``WrongState`` when the table has none."""
    for row in TRANSITIONS:
        if row.action == action and state in row.before:
            return row
    raise WrongState(state, allowed_actions(state))


def content_hash(publication: Mapping[str, Any]) -> str:
    """SHA-256 in hex of everything that reviews are bound to."""
    bound = {name: publication.get(name) for name in BOUND}
    text = json.dumps(bound, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def edited(publication: Mapping[str, Any], changes: Mapping[str, Any], editor_id: str) -> dict[str, Any]:
    """The fields to set when ``editor_id`` changes the text; nothing when all stays the same. Raises ``WrongState``."""
    row = transition("edit", publication["state"])
    new_hash = content_hash({**publication, **changes})
    if new_hash == publication["content_hash"]:
        return {}
    return {
        **changes,
        "authors": sorted({*publication["authors"], editor_id}),
        "content_hash": new_hash,
        "state": row.after,
        "reviews": voided(publication["reviews"]),
        "release_at": None,
    }


def submitted(publication: Mapping[str, Any]) -> dict[str, Any]:
    """The fields to set when the writer hands it in; nothing when it lies with the reviewers already."""
    row = transition("submit", publication["state"])
    missing = [name for name in ("title", "body_markdown") if not publication.get(name)]
    if missing:
        raise PublicationIncomplete(missing)
    return {"state": row.after} if publication["state"] != row.after else {}


def reviewed(
    publication: Mapping[str, Any],
    *,
    stage: int,
    decision: str,
    of: str,
    reviewer_id: str,
    entry: Mapping[str, Any],
) -> dict[str, Any]:
    """The fields to set for one review; ``of`` is the content hash that the reviewer read, ``entry`` what is
    recorded.

    Raises ``WrongState``, ``ContentChanged``, ``ReviewOutOfTurn`` and ``ReviewerNotIndependent``.
    """
    transition("review", publication["state"])
    if of != publication["content_hash"]:
        raise ContentChanged(publication["content_hash"])
    given = valid_reviews(publication["reviews"], publication["content_hash"])
    if reviewer_id in publication["authors"]:
        raise ReviewerNotIndependent("author")
    if any(review["reviewer"]["id"] == reviewer_id for review in given):
        raise ReviewerNotIndependent("reviewed")
    turn = next_stage(given)
    if stage != turn:
        raise ReviewOutOfTurn(turn)
    review = {**entry, "stage": stage, "decision": decision, "content_hash": of, "void": False}
    reviews = [*publication["reviews"], review]
    if decision == "return":
        return {"state": transition("return", publication["state"]).after, "reviews": voided(reviews)}
    action = "approve" if stage == STAGES[-1] else "review"
    return {"state": transition(action, publication["state"]).after, "reviews": reviews}


def released(publication: Mapping[str, Any], now: datetime, at: datetime | None) -> dict[str, Any]:
    """The fields to set for a release now (``at`` absent or passed) or later; nothing when it is public already."""
    state = publication["state"]
    if state == PUBLISHED:
        return {}
    if at is not None and at > now:
        row = transition("schedule", state)
        require_reviews(publication)
        return {"state": row.after, "release_at": at}
    row = transition("release", state)
    require_reviews(publication)
    return {"state": row.after, "release_at": publication.get("release_at") or at, "published_at": now}


def withdrawn(publication: Mapping[str, Any], now: datetime, reason: str) -> dict[str, Any]:
    """The fields to set for a withdrawal; nothing when it is withdrawn already (the first reason stays)."""
    if publication["state"] == WITHDRAWN:
        return {}
    row = transition("withdraw", publication["state"])
    return {"state": row.after, "withdrawn_at": now, "withdrawal_reason": reason}


def voided(reviews: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same reviews, kept as history, counting no more."""
    return [{**review, "void": True} for review in reviews]


def valid_reviews(reviews: Iterable[Mapping[str, Any]], current_hash: str) -> list[Mapping[str, Any]]:
    """The approvals that count for the present text, in order."""
    return [
        review
        for review in reviews
        if review["decision"] == "approve" and not review["void"] and review["content_hash"] == current_hash
    ]


def next_stage(given: Sequence[Any]) -> int:
    """The stage whose turn it is after the ``given`` valid approvals."""
    return min(len(given) + 1, STAGES[-1])


def require_reviews(publication: Mapping[str, Any]) -> None:
    """The last guard before anything becomes public: three approvals of this text by three people, none its
    author.

    The table makes this hold; it is checked again because a mistake here cannot be taken back.
    """
    given = valid_reviews(publication["reviews"], publication["content_hash"])
    people = {review["reviewer"]["id"] for review in given}
    complete = tuple(review["stage"] for review in given) == STAGES
    independent = len(people) == len(STAGES) and not people & set(publication["authors"])
    if not complete or not independent or content_hash(publication) != publication["content_hash"]:
        raise WrongState(publication["state"], ["edit"])
