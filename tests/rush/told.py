"""What a candidate's phone has kept: all that it sent, and what it was told. Nothing here was read from a server."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Sent:
    """A save that was sent; ``acknowledged`` once somebody said that it, or a later one, is durable."""

    question_id: str
    sequence: int
    answer: str
    acknowledged: bool = False


@dataclass
class Told:
    """One candidate's own account. ``person_id`` is known from the list of people, before the exam."""

    username: str
    person_id: str
    attempt_id: str | None = None
    sent: list[Sent] = field(default_factory=list)
    # Saves that came too late: the attempt was handed in at its deadline.
    refused: int = 0
    # The receipt: how many answers were stored.
    receipt: int | None = None
    complaints: list[str] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        """How many saves were acknowledged."""
        return sum(one.acknowledged for one in self.sent)
