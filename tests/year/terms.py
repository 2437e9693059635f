"""The time limits of a case in whole days, from the texts of the law and DOMAIN.md: nothing of the service's model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import ceil

from tests.year.days import Stops, counted

STAGES = ("remind", "urge", "supervise", "escalate")


@dataclass(frozen=True)
class Rule:
    """``late``: how many working days after its end it is supervised and escalated. ``urged``: whether its end is.
    ``sources``: for which cases it is.
    """

    days: int
    working: bool
    named: bool = False
    above: bool = False
    stops: bool = False
    longer: int = 0
    counts: bool = True
    reminds: bool = True
    urged: bool = True
    late: tuple[int | None, int | None] = (3, 10)
    sources: tuple[str, ...] = ("report",)


_ANY = ("report", "clue", "review")

RULES = {
    # 《信访工作条例》第二十二、二十三条: fifteen days to register and route, fifteen to tell whether it is accepted.
    "register_and_route": Rule(15, working=False),
    "tell_acceptance": Rule(15, working=False),
    # 《纪检监察机关处理检举控告工作规则》: named reporters in 15 working days, both times; the level above in 5.
    "tell_acceptance_named": Rule(15, working=True, named=True, late=(None, None)),
    "tell_result_named": Rule(15, working=True, named=True, late=(None, None)),
    "forward_above": Rule(5, working=True, above=True, late=(1, 3)),
    # The bureau's own, for what nobody reported: as long as discipline inspection has for a clue.
    "propose_handling": Rule(30, working=False, sources=_ANY[1:]),
    # 《信访工作条例》第三十四、三十五、二十三条.
    "handle": Rule(60, working=False, stops=True, longer=30, sources=_ANY),
    "re_examine": Rule(30, working=False, stops=True),
    "object": Rule(
        5, working=True, stops=True, counts=False, reminds=False, urged=False, late=(None, None), sources=_ANY
    ),
    # The bureau's own: what another body owes.
    "transfer_acknowledged": Rule(15, working=False, counts=False, reminds=False, late=(5, None), sources=_ANY),
    "assist": Rule(15, working=True, counts=False, reminds=False, late=(5, None), sources=_ANY),
}


@dataclass
class Term:
    """One time limit that runs. ``stops``: since when it stood still, until when (None = still); ``told``: the last
    stage on record, and the day on which it was put there.
    """

    rule: str
    began: date
    round: int
    ref: str | None = None
    done: date | None = None
    stops: list[tuple[date, date | None]] = field(default_factory=list)
    longer: int = 0
    told: tuple[str, date] | None = None

    @property
    def law(self) -> Rule:
        return RULES[self.rule]

    @property
    def stands(self) -> bool:
        """Whether it stands still."""
        return bool(self.stops) and self.stops[-1][1] is None

    def copy(self, **changes: object) -> Term:
        return Term(**{**vars(self), "stops": list(self.stops), **changes})  # type: ignore[arg-type]

    def facts(self) -> tuple[object, ...]:
        """What a reporter depends on."""
        return self.rule, self.ref, self.began, self.round, self.done, tuple(self.stops), self.longer

    def due(self, today: date, less: int = 0) -> date:
        """Its last day, or that on which ``less`` days are left; of one that stands still, as if it went on today."""
        return counted(self.began, self.law.days + self.longer - less, self.law.working, self._stopped(today))

    def state(self, today: date) -> str:
        if self.done is not None:
            return "met" if self.done <= self.due(today) else "missed"
        if today > self.due(today):
            return "missed"
        return "paused" if self.stands else "running"

    def stages(self, today: date) -> Iterator[tuple[str, date]]:
        """Each stage with the day at whose end it is reached."""
        due, law = self.due(today), self.law
        if law.reminds:
            ahead = max(1, ceil((law.days + self.longer) / 5))
            yield "remind", self.due(today, less=ahead)
        if law.urged:
            yield "urge", due
        for stage, days in zip(STAGES[2:], law.late, strict=True):
            if days is not None:
                yield stage, counted(due, days, True, self._stopped(today))

    def stage(self, today: date) -> str | None:
        """The last one reached, on record or not; of what is done, none."""
        if self.done is not None:
            return None
        return next((stage for stage, day in reversed(list(self.stages(today))) if day < today), None)

    def unrecorded(self, today: date) -> list[str]:
        """The stages reached that are not on record, first to last."""
        if self.done is not None:
            return []
        return [stage for stage, day in self.stages(today) if day < today and self._is_new(stage, day)]

    def _is_new(self, stage: str, day: date) -> bool:
        if self.told is None:
            return True
        recorded, on = self.told
        return STAGES.index(stage) > STAGES.index(recorded) or day >= on

    def stop(self, today: date) -> None:
        if self.law.stops and self.done is None and not self.stands:
            self.stops.append((today, None))

    def go_on(self, today: date) -> None:
        if self.stands:
            self.stops[-1] = (self.stops[-1][0], today)

    def meet(self, today: date) -> None:
        if self.done is None:
            self.go_on(today)
            self.done = today

    def _stopped(self, today: date) -> Stops:
        return tuple((since, until or today) for since, until in self.stops)
