"""Cases and people between the model's dataclasses and the form in which the database keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.tasks.clock_documents import clock_document, clock_of
from services.tasks.listing_documents import listing_fields
from services.tasks.model.calendar import end_of
from services.tasks.model.case import Case, Entry
from services.tasks.model.conflict import Colleague
from services.tasks.model.dates import Dates
from services.tasks.model.dispatch import Assistance, Transfer
from services.tasks.model.related import TIME_LIMITS
from services.tasks.model.rules import BUREAU
from services.tasks.model.study import RequiredExam, StudyEntry
from services.tasks.oversight_documents import (
    date_fields,
    date_fields_at_opening,
    extension_request_of,
    oversight_fields,
    supervisions_of,
)
from services.tasks.relation_documents import relation_fields, relations_of

Document = dict[str, Any]


def new_case_document(case: Case, opening: Entry, dates: Dates) -> Document:
    """The whole document of a case that was just opened; what is still empty is left out."""
    return {
        "_id": case.id,
        "number": case.number,
        "category": case.category,
        "source": {"kind": case.source_kind, "id": case.source_id},
        "opened_at": case.opened_at,
        "reporter_mode": case.reporter_mode,
        "excluded_unit_ids": list(case.excluded_unit_ids),
        **({"route": case.route} if case.route != BUREAU else {}),
        "state": case.state,
        "reporter_state": case.reporter_state,
        "allegations": list(case.allegations),
        "clocks": [clock_document(clock) for clock in case.clocks],
        **date_fields_at_opening(dates),
        **listing_fields(case),
        "history": [entry_document(opening)],
    }


def changed_fields(case: Case, dates: Dates) -> Document:
    """All that an action can change, for one ``$set``."""
    return {
        "excluded_unit_ids": list(case.excluded_unit_ids),
        "state": case.state,
        "reporter_state": case.reporter_state,
        "resume_to": case.resume_to,
        "handler_id": case.handler_id,
        "unit_id": case.unit_id,
        "allegations": list(case.allegations),
        "clocks": [clock_document(clock) for clock in case.clocks],
        "steps": case.steps,
        "evidence": case.evidence,
        "investigators": sorted(case.investigators),
        "deciders": sorted(case.deciders),
        "findings": [{"allegation": number, "outcome": outcome} for number, outcome in case.findings],
        "dispositions": [{"allegation": number, "measure": measure} for number, measure in case.dispositions],
        "reviewer_id": case.reviewer_id,
        "result_told": case.result_told,
        "round": case.round,
        "results": case.results,
        "re_examination": case.re_examination,
        "re_examined": case.re_examined,
        "reviewers": sorted(case.reviewers),
        "predecessors": sorted(case.predecessors),
        "rating": {"number": case.rating[0], "satisfied": case.rating[1]} if case.rating else None,
        **date_fields(dates),
        **listing_fields(case),
        **oversight_fields(case),
        **_of_some_cases(case),
        **relation_fields(case),
    }


def _of_some_cases(case: Case) -> Document:
    """What only some cases have; once there it is never taken away again."""
    document: Document = {}
    if case.items:
        document["evidence_items"] = case.items
    if case.transfer:
        document["transfer"] = transfer_document(case.transfer)
    if case.assistance:
        document["assistance"] = [vars(request) for request in case.assistance]
    if case.closed_at:
        document["closed_at"] = case.closed_at
    return document


def transfer_document(transfer: Transfer) -> Document:
    """A transfer as it is stored and shown; a day is a text in both."""
    answered_on = transfer.answered_on
    return {**vars(transfer), "answered_on": answered_on.isoformat() if answered_on else None}


def _transfer_of(document: Document | None) -> Transfer | None:
    if document is None:
        return None
    answered_on = document["answered_on"]
    return Transfer(**{**document, "answered_on": date.fromisoformat(answered_on) if answered_on else None})


def case_of(document: Document) -> Case:
    """The case of a stored document; the history is not needed for it."""
    rating = document.get("rating")
    return Case(
        id=document["_id"],
        number=document["number"],
        category=document["category"],
        source_kind=document["source"]["kind"],
        source_id=document["source"]["id"],
        opened_at=document["opened_at"],
        reporter_mode=document["reporter_mode"],
        excluded_unit_ids=tuple(document["excluded_unit_ids"]),
        state=document["state"],
        reporter_state=document["reporter_state"],
        resume_to=document.get("resume_to"),
        handler_id=document.get("handler_id"),
        unit_id=document.get("unit_id"),
        allegations=tuple(document["allegations"]),
        clocks=tuple(clock_of(clock) for clock in document["clocks"]),
        steps=document.get("steps", 0),
        evidence=document.get("evidence", 0),
        investigators=frozenset(document.get("investigators", ())),
        deciders=frozenset(document.get("deciders", ())),
        findings=tuple((one["allegation"], one["outcome"]) for one in document.get("findings", ())),
        dispositions=tuple((one["allegation"], one["measure"]) for one in document.get("dispositions", ())),
        reviewer_id=document.get("reviewer_id"),
        result_told=document.get("result_told", False),
        round=document.get("round", 1),
        results=document.get("results", 0),
        re_examination=document.get("re_examination", False),
        re_examined=document.get("re_examined", False),
        reviewers=frozenset(document.get("reviewers", ())),
        predecessors=frozenset(document.get("predecessors", ())),
        rating=(rating["number"], rating["satisfied"]) if rating else None,
        route=document.get("route", BUREAU),
        level=document.get("level", 0),
        supervisions=supervisions_of(document),
        extension_request=extension_request_of(document),
        items=document.get("evidence_items", 0),
        transfer=_transfer_of(document.get("transfer")),
        assistance=tuple(Assistance(**request) for request in document.get("assistance", ())),
        closed_at=document.get("closed_at"),
        **relations_of(document),
        version=document["version"],
    )


def entry_document(entry: Entry) -> Document:
    """One line of the history as it is stored."""
    who = {"id": entry.by_id, "name": entry.by_name} if entry.by_id else None
    return {
        "action": entry.action,
        "at": entry.at,
        "who": who,
        "from": entry.from_state,
        "to": entry.to_state,
        "why": entry.why,
        "details": _stored(entry.details),
    }


def entry_of(document: Document) -> Entry:
    """The line of the history again."""
    who = document["who"] or {"id": None, "name": None}
    return Entry(
        action=document["action"],
        at=document["at"],
        by_id=who["id"],
        by_name=who["name"],
        from_state=document["from"],
        to_state=document["to"],
        why=document["why"],
        details=_loaded(document["details"]),
    )


def _stored(details: Mapping[str, Any]) -> Document:
    if TIME_LIMITS not in details:
        return dict(details)
    return {**details, TIME_LIMITS: [clock_document(clock) for clock in details[TIME_LIMITS]]}


def _loaded(details: Document) -> Document:
    if TIME_LIMITS not in details:
        return details
    return {**details, TIME_LIMITS: [clock_of(clock) for clock in details[TIME_LIMITS]]}


def colleague_of(document: Document) -> Colleague:
    """Somebody of the directory."""
    return Colleague(
        id=document["_id"],
        unit_id=document["unit_id"],
        unit_path=tuple(document["unit_path"]),
        roles=frozenset(document["roles"]),
        active=document["active"],
    )


def study_entry_of(document: Document) -> StudyEntry:
    """One entry of a study record."""
    return StudyEntry(
        kind=document["kind"],
        ref=document["ref"],
        title=document["title"],
        at=document["at"],
        score=document.get("score"),
        credits=document["credits"],
        points=document.get("points", 0),
        required=document.get("required", False),
        passed=document.get("passed", True),
        course_id=document.get("course_id"),
        makes_up=document.get("makes_up"),
    )


def required_course_of(document: Document) -> RequiredExam:
    """A required course and its audience; due at the end of its day."""
    due_on = document["due_on"]
    return RequiredExam(
        id=document["_id"],
        lines=frozenset(document["lines"]),
        units=frozenset(document["units"]),
        roles=frozenset(document["roles"]),
        due_at=end_of(date.fromisoformat(due_on)) if due_on else None,
    )


def required_exam_of(document: Document) -> RequiredExam:
    """A required exam or course and its audience."""
    return RequiredExam(
        id=document["_id"],
        lines=frozenset(document["lines"]),
        units=frozenset(document["units"]),
        roles=frozenset(document["roles"]),
        due_at=document.get("closes_at"),
        exempt=frozenset(document.get("exempt", ())),
        due_for={one["person_id"]: one["closes_at"] for one in document.get("personal_closings", ())},
    )
