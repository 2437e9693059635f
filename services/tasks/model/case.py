"""A case, and the lines of its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.tasks.model.clocks import Clock
from services.tasks.model.dispatch import Assistance, Transfer
from services.tasks.model.extending import ExtensionRequest
from services.tasks.model.related import Follower, Part
from services.tasks.model.rules import BUREAU
from services.tasks.model.supervision import Supervision
from services.tasks.model.transitions import OPENING


@dataclass(frozen=True)
class Entry:
    """One line of the history: who did what, when, from which state to which, and why.

    ``by_id`` None = the system. ``details``: the other fields of the action; what ``apply`` needs is all
    in here.
    """

    action: str
    at: datetime
    by_id: str | None
    by_name: str | None
    from_state: str | None
    to_state: str
    why: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """The tracked handling of one report, mined clue or old file.

    Texts of steps, findings and dispositions stay in the history; the case itself keeps what its guards
    ask for: ``findings`` and ``dispositions`` map the number of an allegation (from 1) to outcome and
    measure, ``steps`` and ``evidence`` count. ``resume_to`` is the state before a suspension.
    ``reporter_mode`` is None where nobody reported. ``excluded_unit_ids``: units concerned, which must
    never see it.

    ``round`` counts how often it was taken in hand, ``results`` how often it was concluded. ``re_examination``:
    this round was asked for by a reporter who was not satisfied; ``re_examined``: there was such a round.
    ``reviewers`` are those of this round, ``predecessors`` everybody who investigated, decided or reviewed before
    the re-examination. ``route``: ``above`` when the level above handles it. ``rating``: the number of the reporter's
    last rating, and whether it was satisfied.

    ``items``: how many items of evidence were ever recorded, those struck out among them; the last has this number.
    ``level``: how high it has risen as its time limits ran out (0 handler, 1 desk, 2 leader, 3 supervision group), in
    this round. ``supervisions``: every order to account for it. ``extension_request``: one that is not decided yet.

    ``transfer``: the last one. ``assistance``: all requests for it, answered or not. ``closed_at``: when it was last
    closed.

    ``merged_into``: the case that leads this one; ``told_clocks`` and ``led_outcome`` are that one's then, for the
    reporter of this one. ``followers``: the cases that this one leads. ``split_from``: the case that this is a part of;
    its reporter hears from that one. ``parts``: what was split off. ``moved``: numbers of allegations that are asked in
    another case. ``joint_handler_ids``: further handlers. ``excluded_person_ids``: people who must never see it.
    ``objection``: the handler who objected to having it, and their unit, until the desk has decided.
    """

    id: str
    number: str
    category: str
    source_kind: str
    source_id: str
    opened_at: datetime
    reporter_mode: str | None = None
    excluded_unit_ids: tuple[str, ...] = ()
    state: str = OPENING.target or ""
    reporter_state: str = "registered"
    resume_to: str | None = None
    handler_id: str | None = None
    unit_id: str | None = None
    allegations: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()
    steps: int = 0
    evidence: int = 0
    investigators: frozenset[str] = frozenset()
    deciders: frozenset[str] = frozenset()
    findings: tuple[tuple[int, str], ...] = ()
    dispositions: tuple[tuple[int, str], ...] = ()
    reviewer_id: str | None = None
    result_told: bool = False
    round: int = 1
    results: int = 0
    re_examination: bool = False
    re_examined: bool = False
    reviewers: frozenset[str] = frozenset()
    predecessors: frozenset[str] = frozenset()
    rating: tuple[int, bool] | None = None
    route: str = BUREAU
    items: int = 0
    level: int = 0
    supervisions: tuple[Supervision, ...] = ()
    extension_request: ExtensionRequest | None = None
    transfer: Transfer | None = None
    assistance: tuple[Assistance, ...] = ()
    closed_at: datetime | None = None
    merged_into: str | None = None
    told_clocks: tuple[Clock, ...] = ()
    led_outcome: str | None = None
    followers: tuple[Follower, ...] = ()
    split_from: str | None = None
    parts: tuple[Part, ...] = ()
    moved: tuple[int, ...] = ()
    joint_handler_ids: tuple[str, ...] = ()
    excluded_person_ids: tuple[str, ...] = ()
    objection: tuple[str, str] | None = None
    version: int = field(default=1, compare=False)

    @property
    def named(self) -> bool:
        """Whether somebody who reported it, or what was merged into it, gave their name; of a part, the whole tells."""
        own = self.reporter_mode == "named" and self.split_from is None
        return own or any(follower.reporter_mode == "named" for follower in self.followers)

    @property
    def reported(self) -> bool:
        """Whether somebody who reported it, or what was merged into it, is told its result."""
        own = self.source_kind == "report" and self.split_from is None
        return own or any(follower.reporter_mode is not None for follower in self.followers)

    @property
    def asked(self) -> list[int]:
        """The numbers of the allegations that are answered in this very case."""
        return [number for number in range(1, len(self.allegations) + 1) if number not in self.moved]

    @property
    def own(self) -> list[int]:
        """Those of them that this case brought itself; there is always one."""
        of_followers = {number for one in self.followers for number in one.allegations}
        return [number for number in self.asked if number not in of_followers]
