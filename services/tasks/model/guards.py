"""The four guards (四个不放过): what a case still lacks before it may be concluded, and before it leaves
the list.

investigated 有访未查 – a step of investigation is recorded, and a piece of evidence.
clear 查而不清 – every allegation has a finding, and none is left unclear.
handled 只查未处理 – every substantiated allegation has a disposition; "none" is one, with its reason.
adequate 处理不到位 – a second person, who neither investigated nor decided, has confirmed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from services.tasks.model.case import Case
from services.tasks.model.dispatch import open_requests
from services.tasks.model.supervision import open_orders
from services.tasks.model.transitions import PARTS

SUBSTANTIATED = frozenset({"substantiated", "partly_substantiated"})
UNCLEAR = "unclear"


def _not_investigated(case: Case) -> list[str]:
    return ([] if case.steps else ["step"]) + ([] if case.evidence else ["evidence"])


def _not_clear(case: Case) -> list[str]:
    found = dict(case.findings)
    return [
        f"finding_unclear:{number}" if number in found else f"finding:{number}"
        for number in case.asked
        if found.get(number, UNCLEAR) == UNCLEAR
    ]


def _not_handled(case: Case) -> list[str]:
    disposed = dict(case.dispositions)
    return [
        f"disposition:{number}"
        for number, outcome in sorted(case.findings)
        if outcome in SUBSTANTIATED and number not in disposed and number not in case.moved
    ]


def _not_adequate(case: Case) -> list[str]:
    confirmed = case.reviewer_id is not None and is_second_person(case, case.reviewer_id)
    return [] if confirmed else ["second_person_review"]


def _parts_not_over(case: Case) -> list[str]:
    return [f"part:{part.number}" for part in case.parts if not part.over]


_FOUR: dict[str, Callable[[Case], list[str]]] = {
    "investigated": _not_investigated,
    "clear": _not_clear,
    "handled": _not_handled,
    "adequate": _not_adequate,
}
_MISSING = {**_FOUR, PARTS: _parts_not_over}


def _not_assisted(case: Case) -> list[str]:
    return [f"assistance:{number}" for number in open_requests(case.assistance)]


# Besides the guards: who was asked for assistance must have answered before the case is concluded, and who reported
# must have been told the result before the case is closed.
RESULT_NOT_TOLD = "result_told"


def is_second_person(case: Case, person_id: str) -> bool:
    """Whether this person neither investigated the case nor decided in it, in any round."""
    return person_id not in case.investigators and person_id not in case.deciders


def satisfied(case: Case) -> dict[str, bool]:
    """Each of the four guards, by name.

    What is not clear is not handled either: only a finding tells whether there is something to handle.
    """
    met = {guard: not lacking(case) for guard, lacking in _FOUR.items()}
    return {**met, "handled": met["handled"] and met["clear"]}


def missing(case: Case, guards: Iterable[str]) -> list[str]:
    """What these guards still lack, in their order."""
    return [code for guard in guards for code in _MISSING[guard](case)]


def missing_to_conclude(case: Case, guards: Iterable[str]) -> list[str]:
    """What these guards lack, and the assistance that is still awaited."""
    return missing(case, guards) + _not_assisted(case)


def missing_to_merge(case: Case) -> list[str]:
    """What others still owe this case by itself, and so cannot be handed to the case that will lead it."""
    return _parts_not_over(case) + _not_assisted(case)


def missing_to_close(case: Case) -> list[str]:
    """All that stands between this case and its closing."""
    untold = case.reported and not case.result_told
    unanswered = [f"supervision:{number}" for number in open_orders(case.supervisions)]
    return missing_to_conclude(case, _MISSING) + ([RESULT_NOT_TOLD] if untold else []) + unanswered
