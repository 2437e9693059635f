"""Whether a person may take an action now, and the history entry that it becomes. Decides only; changes
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.tasks.model import clocks, exclusion, extending, guards, relating
from services.tasks.model.applying import target
from services.tasks.model.case import Case, Entry
from services.tasks.model.clocks import is_extendable
from services.tasks.model.conflict import Colleague, Person, acting_roles, concerned
from services.tasks.model.dispatch import SENT, open_requests
from services.tasks.model.dispatching import check_dispatch
from services.tasks.model.refusals import CaseCannotClose, Forbidden, Invalid, WrongState, invalid
from services.tasks.model.relating import check_relating
from services.tasks.model.supervision import check_answer, check_order, open_orders
from services.tasks.model.transitions import BY_ACTION, FINAL, HANDLER, LEADER, Transition, possible

# Lines of history that actions without a change of state may add: 16 MB is the most that one document
# holds, and a line takes up to about 15 kB. Actions that move the case on are not limited, so no case
# gets stuck by it.
MAX_HISTORY = 700
# A file that is full can still leave as a bundle, and whoever must keep out of it can still be kept out: 4 kB a line.
_MOST_LINES = dict.fromkeys(("export", "exclude"), MAX_HISTORY + 1000)


# Actions on something that must be there besides the state.
_WITH_AN_OBJECT = frozenset(
    {
        "extend", "ask_extension", "approve_extension", "refuse_extension", "answer_supervision",
        "acknowledge_transfer", "record_assistance", "withdraw_assistance", "object", "insist", "merge", "split",
        "unjoin",
    }
)  # fmt: skip
_GIVING = frozenset({"assign", "reassign"})
_EXTENDING = frozenset({"extend", "ask_extension"})
_ON_REQUEST = frozenset({"approve_extension", "refuse_extension"})


@dataclass(frozen=True)
class Action:
    """What somebody asks for. ``fields``: those of the action, without its name."""

    name: str
    fields: Mapping[str, Any]
    at: datetime


def people_of(case: Case, action: str, fields: Mapping[str, Any]) -> list[str]:
    """The ids of the people whom ``decide`` must know for this action."""
    named = [fields[name] for name in ("handler_id", "approver_id") if name in fields]
    if action == "insist" and case.objection:
        named.append(case.objection[0])
    return [*named, *fields.get("person_ids", ())]


def decide(
    case: Case,
    action: Action,
    person: Person,
    colleagues: Mapping[str, Colleague],
    history_length: int = 0,
    run_out: Collection[str] = (),
    staff: Collection[Colleague] = (),
) -> Entry:
    """The entry to apply. ``colleagues``: the people that the action is about, as far as the directory knows them.
    ``run_out``: the rules of the clocks whose time is over by now. ``staff``: all active people with a role of
    ``exclusion.STAFF``, for ``exclude``.

    Raises, in this order: ``Forbidden`` (no role of this person ever takes the action in this case),
    ``WrongState`` (not now), ``CaseCannotClose`` (guards), ``Invalid`` (a field), ``Forbidden`` (a
    conflict of roles).
    """
    row = BY_ACTION[action.name]
    roles = acting_roles(person, case)
    if not roles & row.roles:
        raise Forbidden("cases.not_your_action")
    _check_state(case, row, person, run_out)
    _check_fields(case, action, colleagues)
    _check_person(case, action, person)
    if action.name == "exclude":
        exclusion.check_order(case, person, (colleagues[one] for one in action.fields["person_ids"]), staff)
        exclusion.check_somebody_left(case, action.fields["person_ids"], staff, "person_ids")
    if row.newcomers_only and person.id in case.predecessors:
        raise Forbidden("cases.predecessor")
    if row.action == "confirm_adequate" and not guards.is_second_person(case, person.id):
        raise Forbidden("cases.second_person")
    if row.target is None and history_length >= _MOST_LINES.get(row.action, MAX_HISTORY):
        raise Forbidden("cases.history_full")
    details = {name: _stored(value) for name, value in action.fields.items() if name != "reason"}
    if row.action == "request_assistance":
        details["request"] = len(case.assistance) + 1
    if row.action in _EXTENDING:
        details.setdefault("ground", "complex")
    if row.action == "approve_extension" and case.extension_request:
        details |= extending.granted(case.extension_request)
    if row.action == "answer_supervision":
        details.setdefault("order", open_orders(case.supervisions)[0])
    if row.action in _GIVING:
        details["unit_id"] = details.get("unit_id") or colleagues[details["handler_id"]].unit_id
    if row.action == "insist" and case.objection:
        details["handler_id"], details["unit_id"] = case.objection
    if row.action == "exclude":
        row = exclusion.row_for(case, details["person_ids"])
    return Entry(
        action=row.action,
        at=action.at,
        by_id=person.id,
        by_name=person.name,
        from_state=case.state,
        to_state=target(case, row),
        why=action.fields.get("reason"),
        details=details,
    )


def _stored(value: Any) -> Any:
    """Days as texts, which every store and every answer can hold."""
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value


def allowed_actions(case: Case, person: Person, run_out: Collection[str] = ()) -> list[str]:
    """What this person may do with the case now, all conditions considered; ``run_out`` as for ``decide``."""
    roles = acting_roles(person, case)
    return [name for name in possible(case.state, roles) if _is_open(case, BY_ACTION[name], person, run_out)]


def _is_open(case: Case, row: Transition, person: Person, run_out: Collection[str]) -> bool:
    if row.newcomers_only and person.id in case.predecessors:
        return False
    if row.action in _EXTENDING:
        return any(is_extendable(clock) for clock in case.clocks)
    if row.action in _ON_REQUEST:
        return is_extension_open(case) and _may_grant(case, row.action, person)
    if row.action == "answer_supervision":
        return bool(open_orders(case.supervisions))
    if row.action == "confirm_adequate":
        return guards.is_second_person(case, person.id)
    if row.action == "acknowledge_transfer":
        return case.transfer is not None and case.transfer.state == SENT
    if row.action in ("record_assistance", "withdraw_assistance"):
        return bool(open_requests(case.assistance))
    if row.action in relating.ACTIONS:
        return relating.is_open(case, row.action, run_out)
    return not _lacking(case, row)


def _lacking(case: Case, row: Transition) -> list[str]:
    if row.action == "merge":
        return guards.missing_to_merge(case)
    if row.action == "close":
        return guards.missing_to_close(case)
    if row.action == "conclude":
        return guards.missing_to_conclude(case, row.guards)
    return guards.missing(case, row.guards)


def _check_state(case: Case, row: Transition, person: Person, run_out: Collection[str]) -> None:
    in_place = case.state in row.sources
    # Whoever wants to close learns what stands against it from any state that is not final.
    lacking = _lacking(case, row) if in_place or (row.action == "close" and case.state not in FINAL) else []
    if lacking:
        raise CaseCannotClose(row.action, case.state, lacking, allowed_actions(case, person, run_out))
    if not in_place or (row.action in _WITH_AN_OBJECT and not _has_its_object(case, row, person, run_out)):
        raise WrongState(case.state, allowed_actions(case, person, run_out))


def _has_its_object(case: Case, row: Transition, person: Person, run_out: Collection[str]) -> bool:
    """Whether what the action is about is there; who may take it is another question."""
    return is_extension_open(case) if row.action in _ON_REQUEST else _is_open(case, row, person, run_out)


def is_extension_open(case: Case) -> bool:
    """Whether an extension is asked for that can still be given."""
    return case.extension_request is not None and any(is_extendable(clock) for clock in case.clocks)


def _may_grant(case: Case, action: str, person: Person) -> bool:
    """Only the leader who was named, and who is not the handler by now, extends; that one may refuse in any case."""
    named = case.extension_request is not None and case.extension_request.approver_id == person.id
    return named and (action == "refuse_extension" or person.id != case.handler_id)


def _check_person(case: Case, action: Action, person: Person) -> None:
    if action.name == "extend" and action.fields["approver_id"] != person.id:
        raise invalid("approver_id", "cases.approve_in_person")
    if action.name in _ON_REQUEST and not _may_grant(case, action.name, person):
        raise Forbidden("cases.not_the_approver")


def _check_fields(case: Case, action: Action, colleagues: Mapping[str, Colleague]) -> None:
    fields = action.fields
    if "handler_id" in fields and action.name != "unjoin":
        _check_handler(case, colleagues.get(fields["handler_id"]), fields.get("unit_id"))
    if action.name == "insist" and case.objection:
        _check_handler(case, colleagues.get(case.objection[0]), None)
    check_relating(case, action.name, fields, colleagues)
    if "approver_id" in fields:
        _check_extension(case, colleagues.get(fields["approver_id"]), fields["days"])
    if "allegation" in fields:
        _check_allegation(case, action.name, fields)
    check_dispatch(case, action.name, fields, action.at)
    check_order(fields, action.at)
    check_answer(case.supervisions, fields)


def _check_handler(case: Case, handler: Colleague | None, unit_id: str | None) -> None:
    if handler is None or not handler.active or HANDLER not in handler.roles:
        raise invalid("handler_id", "cases.not_a_handler")
    if handler.id in case.predecessors:
        raise invalid("handler_id", "cases.handler_is_predecessor")
    if handler.id in case.excluded_person_ids:
        raise invalid("handler_id", "cases.person_concerned")
    if concerned(case.excluded_unit_ids, handler.unit_path):
        raise invalid("handler_id", "cases.unit_concerned")
    if unit_id is not None and concerned(case.excluded_unit_ids, (unit_id,)):
        raise invalid("unit_id", "cases.unit_concerned")


def _check_extension(case: Case, approver: Colleague | None, days: int) -> None:
    if approver is None or not approver.active or LEADER not in approver.roles:
        raise invalid("approver_id", "cases.not_a_leader")
    if approver.id == case.handler_id:
        raise invalid("approver_id", "cases.approver_is_handler")
    if approver.id in case.excluded_person_ids:
        raise invalid("approver_id", "cases.person_concerned")
    if concerned(case.excluded_unit_ids, approver.unit_path):
        raise invalid("approver_id", "cases.unit_concerned")
    most = max(clocks.rule_under(clock).extension for clock in case.clocks if is_extendable(clock))
    if days > most:
        raise invalid("days", "cases.extension_too_long", days=most)


def _check_allegation(case: Case, action: str, fields: Mapping[str, Any]) -> None:
    number = fields["allegation"]
    if number > len(case.allegations):
        raise invalid("allegation", "cases.no_such_allegation", count=len(case.allegations))
    if number in case.moved:
        raise invalid("allegation", "cases.allegation_moved")
    if action == "record_disposition" and dict(case.findings).get(number) not in guards.SUBSTANTIATED:
        raise invalid("allegation", "cases.not_substantiated")


__all__ = ["MAX_HISTORY", "Action", "Invalid", "allowed_actions", "decide"]
