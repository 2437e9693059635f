"""What a reader may know of a case: whether at all, and what of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chassis.refusals import Forbidden, NotFound
from contracts.call import Actor, Call
from services.tasks.documents import case_of, transfer_document
from services.tasks.handlers.correspondence import reply_awaited
from services.tasks.holidays import CALENDAR
from services.tasks.model import clocks, guards, oversight
from services.tasks.model.case import Case
from services.tasks.model.conflict import Scope, reads_details, scope_of, sees
from services.tasks.model.decisions import allowed_actions
from services.tasks.model.transitions import SUPERVISOR
from services.tasks.oversight_documents import supervision_document

Document = dict[str, Any]


def representation(document: Document, actor: Actor, now: datetime) -> Document:
    """The case as this actor may see it."""
    case = case_of(document)
    details = reads_details(actor, case)
    return {
        "id": case.id,
        "number": case.number,
        "state": case.state,
        "category": case.category,
        "source": {"kind": case.source_kind, "id": case.source_id},
        "handler_id": case.handler_id,
        "unit_id": case.unit_id,
        "clocks": list(_clocks(case, now, details)),
        "guards": guards.satisfied(case),
        "re_examination": case.re_examination,
        "satisfied": case.rating[1] if case.rating else None,
        "reply_awaited": reply_awaited(document) if details else None,
        "transfer": transfer_document(case.transfer) if case.transfer else None,
        "assistance": [vars(request) for request in case.assistance],
        "level": case.level,
        "supervisions": [supervision_document(order) for order in case.supervisions if order.answered_at is None],
        "extension_request": vars(case.extension_request) if case.extension_request else None,
        **_relations(case, details or SUPERVISOR in actor.roles),
        "allowed_actions": allowed_actions(case, actor, run_out(case, now)),
        "version": case.version,
    }


def allegations(case: Case, actor: Actor) -> Iterator[Document]:
    """What is asked, and what was found and done about each, for those who read the file."""
    if not reads_details(actor, case):
        return
    findings, dispositions = dict(case.findings), dict(case.dispositions)
    for number, text in enumerate(case.allegations, 1):
        yield {
            "number": number,
            "text": text,
            "outcome": findings.get(number),
            "measure": dispositions.get(number),
            "moved": number in case.moved,
        }


def run_out(case: Case, now: datetime) -> frozenset[str]:
    """The rules of those clocks of the case whose time is over without their being met."""
    open_clocks = [clock for clock in case.clocks if clock.ended_at is None]
    return frozenset(clock.rule for clock in open_clocks if clocks.state(clock, now, CALENDAR) == "missed")


def _relations(case: Case, conflicts: bool) -> Document:
    """How it hangs together with other cases, and with whom. ``conflicts``: also who must keep out, which is for the
    readers of the file and for the supervision group.
    """
    return {
        "merged_into": case.merged_into,
        "follower_ids": [follower.case_id for follower in case.followers],
        "split_from": case.split_from,
        "parts": [{"id": part.case_id, "number": part.number, "over": part.over} for part in case.parts],
        "joint_handler_ids": list(case.joint_handler_ids),
        "excluded_person_ids": list(case.excluded_person_ids) if conflicts else [],
        "moved_allegations": list(case.moved),
    }


def _clocks(case: Case, now: datetime, details: bool) -> Iterator[Document]:
    """The clocks of the case. One that only a named reporter has would tell whether the report was signed, which is
    for the readers of the file alone.
    """
    for clock in case.clocks:
        if clocks.rule_under(clock).named_only and not details:
            continue
        yield {
            "rule": clock.rule,
            "ref": clock.ref,
            "started_at": clock.started_at,
            "due_at": clocks.due_at(clock, now, CALENDAR),
            "state": clocks.state(clock, now, CALENDAR),
            "stage": oversight.stage_of(clock, now, CALENDAR),
        }


def visible(document: Document | None, actor: Actor) -> tuple[Document, Case]:
    """The case; ``NotFound`` too when it is not the actor's to know of."""
    if document is not None:
        case = case_of(document)
        if sees(actor, case):
            return document, case
    raise NotFound("case")


def scope_to_list(actor: Actor) -> Scope:
    """Which cases the actor may list; ``Forbidden`` when no role gives any."""
    scope = scope_of(actor)
    if scope is None:
        raise Forbidden()
    return scope


def signed_in(call: Call) -> Actor:
    """Who calls; ``Forbidden`` for a call of nobody."""
    if call.actor is None:
        raise Forbidden()
    return call.actor
