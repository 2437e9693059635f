"""When a question should come again: FSRS, by the ``fsrs`` library, in whole days of the bureau.

Fuzzing is off and there are no steps within a day, so the same answers always give the same days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date
from importlib.metadata import version
from typing import Any

from fsrs import Card, Rating, Scheduler, State

from services.quiz.model.card import Scheduled
from services.quiz.model.practice import day_of, midnight

NAME = f"fsrs {version('fsrs')}"

# Nine in ten questions are remembered on their day; none waits longer than a year.
DESIRED_RETENTION, MAXIMUM_DAYS = 0.9, 365

_scheduler = Scheduler(
    desired_retention=DESIRED_RETENTION,
    learning_steps=(),
    relearning_steps=(),
    maximum_interval=MAXIMUM_DAYS,
    enable_fuzzing=False,
)


def schedule(memory: Mapping[str, Any] | None, right: bool, day: date) -> Scheduled:
    """The next time for a question answered on ``day``; ``memory`` is what was returned the last time.

    A day before the last answer's counts as that day: attempts may be told of late.
    """
    # A card without an id asks the clock for one, and waits for it.
    card = Card(card_id=0, due=midnight(day)) if memory is None else _card(memory)
    at = midnight(day).replace(tzinfo=UTC)
    if card.last_review is not None and card.last_review > at:
        at = card.last_review
    after, _ = _scheduler.review_card(card, Rating.Good if right else Rating.Again, at)
    fields = {
        "state": int(after.state),
        "step": after.step,
        "stability": after.stability,
        "difficulty": after.difficulty,
        "due": after.due,
        "last_review": after.last_review,
    }
    return Scheduled(fields, day_of(after.due), NAME)


def _card(memory: Mapping[str, Any]) -> Card:
    return Card(
        card_id=0,
        state=State(memory["state"]),
        step=memory["step"],
        stability=memory["stability"],
        difficulty=memory["difficulty"],
        due=memory["due"].astimezone(UTC),
        last_review=memory["last_review"].astimezone(UTC),
    )
