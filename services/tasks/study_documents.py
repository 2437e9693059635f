"""Study sessions, courses and their entries, between the model and the stored form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.tasks.model.sessions import Speaker, rule_of, speakers_of, warnings, week_of
from services.tasks.model.study import Learner

Document = dict[str, Any]


def speakers_from(documents: Sequence[Mapping[str, Any]]) -> list[Speaker]:
    """The main speakers of a session."""
    return [Speaker(one["name"], one.get("person_id"), one.get("topic")) for one in documents]


def derived_fields(document: Mapping[str, Any]) -> Document:
    """What is stored besides, because it is asked for: the week and the number of speakers."""
    return {
        "week": week_of(document["starts_at"]).isoformat(),
        "speaker_count": speakers_of(speakers_from(document["speakers"])),
    }


def held_by(document: Mapping[str, Any]) -> list[str]:
    """The branches that hold a session: the one that it is of, and those that hold it jointly."""
    return [document["unit_id"], *document.get("joint_unit_ids", ())]


def session_shown(document: Document, attended: bool) -> Document:
    """A session as it is answered to somebody who ``attended`` it or not."""
    lacking = warnings(document["starts_at"], speakers_from(document["speakers"]))
    rule = rule_of(date.fromisoformat(document["week"]))
    return {
        **document,
        "id": document["_id"],
        "joint_unit_ids": document.get("joint_unit_ids", []),
        "warnings": lacking,
        "counts": not lacking and not document["withdrawn"],
        "rule_version": rule.version if rule else None,
        "attended_by_me": attended,
    }


def session_entry(document: Mapping[str, Any], course: Mapping[str, Any] | None) -> Document:
    """The entry of whoever attended this session."""
    entry = {
        "kind": "session",
        "ref": document["_id"],
        "title": document["title"],
        "at": document["starts_at"],
        "credits": document["credits"],
        "points": 0,
        "required": bool(course and course["required"]),
        "passed": True,
        "sequence": document["version"],
    }
    return {**entry, "course_id": course["_id"]} if course else entry


def waiver_entry(kind: str, ref: str, title: str, reason: str, by: str, at: datetime, sequence: int) -> Document:
    """The entry of whoever need not do an exam or a course; ``sequence`` grows with each grant."""
    return {
        "kind": "waiver",
        "ref": ref,
        "waives": kind,
        "title": title,
        "at": at,
        "credits": 0.0,
        "points": 0,
        "required": True,
        "passed": True,
        "reason": reason,
        "by": by,
        "sequence": sequence,
    }


def learner_of(person: Mapping[str, Any]) -> Learner:
    """A person of the directory."""
    return Learner(person["_id"], tuple(person["unit_path"]), person["line"], frozenset(person["roles"]))
