"""What the reports service is told: its keys.

``REPORTS_DESK_KEY``, ``REPORTS_CUSTODIAN_PUBLIC_KEY`` and ``REPORTS_LOOKUP_KEY``, or the files that the same
names with ``_FILE`` point to; ``mingjing keys generate`` makes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from environs import Env

from chassis.config import ConfigurationError, secret
from services.reports import keys
from services.reports.sealing import Sealer


@dataclass(frozen=True)
class ReportsSettings:
    """The keys at work. Never shown: ``repr`` leaves them out."""

    sealer: Sealer = field(repr=False)


def load_settings(env: Env) -> ReportsSettings:
    """The settings from the environment; ``ConfigurationError`` names every key that is missing or wrong."""
    problems: list[str] = []
    desk = _keys(env, "REPORTS_DESK_KEY", keys.DESK_PRIVATE, problems)
    custodian = _keys(env, "REPORTS_CUSTODIAN_PUBLIC_KEY", keys.CUSTODIAN_PUBLIC, problems)
    lookup = _keys(env, "REPORTS_LOOKUP_KEY", keys.LOOKUP, problems)
    if problems:
        raise ConfigurationError(problems)
    return ReportsSettings(Sealer.of(desk, custodian[0], lookup[0]))


def _keys(env: Env, name: str, purpose: str, problems: list[str]) -> tuple[bytes, ...]:
    try:
        return keys.read_keys(secret(env, name, default=""), purpose)
    except keys.BadKey as error:
        problems.append(f"{name} (or {name}_FILE): {error}; 'mingjing keys generate' makes the files.")
    except ConfigurationError as error:
        problems += error.problems
    return ()
