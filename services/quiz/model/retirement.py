"""Questions that are not asked any more, and why: the law behind them was repealed, or somebody took them out."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.quiz.model.question import Content, in_force

ACTIVE, RETIRED = "active", "retired"
EXPIRED, BY_HAND = "expired", "by_hand"


def state_after(stored: dict[str, Any], content: Content, today: date, asked: str | None = None) -> dict[str, Any]:
    """``state`` and ``retired_because`` of a stored question whose content becomes ``content``.

    ``asked`` is the state that somebody wishes for. One that retired because its law was repealed comes back by
    itself when its law is in force again; ``today`` is a day of Asia/Shanghai.
    """
    state, because = stored["state"], stored.get("retired_because")
    if asked == ACTIVE:
        return {"state": ACTIVE, "retired_because": None}
    if asked == RETIRED:
        return {"state": RETIRED, "retired_because": because if state == RETIRED else BY_HAND}
    if because == EXPIRED and not is_repealed(content.valid_to, today):
        return {"state": ACTIVE, "retired_because": None}
    return {"state": state, "retired_because": because}


def why_not_asked(stored: dict[str, Any] | None, day: date) -> str | None:
    """The code of why a question cannot be asked on ``day``; None when it can."""
    if stored is None:
        return "paper.question_gone"
    if in_force(stored, day):
        return None
    by_law = stored["state"] == ACTIVE or stored.get("retired_because") == EXPIRED
    return "paper.question_not_in_force" if by_law else "paper.question_retired"


def is_repealed(valid_to: str | None, today: date) -> bool:
    """Whether the last day on which the law was in force is over."""
    return valid_to is not None and valid_to < today.isoformat()
