"""The promises, as rules over what people tell and what can be seen. Pure: nothing here asks a system.

Every rule yields findings; a run that kept all promises has none. What each finding means: ../README.md.
"""

from __future__ import annotations

from tests.chaos.checks import publications, reports, study, whole
from tests.chaos.checks.finding import Finding
from tests.chaos.evidence import Evidence
from tests.chaos.testimony import Testimony

RULES = (*reports.RULES, *study.RULES, *publications.RULES, *whole.RULES)

__all__ = ["Finding", "findings"]


def findings(testimony: Testimony, evidence: Evidence) -> list[Finding]:
    """Every broken promise."""
    return [finding for rule in RULES for finding in rule(testimony, evidence)]
