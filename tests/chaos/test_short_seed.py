"""A short seed of `make chaos`: one kill of each kind, and one more, while everything is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.broker import Broker
from deploy.local.database import Database
from tests.chaos.plan import KINDS
from tests.chaos.run import run

SEED = 7
KILLS = len(KINDS) + 1
# Two processes where the relay shall be somebody's role.
REPLICAS = {"identity": 1, "reports": 2, "reports-worker": 1, "tasks": 2, "quiz": 1, "publicity": 1}


@pytest.mark.timeout(300)
def test_every_promise_is_kept_while_every_kind_of_part_is_killed(
    broker: Broker, mongo: Database, tmp_path: Path
) -> None:
    outcome = run(SEED, KILLS, broker, mongo, tmp_path, replicas=REPLICAS)

    assert [str(finding) for finding in outcome.findings] == []
    assert {struck.kill.target.kind for struck in outcome.struck} == set(KINDS)
    assert any(report.acknowledged for report in outcome.testimony.reports)
    assert any(sitting.submitted for sitting in outcome.testimony.sittings)
    assert any(publication.released for publication in outcome.testimony.publications)
