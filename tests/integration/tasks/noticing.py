"""People with notices and mail, as the tests of both want them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.call import Actor
from contracts.event import Received
from contracts.reports.events import IdentityRequestChangedV1, MessagePostedV1
from contracts.tasks import operations
from contracts.tasks.events import ClockStageReachedV1
from services.tasks.handlers import notice_settings, notices, study
from services.tasks.store import TasksStore
from tests.integration.tasks.building import BUREAU, DISTRICT, NOW, OFFICE, a_person, actor, by, received


class Staff:
    """A desk, a handler, another one, a leader and a custodian of a test's own, so that no other test tells them."""

    def __init__(self, store: TasksStore, tag: str) -> None:
        self._store = store
        self.desk = actor("desk", id=f"desk-{tag}", path=(BUREAU,))
        self.handler = actor("handler", id=f"handler-{tag}", path=(BUREAU, OFFICE))
        self.other = actor("handler", id=f"other-{tag}", path=(BUREAU, DISTRICT))
        self.leader = actor("leader", id=f"leader-{tag}", path=(BUREAU, OFFICE))
        self.custodian = actor("custodian", id=f"custodian-{tag}", path=(BUREAU, DISTRICT))
        self.all = (self.desk, self.handler, self.other, self.leader, self.custodian)
        self.join()

    def join(self, *, active: bool = True, sequence: int = 1) -> None:
        study.know_people(self._store, [a_person(one, active=active, sequence=sequence) for one in self.all])

    def leave(self) -> None:
        """Nobody of them is told anything from now on."""
        self.join(active=False, sequence=2)


def inbox(store: TasksStore, who: Actor, **request: Any) -> list[dict[str, Any]]:
    """The person's notices, newest first."""
    loaded = operations.list_my_notices.load(request)
    return operations.list_my_notices.dump(notices.list_mine(store, loaded, by(who)))["items"]


def kinds(store: TasksStore, who: Actor, **request: Any) -> list[str]:
    return [notice["kind"] for notice in inbox(store, who, **request)]


def unread(store: TasksStore, who: Actor) -> int:
    return notices.count_mine(store, {}, by(who))["unread"]


def mark_read(store: TasksStore, who: Actor, **request: Any) -> int:
    return notices.read_mine(store, operations.read_my_notices.load(request), by(who))["unread"]


def wants(store: TasksStore, who: Actor, version: int | None = None, **settings: Any) -> dict[str, Any]:
    """The person's settings from now on."""
    request = operations.set_my_notice_settings.load({"expected_version": version, **settings})
    return operations.set_my_notice_settings.dump(notice_settings.set_mine(store, request, by(who)))


def a_message(case_id: str, number: int = 1, author: str = "reporter") -> Received:
    message = received(
        MessagePostedV1, case_id, report_id=case_id, case_id=case_id, kind="report", author=author, number=number
    )
    return replace(message, time=NOW)


def an_identity_request(case_id: str, requester: Actor, state: str) -> Received:
    return received(
        IdentityRequestChangedV1,
        "request-1",
        request_id="request-1",
        report_id=case_id,
        case_id=case_id,
        number="2026-000001",
        requester_id=requester.id,
        state=state,
        at=NOW,
    )


def a_stage(case_id: str, stage: str, to: Iterable[str], handler: Actor | None = None, **changes: Any) -> Received:
    subject = changes.pop("subject", case_id)
    return received(
        ClockStageReachedV1,
        subject,
        **{
            "case_id": case_id,
            "number": "2026-000001",
            "rule": "handle",
            "stage": stage,
            "due_at": NOW,
            "handler_id": handler.id if handler else None,
            "unit_id": OFFICE,
            "to": list(to),
            "at": NOW,
            **changes,
        },
    )


def make(store: TasksStore, now: datetime = NOW) -> None:
    notices.make_notices(store, now)
