"""Two small services on the chassis, told by each message how to behave: the press writes events, the desk takes them.

What the desk does is written to its database at once, every run of a handler apart from its effect, so that a test
can tell "handled again" from "had its effect again".
"""

from __future__ import annotations

import os
import time
from typing import Any

from marshmallow import Schema, fields
from pymongo.errors import DuplicateKeyError

from chassis import Database, Reject, Store, clock, consume, serve
from contracts.event import Event
from contracts.fields import Binary
from contracts.operation import Operation
from contracts.roles import PUBLIC

PRESS = "tests.integration.chassis.probes:PressService"
DESK = "tests.integration.chassis.probes:DeskService"


class _Told(Event):
    """``do``: handle | fail | fail twice | reject | wait (until the gate named by ``gate`` is opened)."""

    producer = "press"
    event = "told"
    do = fields.String(load_default="handle")
    gate = fields.String(load_default="")


class SheetPrintedV1(_Told):
    """Taken one at a time, two at once."""

    event = "sheet_printed"


class PageTurnedV1(_Told):
    """Taken in groups of up to ten."""

    event = "page_turned"


class BellRungV1(_Told):
    """Taken by a handler of its own, as a service has several."""

    event = "bell_rung"


class NobodyTakesV1(_Told):
    """No service takes it."""

    event = "nobody_takes"


class Instruction(Schema):
    value = fields.Integer(required=True)
    gate = fields.String(load_default="")


class Said(Schema):
    value = fields.Integer()


class Parcel(Schema):
    """Bytes beside other fields."""

    label = fields.String(required=True)
    content = Binary(max=2_000_000, required=True)


# Sends back what it is sent.
mirror = Operation("desk", "mirror", Parcel, Parcel, PUBLIC, repeatable=True)

# Harmless when run again, and not.
repeat = Operation("desk", "repeat", Instruction, Said, PUBLIC, repeatable=True)
act = Operation("desk", "act", Instruction, Said, PUBLIC)
# An operation that the desk does not have, of a service that nobody has.
ask_nobody = Operation("nobody", "ask", Instruction, Said, PUBLIC, repeatable=True)


class PressStore(Store):
    database_name = "press"
    outboxes = ("sheets",)


class DeskStore(Store):
    database_name = "desk"

    def run(self, what: str) -> None:
        """Notes that a handler began."""
        self.db.runs.insert_one({"what": what, "at": clock.now(), "process": os.getpid()})

    def runs(self, what: str) -> int:
        return self.db.runs.count_documents({"what": what})

    def effect(self, what: str) -> None:
        """What happens once in effect: the id derives from the event's."""
        try:
            self.db.effects.insert_one({"_id": what, "times": 1})
        except DuplicateKeyError:
            return

    def pass_gate(self, gate: str) -> None:
        """Waits, without holding up others, until a test opens the gate."""
        while gate and self.db.gates.find_one({"_id": gate}) is None:
            time.sleep(0.02)


class PressService:
    """Owns sheets; its events are written by tests into its database, and leave through its relay."""

    name = "press"
    store = Database(PressStore)

    @serve(Operation("press", "ping", Instruction, Said, PUBLIC, repeatable=True))
    def ping(self, request: dict[str, Any], call: Any) -> dict[str, Any]:
        return {"value": request["value"]}


class DeskService:
    """Does with each event what the event says."""

    name = "desk"
    store = Database(DeskStore)

    @consume(SheetPrintedV1, concurrency=2)
    def file_sheet(self, event: Any) -> None:
        _obey(self.store, event)

    @consume(PageTurnedV1, group=10)
    def count_pages(self, events: list[Any]) -> None:
        for event in events:
            self.store.run(event.id)
        if any(event.data["do"] == "fail" for event in events):
            raise ValueError("a page of the group is torn")
        for event in events:
            self.store.effect(event.id)

    @consume(BellRungV1)
    def hear_bell(self, event: Any) -> None:
        _obey(self.store, event)

    @serve(mirror)
    def mirror(self, request: dict[str, Any], call: Any) -> dict[str, Any]:
        return request

    @serve(repeat)
    def repeat(self, request: dict[str, Any], call: Any) -> dict[str, Any]:
        return self._answer("repeat", request)

    @serve(act)
    def act(self, request: dict[str, Any], call: Any) -> dict[str, Any]:
        return self._answer("act", request)

    def _answer(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        self.store.run(f"{name} {request['value']}")
        self.store.pass_gate(request["gate"])
        return {"value": request["value"]}


def _obey(store: DeskStore, event: Any) -> None:
    store.run(event.id)
    match event.data["do"]:
        case "fail":
            raise ValueError("the sheet of 王小明 is torn")
        case "fail twice" if store.runs(event.id) <= 2:
            raise ValueError("the sheet is torn")
        case "reject":
            raise Reject("no such shelf")
        case "wait":
            store.pass_gate(event.data["gate"])
    store.effect(event.id)
