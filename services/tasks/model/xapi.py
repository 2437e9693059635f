"""Entries of study records as statements of the Experience API 1.0.3 (ADL; IEEE 9274.1.1 is its successor).

Statements are immutable (Data, 2.3), so an entry that changes voids its statement and makes another one. Ids are
UUIDv5 of the entry and the number of its revision: telling twice tells the same. Actors are accounts (2.4.2.3): an id
of the bureau, neither name nor mail address.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

VERSION = "1.0.3"
VERBS = {
    "exam_passed": ("http://adlnet.gov/expapi/verbs/passed", "通过", "passed"),
    "exam_failed": ("http://adlnet.gov/expapi/verbs/failed", "未通过", "failed"),
    "session": ("http://adlnet.gov/expapi/verbs/attended", "参加", "attended"),
    "practice": ("http://adlnet.gov/expapi/verbs/experienced", "练习", "experienced"),
    "waiver": ("https://w3id.org/xapi/adl/verbs/waived", "免修", "waived"),
    "void": ("http://adlnet.gov/expapi/verbs/voided", "作废", "voided"),
}
ACTIVITY_TYPES = {
    "exam": "http://adlnet.gov/expapi/activities/assessment",
    "session": "http://adlnet.gov/expapi/activities/meeting",
    "practice": "http://adlnet.gov/expapi/activities/performance",
    "waiver": "http://adlnet.gov/expapi/activities/course",
}

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:mingjing:xapi")


@dataclass(frozen=True)
class Told:
    """An entry as it stands in its ``revision`` (from 1). ``at`` aware; ``taken_back``: it does not count any more.

    ``max_score``: where it has a score. ``grade``: what that is called, in Chinese and English, where it is called
    anything.
    """

    id: str
    revision: int
    taken_back: bool
    person_id: str
    kind: str
    ref: str
    title: str
    at: datetime
    stored_at: datetime
    passed: bool
    credits: float
    score: float | None
    max_score: float | None
    grade: tuple[str, str] | None = None


def statements(entry: Told, home: str) -> Iterator[dict[str, Any]]:
    """What has been said of an entry in all: each former statement voided, then the one that holds.

    ``home``: the IRI of the system in which the accounts are, without a slash at its end.
    """
    last = entry.revision if entry.taken_back else entry.revision - 1
    for revision in range(1, last + 1):
        yield _voiding(entry, revision, home)
    if not entry.taken_back:
        yield _statement(entry, home)


def statement_id(entry_id: str, revision: int) -> str:
    """The id of the statement of this revision of an entry, the same for ever."""
    return str(uuid.uuid5(_NAMESPACE, f"{entry_id}:{revision}"))


def _statement(entry: Told, home: str) -> dict[str, Any]:
    outcome = ("exam_passed" if entry.passed else "exam_failed") if entry.kind == "exam" else entry.kind
    extensions: dict[str, Any] = {f"{home}/xapi/credits": entry.credits}
    if entry.grade is not None:
        extensions[f"{home}/xapi/grade"] = dict(zip(("zh-CN", "en-US"), entry.grade, strict=True))
    result: dict[str, Any] = {"completion": True, "extensions": extensions}
    if entry.kind in ("exam", "waiver"):
        result["success"] = entry.passed
    if entry.score is not None and entry.max_score:
        raw, most = entry.score, entry.max_score
        scaled = round(min(1.0, max(-1.0, raw / most)), 4)
        result["score"] = {"scaled": scaled, "raw": min(raw, most), "min": 0, "max": most}
    return {
        "id": statement_id(entry.id, entry.revision),
        "actor": _account(entry.person_id, home),
        "verb": _verb(outcome),
        "object": {
            "objectType": "Activity",
            "id": f"{home}/xapi/{'tasks' if entry.kind == 'waiver' else entry.kind + 's'}/{entry.ref}",
            "definition": {"type": ACTIVITY_TYPES[entry.kind], "name": {"zh-CN": entry.title}},
        },
        "result": result,
        "context": {"platform": "Mingjing", "language": "zh-CN"},
        "timestamp": _time(entry.at),
        "version": VERSION,
    }


def _voiding(entry: Told, revision: int, home: str) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid5(_NAMESPACE, f"{entry.id}:{revision}:void")),
        "actor": {"objectType": "Agent", "account": {"homePage": home, "name": "mingjing"}},
        "verb": _verb("void"),
        "object": {"objectType": "StatementRef", "id": statement_id(entry.id, revision)},
        "version": VERSION,
    }


def _account(person_id: str, home: str) -> dict[str, Any]:
    return {"objectType": "Agent", "account": {"homePage": home, "name": person_id}}


def _verb(name: str) -> dict[str, Any]:
    iri, zh, en = VERBS[name]
    return {"id": iri, "display": {"zh-CN": zh, "en-US": en}}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
