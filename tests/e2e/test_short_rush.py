"""A short `make rush`: sixty people sit one exam while every kind of part that they need is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.broker import Broker
from deploy.local.database import Database
from tests.rush.plan import Length
from tests.rush.run import run

SEED, CANDIDATES, ANSWERS, KILLS = 1, 60, 20, 5
LENGTH = Length(starting=5, writing=20, handing_in=10)


@pytest.mark.timeout(600)
def test_no_acknowledged_answer_is_lost_and_every_attempt_is_credited_once(
    broker: Broker, mongo: Database, tmp_path: Path
) -> None:
    outcome = run(SEED, CANDIDATES, ANSWERS, KILLS, LENGTH, broker, mongo, tmp_path)

    assert [str(finding) for finding in outcome.findings] == []
    assert len(outcome.struck) == KILLS
    assert all(told.attempt_id for told in outcome.told)
    assert any(told.acknowledged for told in outcome.told)
    assert any(told.receipt is not None for told in outcome.told)
