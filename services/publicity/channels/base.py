"""The interface of a channel: a kind of place that publications go to. One file a kind, in this folder.

Rules every channel keeps:

- It makes one attempt and answers with one of the outcomes of ``model.outcomes``; it never retries, sleeps or
  stores.
- ``Later`` and ``Rejected`` mean that the other side certainly did not take it. Whoever is not certain says
  ``Unclear``.
- ``resend_is_safe`` is true only when the other side drops a repetition by ``Parcel.key``. Where it is false
  an unclear delivery stays ``unknown`` until a person decides; nothing is sent again by itself.
- It ends within ``Parcel.timeout`` seconds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from contracts.schema import Schema
from services.publicity.model.outcomes import Outcome


@dataclass(frozen=True)
class Target:
    """A channel as configured, its secrets opened. Never log it."""

    id: str
    name: str
    slug: str | None
    settings: dict[str, Any]
    secrets: dict[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Parcel:
    """What one attempt carries.

    ``key`` is the same for every attempt of one action on one delivery. ``before``: the delivery's state when
    the attempt began. ``recipient``: the address, for channels with recipients.
    """

    delivery_id: str
    key: str
    publication: dict[str, Any]
    before: str
    now: datetime
    timeout: float
    recipient: str | None = field(repr=False, default=None)


class Channel(ABC):
    """One kind of channel. ``settings`` and ``secrets`` are the schemas of what a channel of this kind is given."""

    kind: ClassVar[str]
    resend_is_safe: ClassVar[bool]
    has_recipients: ClassVar[bool]
    needs_slug: ClassVar[bool]
    settings: ClassVar[Schema]
    secrets: ClassVar[Schema]

    @abstractmethod
    def problems(self, settings: dict[str, Any]) -> list[tuple[str, str]]:
        """What the schemas cannot tell: ``(field, text code)`` for each thing that is wrong with valid settings."""

    @abstractmethod
    def submit(self, target: Target, parcel: Parcel) -> Outcome:
        """Put it there: Live, Later, Rejected or Unclear."""

    @abstractmethod
    def withdraw(self, target: Target, parcel: Parcel) -> Outcome:
        """Take it off: Withdrawn, CannotWithdraw, Rejected, Later or Unclear."""

    @abstractmethod
    def try_out(self, target: Target, key: str, now: datetime, timeout: float) -> Outcome:
        """Show that the channel can be reached, without publishing anything: Live when it can."""
