"""What single actions make of a case, beyond its state and its terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.year.table import OVER

if TYPE_CHECKING:
    from tests.year.life import Life

Fields = Mapping[str, Any]


@dataclass
class Item:
    """An item of evidence: ``round`` in which it was recorded, how many ``links`` its custody has."""

    round: int
    links: int = 1
    struck: bool = False
    has_file: bool = False


def leave(case: Life) -> None:
    case.handler = case.unit = case.objection = None
    case.joint = []


def anew(case: Life) -> None:
    leave(case)
    case.steps = case.evidence = case.level = 0
    case.findings, case.measures, case.reviewers = {}, {}, set()
    case.reviewer = case.asked_longer = None
    case.told = case.examined = False
    case.round += 1


def accept(case: Life, by: str | None, fields: Fields, today: date) -> None:
    if "allegations" not in fields:
        return
    given = len(fields["allegations"])
    plain = not case.follows and not case.moved
    case.numbers = given if plain else case.numbers + max(0, given - len(case.own))


def assign(case: Life, by: str | None, fields: Fields, today: date) -> None:
    case.handler, case.unit = fields["handler_id"], fields["unit_id"]
    case.joint = [one for one in case.joint if one != case.handler]
    case.objection = None


def reassign(case: Life, by: str | None, fields: Fields, today: date) -> None:
    another = case.state == "assigned" and fields["unit_id"] != case.unit
    assign(case, by, fields, today)
    if another:
        case.terms = [term for term in case.terms if term.rule != "object" or term.done is not None]
        case.start(("object",), today, case.round)


def start(case: Life, by: str, fields: Fields, today: date) -> None:
    case.investigators.add(by)


def give_back(case: Life, by: str, fields: Fields, today: date) -> None:
    leave(case)


def object_to(case: Life, by: str, fields: Fields, today: date) -> None:
    objection = (case.handler, case.unit)
    leave(case)
    case.objection = objection  # type: ignore[assignment]


def record_step(case: Life, by: str, fields: Fields, today: date) -> None:
    case.steps += 1
    case.evidence += len(fields.get("evidence", ()))
    case.investigators.add(by)


def record_finding(case: Life, by: str, fields: Fields, today: date) -> None:
    case.investigators.add(by)
    case.findings[fields["allegation"]] = fields["outcome"]
    case.measures.pop(fields["allegation"], None)


def record_disposition(case: Life, by: str, fields: Fields, today: date) -> None:
    case.deciders.add(by)
    case.measures[fields["allegation"]] = fields["measure"]


def conclude(case: Life, by: str, fields: Fields, today: date) -> None:
    case.deciders.add(by)
    case.reviewer, case.told = None, False
    case.results += 1


def tell_result(case: Life, by: str, fields: Fields, today: date) -> None:
    case.told = True


def confirm_adequate(case: Life, by: str, fields: Fields, today: date) -> None:
    case.reviewers.add(by)
    case.reviewer = by


def send_back(case: Life, by: str, fields: Fields, today: date) -> None:
    case.reviewers.add(by)
    case.reviewer = None


def extend(case: Life, by: str, fields: Fields, today: date) -> None:
    _longer(case, fields["days"])


def approve_extension(case: Life, by: str, fields: Fields, today: date) -> None:
    assert case.asked_longer is not None
    _longer(case, case.asked_longer[0])


def _longer(case: Life, days: int) -> None:
    for term in case.terms:
        if term.done is None and not term.longer and term.law.longer:
            term.longer = days
    case.asked_longer = None


def ask_extension(case: Life, by: str, fields: Fields, today: date) -> None:
    case.asked_longer = (fields["days"], fields["approver_id"])


def refuse_extension(case: Life, by: str, fields: Fields, today: date) -> None:
    case.asked_longer = None


def supervise(case: Life, by: str, fields: Fields, today: date) -> None:
    case.orders[len(case.orders) + 1] = False


def answer_supervision(case: Life, by: str, fields: Fields, today: date) -> None:
    case.orders[case.open_orders[0]] = True


def transfer(case: Life, by: str, fields: Fields, today: date) -> None:
    case.sent_to, case.sent_on = (fields["body"], "sent"), today
    case.help = {number: "withdrawn" if state == "open" else state for number, state in case.help.items()}


def acknowledge_transfer(case: Life, by: str, fields: Fields, today: date) -> None:
    assert case.sent_to is not None
    case.sent_to = (case.sent_to[0], "acknowledged")
    answered = date.fromisoformat(fields["answered_on"])
    for term in case.terms:
        if term.rule == "transfer_acknowledged" and term.done == today:
            term.done = min(today, answered)


def take_back(case: Life, by: str, fields: Fields, today: date) -> None:
    anew(case)
    if case.sent_to is not None:
        case.sent_to = (case.sent_to[0], "declined")


def reopen(case: Life, by: str, fields: Fields, today: date) -> None:
    anew(case)


def request_assistance(case: Life, by: str, fields: Fields, today: date) -> None:
    case.help[fields["request"]] = "open"


def record_assistance(case: Life, by: str, fields: Fields, today: date) -> None:
    case.help[fields["request"]] = "answered"
    case.evidence += len(fields.get("evidence", ()))
    case.investigators.add(by)


def withdraw_assistance(case: Life, by: str, fields: Fields, today: date) -> None:
    case.help[fields["request"]] = "withdrawn"


def join(case: Life, by: str, fields: Fields, today: date) -> None:
    case.joint.append(fields["handler_id"])
    case.investigators.add(fields["handler_id"])


def unjoin(case: Life, by: str, fields: Fields, today: date) -> None:
    case.joint.remove(fields["handler_id"])


def exclude(case: Life, by: str, fields: Fields, today: date) -> None:
    case.kept_out += [one for one in fields["person_ids"] if one not in case.kept_out]
    case.joint = [one for one in case.joint if one not in case.kept_out]
    if case.reviewer in fields["person_ids"] and case.state not in OVER:
        case.reviewer = None


def exclude_handler(case: Life, by: str, fields: Fields, today: date) -> None:
    exclude(case, by, fields, today)
    leave(case)


def re_examine(case: Life, by: str | None, fields: Fields, today: date) -> None:
    case.predecessors |= case.investigators | case.deciders | case.reviewers
    anew(case)
    case.examined = case.was_examined = True


def add_evidence(case: Life, by: str, fields: Fields, today: date) -> None:
    case.investigators.add(by)
    case.evidence += 1
    case.items[len(case.items) + 1] = Item(case.round)


def withdraw_evidence(case: Life, by: str, fields: Fields, today: date) -> None:
    case.investigators.add(by)
    item = case.items[fields["item"]]
    case.evidence -= item.round == case.round
    item.struck = True
    item.links += 1


def attach_file(case: Life, by: str, fields: Fields, today: date) -> None:
    item = case.items[fields["item"]]
    item.has_file = True
    item.links += 1


def record_custody(case: Life, by: str, fields: Fields, today: date) -> None:
    case.items[fields["item"]].links += 1


def export(case: Life, by: str, fields: Fields, today: date) -> None:
    for item in case.items.values():
        item.links += item.has_file


def close(case: Life, by: str, fields: Fields, today: date) -> None:
    case.closed_on = today


DEEDS: Mapping[str, Callable[..., None]] = {
    "accept": accept,
    "assign": assign,
    "start": start,
    "record_step": record_step,
    "record_finding": record_finding,
    "record_disposition": record_disposition,
    "conclude": conclude,
    "tell_result": tell_result,
    "confirm_adequate": confirm_adequate,
    "send_back": send_back,
    "extend": extend,
    "approve_extension": approve_extension,
    "ask_extension": ask_extension,
    "refuse_extension": refuse_extension,
    "supervise": supervise,
    "answer_supervision": answer_supervision,
    "transfer": transfer,
    "acknowledge_transfer": acknowledge_transfer,
    "take_back": take_back,
    "reopen": reopen,
    "request_assistance": request_assistance,
    "record_assistance": record_assistance,
    "withdraw_assistance": withdraw_assistance,
    "join": join,
    "unjoin": unjoin,
    "exclude": exclude,
    "exclude_handler": exclude_handler,
    "re_examine": re_examine,
    "add_evidence": add_evidence,
    "withdraw_evidence": withdraw_evidence,
    "attach_file": attach_file,
    "record_custody": record_custody,
    "export": export,
    "close": close,
    "reassign": reassign,
    "insist": assign,
    "return": give_back,
    "object": object_to,
    "re_review_inadequate": reopen,
}
