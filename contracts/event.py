"""Events as a public contract: a class an event, drafted by its producer, received by its consumers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from marshmallow import EXCLUDE

from contracts.schema import Schema


class Event(Schema):
    """Base of every event's data schema.

    A subclass names its ``producer`` (service), its ``event`` (past tense) and ``version``, and lists its fields.
    Fields are only ever added, with ``load_default``; anything else is a new version beside the old one.
    Unknown fields are ignored, so that a consumer outlives additions.
    """

    class Meta:
        unknown = EXCLUDE

    producer: ClassVar[str]
    event: ClassVar[str]
    version: ClassVar[int] = 1
    # Whether the moment must not be told: what a member of the public does. The envelope's ``time`` is then cut to the
    # full hour, and so is the time that its ``id`` holds.
    discreet: ClassVar[bool] = False

    @classmethod
    def type(cls) -> str:
        """CloudEvents ``type``: ``reports.report_submitted.v1``."""
        return f"{cls.producer}.{cls.event}.v{cls.version}"

    @classmethod
    def exchange(cls) -> str:
        """The topic exchange of the producer, nameko's convention."""
        return f"{cls.producer}.events"

    @classmethod
    def routing_key(cls) -> str:
        """The event's name; from the second version on with its number, so that both can be listened to apart."""
        return cls.event if cls.version == 1 else f"{cls.event}_v{cls.version}"

    @classmethod
    def schema(cls) -> Event:
        """The one instance of this class, compiled once."""
        instance: Event | None = cls.__dict__.get("_instance")
        if instance is None:
            instance = cls._instance = cls()
        return instance

    _instance: ClassVar[Event]

    @classmethod
    def draft(cls, subject: str, **data: Any) -> Draft:
        """An event about to be written with its change. Raises ``ValidationError`` for data the schema refuses."""
        schema = cls.schema()
        dumped = schema.dump(data)
        unknown = data.keys() - schema.fields.keys()
        if unknown:
            raise TypeError(f"{cls.type()} has no field {', '.join(sorted(unknown))}")
        schema.load(dumped)
        return Draft(cls, subject, dumped, discreet=cls.discreet)


@dataclass(frozen=True)
class Draft:
    """An event before its aggregate has given it an id, a sequence and a time. ``data`` is in JSON form.

    ``cause``: the trace context of what it follows from; by default of what is being done when it is written.
    ``discreet``: as ``Event.discreet``, or because it follows at once from an event that is.
    """

    event: type[Event]
    subject: str
    data: dict[str, Any]
    cause: str | None = None
    discreet: bool = False

    def about(self, subject: str, **changes: Any) -> Draft:
        """The same about another subject, with these fields changed: for thousands at once, since only the changes
        are checked. Raises as ``Event.draft`` does.
        """
        fields = self.event.schema().fields
        data = dict(self.data)
        for name, value in changes.items():
            field = fields.get(name)
            if field is None:
                raise TypeError(f"{self.event.type()} has no field {name}")
            key = name if field.data_key is None else field.data_key
            data[key] = field.serialize(name, {name: value})
            field.deserialize(data[key], key, data)
        return replace(self, subject=subject, data=data)

    def following(self, event: Received) -> Draft:
        """The same as the consequence of ``event``: for handlers of groups, where each has a trace of its own."""
        return replace(self, cause=event.traceparent, discreet=self.discreet or event.discreet)


@dataclass(frozen=True)
class Received:
    """An event as a handler gets it. ``time`` is aware and UTC; ``data`` is loaded by the event's schema.

    ``sequence`` counts from 1 within ``subject`` without gaps, over all events of the producer about it. ``discreet``:
    ``time`` is only the hour.
    """

    id: str
    type: str
    subject: str
    sequence: int
    time: datetime
    data: dict[str, Any]
    traceparent: str | None = None
    discreet: bool = False
