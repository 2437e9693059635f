"""One inspection from beginning to end, for tests that look at its outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from services.reports.inspection import LIMITS, inspect


@dataclass(frozen=True)
class Outcome:
    """``copy``: the whole clean copy, None without one."""

    verdict: str
    notes: frozenset[str]
    type_code: str
    copy_type: str
    fault: str
    copy: bytes | None


def inspected(content: bytes | Iterable[bytes], type_code: str, **limits: Any) -> Outcome:
    """What the inspection of ``content`` says, under the usual limits but for those given."""
    parts = [content] if isinstance(content, bytes) else content
    with inspect(parts, type_code, replace(LIMITS, **limits)) as inspection:
        copy = None if inspection.clean_parts is None else b"".join(inspection.clean_parts)
        return Outcome(
            inspection.verdict,
            frozenset(inspection.notes),
            inspection.type_code,
            inspection.copy_type,
            inspection.fault,
            copy,
        )
