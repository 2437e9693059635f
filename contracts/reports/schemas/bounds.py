"""The outermost lengths that any version of the form may allow; the form itself decides, and is told."""

from __future__ import annotations

from contracts.reports.schemas.said import Said

LINE = 500
NARRATIVE = 50_000
MESSAGE = 5_000
REASON = 2_000
PURPOSE = 200
MAX_SUBJECTS = 100
# A text among the answers to the form's questions.
DETAIL = 2_000


def line(**kwargs: object) -> Said:
    """An optional single line; an empty text counts as absent."""
    return Said(max=LINE, min=0, single_line=True, allow_none=True, load_default=None, **kwargs)
