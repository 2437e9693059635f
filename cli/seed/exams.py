"""The form of the demonstration's exams."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


def exam_on(paper: dict[str, Any], title: str, *, opens: int, closes: int, **fields: Any) -> dict[str, Any]:
    """An exam for everyone on this paper that opens and closes so many days from now."""
    now = datetime.now(UTC).replace(microsecond=0)
    return {
        "title": title,
        "paper_id": paper["id"],
        "opens_at": (now + timedelta(days=opens)).isoformat(),
        "closes_at": (now + timedelta(days=closes)).isoformat(),
        "time_limit_minutes": 90,
        "pass_score": 60,
        **fields,
    }
