"""What can be seen when everything has come to rest: in the databases, on the broker, at the partners, in the logs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Report:
    """A report's document. `marker` is what its author wrote on it; `steps` are the sequences of its history."""

    id: str
    marker: str
    steps: tuple[int, ...] = (0, 1)


@dataclass(frozen=True)
class Case:
    """A case's document. `sequence` is that of its last event, `actions` are the lines of its history."""

    id: str
    report_id: str
    marker: str
    sequence: int = 1
    actions: tuple[str, ...] = ("register",)


@dataclass(frozen=True)
class Read:
    """What a receipt opened for its holder: the state of the report, `None` when it was refused, and the messages."""

    marker: str
    state: str | None
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exam:
    """An exam's document."""

    id: str
    title: str


@dataclass(frozen=True)
class Attempt:
    """An attempt's document. `answers` are the stored ones, by question."""

    id: str
    exam_id: str
    username: str
    number: int
    state: str
    answers: dict[str, Any] = field(hash=False)
    score: float | None


@dataclass(frozen=True)
class Standing:
    """What counts for a person in an exam: the attempts that were counted, one entry each."""

    exam_id: str
    username: str
    attempts: tuple[str, ...]
    sequence: int


@dataclass(frozen=True)
class Credit:
    """One entry of a study record. `sequence` is that of the standing which it shows."""

    exam_id: str
    username: str
    credits: float
    score: float
    sequence: int


@dataclass(frozen=True)
class Publication:
    """A publication's document; `version` is the released one, if there is one."""

    id: str
    title: str
    state: str
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Delivery:
    """A delivery's document. `recipient` is an address, for newsletters only."""

    id: str
    publication_id: str
    channel_id: str
    kind: str
    state: str
    recipient: str | None = None


@dataclass(frozen=True)
class Message:
    """What a partner took: a webhook with its key, or a mail with its `Message-ID` and its recipient."""

    channel_id: str
    key: str
    publication: str
    recipient: str | None = None


@dataclass(frozen=True)
class Stream:
    """How far a service has told of its subjects and how far another has heard: the last sequence by subject."""

    name: str
    told: dict[str, int] = field(hash=False)
    heard: dict[str, int] = field(hash=False)


@dataclass
class Evidence:
    """Everything together. Lists, not mappings, where a double would hide in a mapping."""

    reports: list[Report] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    exams: list[Exam] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    # Events that wait in documents, by collection; messages in queues, by name (those without any left out).
    outboxes: dict[str, int] = field(default_factory=dict)
    queues: dict[str, int] = field(default_factory=dict)
    # What parts did by themselves: ended, did not come back, logged at the level of errors.
    ended: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
