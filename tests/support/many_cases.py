"""Many cases at once, as years leave them: documents ready to be stored, without a step taken by anybody.

Nine of ten are closed; one unit has a third; there are few of some categories and sources; most are about some unit.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from services.tasks.listing_documents import tally_document, tally_of_case
from services.tasks.model.listing import facets_of
from services.tasks.model.rules import ABOVE
from services.tasks.oversight_documents import NEVER

Document = dict[str, Any]

UNITS = tuple(f"unit-{number}" for number in range(50))
# Five hundred people; the unit with a third of the cases has a third of them, too.
HANDLERS_OF_THE_FIRST, HANDLERS_OF_A_UNIT = 171, 7
CATEGORIES = {"discipline": 300, "service": 250, "fees": 200, "conduct": 150, "delay": 100, "other": 20, "rare": 1}
SOURCES = {"report": 960, "review": 30, "clue": 10}
IN_HAND = {"registered": 15, "accepted": 5, "assigned": 10, "investigating": 45, "findings": 5, "disposition": 5,
           "feedback": 10, "suspended": 4, "returned": 1}  # fmt: skip
OVER = {"closed": 94, "refused": 4, "transferred": 2}
WITHOUT_UNIT = frozenset({"registered", "accepted", "returned", "refused", "transferred"})
NOTHING_DUE = frozenset({*OVER, "suspended"})
# The newest eighth of all cases is where those in hand are.
STILL_IN_HAND, OF_THESE = 0.125, 0.8
SPAN = timedelta(days=3650)


def many_cases(count: int, now: datetime, *, seed: int = 1, first: int = 1) -> Iterator[Document]:
    """So many documents, the oldest first, opened within ten years before ``now``, numbered ``first`` and on."""
    chance = random.Random(seed)
    for position in range(count):
        opened_at = now - SPAN * ((count - position) / count)
        yield _case(chance, first + position, position / count, opened_at, now)


def _case(chance: random.Random, number: int, age: float, opened_at: datetime, now: datetime) -> Document:
    in_hand = age > 1 - STILL_IN_HAND and chance.random() < OF_THESE
    state = _one_of(chance, IN_HAND if in_hand else OVER)
    category, source = _one_of(chance, CATEGORIES), _one_of(chance, SOURCES)
    unit = None if state in WITHOUT_UNIT else UNITS[0] if chance.random() < 1 / 3 else chance.choice(UNITS)
    people = HANDLERS_OF_THE_FIRST if unit == UNITS[0] else HANDLERS_OF_A_UNIT
    handlers = [f"{unit}-handler-{chance.randrange(people)}"] if unit else []
    if handlers and chance.random() < 0.002:
        handlers.append("joint-handler")
    about = chance.sample(UNITS, 1 if chance.random() < 0.95 else 2) if chance.random() < 0.7 else []
    id = f"{chance.getrandbits(128):032x}"
    document = {
        "_id": id,
        "number": f"{opened_at.year}-{number:07d}",
        "category": category,
        "source": {"kind": source, "id": id},
        "opened_at": opened_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0),
        "reporter_mode": "anonymous",
        "excluded_unit_ids": about,
        "state": state,
        "reporter_state": "registered",
        "allegations": ["一", "二"],
        "clocks": [{"rule": "handle", "version": "2022-02-25", "started_at": opened_at}],
        "facets": list(facets_of(state, category, source, unit, handlers)),
        "history": [_ENTRY] * (3 if unit else 1),
        "version": 5,
        "sequence": 5,
        "outbox": [],
        **_due(chance, state, now),
    }
    if unit:
        document |= {"unit_id": unit, "handler_id": handlers[0], "handler_ids": handlers}
        document["joint_handler_ids"] = handlers[1:]
    if chance.random() < 0.001:
        document["route"] = ABOVE
    return document | {"counted": tally_document(tally_of_case(document))}


def _due(chance: random.Random, state: str, now: datetime) -> Document:
    """One of twenty in hand is overdue; of those that wait for the result to be told, half by a clock that not all
    readers may know of.
    """
    if state in NOTHING_DUE:
        return {"next_due_at": NEVER}
    due = now + timedelta(days=chance.uniform(-3, 57))
    later = {"open_due_at": due + timedelta(days=20)} if state == "feedback" and chance.random() < 0.5 else {}
    return {"next_due_at": due, **later}


def _one_of(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


_ENTRY = {
    "action": "record_step",
    "at": datetime(2026, 1, 5, 1, tzinfo=UTC),
    "who": {"id": "somebody", "name": "某人"},
    "from": "investigating",
    "to": "investigating",
    "why": None,
    "details": {"what": "谈话一次，核对材料。" * 8, "evidence": ["笔录"]},
}
