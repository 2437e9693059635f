"""What somebody tries although it is not for them, or not now: the service must refuse it as the book says."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tests.year.book import Book, Person
from tests.year.life import Life
from tests.year.table import TABLE

BY_PEOPLE = tuple(action for action, row in TABLE.items() if row.who)
_TRIES = 5


def something_forbidden(
    book: Book, case: Life, today: date, chance: random.Random
) -> tuple[Person, str, dict[str, Any]] | None:
    """Any of the people with any action that must be refused; None when none was found among some."""
    for _ in range(_TRIES):
        person = chance.choice(list(book.people.values()))
        action = chance.choice((*BY_PEOPLE, "close", "close", "conclude", "confirm_adequate"))
        fields = _any_fields(action, book, case, chance)
        if fields is not None and book.answer(person, case, action, fields, today) is not None:
            return person, action, fields
    return None


def _any_fields(action: str, book: Book, case: Life, chance: random.Random) -> dict[str, Any] | None:
    """Fields with which the action is well formed; None where there are none now."""
    reason = {"reason": "试"}
    handler = chance.choice(book.with_role("handler")).id
    leader = chance.choice(book.with_role("leader")).id
    match action:
        case "accept" | "start" | "conclude" | "tell_result" | "close" | "resume" | "approve_extension" | "export":
            return {}
        case "add_evidence":
            return {"kind": "document"}
        case "withdraw_evidence":
            return {**reason, "item": max(case.items)} if case.items else None
        case "refuse":
            return {**reason, "ground": "no_substance"}
        case "transfer":
            return {**reason, "body": "court"}
        case "assign" | "reassign" | "join" | "unjoin":
            return {**reason, "handler_id": handler}
        case "exclude":
            role = chance.choice(("handler", "supervisor", "desk"))
            return {**reason, "person_ids": [one.id for one in book.with_role(role)]}
        case "record_step" | "answer_supervision":
            return {"what": "试"}
        case "request_assistance":
            return {**reason, "what": "试", "body": "police"}
        case "record_assistance":
            return {"request": 1, "what": "试"}
        case "withdraw_assistance":
            return {**reason, "request": 1}
        case "record_finding":
            return {**reason, "allegation": chance.randint(1, 3), "outcome": "false"}
        case "record_disposition":
            return {**reason, "allegation": chance.randint(1, 3), "measure": "none"}
        case "extend" | "ask_extension":
            return {**reason, "days": chance.choice((5, 31)), "approver_id": leader}
        case "split":
            return {**reason, "allegation_numbers": [1]}
        case "acknowledge_transfer" | "merge":
            return None
    return reason
