"""Who may correct, mark and judge: trainers, and nobody else whatever else they are."""

import pytest

from contracts.call import Actor
from contracts.quiz import operations
from contracts.roles import ALL_ROLES, TRAINER

FOR_TRAINERS = (
    operations.mark_answer,
    operations.list_markings,
    operations.get_marking,
    operations.give_mark,
    operations.propose_regrade,
    operations.list_regrades,
    operations.get_regrade,
    operations.list_regrade_changes,
    operations.apply_regrade,
    operations.exam_statistics,
    operations.exam_hints,
    operations.judge_hint,
)


@pytest.mark.parametrize("operation", FOR_TRAINERS, ids=lambda operation: operation.name)
def test_trainers_may_and_nobody_else(operation):
    assert operation.allows(Actor("somebody", "某", frozenset({TRAINER})))
    assert not operation.allows(Actor("somebody", "某", ALL_ROLES - {TRAINER}))
    assert not operation.allows(None)
