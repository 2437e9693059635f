"""A short year of `make year`: a hundred and twenty cases, looked at once a week, beside an independent model."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.broker import Broker
from deploy.local.database import Database
from tests.year.run import run

SEED, CASES, STEP = 1, 120, 7
# What a year must have seen besides the usual.
RARE = (
    "open_clue", "import", "draw", "judge", "re_review_inadequate", "add_evidence", "attach_file", "record_custody",
    "withdraw_evidence", "export", "merge", "separate", "split", "object", "rate", "reopen", "exclude",
)  # fmt: skip


@pytest.mark.timeout(300)
def test_a_year_ends_as_the_model_says_and_no_guard_is_ever_passed(
    broker: Broker, mongo: Database, tmp_path: Path
) -> None:
    outcome = run(SEED, CASES, broker, mongo, tmp_path, step=STEP)
    assert not outcome.findings, "\n".join(outcome.findings)
    assert outcome.states["closed"]
    assert not [action for action in RARE if not outcome.actions[action]], outcome.actions
    assert all(outcome.sources[source] for source in ("report", "clue", "review")), outcome.sources
    assert outcome.mails
