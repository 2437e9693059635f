"""The checker finds a case that was closed past a guard: in a history, and in a year of a service without one; and what
else a service may break in a year.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.local.broker import Broker
from deploy.local.database import Database
from tests.year.guards import closed_past_a_guard
from tests.year.run import run

Line = dict[str, Any]


def line(action: str, who: str | None = "handler", **details: Any) -> Line:
    return {"action": action, "who": {"id": who} if who else None, "details": details}


RIGHT = (
    line("open", None),
    line("accept", "desk", allegations=["一", "二"]),
    line("start"),
    line("record_step", evidence=["笔录"]),
    line("record_finding", allegation=1, outcome="substantiated"),
    line("record_finding", allegation=2, outcome="false"),
    line("record_disposition", allegation=1, measure="criticism"),
    line("conclude"),
    line("confirm_adequate", "leader"),
    line("close", "desk"),
)


def without(*actions: str) -> list[Line]:
    return [one for one in RIGHT if one["action"] not in actions]


def test_a_case_that_was_closed_rightly_is_no_finding() -> None:
    assert list(closed_past_a_guard("1", RIGHT)) == []


@pytest.mark.parametrize(
    ("history", "guard"),
    [
        (without("record_step"), "investigated"),
        ([*RIGHT[:5], *RIGHT[6:]], "clear"),
        (without("record_disposition"), "handled"),
        (without("confirm_adequate"), "adequate"),
        ([*without("confirm_adequate", "close"), line("confirm_adequate", "handler"), RIGHT[-1]], "adequate"),
        ([*without("record_step", "close"), line("add_evidence", item=1), RIGHT[-1]], "investigated"),
        (
            [
                *RIGHT[:3],
                line("record_step"),
                line("add_evidence", item=1),
                line("withdraw_evidence", item=1),
                *RIGHT[4:],
            ],
            "investigated",
        ),
        (
            [
                *without("confirm_adequate", "close"),
                line("add_evidence", "leader", item=1),
                line("confirm_adequate", "leader"),
                RIGHT[-1],
            ],
            "adequate",
        ),
        ([*RIGHT, line("reopen", "desk"), line("accept", "desk"), line("close", "desk")], "investigated"),
    ],
)
def test_a_closing_past_each_guard_is_found_in_the_history_alone(history: list[Line], guard: str) -> None:
    assert any(f"past {guard}" in found for found in closed_past_a_guard("1", history))


def of_a_service_without(
    rules: str, broker: Broker, mongo: Database, folder: Path, patience: int, cases: int = 120
) -> list[str]:
    """What the year finds when the tasks service breaks these rules."""
    command = (sys.executable, "-m", "tests.year.without", rules, "services.tasks.service:TasksService")
    return run(1, cases, broker, mongo, folder, step=7, commands={"tasks": command}, patience=patience).findings


@pytest.mark.timeout(300)
def test_a_service_without_the_second_persons_review_is_found_out(
    broker: Broker, mongo: Database, tmp_path: Path
) -> None:
    findings = of_a_service_without("adequate", broker, mongo, tmp_path, patience=100_000)
    assert any("must be refused as 409 case-cannot-close" in one for one in findings), findings
    assert any("was closed past adequate" in one for one in findings)


@pytest.mark.timeout(300)
def test_a_service_that_breaks_a_rule_of_old_files_re_reviews_evidence_bundles_or_mail_is_found_out_by_each(
    broker: Broker, mongo: Database, tmp_path: Path
) -> None:
    broken = "old-files,re-review,custody,signature,conflict"
    findings = of_a_service_without(broken, broker, mongo, tmp_path, patience=100_000, cases=60)
    for sentence in (
        r"the import of 旧案 .* must tell .*'adequate': (\d+).* tells .*'adequate': (?!\1)",
        r"reopened must be True",
        r"evidence of .* must be .*'withdrawn'",
        r"the bundle .* is not signed by the bureau",
        r"a mail to desk3 names 2026-",
    ):
        assert any(re.search(sentence, one) for one in findings), (sentence, findings[:40])


@pytest.mark.timeout(300)
def test_a_service_that_does_not_draw_by_lot_is_found_out(broker: Broker, mongo: Database, tmp_path: Path) -> None:
    findings = of_a_service_without("lot", broker, mongo, tmp_path, patience=1)
    assert any(re.search(r"the draw of .* must be", one) for one in findings), findings
