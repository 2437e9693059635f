"""`python -m tests.year.without investigated|clear|handled|adequate module:Class`: a service with one guard off.

For tests of the checker alone: it must find what such a service lets pass. The patch is made in this process; nothing
in the service can be switched.
"""

from __future__ import annotations

# First: it patches the standard library for greenlets.
from chassis import run  # isort: skip

import sys
from collections.abc import Iterable

from services.tasks.model import guards
from services.tasks.model.case import Case


def without(guard: str) -> None:
    """What is missing for this guard stands against nothing; what is shown of the guards is as it was."""
    missing = guards.missing

    def others_missing(case: Case, asked: Iterable[str]) -> list[str]:
        return missing(case, [one for one in asked if one != guard])

    guards.missing = others_missing


if __name__ == "__main__":
    without(sys.argv[1])
    run.main(sys.argv[2:])
