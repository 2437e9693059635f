"""What people who used the system can tell: what they asked for, and what they were told.

Each record is made before the request is sent, so that what was never acknowledged is on it too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass
class Reported:
    """A report from the public. `marker` is on its document and on the case's, in clear.

    `written` is a message that its author added with the receipt, `heard` whether that was acknowledged.
    """

    marker: str
    receipt: str | None = None
    written: str | None = None
    heard: bool = False

    @property
    def acknowledged(self) -> bool:
        return self.receipt is not None


@dataclass
class Acted:
    """An action of the desk on a case."""

    case_id: str
    action: str
    acknowledged: bool = False


@dataclass
class ExamHeld:
    """An exam, by its title; `id` when it was acknowledged. `credits` are earned by the score that passes."""

    title: str
    credits: float
    pass_score: float
    id: str | None = None


@dataclass
class Sitting:
    """One attempt. `answers` are those acknowledged, by question; `score` is what they are worth."""

    username: str
    exam_id: str
    number: int
    attempt_id: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    score: float = 0.0
    submitted: bool = False


@dataclass
class Published:
    """A publication, by its title; `id` when its draft was acknowledged, `released` when its release was."""

    title: str
    id: str | None = None
    released: bool = False


@dataclass
class Testimony:
    """Of everybody. Lists only grow, an entry by one thread each."""

    # To pytest: this is no class of tests.
    __test__: ClassVar[bool] = False

    reports: list[Reported] = field(default_factory=list)
    actions: list[Acted] = field(default_factory=list)
    exams: list[ExamHeld] = field(default_factory=list)
    sittings: list[Sitting] = field(default_factory=list)
    publications: list[Published] = field(default_factory=list)
    # Answers that no promise allows, told in one line each.
    complaints: list[str] = field(default_factory=list)
