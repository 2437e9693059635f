"""Cards: what one person's answers say of how well one question is known. Those once answered wrongly are the
wrong-question book 错题本, until the person says that they know them.

A card: ``_id``, ``person_id``, ``question_id``, ``category``, ``revision`` (of the question, when last answered),
``answered`` and ``wrong`` (how often), ``in_book``, ``known`` (the person said so), ``memory`` (the scheduler's plain
fields), ``scheduler`` (its name and version), ``due_on`` (ISO day), ``counted`` and ``wrong_in`` (ids of attempts),
``practised_on`` (ISO day), ``practised_wrong`` (how often), ``added_at``, ``last_wrong_at``, ``version``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.quiz.model.practice import day_of

Document = dict[str, Any]


@dataclass(frozen=True)
class Scheduled:
    """What a scheduler says of the next time: its own fields, the day, and which scheduler it was."""

    memory: Document
    due_on: date
    scheduler: str


# (memory so far or None, whether right, day of the answer) -> the next time.
Schedule = Callable[[Mapping[str, Any] | None, bool, date], Scheduled]


def card_id(person_id: str, question_id: str) -> str:
    """The one card of the person for the question."""
    return f"{person_id}:{question_id}"


def new_card(person_id: str, question: Mapping[str, Any]) -> Document:
    """A card without any answer yet."""
    return {
        "_id": card_id(person_id, question["id"]),
        "person_id": person_id,
        "question_id": question["id"],
        "category": question["category"],
        "revision": question["revision"],
        "answered": 0,
        "wrong": 0,
        "in_book": False,
        "known": False,
        "memory": None,
        "scheduler": None,
        "due_on": None,
        "counted": [],
        "wrong_in": [],
        "practised_on": None,
        "practised_wrong": 0,
        "added_at": None,
        "last_wrong_at": None,
        "version": 0,
    }


def after_attempt(
    card: Document | None,
    question: Mapping[str, Any],
    attempt: Mapping[str, Any],
    schedule: Schedule,
) -> Document | None:
    """The card after a graded attempt in which ``question`` was asked; None when nothing changes.

    A right answer to a question without a card makes none. An attempt counts once; marked anew, it only decides
    whether the question belongs in the book.
    """
    id, right = attempt["_id"], attempt["marks"][question["id"]] >= question["score"]
    if card is None:
        if right:
            return None
        card = new_card(attempt["person_id"], question)
    if id in card["counted"]:
        return _marked_anew(card, id, right, attempt["submitted_at"])
    card = _answered(card, question, right, attempt["submitted_at"], schedule)
    card["counted"] = [*card["counted"], id]
    if not right:
        card["wrong_in"] = [*card["wrong_in"], id]
    return card


def after_practice(
    card: Document | None,
    person_id: str,
    question: Mapping[str, Any],
    right: bool,
    day: date,
    at: datetime,
    schedule: Schedule,
) -> Document | None:
    """The card after the answer in the set of ``day``; None when that day is counted already."""
    card = card or new_card(person_id, question)
    if (card["practised_on"] or "") >= day.isoformat():
        return None
    card = _answered(card, question, right, at, schedule)
    return card | {
        "practised_on": day.isoformat(),
        "practised_wrong": card["practised_wrong"] + int(not right),
    }


def known(card: Document) -> Document:
    """The card after its person said “I know it”: out of the book and of the days to come, until answered wrongly."""
    return card | {"in_book": False, "known": True}


def _answered(card: Document, question: Mapping[str, Any], right: bool, at: datetime, schedule: Schedule) -> Document:
    next_time = schedule(card["memory"], right, day_of(at))
    card = card | {
        "category": question["category"],
        "revision": question["revision"],
        "answered": card["answered"] + 1,
        "wrong": card["wrong"] + int(not right),
        "memory": next_time.memory,
        "scheduler": next_time.scheduler,
        "due_on": next_time.due_on.isoformat(),
    }
    if right:
        return card
    return card | {
        "in_book": True,
        "known": False,
        "added_at": card["added_at"] if card["in_book"] else at,
        "last_wrong_at": max(at, card["last_wrong_at"] or at),
    }


def _marked_anew(card: Document, attempt_id: str, right: bool, at: datetime) -> Document | None:
    before = attempt_id in card["wrong_in"]
    if before is not right:
        return None
    if right:
        wrong_in = [id for id in card["wrong_in"] if id != attempt_id]
        stays = card["in_book"] and bool(wrong_in or card["practised_wrong"])
        return card | {"wrong_in": wrong_in, "wrong": max(card["wrong"] - 1, 0), "in_book": stays}
    return card | {
        "wrong_in": [*card["wrong_in"], attempt_id],
        "wrong": card["wrong"] + 1,
        "in_book": not card["known"],
        "added_at": card["added_at"] or at,
        "last_wrong_at": max(at, card["last_wrong_at"] or at),
    }
