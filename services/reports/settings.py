"""What the reports service is told: its keys. What it brings along, the form and the periods of retention, is checked
with them.

``REPORTS_DESK_KEY``, ``REPORTS_CUSTODIAN_PUBLIC_KEY``, ``REPORTS_SUPERIOR_PUBLIC_KEY`` and ``REPORTS_LOOKUP_KEY``, or
the files that the same names with ``_FILE`` point to; ``mingjing keys generate`` makes them. Where attachments are kept
is told as ``services/reports/attachments/choice.py`` says.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from environs import Env
from marshmallow import ValidationError, validate

from chassis.config import ConfigurationError, secret
from services.reports import forms, keys, retention
from services.reports.attachments.choice import PartsOf, in_the_database, load_parts
from services.reports.attachments.vault import Vault
from services.reports.inspection import Scanner
from services.reports.inspection.scanning import check_address
from services.reports.model.attachments import Limits
from services.reports.sealing import Sealer
from services.reports.store import ReportsStore

Keys = tuple[bytes, ...]


@dataclass(frozen=True)
class ReportsSettings:
    """The keys at work, and where attachments are kept. Never shown: ``repr`` leaves them out.

    ``erases``: whether the worker erases what was kept for as long as the rules say. ``scanner``: clamd at
    ``REPORTS_CLAMD`` (``tcp://host:port`` or ``unix:///path``), or none.
    """

    sealer: Sealer = field(repr=False)
    parts_of: PartsOf = field(default=in_the_database, repr=False)
    erases: bool = field(default=True, repr=False)
    scanner: Scanner = field(default=Scanner(None), repr=False)

    def vault(self, store: ReportsStore) -> Vault:
        """The attachments of this store, under the limits of the form that is offered now."""
        return Vault(store.attachments, self.parts_of(store), Limits.of(forms.current()))


def load_settings(env: Env) -> ReportsSettings:
    """The settings from the environment; ``ConfigurationError`` names every key that is missing or wrong."""
    problems: list[str] = []
    erases = env.str("REPORTS_RETENTION", "run", validate=validate.OneOf(["run", "off"])) == "run"
    clamd = env.str("REPORTS_CLAMD", "", validate=_is_clamd) or None
    desk = _keys(env, "REPORTS_DESK_KEY", keys.DESK_PRIVATE, problems)
    custodian = _keys(env, "REPORTS_CUSTODIAN_PUBLIC_KEY", keys.CUSTODIAN_PUBLIC, problems)
    lookup = _keys(env, "REPORTS_LOOKUP_KEY", keys.LOOKUP, problems)
    superior = _keys(env, "REPORTS_SUPERIOR_PUBLIC_KEY", keys.SUPERIOR_PUBLIC, problems)
    problems += [*_mixed_up(desk, custodian, lookup), *_not_above(desk, custodian, superior), *_faults_of_data()]
    if problems:
        raise ConfigurationError(problems)
    newest, *older = lookup
    sealer = Sealer.of(desk, custodian[0], newest, tuple(older), superior_public=superior[0])
    return ReportsSettings(sealer, load_parts(env), erases, Scanner(clamd))


def _is_clamd(address: str) -> None:
    try:
        if address:
            check_address(address)
    except ValueError as error:
        raise ValidationError(f"{error}.") from None


def _mixed_up(desk: Keys, custodian: Keys, lookup: Keys) -> list[str]:
    """Keys that are each well formed and must not be the same."""
    problems = []
    if set(map(keys.public_key, desk)) & set(custodian):
        problems.append(
            "REPORTS_CUSTODIAN_PUBLIC_KEY is the public half of a key in REPORTS_DESK_KEY: the desk could open "
            "identities. Give it the custodian's own."
        )
    if set(desk) & set(lookup):
        problems.append("REPORTS_LOOKUP_KEY holds a key that is in REPORTS_DESK_KEY too; make one of its own.")
    return problems


def _not_above(desk: Keys, custodian: Keys, superior: Keys) -> list[str]:
    """The key of the level above must be nobody's in the bureau."""
    if {*map(keys.public_key, desk), *custodian} & set(superior):
        return [
            "REPORTS_SUPERIOR_PUBLIC_KEY is a key of the desk or the custodian: the bureau could open reports about "
            "its own head. Give it the level above's own."
        ]
    return []


def _faults_of_data() -> list[str]:
    """A form or a table of periods that cannot be used keeps the service from starting: no reporter is the first to
    find it.
    """
    problems = []
    for load in (forms.all_versions, retention.all_versions):
        try:
            load()
        except ValueError as error:
            problems.append(str(error))
    return problems


def _keys(env: Env, name: str, purpose: str, problems: list[str]) -> Keys:
    try:
        return keys.read_keys(secret(env, name, default=""), purpose)
    except keys.BadKey as error:
        problems.append(f"{name} (or {name}_FILE): {error}; 'mingjing keys generate' makes the files.")
    except ConfigurationError as error:
        problems += error.problems
    return ()
