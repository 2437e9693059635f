"""Who may know of a case, and who may work on it: the handler's own cases, and never the unit concerned.

《纪检监察机关处理检举控告工作规则》: what is about a body goes to the level above and is not visible to
that body; 《信访工作条例》: report material never goes to those reported. A unit that is concerned
excludes everybody in it and in the units below it. What is about the head of the bureau goes the way ``above``: the
supervision group, which comes from there, sees the case and hands it on; nobody else knows of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.tasks.model.case import Case, Entry
from services.tasks.model.rules import ABOVE
from services.tasks.model.transitions import DESK, HANDLER, JOINT, KEEP_FROM, LEADER, SUPERVISOR


class Person(Protocol):
    """Who acts or reads, as contracts.call.Actor has it. ``unit_path``: unit ids from the root to the own
    unit.
    """

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def unit_path(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Colleague:
    """Somebody that an action names, as the directory knows them."""

    id: str
    unit_id: str
    unit_path: tuple[str, ...]
    roles: frozenset[str]
    active: bool


@dataclass(frozen=True)
class Scope:
    """Which cases a person may know of. ``handler_id``: only those of this handler, jointly handled ones among them;
    ``None`` = of everybody.

    ``not_about``: none about one of these units. ``person_id``: none from which this person must keep out.
    """

    handler_id: str | None
    not_about: tuple[str, ...]
    person_id: str = ""


def scope_of(person: Person) -> Scope | None:
    """The scope by role; None when no role gives any.

    The supervision group comes from the level above, so no case about a unit of the bureau is hidden from it.
    """
    if SUPERVISOR in person.roles:
        return Scope(None, (), person.id)
    if person.roles & {DESK, LEADER}:
        return Scope(None, person.unit_path, person.id)
    if HANDLER in person.roles:
        return Scope(person.id, person.unit_path, person.id)
    return None


def sees(person: Person, case: Case) -> bool:
    """Whether the person may know of this case."""
    scope = scope_of(person)
    if scope is None or person.id in case.excluded_person_ids:
        return False
    if case.route == ABOVE and SUPERVISOR not in person.roles:
        return False
    own = scope.handler_id is None or scope.handler_id in handlers_of(case)
    return own and not concerned(case.excluded_unit_ids, scope.not_about)


def reads_details(person: Person, case: Case) -> bool:
    """Whether the person reads what the file says, beyond its progress: the desk, and the handlers of it."""
    if case.route == ABOVE or concerned(case.excluded_unit_ids, person.unit_path):
        return False
    if person.id in case.excluded_person_ids:
        return False
    return DESK in person.roles or (HANDLER in person.roles and person.id in handlers_of(case))


def handlers_of(case: Case) -> tuple[str, ...]:
    """Whoever handles the case: the first handler, if there is one, and those who handle it jointly."""
    return (*((case.handler_id,) if case.handler_id else ()), *case.joint_handler_ids)


def acting_roles(person: Person, case: Case) -> frozenset[str]:
    """The roles that count for this case: a handler's only in own cases, ``JOINT`` in those handled jointly; none but
    the supervisor's in a conflict, and none of a person who must keep out.
    """
    if person.id in case.excluded_person_ids:
        return frozenset()
    roles = person.roles if case.handler_id == person.id else person.roles - {HANDLER}
    if HANDLER in person.roles and person.id in case.joint_handler_ids:
        roles |= {JOINT}
    conflict = case.route == ABOVE or concerned(case.excluded_unit_ids, person.unit_path)
    return roles & {SUPERVISOR} if conflict else roles


def kept_from(case: Case, unit_ids: Iterable[str], at: datetime) -> Entry | None:
    """The entry by which the case is hidden from these units too; None when it is from all of them already."""
    new = [unit_id for unit_id in dict.fromkeys(unit_ids) if unit_id not in case.excluded_unit_ids]
    if not new:
        return None
    return Entry(KEEP_FROM.action, at, None, None, case.state, case.state, details={"unit_ids": new})


def concerned(excluded_unit_ids: Iterable[str], unit_path: Iterable[str]) -> bool:
    """Whether somebody in this unit is excluded from the case."""
    return not set(excluded_unit_ids).isdisjoint(unit_path)
