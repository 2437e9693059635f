"""A small service on the chassis, for tests of what every service gets from it: logs, traces, metrics."""

from __future__ import annotations

import structlog
from marshmallow import Schema, fields

from chassis import Database, Store, consume, ids, serve
from contracts.event import Event
from contracts.operation import Operation
from contracts.roles import PUBLIC

_log = structlog.get_logger()


class LampLitV1(Event):
    """A lamp was lit."""

    producer = "lamps"
    event = "lamp_lit"
    colour = fields.String(required=True)


class Light(Schema):
    colour = fields.String(required=True)


class Lamp(Schema):
    id = fields.String()


light_lamp = Operation("lamps", "light_lamp", Light, Lamp, PUBLIC)
break_lamp = Operation("lamps", "break_lamp", Light, Lamp, PUBLIC)


class LampsStore(Store):
    database_name = "lamps"
    outboxes = ("lamps",)


class Lamps:
    """Lights lamps, and notices lit ones; breaks when told the colour ``broken``."""

    name = "lamps"
    store = Database(LampsStore)

    @serve(light_lamp)
    def light_lamp(self, request, call):
        lamp = {"_id": ids.new_id(), "colour": request["colour"]}
        event = LampLitV1.draft(lamp["_id"], colour=request["colour"])
        self.store.aggregates("lamps").insert(lamp, [event])
        return {"id": lamp["_id"]}

    @serve(break_lamp)
    def break_lamp(self, request, call):
        raise ValueError(f"a lamp of {request['colour']} broke")

    @consume(LampLitV1, attempts=1)
    def notice_lamp(self, event):
        _log.info("lamp noticed")
        if event.data["colour"].startswith("broken"):
            raise ValueError(f"a lamp of {event.data['colour']} broke")
        self.store.db.noticed.insert_one({"_id": event.id})
