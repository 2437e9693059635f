"""What GIFT and Moodle XML have no place for travels beside the question as JSON, which other programs
ignore."""

import json
from typing import Any

from services.quiz.model.question import Content

_CARRIED = ("score", "scoring", "tags", "lines", "difficulty", "legal_basis", "valid_from", "valid_to", "rubric")


def packed(content: Content, *more: str) -> str:
    """The fields as JSON on one line; ``more`` are fields that the format has no place for either."""
    fields = content.as_fields()
    carried = {name: fields[name] for name in ("type", *_CARRIED, *more) if fields[name] not in (None, [], "")}
    return json.dumps(carried, ensure_ascii=True, sort_keys=True)


def unpacked(text: str) -> dict[str, Any]:
    """The fields again; nothing from a text that is not ours."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(fields, dict):
        return {}
    known = {"type", "category", "explanation", "fixed_options", *_CARRIED}
    return {name: value for name, value in fields.items() if name in known}
