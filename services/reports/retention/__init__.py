"""How long reports are kept, as data: ``<version>.json`` each, never changed once it is in force.

A change is a new version with the day from which it holds; then it holds for everything that has not been erased yet.
A tombstone names the version and the rule by which it went, so versions are never removed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from services.reports.model import retention as rules
from services.reports.model.retention import Erased, Rule, Schedule


@cache
def all_versions() -> dict[str, Schedule]:
    """Version -> schedule. ``ValueError`` names everything that is wrong with one."""
    files = sorted(
        (file for file in resources.files(__name__).iterdir() if file.name.endswith(".json")),
        key=lambda file: file.name,
    )
    schedules = [rules.schedule_of(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    return {schedule.version: schedule for schedule in schedules}


def in_force(today: date) -> Schedule | None:
    """The schedule that holds on this day of the bureau's calendar; None before the first."""
    return rules.in_force(all_versions().values(), today)


def rule_named(name: str) -> Rule | None:
    """The rule that a tombstone names: ``<version>/<id>``."""
    version, _, rule_id = name.partition("/")
    schedule = all_versions().get(version)
    return schedule.rule(rule_id) if schedule else None


def refuse_erased(report: Mapping[str, Any]) -> None:
    """``Erased`` for a report whose erasure has begun: from then on it is never shown, not even in part."""
    erasure = report.get("erasure")
    if erasure is None:
        return
    rule = rule_named(erasure["rule"])
    raise Erased(report["kind"], erasure["at"], erasure["rule"], dict(rule.name) if rule else {})
