"""One question of a file, as every format's reader gives it, and how it is checked."""

from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from contracts.quiz.operations.questions import NewQuestion
from services.quiz.model.question import GENERAL, Content, InvalidQuestion, content_of

_SCHEMA = NewQuestion()
_SHOWN = 80


@dataclass(frozen=True)
class Rejected:
    """Why a row is not taken. ``message`` is a text code or a schema's sentence; ``value`` what stood
    there, cut."""

    row: int
    field: str
    message: str
    value: str | None = None


@dataclass(frozen=True)
class Row:
    """A question of a file: its place, and either its content or what is wrong with it."""

    row: int
    content: Content | None
    rejected: list[Rejected] = field(default_factory=list)

    @classmethod
    def refused(cls, row: int, name: str, message: str, value: Any = None) -> "Row":
        """A row with one fault."""
        return cls(row, None, [Rejected(row, name, message, _shown(value))])


def checked(row: int, fields: dict[str, Any]) -> Row:
    """The row of the raw ``fields`` of a question; absent ones get their defaults."""
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    given.setdefault("category", GENERAL)
    try:
        return Row(row, content_of(_SCHEMA.load(given)))
    except ValidationError as invalid:
        faults = _flat(invalid.messages, given)
        return Row(row, None, [Rejected(row, name, text, value) for name, text, value in faults])
    except InvalidQuestion as invalid:
        return Row(
            row,
            None,
            [
                Rejected(row, error["field"], error["message"], _shown(given.get(error["field"])))
                for error in invalid.errors
            ],
        )


def _flat(errors: Any, given: Any) -> list[tuple[str, str, str | None]]:
    """One entry for each wrong field of the question, whatever depth the fault lies in."""
    found = []
    for name, messages in errors.items():
        text = messages
        while not isinstance(text, str):
            text = next(iter(text.values() if isinstance(text, dict) else text))
        found.append((str(name), text, _shown(given.get(name))))
    return found


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
